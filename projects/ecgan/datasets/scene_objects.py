"""Things of a procedural scene: buildings with windows, trees, cars, street lamps, the sun."""

import cv2
import numpy as np

from .scene_canvas import BUILDING, CAR, LIGHT, TREE, WINDOW, Canvas, Colour, Dice, scaled

WALLS = (
    (62, 84, 158), (88, 112, 176), (150, 178, 205), (168, 168, 172), (120, 150, 140),
    (176, 148, 120), (96, 98, 112),
)  # fmt: skip
CAR_PAINTS = (
    (40, 38, 190), (190, 90, 30), (235, 235, 235), (45, 45, 48), (40, 190, 230), (60, 140, 40),
    (180, 180, 185),
)  # fmt: skip
CROWNS = ((38, 98, 40), (45, 120, 70), (40, 110, 128), (30, 82, 62), (48, 92, 168))


def draw_building(
    canvas: Canvas, dice: Dice, left: float, right: float, top: float, base: float
) -> None:
    """Draw a house front: wall of bricks, boards or panels, cornice, windows, sometimes a door."""
    wall = dice.colour(dice.choice(WALLS), 22)
    canvas.rectangle((left, top, right, base), wall, BUILDING, canvas.new_instance(BUILDING))
    # Decided in fractions, not pixels: the scene's further random numbers must not depend on size.
    if min(right, canvas.aspect) - max(left, 0) < 0.05:
        return
    x0, x1 = max(0, canvas.pixels(left)), min(canvas.width, canvas.pixels(right))
    y0, y1 = max(0, canvas.pixels(top)), min(canvas.height, canvas.pixels(base))
    _wall_pattern(canvas, dice, wall, (x0, y0, x1, y1))
    canvas.paint_rectangle((left, top, right, top + 0.02), scaled(wall, dice.uniform(0.5, 0.7)))
    canvas.paint_rectangle((right - 0.012, top, right, base), scaled(wall, 0.72))
    _windows(canvas, dice, (left, top, right, base))


