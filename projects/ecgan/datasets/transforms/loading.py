"""Photos, label, instance and edge maps from files.

``mmseg.LoadAnnotations`` reads label maps too, but does not name an unreadable file, cuts 16-bit
ids down to 8 bits, and lets a label map of another size than the photo's pass into ``Resize``,
which then hides the mistake. These loaders stop with the file's name instead. How a file becomes
ids is :mod:`projects.ecgan.datasets.label_files`' business.
"""

import mmengine.fileio as fileio
import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform, LoadImageFromFile

from ...errors import ConfigError, DataError
from ..label_files import LabelCoding, StoredMap, instance_ids, read_stored

_TURNED = (
    '; turned by 90 degrees it would fit: photos are read as they are displayed (EXIF orientation)'
)


def read_map(
    path: str,
    photo_shape: tuple[int, int] | None,
    backend_args: dict | None,
    variable: str = '',
) -> StoredMap:
    """Read a map as it is stored.

    Args:
        path: The file.
        photo_shape: Height and width of the photo that it belongs to; None: not checked.
        backend_args: Where files come from, see ``mmengine.fileio``.
        variable: Which array of a file that holds several.

    Raises:
        DataError: The file cannot be read, holds no whole numbers, or another size than the photo.
        FileNotFoundError: There is no such file.
    """
    stored = read_stored(fileio.get(path, backend_args=backend_args), path, variable)
    if photo_shape is not None and stored.shape != tuple(photo_shape):
        hint = _TURNED if stored.shape == tuple(photo_shape)[::-1] else ''
        raise DataError(
            f'{path} is {stored.shape[1]}x{stored.shape[0]} pixels, but its photo is '
            f'{photo_shape[1]}x{photo_shape[0]} (width x height){hint}'
        )
    return stored


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
        coding = results.get('label_coding')
        variable = coding.reading.variable if coding else ''
        stored = read_map(results[self.path_key], photo_shape, self.backend_args, variable)
        results[self.map_key] = self.convert(stored, results)
        results.setdefault('seg_fields', []).append(self.map_key)
        return results

    def convert(self, stored: StoredMap, results: dict) -> np.ndarray:
        """What the file stores to values of the map."""
        return LabelCoding().read(stored, results[self.path_key])

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

    def convert(self, stored: StoredMap, results: dict) -> np.ndarray:
        """What the file stores to ids of the layout."""
        coding = results.get('label_coding') or LabelCoding(
            reduce_zero_label=results.get('reduce_zero_label', False)
        )
        return coding.read(stored, results[self.path_key])


@TRANSFORMS.register_module()
class LoadInstanceMap(_LoadMap):
    """Load ``gt_instance_map`` (H, W), uint8 or int32, from ``instance_path``.

    Numbers are unchanged; of a map in colours those of the colours stand for the instances.
    """

    path_key = 'instance_path'
    map_key = 'gt_instance_map'

    def convert(self, stored: StoredMap, results: dict) -> np.ndarray:
        """What the file stores to numbers of instances."""
        return instance_ids(stored)


@TRANSFORMS.register_module()
class LoadEdgeMap(_LoadMap):
    """Load ``gt_edge_map`` (H, W) uint8 from ``edge_path``: 255 wherever the file is not 0."""

    path_key = 'edge_path'
    map_key = 'gt_edge_map'

    def convert(self, stored: StoredMap, results: dict) -> np.ndarray:
        """Spread to 0 and 255."""
        return np.where(super().convert(stored, results) > 0, 255, 0).astype(np.uint8)
