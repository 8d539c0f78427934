"""The sheet that procedural scenes are drawn on: photo, label map and instance map in one."""

from collections.abc import Sequence

import cv2
import numpy as np

SCENE_CLASSES = ('sky', 'road', 'grass', 'building', 'window', 'tree', 'car', 'light')
SKY, ROAD, GRASS, BUILDING, WINDOW, TREE, CAR, LIGHT = range(len(SCENE_CLASSES))

#: RGB colours of the label map, after Cityscapes where it has the class.
SCENE_PALETTE = (
    (70, 130, 180), (128, 64, 128), (152, 251, 152), (150, 90, 70), (102, 102, 180),
    (60, 120, 35), (0, 0, 142), (250, 220, 0),
)  # fmt: skip

#: Instance ids follow Cityscapes: a pixel of a class without instances carries its label, the
#: k-th object of the class ``c`` carries ``c * INSTANCE_STEP + k``.
INSTANCE_STEP = 1000

Colour = tuple[float, float, float]


class Canvas:
    """Photo, label map and instance map that are painted together.

    Geometry is given in fractions of the picture's height, so a scene keeps its composition at any
    size: a point is ``(x, y)`` with y in [0, 1] and x in [0, ``aspect``].

    Args:
        height: Height in pixels.
        width: Width in pixels.

    Attributes:
        photo: (H, W, 3) uint8, BGR.
        labels: (H, W) uint8, class ids.
        instances: (H, W) int32, instance ids.
        aspect: Width in fractions of the height.
        stroke: Width of a thin line in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self.photo = np.zeros((height, width, 3), np.uint8)
        self.labels = np.zeros((height, width), np.uint8)
        self.instances = np.zeros((height, width), np.int32)
        self.aspect = width / height
        self.stroke = max(1, round(height / 96))
        self._objects = [0] * len(SCENE_CLASSES)

    def new_instance(self, label: int, count: int = 1) -> int:
        """Reserve ``count`` consecutive instance ids of a class and return the first."""
        first = self._objects[label]
        self._objects[label] += count
        return label * INSTANCE_STEP + first

    def pixels(self, value: float) -> int:
        """Fraction of the height in whole pixels."""
        return round(value * self.height)

    def rectangle(
        self, box: Sequence[float], colour: Colour, label: int, instance: int | None = None
    ) -> None:
        """Fill the rectangle ``(x0, y0, x1, y1)``, right and bottom edge excluded."""
        x0, y0, x1, y1 = (max(0, self.pixels(value)) for value in box)
        self.photo[y0:y1, x0:x1] = colour
        self.labels[y0:y1, x0:x1] = label
        self.instances[y0:y1, x0:x1] = label if instance is None else instance

    def polygon(
        self,
        points: Sequence[Sequence[float]],
        colour: Colour,
        label: int,
        instance: int | None = None,
    ) -> None:
        """Fill a convex polygon given by its corners ``(x, y)``."""
        corners = self.paint_polygon(points, colour)
        cv2.fillConvexPoly(self.labels, corners, label)
        cv2.fillConvexPoly(self.instances, corners, label if instance is None else instance)

    def disk(
        self,
        centre: Sequence[float],
        radius: float,
        colour: Colour,
        label: int,
        instance: int | None = None,
    ) -> None:
        """Fill a disk."""
        disk = self.paint_disk(centre, radius, colour)
        cv2.circle(self.labels, *disk, label, -1)
        cv2.circle(self.instances, *disk, label if instance is None else instance, -1)

    def paint_disk(
        self, centre: Sequence[float], radius: float, colour: Colour
    ) -> tuple[tuple[int, int], int]:
        """Fill a disk on the photo alone; returns its centre and radius in pixels."""
        disk = (self.pixels(centre[0]), self.pixels(centre[1])), max(1, self.pixels(radius))
        cv2.circle(self.photo, *disk, colour, -1)
        return disk

    def paint_rectangle(self, box: Sequence[float], colour: Colour) -> None:
        """Fill a rectangle on the photo alone, at least one pixel in each direction."""
        x0, y0, x1, y1 = (self.pixels(value) for value in box)
        x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
        self.photo[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = colour

    def paint_polygon(self, points: Sequence[Sequence[float]], colour: Colour) -> np.ndarray:
        """Fill a convex polygon on the photo alone; returns its corners in pixels."""
        corners = np.rint(np.asarray(points) * self.height).astype(np.int32)
        cv2.fillConvexPoly(self.photo, corners, colour)
        return corners


class Dice:
    """Random numbers of one scene's composition, by name of what is drawn."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator

    def uniform(self, low: float, high: float) -> float:
        """Number in [low, high)."""
        return low + (high - low) * self.generator.random()

    def integer(self, low: int, high: int) -> int:
        """Whole number from low to high, both included."""
        return low + int((high - low + 1) * self.generator.random())

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.generator.random() < probability

    def choice(self, options: Sequence) -> object:
        """One of the options."""
        return options[int(len(options) * self.generator.random())]

    def colour(self, base: Colour, spread: float = 18.0) -> Colour:
        """A BGR colour near ``base``: a common change of brightness and a smaller one of hue."""
        steps = (2 * self.generator.random(4) - 1).tolist()
        return tuple(
            min(255.0, max(0.0, value + spread * (steps[3] + 0.5 * step)))
            for value, step in zip(base, steps)
        )


def scaled(colour: Colour, factor: float) -> Colour:
    """The colour, lighter (factor > 1) or darker."""
    return tuple(min(255.0, channel * factor) for channel in colour)
