"""What the data set of a training knew of its files and sizes, from the config alone."""

import contextlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from mmagic.registry import DATASETS
from PIL import Image

from ..datasets.label_files import LabelCoding, LabelMap, Reading, StoredMap, read_stored
from ..datasets.palettes import label_preset
from ..errors import DataError
from ..models.parts.registered import from_registered

# That for testing comes first: a picture of the inferencer is the one that was measured.
LOADERS = ('test_dataloader', 'val_dataloader', 'train_dataloader')
# What says how label maps are read, and what it is where nothing is said.
_SAID = ('label_map', 'label_colours', 'reduce_zero_label', 'reading')
_FILES = ('label_dir', 'label_suffix', 'seg_map_suffix', 'data_prefix', *_SAID)
# Settings that hold a size, and whether width comes before height; (H, W) otherwise.
_SIZES = {'size': False, 'crop_size': False, 'scale': True}
_WIDTH_FIRST = ('CenterCrop', 'FixedCrop', 'Pad')


@dataclass(frozen=True)
class TrainingKnowledge:
    """What inference takes over from the data set of a training.

    Attributes:
        label_colours: RGB colour of each id in the files, None where none are given.
        palette: RGB colour of each class, None where the config gives none.
        label_map: Id in the files -> id of the layout.
        reduce_zero_label: In the files 0 means unknown and classes start at 1.
        reading: How the files say their ids.
        suffixes: Ends of the label maps' names, of all data sets.
        instance_suffixes: Ends of the instance maps' names.
        instance_folders: Folders of label maps and of their instance maps that are two.
        size: Height and width of the training's layouts; None: nothing says it.
        has_files: Whether the data set is one of files; otherwise it says nothing of some.
        remark: A line about data sets that say different things of their files; '' for none.
    """

    label_colours: Sequence[Sequence[int]] | None = None
    palette: Sequence[Sequence[int]] | None = None
    label_map: Mapping[int, int] | None = None
    reduce_zero_label: bool = False
    reading: Reading = field(default_factory=Reading)
    suffixes: tuple[str, ...] = ()
    instance_suffixes: tuple[str, ...] = ()
    instance_folders: tuple[tuple[str, str], ...] = ()
    size: tuple[int, int] | None = None
    has_files: bool = False
    remark: str = ''

    @classmethod
    def of(cls, cfg: Mapping[str, Any]) -> 'TrainingKnowledge':
        """Read a config: that of test, validation or training, the first that says something.

        Data sets may be wrapped (``RepeatDataset``, ``ConcatDataset``, ``dataset.dataset``).
        """
        found = [(loader, each) for loader in LOADERS for each in data_sets(cfg, loader)]
        # Drawn scenes have no files, and say nothing about some.
        of_files = [(loader, each) for loader, each in found if _has_files(each)]
        _, chosen = (of_files or found or [('', {})])[0]
        said = {key: _setting(chosen, key) for key in _SAID}
        meta = chosen.get('metainfo') or {}
        preset = label_preset(chosen['labels']) if chosen.get('labels') else {}
        folders = [(each.get('label_dir'), each.get('instance_dir')) for _, each in of_files]
        return cls(
            label_colours=said['label_colours'] or None,
            palette=meta.get('palette') or preset.get('palette'),
            label_map=said['label_map'] or None,
            reduce_zero_label=bool(said['reduce_zero_label']),
            reading=Reading.of(said['reading']),
            suffixes=_ends(of_files, 'label_suffix', 'seg_map_suffix'),
            instance_suffixes=_ends(of_files, 'instance_suffix'),
            instance_folders=tuple({pair: 0 for pair in folders if all(pair)}),
            size=next(filter(None, (_size_of(each) for _, each in found)), None),
            has_files=bool(of_files),
            remark=_differences(of_files),
        )

    def read(self, content: LabelMap | bytes, coding: LabelCoding, name: str) -> np.ndarray:
        """Label ids (H, W) int64 of a map, as the data set of the training read them.

        Files that had no colours in training may have them here: those of the palette. An array
        (H, W) holds ids, however files say theirs.

        Args:
            content: A file, its content, a picture or an array.
            coding: That of :meth:`coding`.
            name: What errors call it; the file's own name where it is a file.

        Raises:
            DataError: It cannot be read, or holds colours of no class.
        """
        stored, name = _stored(content, coding, name)
        if stored.form.kind == 'grey' and not isinstance(content, str | Path | bytes | Image.Image):
            coding = replace(coding, reading=Reading())
        if stored.form.kind == 'colours' and self.has_files and not self.has_colours:
            # One channel of colours may hold the ids.
            with contextlib.suppress(DataError):
                return replace(coding, colours=None).read(stored, name).astype(np.int64)
        return coding.read(stored, name).astype(np.int64)

    def palette_note(self, content: LabelMap | bytes, coding: LabelCoding, name: str) -> str:
        """What is to be said of a map whose indices are ids by the training, not by its colours."""
        if coding.reading.palette != 'index' or not coding.colours:
            return ''
        stored, name = _stored(content, coding, name)
        if stored.form.kind != 'palette':
            return ''
        open_coding = replace(coding, reading=replace(coding.reading, palette=''))
        with contextlib.suppress(DataError):
            if open_coding.reading_of(stored, name).palette != 'colours':
                return ''
        return (
            f'{name}: its palette shows the colours of other classes than its indices say, and '
            "indices are read as in training (palette='index'); of a drawing in the colours of "
            'classes that was made indexed save it in RGB'
        )

    @property
    def has_colours(self) -> bool:
        """Whether the config gives colours."""
        return bool(self.label_colours or self.palette)

    def size_note(self, shape: tuple[int, int]) -> str:
        """What is to be said of a map (H, W) of another size than in training; '' for nothing."""
        if self.size is None or shape == self.size:
            return ''
        (height, width), (rows, columns) = shape, self.size
        tall, wide = height / rows, width / columns
        times = f'{wide:.3g}' if tall == wide else f'{wide:.3g} x {tall:.3g}'
        return (
            f'{width}x{height} (width x height) is {times} times the {columns}x{rows} of the '
            'training, and the network knows objects at that size only: --sizes resize '
            "(sizes='resize') brings maps to it, as testing does"
        )

    def coding(self, palette: Sequence[Sequence[int]], num_classes: int) -> LabelCoding:
        """How label maps are read; maps of colours by the palette where files had no colours."""
        return LabelCoding(
            self.label_colours or self.palette or palette,
            self.label_map or {},
            self.reduce_zero_label,
            self.reading,
            num_classes,
            of_classes=not self.label_colours,
        )


