"""Endless street-like scenes as a data set of MMagic and of mmsegmentation."""

import copy
from collections.abc import Callable, Sequence

from mmagic.registry import DATASETS
from mmengine.dataset import BaseDataset
from mmseg.registry import DATASETS as SEG_DATASETS

from ..errors import ConfigError
from .scene_canvas import SCENE_CLASSES, SCENE_PALETTE
from .scene_drawing import draw_scene, draw_unknown

SPLITS = ('train', 'val')


def scene_seed(seed: int, split: str) -> int:
    """Seed of the series of scenes of one split.

    ``2 * seed`` for training and ``2 * seed + 1`` for validation: an even and an odd number are
    never equal, so that no scene of any training set is in any validation set, whatever the seeds.

    Raises:
        ConfigError: The split is neither 'train' nor 'val'.
    """
    if split not in SPLITS:
        raise ConfigError(f'split must be one of {SPLITS}, got {split!r}')
    return len(SPLITS) * seed + SPLITS.index(split)


@SEG_DATASETS.register_module()
@DATASETS.register_module()
class ProceduralScenes(BaseDataset):
    """Scenes of 8 classes, drawn when they are asked for; needs no files and no network.

    Under the same name it is a data set of mmsegmentation: ``gt_seg_map`` feeds
    ``mmseg.PackSegInputs``, classes and palette are in the meta information.

    Each item that enters the pipeline has ``img`` (H, W, 3) uint8 BGR, ``gt_seg_map`` (H, W) uint8
    (``ignore_index`` where unknown), ``gt_instance_map`` (H, W) int32, ``seg_fields`` naming both
    maps, ``img_shape``, ``ori_shape``, ``sample_idx``, ``sample_name`` and, as virtual file names,
    ``img_path`` and ``seg_map_path`` (such as 'scene-train-000012').

    Args:
        length: Number of scenes; any, as they cost nothing until drawn.
        split: 'train' or 'val': two series without a common scene.
        size: Height and width in pixels, or one number for a square.
        seed: Another number, another series.
        unknown_ratio: Part of the pixels, in blobs, whose label is unknown; 0 for none.
        ignore_index: Label of an unknown pixel.
        pipeline: Transforms.
        indices: A number of scenes to keep (from the end if negative), or the scenes to keep.
        metainfo: Entries that replace or extend classes and palette.
        test_mode: As in MMEngine's ``BaseDataset``.

    Raises:
        ConfigError: Length is not positive, the split does not exist, the ratio is outside [0, 1),
            or ``ignore_index`` is the id of a class.
    """

    METAINFO = {'classes': SCENE_CLASSES, 'palette': [list(colour) for colour in SCENE_PALETTE]}

    def __init__(
        self,
        length: int = 4000,
        split: str = 'train',
        size: int | tuple[int, int] = 64,
        seed: int = 0,
        unknown_ratio: float = 0.0,
        ignore_index: int = 255,
        pipeline: Sequence[dict | Callable] = (),
        indices: int | Sequence[int] | None = None,
        metainfo: dict | None = None,
        test_mode: bool = False,
    ) -> None:
        if length < 1:
            raise ConfigError(f'length must be 1 or more, got {length}')
        if not 0 <= unknown_ratio < 1:
            raise ConfigError(f'unknown_ratio must be in [0, 1), got {unknown_ratio}')
        if 0 <= ignore_index < len(SCENE_CLASSES) or not 0 <= ignore_index <= 255:
            raise ConfigError(
                f'ignore_index must be from {len(SCENE_CLASSES)} to 255, got {ignore_index}'
            )
        self.split = split
        self.size = (size, size) if isinstance(size, int) else tuple(size)
        self.seed = scene_seed(seed, split)
        self.unknown_ratio = unknown_ratio
        self.ignore_index = ignore_index
        self._scenes: Sequence[int] = range(length)
        super().__init__(
            pipeline=list(pipeline),
            metainfo=metainfo,
            indices=indices,
            serialize_data=False,
            test_mode=test_mode,
        )

    def full_init(self) -> None:
        """Nothing is loaded: only the choice of ``indices`` is made."""
        if not self._fully_initialized and self._indices is not None:
            self.get_subset_(self._indices)
        self._fully_initialized = True

    def get_subset_(self, indices: int | Sequence[int]) -> None:
        """Keep the first (or, if negative, last) ``indices`` scenes, or those that are listed."""
        if isinstance(indices, int):
            self._scenes = self._scenes[:indices] if indices >= 0 else self._scenes[indices:]
        else:
            self._scenes = [self._scenes[index] for index in indices]

    def get_subset(self, indices: int | Sequence[int]) -> 'ProceduralScenes':
        """Copy of the data set that holds only these scenes, see :meth:`get_subset_`."""
        subset = copy.copy(self)
        subset.get_subset_(indices)
        return subset

    def __len__(self) -> int:
        return len(self._scenes)

    def get_data_info(self, idx: int) -> dict:
        """Draw the scene at a position of the data set (negative: counted from the end)."""
        scene = self._scenes[idx]
        photo, labels, instances = draw_scene(scene, self.seed, self.size)
        if self.unknown_ratio:
            unknown = draw_unknown(scene, self.seed, self.size, self.unknown_ratio)
            labels[unknown] = self.ignore_index
        name = f'scene-{self.split}-{scene:06d}'
        return {
            'img': photo,
            'gt_seg_map': labels,
            'gt_instance_map': instances,
            'seg_fields': ['gt_seg_map', 'gt_instance_map'],
            'img_shape': photo.shape[:2],
            'ori_shape': photo.shape[:2],
            'img_path': name,
            'seg_map_path': name,
            'sample_name': name,
            'sample_idx': idx if idx >= 0 else len(self) + idx,
            'reduce_zero_label': False,
        }
