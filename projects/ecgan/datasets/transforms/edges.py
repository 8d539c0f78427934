"""Edge maps of photos and label maps, and boundaries between instances.

The Canny recipe is the one of the authors' MATLAB script: grey image, 5x5 Gaussian, Sobel,
non-maximum suppression in 4 directions, two thresholds relative to the largest suppressed
magnitude, one pass of 8-neighbour hysteresis.

Deviations: of two neighbours with exactly equal magnitude OpenCV keeps one where the recipe keeps
both; gradients are rounded to 1/32000 of the largest; outside the picture its border is repeated.
"""

import cv2
import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ...errors import ConfigError

GAUSSIAN = (
    np.array(
        [
            [2, 4, 5, 4, 2],
            [4, 9, 12, 9, 4],
            [5, 12, 15, 12, 5],
            [4, 9, 12, 9, 4],
            [2, 4, 5, 4, 2],
        ],
        np.float32,
    )
    / 159
)
# dx^2 + dy^2 of the largest gradients must fit OpenCV's 32-bit integers.
_GRADIENT_RANGE = 32000
_NEIGHBOURS = np.ones((3, 3), np.uint8)


def canny_edges(photo: np.ndarray, low: float = 0.075, high: float = 0.175) -> np.ndarray:
    """Canny edges of a photo.

    Args:
        photo: (H, W, 3) uint8 in BGR, or (H, W) uint8.
        low: Lower threshold, relative to the largest magnitude; a pixel above it is an edge if one
            of its 8 neighbours is above ``high``.
        high: Upper threshold, relative to the largest magnitude.

    Returns:
        (H, W) uint8, 255 on edges and 0 elsewhere.
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY) if photo.ndim == 3 else photo
    smooth = cv2.filter2D(grey, cv2.CV_32F, GAUSSIAN, borderType=cv2.BORDER_REPLICATE)
    dx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, borderType=cv2.BORDER_REPLICATE)
    dy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, borderType=cv2.BORDER_REPLICATE)
    steepest = max(cv2.norm(dx, cv2.NORM_INF), cv2.norm(dy, cv2.NORM_INF))
    # In a flat photo rounding leaves gradients around 1e-5; a true one is 1/159 or more.
    if steepest < 1e-3:
        return np.zeros_like(grey)
    # The steepest pixel survives suppression, so it is the largest suppressed magnitude too.
    largest = float(cv2.magnitude(dx, dy).max()) * _GRADIENT_RANGE / steepest
    dx = np.rint(dx * (_GRADIENT_RANGE / steepest)).astype(np.int16)
    dy = np.rint(dy * (_GRADIENT_RANGE / steepest)).astype(np.int16)
    # Equal thresholds leave OpenCV's own hysteresis (any number of passes) nothing to do.
    weak, strong = (
        cv2.Canny(dx, dy, level * largest, level * largest, L2gradient=True)
        for level in (low, high)
    )
    return weak & cv2.dilate(strong, _NEIGHBOURS)


def boundary_map(ids: np.ndarray, thin: bool = False) -> np.ndarray:
    """Pixels that have a 4-neighbour with another id; outside the picture is no neighbour.

    Args:
        ids: (H, W) whole numbers.
        thin: Whether only the neighbours to the right and below count: a line of one pixel.

    Returns:
        (H, W) uint8, 1 on the boundary (on both its sides, or on its left or upper one where it is
        thin) and 0 elsewhere.
    """
    boundary = np.zeros(ids.shape, bool)
    beside, below = ids[:, 1:] != ids[:, :-1], ids[1:] != ids[:-1]
    boundary[:, :-1] |= beside
    boundary[:-1] |= below
    if not thin:
        boundary[:, 1:] |= beside
        boundary[1:] |= below
    return boundary.view(np.uint8)


def add_map(results: dict, key: str, values: np.ndarray) -> dict:
    """Put a map into the results and into the list of what geometry moves."""
    results[key] = values
    fields = results.setdefault('seg_fields', [])
    if key not in fields:
        fields.append(key)
    return results


@TRANSFORMS.register_module()
class CannyEdges(BaseTransform):
    """Add ``gt_edge_map``, the Canny edges of ``img``, see :func:`canny_edges`.

    Args:
        low: Lower threshold, relative to the largest magnitude.
        high: Upper threshold, relative to the largest magnitude.

    Raises:
        ConfigError: Not 0 < low <= high < 1.
    """

    def __init__(self, low: float = 0.075, high: float = 0.175) -> None:
        if not 0 < low <= high < 1:
            raise ConfigError(f'thresholds must be 0 < low <= high < 1, got low={low}, high={high}')
        self.low, self.high = low, high

    def transform(self, results: dict) -> dict:
        """Add the edges of the photo as it is at this place of the pipeline.

        Raises:
            ConfigError: There is no photo.
        """
        if 'img' not in results:
            raise ConfigError(
                'CannyEdges needs a photo: give the data set img_dir, or take LabelEdges instead'
            )
        return add_map(results, 'gt_edge_map', canny_edges(results['img'], self.low, self.high))

    def __repr__(self) -> str:
        return f'{type(self).__name__}(low={self.low}, high={self.high})'


@TRANSFORMS.register_module()
class LabelEdges(BaseTransform):
    """Add ``gt_edge_map``, 255 where a 4-neighbour has another label, see :func:`boundary_map`.

    For data without photos' edges, and as the lower bound of what edges can tell: they then hold
    nothing that the layout does not. With ``add`` they complete those of the photo, which shows an
    outline only where the colours differ enough.

    Unknown (255) is an id like every other: what was not labelled is something else than what it
    borders on, and its outline is in the photo as that of a class is.

    Place it behind the geometry, where lines stay whole and of one width; edges of the photo may be
    taken before.

    Args:
        thin: Whether only the neighbours to the right and below count: a line of one pixel in
            place of two, as wide as those of :class:`CannyEdges`.
        instances: Whether a neighbour of another instance makes an edge, too, where the sample has
            ``gt_instance_map``.
        add: Whether the edges that are there already stay; else these take their place.
    """

    def __init__(self, thin: bool = False, instances: bool = False, add: bool = False) -> None:
        self.thin, self.instances, self.add = thin, instances, add

    def transform(self, results: dict) -> dict:
        """Add the edges of the label map.

        Raises:
            ConfigError: There are no edges that these could be added to.
        """
        if self.add and 'gt_edge_map' not in results:
            raise ConfigError(
                'LabelEdges(add=True) needs edges to add to: put CannyEdges or LoadEdgeMap before '
                'it, or leave add out'
            )
        names = ('gt_seg_map', *['gt_instance_map'] * self.instances)
        maps = [boundary_map(results[name], self.thin) for name in names if name in results]
        edges = np.bitwise_or.reduce(maps) * np.uint8(255)
        if self.add:
            edges |= results['gt_edge_map']
        return add_map(results, 'gt_edge_map', edges)

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(thin={self.thin}, instances={self.instances}, add={self.add})'
        )


@TRANSFORMS.register_module()
class InstanceBoundary(BaseTransform):
    """Add ``gt_boundary_map``, 1 where a 4-neighbour has another instance id, see `boundary_map`.

    Place it behind the geometry: a boundary of the resized map is whole, a resized boundary is not.

    Args:
        source: Map that tells instances apart; ``gt_seg_map`` where there are no instance maps:
            then regions of a class have a boundary, and objects of a class that touch have none.
    """

    def __init__(self, source: str = 'gt_instance_map') -> None:
        self.source = source

    def transform(self, results: dict) -> dict:
        """Add the boundary.

        Raises:
            ConfigError: There is no such map.
        """
        if self.source not in results:
            raise ConfigError(
                f'InstanceBoundary needs {self.source!r}: put LoadInstanceMap before it, set its '
                "source to 'gt_seg_map', or set with_boundary=False in the model and leave this "
                'transform out'
            )
        return add_map(results, 'gt_boundary_map', boundary_map(results[self.source]))
