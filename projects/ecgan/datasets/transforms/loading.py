"""Photos, label, instance and edge maps from files.

``mmseg.LoadAnnotations`` reads label maps too, but does not name an unreadable file, cuts 16-bit
ids down to 8 bits, and lets a label map of another size than the photo's pass into ``Resize``,
which then hides the mistake. These loaders stop with the file's name instead.
"""

import mmcv
import mmengine.fileio as fileio
import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform, LoadImageFromFile

from ...errors import ConfigError, DataError


def read_map(
    path: str, photo_shape: tuple[int, int] | None, backend_args: dict | None
) -> np.ndarray:
    """Read a one-channel picture with its values unchanged (palette indices, 8 or 16 bits).

    Args:
        path: The file.
        photo_shape: Height and width of the photo that it belongs to; None: not checked.
        backend_args: Where files come from, see ``mmengine.fileio``.

    Returns:
        (H, W) array of uint8 or, where the file has more bits, int32.

    Raises:
        DataError: The file is not a picture, has several channels, or another size than the photo.
        FileNotFoundError: There is no such file.
    """
    content = fileio.get(path, backend_args=backend_args)
    try:
        # Pillow leaves the indices of a palette alone; OpenCV would turn them into colours.
        values = mmcv.imfrombytes(content, flag='unchanged', backend='pillow')
    except Exception as error:
        raise DataError(f'cannot read {path} as a picture') from error
    if values.ndim != 2:
        raise DataError(
            f'{path} must hold ids in one channel, but is an array of shape {values.shape}; '
            'convert a coloured map to ids first'
        )
    if photo_shape is not None and values.shape != tuple(photo_shape):
        raise DataError(
            f'{path} is {values.shape[1]}x{values.shape[0]} pixels, but its photo is '
            f'{photo_shape[1]}x{photo_shape[0]} (width x height)'
        )
    return values if values.dtype == np.uint8 else values.astype(np.int32)


@TRANSFORMS.register_module()
class LoadPhoto(LoadImageFromFile):
    """mmcv's ``LoadImageFromFile`` where the sample has a photo; nothing where it has none."""

    def transform(self, results: dict) -> dict:
        """Load ``img`` (H, W, 3) uint8 BGR from ``img_path``."""
        return super().transform(results) if 'img_path' in results else results


class _LoadMap(BaseTransform):
    """Load one map of a sample into ``results`` and enter it in ``seg_fields``.

    Args:
        backend_args: Where files come from, see ``mmengine.fileio``.
    """

    path_key: str
    map_key: str

    def __init__(self, backend_args: dict | None = None) -> None:
        self.backend_args = backend_args

    def transform(self, results: dict) -> dict:
        """Read the file, convert it, and add it to the maps that geometry moves.

        Raises:
            ConfigError: The data set has no folder for this kind of map.
        """
        if self.path_key not in results:
            raise ConfigError(
                f'{type(self).__name__} needs {self.path_key!r} in the sample: give the data set '
                'the folder of these maps, or leave this transform out'
            )
        photo_shape = results['img'].shape[:2] if 'img' in results else None
        values = read_map(results[self.path_key], photo_shape, self.backend_args)
        results[self.map_key] = self.convert(values, results)
        results.setdefault('seg_fields', []).append(self.map_key)
        return results

    def convert(self, values: np.ndarray, results: dict) -> np.ndarray:
        """Values of the file to values of the map."""
        return values

    def __repr__(self) -> str:
        return f'{type(self).__name__}(backend_args={self.backend_args})'


@TRANSFORMS.register_module()
class LoadLabelMap(_LoadMap):
    """Load ``gt_seg_map`` (H, W) from ``seg_map_path``.

    Where the data set sets ``reduce_zero_label``, as ADE20K does, 0 becomes unknown (255) and
    every other id one less.
    """

    path_key = 'seg_map_path'
    map_key = 'gt_seg_map'

    def convert(self, values: np.ndarray, results: dict) -> np.ndarray:
        """Apply ``reduce_zero_label``."""
        if results.get('reduce_zero_label', False):
            values = np.where((values == 0) | (values == 255), 255, values - 1).astype(values.dtype)
        return values


@TRANSFORMS.register_module()
class LoadInstanceMap(_LoadMap):
    """Load ``gt_instance_map`` (H, W), uint8 or int32, from ``instance_path``, unchanged."""

    path_key = 'instance_path'
    map_key = 'gt_instance_map'


@TRANSFORMS.register_module()
class LoadEdgeMap(_LoadMap):
    """Load ``gt_edge_map`` (H, W) uint8 from ``edge_path``: 255 wherever the file is not 0."""

    path_key = 'edge_path'
    map_key = 'gt_edge_map'

    def convert(self, values: np.ndarray, results: dict) -> np.ndarray:
        """Spread to 0 and 255."""
        return np.where(values > 0, 255, 0).astype(np.uint8)
