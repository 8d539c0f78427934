"""Batches of real layouts, through the transforms that training uses."""

from copy import deepcopy
from pathlib import Path

import numpy as np
from mmagic.registry import DATASETS
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.registry import DefaultScope

from ...datasets.label_files import UNKNOWN, unknown_id
from ...errors import MissingFileError
from .settings import BenchmarkSettings

_CHECKOUT = Path(__file__).resolve().parents[4]
_SAMPLE = 'coco_stuff_sample'
PLACES = (_CHECKOUT / 'data' / _SAMPLE, _CHECKOUT.parent / 'shared' / 'data' / _SAMPLE)


class FoldLabels:
    """Map label ids of COCO-Stuff onto another data set's number of classes.

    Ids are taken modulo the number of classes, so shapes and sizes of regions stay those of real
    layouts; without an unknown class, unknown pixels (255) become class 0.
    """

    def __init__(self, num_classes: int, with_unknown: bool) -> None:
        self.num_classes = num_classes
        self.with_unknown = with_unknown

    def __call__(self, results: dict) -> dict:
        """Change ``gt_seg_map``."""
        labels = results['gt_seg_map']
        unknown = unknown_id(self.num_classes) if self.with_unknown else 0
        folded = labels.astype(np.int32) % self.num_classes
        results['gt_seg_map'] = np.where(labels == UNKNOWN, unknown, folded).astype(
            np.uint8 if self.num_classes <= UNKNOWN else np.int32
        )
        return results


def find_sample(folder: str | None) -> Path | None:
    """Folder of the COCO-Stuff sample (``train_img``, ``train_label``, ``train_inst``).

    It is looked for in ``folder``, or, without one, in the usual places; None: it is not there.

    Raises:
        MissingFileError: If ``folder`` is given and does not hold it.
    """
    places = PLACES if folder is None else (Path(folder), Path(folder) / _SAMPLE)
    for place in places:
        if (place / 'train_label').is_dir():
            return place
    if folder is not None:
        raise MissingFileError(
            f'no folder train_label in {folder}: --data takes the folder of the COCO-Stuff sample; '
            'without --data procedural scenes stand in where the sample is absent'
        )
    return None


def build_pipeline(settings: BenchmarkSettings, from_files: bool) -> list:
    """Training transforms of the data set's recipe, at this benchmark's size.

    From files, those load COCO-Stuff, with a :class:`FoldLabels` behind ``LoadLabelMap``; scenes
    come with photo and maps.
    """
    kind, pipeline = settings.kind, []
    for transform in deepcopy(kind.recipe.train_dataloader.dataset.pipeline):
        name = transform['type'].split('.')[-1]
        if name.startswith('Load') and not from_files:
            continue
        for key in {'scale', 'crop_size', 'size'} & set(transform):
            transform[key] = settings.scaled(transform[key])
        pipeline.append(transform)
        if name == 'LoadLabelMap':
            pipeline.append(FoldLabels(settings.num_classes, kind.layout.with_unknown))
    return pipeline


def build_dataset(settings: BenchmarkSettings) -> BaseDataset:
    """Data set with the whole training pipeline of the benchmarked recipe.

    Real COCO-Stuff layouts, folded to the number of classes; procedural scenes for ``scenes`` and
    where the sample is absent.
    """
    sample = None if settings.layout == 'scenes' else find_sample(settings.data)
    pipeline = build_pipeline(settings, from_files=sample is not None)
    if sample is None:
        size = next((t['scale'][::-1] for t in pipeline if 'scale' in t), settings.size)
        config = dict(type='ProceduralScenes', size=size, pipeline=pipeline)
    else:
        config = dict(
            type='LayoutImageDataset',
            data_root=str(sample),
            img_dir='train_img',
            label_dir='train_label',
            instance_dir='train_inst' if settings.kind.layout.with_boundary else None,
            labels='coco_stuff',
            pipeline=pipeline,
        )
    # Transforms are looked up in the default scope, whatever registry builds the data set.
    with DefaultScope.overwrite_default_scope('mmagic'):
        return DATASETS.build(config)


def load_batches(settings: BenchmarkSettings, count: int) -> list[dict]:
    """Batches as a data loader gives them; the data set starts anew where it is used up."""
    np.random.seed(settings.seed)
    dataset, size = build_dataset(settings), settings.batch_size
    return [
        pseudo_collate([dataset[(i * size + j) % len(dataset)] for j in range(size)])
        for i in range(count)
    ]


def describe_layouts(settings: BenchmarkSettings) -> str:
    """One sentence about the layouts, for the protocol."""
    size = f'{settings.size[0]} x {settings.size[1]} (h x w), {settings.num_channels} channels'
    if settings.layout == 'scenes':
        return f'procedural scenes, {size}'
    if find_sample(settings.data) is None:
        return f'procedural scenes (the COCO-Stuff sample is absent), {size}'
    own = settings.layout == 'coco' and settings.classes is None
    folded = '' if own else f', ids modulo {settings.num_classes}'
    return f'real COCO-Stuff label and instance maps{folded}, resized and cropped to {size}'
