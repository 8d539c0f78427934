"""A layout warped for the generator alone (arXiv 2011.12636, on label map warping).

The generator is given object shapes that are a little wrong, while photo, edges and the layout that
the discriminator and every loss compare with stay right: so the generator learns shapes that it is
not told exactly.

Deviation: displacements are Gaussian noise on a coarse grid, enlarged with cubic weights, in place
of thin-plate splines through displaced control points. Both are smooth and random.
"""

import cv2
import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ...errors import ConfigError
from .edges import add_map, boundary_map


def displacement(noise: np.ndarray, size: tuple[int, int], deviation: float) -> np.ndarray:
    """A smooth field of displacements.

    Args:
        noise: (rows, columns, 2), drawn from N(0, 1), along x and along y.
        size: Height and width H, W of the field.
        deviation: What noise of 1 moves by, in shares of the shorter side.

    Returns:
        (H, W, 2) float32, in pixels.
    """
    field = cv2.resize(noise.astype(np.float32), size[::-1], interpolation=cv2.INTER_CUBIC)
    return field * (deviation * min(size))


def warp(ids: np.ndarray, field: np.ndarray) -> np.ndarray:
    """Take every pixel from where a field points to, rounded to a pixel inside the map.

    Args:
        ids: (H, W) of any type.
        field: (H, W, 2) displacements along x and along y, in pixels.

    Returns:
        (H, W): ``ids`` at (y + round(dy), x + round(dx)).
    """
    height, width = ids.shape
    x, y = (np.rint(field[..., axis]).astype(np.int64) for axis in (0, 1))
    rows = np.clip(np.arange(height)[:, None] + y, 0, height - 1)
    columns = np.clip(np.arange(width) + x, 0, width - 1)
    return ids[rows, columns]


@TRANSFORMS.register_module()
class WarpLayout(BaseTransform):
    """Add ``generator_seg_map``, the label map warped; the generator gets it in training.

    Where there is a ``gt_boundary_map``, ``generator_boundary_map`` is that of warped instances.
    For pipelines of training, behind the geometry and behind ``InstanceBoundary``.

    Args:
        deviation: Standard deviation of the displacements, in shares of the shorter side.
        grid: Rows and columns of independent displacements: more are finer distortions.
        probability: How often a layout is warped; otherwise the generator gets it as it is.
        source: Map that tells instances apart, as ``InstanceBoundary`` has it.

    Raises:
        ConfigError: An argument is out of range.
    """

    def __init__(
        self,
        deviation: float = 0.03,
        grid: int = 4,
        probability: float = 1.0,
        source: str = 'gt_instance_map',
    ) -> None:
        if not (deviation > 0 and grid >= 2 and 0 < probability <= 1):
            raise ConfigError(
                'WarpLayout needs deviation > 0, grid >= 2 and 0 < probability <= 1, got '
                f'deviation={deviation}, grid={grid}, probability={probability}'
            )
        self.deviation, self.grid = deviation, grid
        self.probability, self.source = probability, source

    def transform(self, results: dict) -> dict:
        """Add the warped maps.

        Raises:
            ConfigError: There is a boundary, but no map of instances to warp.
        """
        labels, with_boundary = results['gt_seg_map'], 'gt_boundary_map' in results
        if with_boundary and self.source not in results:
            raise ConfigError(
                f"WarpLayout needs {self.source!r} for the boundary; set its source to 'gt_seg_map'"
                ' where there are no instance maps, as for InstanceBoundary'
            )
        noise = np.zeros((self.grid, self.grid, 2))
        if np.random.random() < self.probability:
            noise = np.random.normal(size=noise.shape)
        field = displacement(noise, labels.shape, self.deviation)
        add_map(results, 'generator_seg_map', warp(labels, field))
        if with_boundary:
            boundary = boundary_map(warp(results[self.source], field))
            add_map(results, 'generator_boundary_map', boundary)
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(deviation={self.deviation}, grid={self.grid}, '
            f'probability={self.probability}, source={self.source!r})'
        )
