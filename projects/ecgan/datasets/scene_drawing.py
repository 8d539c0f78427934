"""Street-like scenes drawn from an index and a seed: no files, no network, no two alike.

A scene is composed from back to front (sky, sun, houses, grass, road, then trees, lamps and cars by
distance), with random colours for each object. Every class has an inner structure of its own
(gradient and clouds, lane marks, blades, bricks or boards, frames, leaves, ...), so that the edges
of the photo carry more than the class boundaries.
"""

import cv2
import numpy as np

from ..errors import ConfigError
from .scene_canvas import GRASS, ROAD, SKY, Canvas, Colour, Dice, scaled
from .scene_objects import (
    draw_building,
    draw_car_rear,
    draw_car_side,
    draw_lamp,
    draw_sun,
    draw_tree,
)

MIN_SIZE = 16

# Top of the sky and sky at the horizon, BGR.
_SKIES = (
    ((205, 130, 60), (245, 215, 180)),
    ((190, 150, 110), (225, 220, 210)),
    ((150, 80, 70), (120, 175, 250)),
    ((225, 170, 110), (250, 240, 225)),
    ((110, 60, 40), (170, 130, 130)),
)
# Strength of the photo's grain for each class: fine noise, and noise in clumps.
_FINE_GRAIN = np.array([0.01, 0.06, 0.10, 0.035, 0.02, 0.10, 0.015, 0.0], np.float32)
_CLUMP_GRAIN = np.array([0.0, 0.03, 0.16, 0.03, 0.0, 0.26, 0.0, 0.0], np.float32)


