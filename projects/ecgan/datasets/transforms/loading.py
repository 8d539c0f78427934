"""Photos, label, instance and edge maps from files.

``mmseg.LoadAnnotations`` reads label maps too, but does not name an unreadable file, cuts 16-bit
ids down to 8 bits, and lets a label map of another size than the photo's pass into ``Resize``,
which then hides the mistake. These loaders stop with the file's name instead. How a file becomes
ids is :mod:`projects.ecgan.datasets.label_files`' business.
"""

from typing import Any

import mmengine.fileio as fileio
import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform, LoadImageFromFile

from ...errors import ConfigError, DataError
from ..label_files import LabelCoding, StoredMap, instance_ids, read_stored
from ..photo_files import DEPTHS, read_photo

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
    """Load ``img`` (H, W, 3) uint8 BGR from ``img_path``; nothing where the sample has no photo.

    Photos are read by :func:`~projects.ecgan.datasets.photo_files.read_photo`: as they are
    displayed (EXIF orientation), 8 bits in RGB or grey bit by bit as MMCV does. With another
    backend or colour type than the standard MMCV reads them.

    Args:
        bits: How many bits are used in photos of 16 bits a channel, 8 to 16; ``ecgan prepare``
            finds it. None: all, where each such photo shows that it needs them.
        **settings: Those of MMCV's ``LoadImageFromFile``.

    Raises:
        ConfigError: ``bits`` are out of range, or given to another reader.
    """

    def __init__(self, bits: int | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.bits = bits
        self._by_mmcv = (self.imdecode_backend, self.color_type) != ('cv2', 'color')
        if bits is not None and not DEPTHS[0] <= bits <= DEPTHS[-1]:
            raise ConfigError(f'LoadPhoto: bits={bits}, but {DEPTHS[0]} to {DEPTHS[-1]} are known')
        if bits is not None and self._by_mmcv:
            raise ConfigError('LoadPhoto: leave imdecode_backend and color_type out, with bits')

    def transform(self, results: dict) -> dict | None:
        """Read the file.

        Raises:
            DataError: It is no photo that is read rightly, and ``ignore_empty`` is not set.
        """
        if 'img_path' not in results:
            return results
        if self._by_mmcv:
            return super().transform(results)
        path = results['img_path']
        try:
            content = fileio.get(path, backend_args=self.backend_args)
            photo = read_photo(content, path, self.bits).pixels
        except (DataError, OSError):
            if self.ignore_empty:
                return None
            raise
        results['img'] = photo.astype(np.float32) if self.to_float32 else photo
        results['img_shape'] = results['ori_shape'] = photo.shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{super().__repr__()[:-1]}, bits={self.bits})'


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
        coding = results.get('label_coding')
        if coding is None:
            coding = LabelCoding(reduce_zero_label=results.get('reduce_zero_label', False))
            if coding.reduce_zero_label:
                # Its unknown is 255: the model is told, which may have a class of this id.
                results['label_coding'] = coding
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
