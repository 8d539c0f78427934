"""Photos, label, instance and edge maps from files.

``mmseg.LoadAnnotations`` reads label maps too, but does not name an unreadable file, cuts 16-bit
ids down to 8 bits, and lets a label map of another size than the photo's pass into ``Resize``,
which then hides the mistake. These loaders stop with the file's name instead. How a file becomes
ids is :mod:`projects.ecgan.datasets.label_maps`' business.
"""

import mmengine.fileio as fileio
import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform, LoadImageFromFile

from ...errors import ConfigError, DataError
from ..label_maps import LabelCoding, map_values

_TURNED = (
    '; turned by 90 degrees it would fit: photos are read as they are displayed (EXIF orientation)'
)


def read_map(
    path: str, photo_shape: tuple[int, int] | None, backend_args: dict | None
) -> np.ndarray:
    """Read a map with its values unchanged, see :func:`~projects.ecgan.datasets.map_values`.

    Args:
        path: The file.
        photo_shape: Height and width of the photo that it belongs to; None: not checked.
        backend_args: Where files come from, see ``mmengine.fileio``.

    Returns:
        Ids (H, W) or RGB colours (H, W, 3), uint8 or int32.

    Raises:
        DataError: The file cannot be read, holds no whole numbers, or another size than the photo.
        FileNotFoundError: There is no such file.
    """
    values = map_values(fileio.get(path, backend_args=backend_args), path)
    if photo_shape is not None and values.shape[:2] != tuple(photo_shape):
        hint = _TURNED if values.shape[:2] == tuple(photo_shape)[::-1] else ''
        raise DataError(
            f'{path} is {values.shape[1]}x{values.shape[0]} pixels, but its photo is '
            f'{photo_shape[1]}x{photo_shape[0]} (width x height){hint}'
        )
    return values


@TRANSFORMS.register_module()
class LoadPhoto(LoadImageFromFile):
    """mmcv's ``LoadImageFromFile`` where the sample has a photo; nothing where it has none.

    Photos are read as they are displayed: an EXIF orientation is applied.
    """

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
        return LabelCoding().ids(values, results[self.path_key])

    def __repr__(self) -> str:
        return f'{type(self).__name__}(backend_args={self.backend_args})'


@TRANSFORMS.register_module()
class LoadLabelMap(_LoadMap):
    """Load ``gt_seg_map`` (H, W) from ``seg_map_path``: what the file means by its data set.

    That is the sample's ``label_coding`` (a :class:`~projects.ecgan.datasets.LabelCoding`), or,
    of another data set, its ``reduce_zero_label``.
    """

    path_key = 'seg_map_path'
    map_key = 'gt_seg_map'

    def convert(self, values: np.ndarray, results: dict) -> np.ndarray:
        """Values of the file to ids of the layout."""
        coding = results.get('label_coding') or LabelCoding(
            reduce_zero_label=results.get('reduce_zero_label', False)
        )
        return coding.ids(values, results[self.path_key])


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
        return np.where(super().convert(values, results) > 0, 255, 0).astype(np.uint8)