def draw_scene(
    index: int, seed: int, size: tuple[int, int] = (64, 64)
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw one scene. The same arguments give the same arrays, in any process and in any order.

    The random stream is Philox with the seed as the key and the index in the counter, so two
    scenes share no random number unless both index and seed agree. The composition does not depend
    on the size: the same scene at another size shows the same objects.

    Args:
        index: Number of the scene, 0 or more.
        seed: Number of the endless series of scenes, 0 or more.
        size: Height and width in pixels, at least 16 each.

    Returns:
        Photo (H, W, 3) uint8 in BGR; label map (H, W) uint8 with the positions in
        ``SCENE_CLASSES``; instance map (H, W) int32, where a pixel of sky, road or grass has its
        label and an object of class ``c`` has ``1000 * c + k``.

    Raises:
        ValueError: Index or seed is negative, or the size is too small.
    """
    if index < 0 or seed < 0:
        raise ValueError(f'index and seed must be 0 or more, got index={index}, seed={seed}')
    height, width = size
    if min(height, width) < MIN_SIZE:
        raise ConfigError(f'size (height, width) must be at least {MIN_SIZE} each, got {size}')
    canvas = Canvas(height, width)
    dice = Dice(np.random.Generator(np.random.Philox(key=seed, counter=[0, index, 0, 0])))
    grain = np.random.Generator(np.random.Philox(key=seed, counter=[0, index, 1, 0]))
    horizon = dice.uniform(0.44, 0.58)
    _draw_sky(canvas, dice, horizon)
    _draw_houses(canvas, dice, horizon)
    meadow = dice.colour((62, 150, 88), 22)
    canvas.rectangle((0, horizon, canvas.aspect, 1), meadow, GRASS)
    _draw_tufts(canvas, dice, horizon, meadow)
    if dice.chance(0.5):
        _draw_street_along(canvas, dice, horizon)
    else:
        _draw_street_across(canvas, dice, horizon)
    _add_grain(canvas, grain)
    return canvas.photo, canvas.labels, canvas.instances


def draw_unknown(index: int, seed: int, size: tuple[int, int], ratio: float) -> np.ndarray:
    """Blobs of pixels without a class, as a careless annotator would leave them: (H, W) bool.

    The scene is that of :func:`draw_scene`; ``ratio``, in [0, 1), is the part of the pixels that is
    unknown, met to the nearest pixel.
    """
    height, width = size
    generator = np.random.Generator(np.random.Philox(key=seed, counter=[0, index, 2, 0]))
    noise = generator.random((9, 9), dtype=np.float32)
    field = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC).ravel()
    count = round(ratio * field.size)
    mask = np.zeros(field.size, bool)
    mask[np.argpartition(field, field.size - count)[field.size - count :] if count else []] = True
    return mask.reshape(height, width)


def _draw_sky(canvas: Canvas, dice: Dice, horizon: float) -> None:
    """Gradient, clouds with a sharp edge, and the sun in about half of the scenes."""
    canvas.labels[:] = SKY
    canvas.instances[:] = SKY
    top, low = (np.array(dice.colour(c, 20), np.float32) for c in dice.choice(_SKIES))
    rows = max(2, canvas.pixels(horizon))
    blend = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    canvas.photo[:rows] = top + (low - top) * blend
    if dice.chance(0.55):
        draw_sun(canvas, dice, dice.uniform(0.1, 0.9) * canvas.aspect, dice.uniform(0.08, 0.25))
    cover = dice.uniform(0.3, 1.2)
    noise = dice.generator.random((6, 6), dtype=np.float32)
    clouds = cv2.resize(noise, (canvas.width, rows), interpolation=cv2.INTER_CUBIC)
    opacity = np.clip((clouds - cover) * 6, 0, 0.75)[..., None]
    opacity *= (canvas.labels[:rows] == SKY)[..., None]
    sheet = canvas.photo[:rows]
    sheet[:] = sheet + (np.float32(dice.uniform(215, 250)) - sheet) * opacity


def _draw_houses(canvas: Canvas, dice: Dice, horizon: float) -> None:
    """A row of house fronts on the horizon, with gaps."""
    x = dice.uniform(-0.15, 0.1)
    while x < canvas.aspect:
        right = x + dice.uniform(0.2, 0.4)
        if dice.chance(0.82):
            top = horizon - dice.uniform(0.18, 0.42)
            draw_building(canvas, dice, x, right, top, horizon + 0.01)
        x = right + (dice.uniform(0.03, 0.15) if dice.chance(0.4) else 0.0)


def _draw_tufts(canvas: Canvas, dice: Dice, horizon: float, meadow: Colour) -> None:
    """Blades of grass, light and dark, and now and then a flower."""
    count = round(70 * canvas.aspect)
    x = (dice.generator.random(count) * canvas.width).astype(np.int64)
    y = ((horizon + (1 - horizon) * dice.generator.random(count)) * canvas.height).astype(np.int64)
    shade = np.array([scaled(meadow, 0.45), scaled(meadow, 1.45), (120, 220, 240)], np.float32)
    colours = shade[np.searchsorted((0.55, 0.93), dice.generator.random(count))]
    for step in range(max(2, canvas.pixels(0.03))):
        for side in range(canvas.stroke):
            rows, columns = (y - step).clip(0), (x + side).clip(max=canvas.width - 1)
            canvas.photo[rows, columns] = colours


def _draw_street_along(canvas: Canvas, dice: Dice, horizon: float) -> None:
    """A street towards the horizon, with trees and lamps beside it and cars seen from behind."""
    vanish = dice.uniform(0.3, 0.7) * canvas.aspect
    centre = dice.uniform(0.35, 0.65) * canvas.aspect
    half = dice.uniform(0.35, 0.55)
    asphalt = dice.colour((98, 94, 92), 20)

    def point(side: float, depth: float) -> tuple[float, float]:
        """Point of the street; side -1 (left kerb) to 1, depth 0 (horizon) to 1 (near)."""
        x = vanish + (centre - vanish) * depth + side * half * (0.04 + 0.96 * depth)
        return x, horizon + (1.02 - horizon) * depth

    def strip(side: float, width: float, near: float, far: float) -> tuple:
        return (
            point(side - width, far),
            point(side + width, far),
            point(side + width, near),
            point(side - width, near),
        )

    canvas.polygon(strip(0, 1, 1, 0), asphalt, ROAD)
    mark = dice.colour((225, 232, 235), 12)
    for side in (-0.93, 0.93):
        canvas.paint_polygon(strip(side, 0.025, 1, 0), mark)
    for near in (1.05, 0.68, 0.44, 0.28, 0.17):
        canvas.paint_polygon(strip(0, 0.03, near, 0.76 * near), mark)

    placed = []
    for _ in range(dice.integer(2, 5)):
        depth, side = dice.uniform(0.05, 0.6), dice.choice((-1, 1))
        x, base = point(side * dice.uniform(1.35, 2.6), depth)
        placed.append((base, draw_tree, x, dice.uniform(0.3, 0.42) * (0.6 + depth)))
    for _ in range(dice.integer(0, 2)):
        depth, side = dice.uniform(0.1, 0.5), dice.choice((-1.15, 1.15))
        x, base = point(side, depth)
        placed.append((base, draw_lamp, x, 0.32 + 0.5 * depth))
    for side in (-0.5, 0.5):
        if dice.chance(0.6):
            depth = dice.uniform(0.25, 0.85)
            x, base = point(side, depth)
            placed.append((base, draw_car_rear, x, 0.75 * half * (0.08 + 0.92 * depth)))
    _draw_by_distance(canvas, dice, placed)


def _draw_street_across(canvas: Canvas, dice: Dice, horizon: float) -> None:
    """A street from left to right, trees and lamps before and behind it, cars from the side."""
    upper = horizon + dice.uniform(0.06, 0.14)
    lower = min(1.05, upper + dice.uniform(0.24, 0.36))
    asphalt = dice.colour((98, 94, 92), 20)
    canvas.rectangle((0, upper, canvas.aspect, lower), asphalt, ROAD)
    kerb = scaled(asphalt, 1.6)
    canvas.paint_rectangle((0, upper, canvas.aspect, upper + 0.018), kerb)
    canvas.paint_rectangle((0, lower - 0.018, canvas.aspect, lower), kerb)
    mark = dice.colour((225, 232, 235), 12)
    middle, x = 0.5 * (upper + lower), dice.uniform(-0.1, 0)
    period = dice.uniform(0.16, 0.24)
    while x < canvas.aspect:
        canvas.paint_rectangle((x, middle - 0.008, x + 0.55 * period, middle + 0.012), mark)
        x += period

    placed = []
    for _ in range(dice.integer(2, 5)):
        front = dice.chance(0.3) and lower < 0.95
        base = dice.uniform(lower + 0.03, 1.02) if front else dice.uniform(horizon, upper)
        x = dice.uniform(0, 1) * canvas.aspect
        placed.append((base, draw_tree, x, dice.uniform(0.3, 0.42) * (1.25 if front else 1.0)))
    for _ in range(dice.integer(0, 2)):
        base, x = upper + 0.01, dice.uniform(0.05, 0.95) * canvas.aspect
        placed.append((base, draw_lamp, x, dice.uniform(0.34, 0.46)))
    for base in (middle - 0.02, lower - 0.05):
        if dice.chance(0.65):
            x = dice.uniform(-0.1, 0.85) * canvas.aspect
            placed.append((base, draw_car_side, x, dice.uniform(0.28, 0.38)))
    _draw_by_distance(canvas, dice, placed)


def _draw_by_distance(canvas: Canvas, dice: Dice, placed: list[tuple]) -> None:
    """Draw the things of the list (base, function, x, size), the farthest first."""
    for base, draw, x, extent in sorted(placed, key=lambda thing: thing[0]):
        draw(canvas, dice, x, base, extent)


def _add_grain(canvas: Canvas, generator: np.random.Generator) -> None:
    """Multiply the photo by noise whose strength and coarseness depend on the class."""
    height, width = canvas.height, canvas.width
    fine = generator.random((height, width), dtype=np.float32) * 2 - 1
    cells = 24, max(8, round(24 * canvas.aspect))
    clump = generator.random(cells, dtype=np.float32) * 2 - 1
    clump = cv2.resize(clump, (width, height), interpolation=cv2.INTER_LINEAR)
    shade = 1 + fine * _FINE_GRAIN[canvas.labels] + clump * _CLUMP_GRAIN[canvas.labels]
    shaded = canvas.photo * shade[..., None]
    np.clip(shaded, 0, 255, out=shaded)
    canvas.photo = shaded.astype(np.uint8)