def _wall_pattern(canvas: Canvas, dice: Dice, wall: Colour, box: tuple[int, int, int, int]) -> None:
    """Joints of bricks, boards (no vertical joints) or large panels."""
    x0, y0, x1, y1 = box
    style = dice.choice(('brick', 'brick', 'board', 'panel'))
    row, column = {'brick': (0.047, 0.11), 'board': (0.035, 9.0), 'panel': (0.13, 0.13)}[style]
    row, column = max(2, canvas.pixels(row)), max(3, canvas.pixels(column))
    joint = np.array(scaled(wall, dice.uniform(1.18, 1.35) if dice.chance(0.5) else 0.74), np.uint8)
    y, x = np.arange(y1 - y0)[:, None], np.arange(x1 - x0)[None]
    course = y // row
    shift = (course % 2) * (column // 2) if style == 'brick' else 0
    mask = (y % row < canvas.stroke) | ((x + shift) % column < canvas.stroke)
    canvas.photo[y0:y1, x0:x1][mask] = joint


def _windows(canvas: Canvas, dice: Dice, box: tuple[float, float, float, float]) -> None:
    """A grid of windows in one vectorised stroke: panes lit or dark, frames, a cross bar."""
    left, top, right, base = box
    across = max(1, int((right - left - 0.03) / dice.uniform(0.105, 0.15)))
    floors = max(1, int((base - top - 0.05) / dice.uniform(0.13, 0.18)))
    pitch_x, pitch_y = (right - left - 0.02) / across, (base - top - 0.05) / floors
    fill_x, fill_y = dice.uniform(0.5, 0.72), dice.uniform(0.55, 0.7)
    # Position of each pixel column and row inside its window's cell, 0..1 over the pane.
    x = ((np.arange(canvas.width) + 0.5) / canvas.height - left - 0.01) / pitch_x
    y = ((np.arange(canvas.height) + 0.5) / canvas.height - top - 0.04) / pitch_y
    columns = ((x >= 0) & (x < across) & (abs(x % 1 - 0.5) < fill_x / 2)).nonzero()[0]
    rows = ((y >= 0) & (y < floors) & (abs(y % 1 - 0.5) < fill_y / 2)).nonzero()[0]
    dark = np.array(dice.colour((110, 78, 52), 25))
    lit = np.array(dice.colour((120, 205, 245), 20))
    is_lit = dice.generator.random((floors, across)) < dice.uniform(0.05, 0.6)
    frame = np.array(dice.choice(((225, 228, 230), (40, 44, 52), (190, 205, 215))))
    bar_height = dice.choice((0.4, 0.5))
    first = canvas.new_instance(WINDOW, across * floors)

    column_id, row_id = x[columns].astype(np.int32), y[rows].astype(np.int32)
    grid = rows[:, None], columns[None]
    canvas.labels[grid] = WINDOW
    canvas.instances[grid] = first + row_id[:, None] * across + column_id[None]
    panes = np.where(is_lit[..., None], lit, dark)[row_id[:, None], column_id[None]]
    # The sky's reflection brightens the upper part of a pane.
    panes *= (1.25 - 0.5 * (y[rows] % 1))[:, None, None]
    bar = (abs(y[rows] % 1 - bar_height) * pitch_y * canvas.height) < 0.5
    panes[_frame_mask(rows, canvas.stroke) | bar] = frame
    panes[:, _frame_mask(columns, canvas.stroke)] = frame
    canvas.photo[grid] = np.minimum(panes, 255)


def _frame_mask(positions: np.ndarray, stroke: int) -> np.ndarray:
    """True at the first ``stroke`` pixels of each run of consecutive positions."""
    mask = np.ones(len(positions), bool)
    # Part of a longer run: the pixel ``stroke`` places earlier belongs to it as well.
    mask[stroke:] = positions[stroke:] - positions[:-stroke] > stroke
    return mask


def draw_tree(canvas: Canvas, dice: Dice, x: float, base: float, height: float) -> None:
    """Draw a tree: a trunk and a crown of overlapping leafy disks, lit from one side, or a fir."""
    instance = canvas.new_instance(TREE)
    bark = dice.colour((42, 62, 92), 14)
    trunk = max(0.012, 0.055 * height)
    canvas.rectangle((x - trunk, base - 0.5 * height, x + trunk, base), bark, TREE, instance)
    canvas.paint_rectangle((x, base - 0.5 * height, x + trunk, base), scaled(bark, 0.6))
    crown = dice.colour(dice.choice(CROWNS), 16)
    if dice.chance(0.3):
        _fir(canvas, x, base, height, crown, instance)
        return
    radius, middle = 0.22 * height, base - 0.66 * height
    for _ in range(5):
        centre = x + dice.uniform(-1, 1) * radius, middle + dice.uniform(-1, 1) * radius
        size = radius * dice.uniform(0.65, 1.1)
        canvas.disk(centre, size, scaled(crown, dice.uniform(0.7, 0.95)), TREE, instance)
        lighter = centre[0] - 0.3 * size, centre[1] - 0.35 * size
        canvas.paint_disk(lighter, 0.55 * size, scaled(crown, dice.uniform(1.1, 1.4)))


def _fir(
    canvas: Canvas, x: float, base: float, height: float, crown: Colour, instance: int
) -> None:
    """Three stacked triangles, each with a shaded right half."""
    for level in range(3):
        top = base - height * (0.58 + 0.21 * level)
        bottom = top + 0.42 * height
        half = height * (0.27 - 0.06 * level)
        shade = 0.8 + 0.2 * level
        corners = ((x, top), (x - half, bottom), (x + half, bottom))
        canvas.polygon(corners, scaled(crown, shade), TREE, instance)
        canvas.paint_polygon(
            ((x, top), (x, bottom), (x + half, bottom)), scaled(crown, 0.7 * shade)
        )


def draw_car_side(canvas: Canvas, dice: Dice, x: float, base: float, length: float) -> None:
    """Draw a car from the side: body, cabin with two panes, wheels with hubs, lights."""
    instance = canvas.new_instance(CAR)
    paint = dice.colour(dice.choice(CAR_PAINTS), 18)
    height = length * dice.uniform(0.17, 0.21)
    wheel = 0.11 * length
    floor = base - 0.8 * wheel
    waist = floor - height
    roof = waist - height * dice.uniform(0.85, 1.1)
    end = x + length
    rear, front = x + dice.uniform(0.06, 0.22) * length, end - dice.uniform(0.16, 0.28) * length
    slope = 0.12 * length
    cabin = ((rear, waist), (rear + 0.7 * slope, roof), (front - slope, roof), (front, waist))
    canvas.polygon(cabin, paint, CAR, instance)
    canvas.rectangle((x, waist, end, floor), paint, CAR, instance)
    glass, sill = dice.colour((120, 96, 72), 20), roof + 0.2 * height
    inner = 0.05 * length
    pane = (
        (rear + inner, waist),
        (rear + 0.7 * slope + 0.5 * inner, sill),
        (front - slope - 0.5 * inner, sill),
        (front - inner, waist),
    )
    canvas.paint_polygon(pane, glass)
    middle = 0.5 * (rear + front)
    canvas.paint_rectangle((middle - 0.012, roof, middle + 0.012, waist), paint)
    canvas.paint_rectangle((x, floor - 0.3 * height, end, floor), scaled(paint, 0.6))
    canvas.paint_rectangle((x, waist, x + 0.05 * length, waist + 0.4 * height), (40, 30, 215))
    canvas.paint_rectangle((end - 0.06 * length, waist, end, waist + 0.4 * height), (190, 240, 255))
    for centre in (x + 0.22 * length, end - 0.22 * length):
        canvas.disk((centre, base - wheel), wheel, (30, 28, 26), CAR, instance)
        canvas.paint_disk((centre, base - wheel), 0.4 * wheel, (170, 170, 170))


def draw_car_rear(canvas: Canvas, dice: Dice, x: float, base: float, width: float) -> None:
    """Draw a car from behind: body, rear window, two lamps, number plate, tyres."""
    instance = canvas.new_instance(CAR)
    paint = dice.colour(dice.choice(CAR_PAINTS), 18)
    half, height = 0.5 * width, width * dice.uniform(0.36, 0.46)
    tyre = 0.1 * width
    floor = base - tyre
    waist = floor - height
    roof = waist - height * dice.uniform(0.65, 0.85)
    for side in (x - half, x + half - 2 * tyre):
        canvas.rectangle((side, floor - tyre, side + 2 * tyre, base), (28, 26, 25), CAR, instance)
    inset = 0.78 * half
    cabin = ((x - half, waist), (x - inset, roof), (x + inset, roof), (x + half, waist))
    canvas.polygon(cabin, scaled(paint, 0.9), CAR, instance)
    canvas.rectangle((x - half, waist, x + half, floor), paint, CAR, instance)
    sill = roof + 0.15 * height
    pane = ((x - 0.8 * half, waist), (x - 0.65 * half, sill), (x + 0.65 * half, sill))
    canvas.paint_polygon((*pane, (x + 0.8 * half, waist)), dice.colour((120, 96, 72), 20))
    lamp = (30, 25, 220) if dice.chance(0.6) else (200, 245, 255)
    low = waist + 0.4 * height
    canvas.paint_rectangle((x - half, waist + 0.1 * height, x - 0.6 * half, low), lamp)
    canvas.paint_rectangle((x + 0.6 * half, waist + 0.1 * height, x + half, low), lamp)
    canvas.paint_rectangle((x - half, floor - 0.22 * height, x + half, floor), scaled(paint, 0.55))
    plate = (x - 0.25 * half, low, x + 0.25 * half, low + 0.2 * height)
    canvas.paint_rectangle(plate, (225, 235, 235))


def draw_lamp(canvas: Canvas, dice: Dice, x: float, base: float, height: float) -> None:
    """Draw a street lamp: a pole, an arm to one side and a glowing head with a dark hood."""
    instance = canvas.new_instance(LIGHT)
    metal = dice.colour((62, 62, 60), 16)
    thick = max(1.0 / canvas.height, 0.012)
    top = base - height
    canvas.rectangle((x, top, x + thick, base), metal, LIGHT, instance)
    canvas.rectangle((x - thick, base - 0.04, x + 2 * thick, base), metal, LIGHT, instance)
    reach = height * dice.uniform(0.12, 0.22) * (1 if dice.chance(0.5) else -1)
    arm = sorted((x, x + reach))
    canvas.rectangle((arm[0], top, arm[1] + thick, top + thick), metal, LIGHT, instance)
    head = x + reach
    radius = 0.035
    glow = dice.colour((150, 225, 250), 14)
    canvas.disk((head, top + radius), radius, glow, LIGHT, instance)
    canvas.paint_rectangle((head - radius, top, head + radius, top + thick), scaled(metal, 0.6))


def draw_sun(canvas: Canvas, dice: Dice, x: float, y: float) -> None:
    """Draw the sun: a halo over the sky (still sky), a disk with a brighter core."""
    radius = dice.uniform(0.055, 0.085)
    glow = dice.colour((90, 190, 245), 20)
    for factor, weight in ((2.2, 0.25), (1.6, 0.35)):
        halo = canvas.photo.copy()
        point = canvas.pixels(x), canvas.pixels(y)
        cv2.circle(halo, point, canvas.pixels(factor * radius), glow, -1)
        cv2.addWeighted(halo, weight, canvas.photo, 1 - weight, 0, dst=canvas.photo)
    canvas.disk((x, y), radius, scaled(glow, 1.05), LIGHT, canvas.new_instance(LIGHT))
    canvas.paint_disk((x, y), 0.6 * radius, (215, 245, 255))