def _stored(content: LabelMap | bytes, coding: LabelCoding, name: str) -> tuple[StoredMap, str]:
    """A map as it is stored, and its name."""
    if isinstance(content, str | Path):
        name = str(content)
    elif not isinstance(content, Image.Image | bytes):
        content = np.asarray(content)
    return read_stored(content, name, coding.reading.variable), name


def data_sets(cfg: Mapping[str, Any], loader: str) -> Iterator[dict]:
    """The data sets of a loader, out of their wrappers."""
    yield from _unwrapped((cfg.get(loader) or {}).get('dataset'))


def _unwrapped(dataset: Any) -> Iterator[dict]:
    if isinstance(dataset, (list, tuple)):
        for each in dataset:
            yield from _unwrapped(each)
    elif isinstance(dataset, Mapping):
        inner = [dataset[key] for key in ('dataset', 'datasets') if dataset.get(key)]
        if inner:
            yield from _unwrapped(inner)
        else:
            yield dataset


def _defaults(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """What the class of a data set takes where the config does not say; {} of an unknown one."""
    if not dataset.get('type'):
        return {}
    try:
        kind = from_registered(lambda: _dataset_class(dataset['type']), DATASETS)
        parameters = inspect.signature(kind).parameters
    except (AttributeError, KeyError, TypeError, ValueError, ImportError):
        return {}
    empty = inspect.Parameter.empty
    return {name: each.default for name, each in parameters.items() if each.default is not empty}


def _dataset_class(name: str) -> type:
    """The class of a data set; a KeyError where there is none."""
    with DATASETS.switch_scope_and_registry('mmagic') as registry:
        if (kind := registry.get(name)) is None:
            raise KeyError(name)
        return kind


def _has_files(dataset: Mapping[str, Any]) -> bool:
    return any(key in each for each in (dataset, _defaults(dataset)) for key in _FILES)


def _setting(dataset: Mapping[str, Any], key: str) -> Any:
    return dataset[key] if key in dataset else _defaults(dataset).get(key)


def _ends(found: Sequence[tuple[str, Mapping]], *keys: str) -> tuple[str, ...]:
    ends: dict[str, None] = {}
    for _, dataset in found:
        for key in keys:
            value = dataset.get(key) or ()
            ends.update(dict.fromkeys([value] if isinstance(value, str) else value))
    return tuple(ends)


def _size_of(dataset: Mapping[str, Any]) -> tuple[int, int] | None:
    """Height and width that a pipeline ends with, or that a data set draws."""
    steps = list(_steps(dataset.get('pipeline') or ()))
    for step in reversed(steps):
        for key, is_width_first in _SIZES.items():
            size = _pair(step.get(key))
            # A range of scales, or one side's limit, is no size.
            if size is None or step.get('keep_ratio') or step.get('ratio_range'):
                continue
            name = str(step.get('type')).split('.')[-1]
            return size[::-1] if is_width_first or name in _WIDTH_FIRST else size
    return _pair(dataset.get('size'))


def _steps(pipeline: Any) -> Iterator[Mapping[str, Any]]:
    for step in pipeline:
        if isinstance(step, (list, tuple)):
            yield from _steps(step)
        elif isinstance(step, Mapping):
            yield step
            yield from _steps(step.get('transforms') or ())


def _pair(value: Any) -> tuple[int, int] | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = (value, value)
    is_pair = isinstance(value, (list, tuple)) and len(value) == 2
    if is_pair and all(isinstance(each, int) and each > 0 for each in value):
        return tuple(value)
    return None


def _differences(found: Sequence[tuple[str, Mapping]]) -> str:
    """What data sets say differently from the first one, in a line."""
    if not found:
        return ''
    first = found[0]
    for loader, dataset in found[1:]:
        differing = [
            key for key in _SAID if _comparable(dataset, key) != _comparable(first[1], key)
        ]
        if differing:
            other = loader if loader != first[0] else f'another data set of {loader}'
            return (
                f'{first[0]} and {other} differ in {", ".join(differing)}: label maps are read as '
                f'{first[0]} says; where yours are like the others, give --config with that data '
                'set for testing'
            )
    return ''


def _comparable(dataset: Mapping[str, Any], key: str) -> Any:
    value = _setting(dataset, key)
    if key == 'label_map':
        return sorted(dict(value or ()).items())
    if key == 'reading':
        return Reading.of(value)
    return repr([list(each) for each in value]) if key == 'label_colours' and value else bool(value)
