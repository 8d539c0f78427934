"""From a model and label maps to a set of pictures with their label maps."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mmengine import fileio
from rich.progress import track

from ..datasets.label_files import LabelMap
from ..errors import ConfigError, UserError
from ..inference import ECGANInferencer
from ..inference.inferencer import PreparedLayout
from ..inference.input_maps import NamedMap
from ..inference.instance_maps import read_maps
from ..version import __version__
from .changes import cropped, mirrored, warped
from .files import SetFiles
from .layout_objects import LayoutObject, find_objects
from .layout_pair import LayoutPair
from .recombination import Recombination
from .settings import SetSettings

# Label maps from which objects are lifted, evenly among all.
MOST_DONORS = 1000
_CHANGES = {'flip': mirrored, 'crop': cropped, 'warp': warped}


@dataclass
class MadeSet:
    """What became of it.

    Attributes:
        made: Pictures that were made now.
        kept: Pictures that were there.
        pixels: Pixels of each class, of all pictures.
        failures: A sentence for each label map that could not be used.
    """

    made: int = 0
    kept: int = 0
    pixels: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class _Job(NamedTuple):
    """A picture to be made: its name, label map, instance map, and which of its copies it is."""

    name: str
    label_map: NamedMap
    instances: NamedMap | None
    copy: int


def make_dataset(
    inferencer: ECGANInferencer,
    inputs: LabelMap | Sequence[LabelMap],
    out: Path,
    settings: SetSettings,
    instances: LabelMap | Sequence[LabelMap] | None = None,
    batch_size: int = 1,
) -> MadeSet:
    """Make pictures of label maps, and write them as a data set, see :mod:`.files`.

    A set that was stopped goes on where it was: every picture depends on the settings, its label
    map and the number of its copy alone.

    Args:
        inferencer: The model.
        inputs: Label maps, or folders of them.
        out: The set's folder.
        settings: What decides the pictures.
        instances: Instance maps, see :class:`ECGANInferencer`.
        batch_size: Layouts of one size that go through the network together.

    Raises:
        ConfigError: The folder holds another set, or all copies would be the same picture.
        UserError: No label map was found.
    """
    if settings.copies > 1 and not (settings.changes or inferencer.has_noise):
        raise ConfigError(
            f'{settings.copies} copies would be the same picture: {inferencer.checkpoint} makes '
            'one of each layout; change the layouts, or train a model with noise'
        )
    maps = inferencer.list_maps(inputs)
    others = inferencer.instances_of(maps, instances)
    files = SetFiles(out, _about(inferencer, settings))
    several = settings.copies > 1
    jobs = [
        _Job(f'{each.name}_{copy}' if several else each.name, each, other, copy)
        for each, other in zip(maps, others)
        for copy in range(settings.copies)
    ]
    _check_names(jobs)
    pending = [job for job in jobs if job.name not in files.rows]
    done, recombination = MadeSet(kept=len(jobs) - len(pending)), None
    if 'recombine' in settings.changes and pending:
        recombination = _recombination(inferencer, settings, list(zip(maps, others)))
    layouts = _layouts(inferencer, settings, track(pending, 'making'), recombination, done)
    for chunk in inferencer.chunks(layouts, batch_size):
        pictures = inferencer.generate([layout for layout, _ in chunk])
        for picture, (layout, row) in zip(pictures, chunk):
            labels = _labels_of(layout, inferencer)
            row['pixels'] = np.bincount(
                labels[labels < len(inferencer.classes)], minlength=len(inferencer.classes)
            ).tolist()
            files.add(row, picture.image, labels)
            done.made += 1
    names = [job.name for job in jobs if job.name in files.rows]
    rows = [files.rows[name]['pixels'] for name in names]
    done.pixels = np.sum(rows, axis=0, dtype=np.int64).tolist() if rows else []
    files.finish(names, done.pixels)
    return done


def _about(inferencer: ECGANInferencer, settings: SetSettings) -> dict[str, Any]:
    return dict(
        project=f'ecgan-mmagic {__version__}',
        model=Path(inferencer.checkpoint).name,
        model_sha256=hashlib.sha256(fileio.get(inferencer.checkpoint)).hexdigest(),
        classes=list(inferencer.classes),
        palette=[list(colour) for colour in inferencer.palette],
        sizes=inferencer.sizes,
        **settings.as_json(),
    )


def _check_names(jobs: Sequence[_Job]) -> None:
    names: dict[str, NamedMap] = {}
    for job in jobs:
        if job.name in names:
            raise ConfigError(
                f'{names[job.name].content} and {job.label_map.content} would be one picture, '
                f'{job.name}.png: give the folder above both'
            )
        names[job.name] = job.label_map


def _recombination(
    inferencer: ECGANInferencer,
    settings: SetSettings,
    maps: Sequence[tuple[NamedMap, NamedMap | None]],
) -> Recombination:
    """Lift the objects of the rare classes out of the label maps.

    Raises:
        ConfigError: There is none.
    """
    pairs: list[tuple[str, LayoutPair]] = []
    for each, other in maps[:: -(-len(maps) // MOST_DONORS)]:
        try:
            pair = LayoutPair(*read_maps(each, other, inferencer.knowledge, inferencer.coding))
            pairs.append((each.name, pair))
        except UserError:
            # It is told of where its own picture is to be made.
            continue
    count, unknown = len(inferencer.classes), inferencer.coding.unknown
    pixels = np.zeros(count, np.int64)
    for _, (labels, _) in pairs:
        pixels += np.bincount(labels[labels < count], minlength=count)
    rare = settings.rare_ids(inferencer.classes, pixels.tolist())
    objects: list[LayoutObject] = [
        each for name, pair in pairs for each in find_objects(pair, rare, unknown, name)
    ]
    if not objects:
        names = ', '.join(inferencer.classes[each] for each in rare) or 'none is rare'
        raise ConfigError(
            f'nothing to recombine in {len(pairs)} label maps: no object of a rare class '
            f'({names}) stands whole on another one; name classes (rare), or leave recombine out'
        )
    return Recombination(objects, rare)


def _layouts(
    inferencer: ECGANInferencer,
    settings: SetSettings,
    jobs: Iterable[_Job],
    recombination: Recombination | None,
    done: MadeSet,
) -> Iterator[tuple[PreparedLayout, dict[str, Any]]]:
    for job in jobs:
        source = job.label_map
        key = [settings.seed, job.copy, zlib.crc32(source.name.encode())]
        numbers = np.random.default_rng(key)
        seed = settings.seed + job.copy if inferencer.has_noise else None
        row: dict[str, Any] = dict(name=job.name, label_map=_shown(source), copy=job.copy)
        try:
            maps = read_maps(source, job.instances, inferencer.knowledge, inferencer.coding)
            pair = LayoutPair(*maps)
            if recombination is not None:
                pair, what = recombination(pair, numbers, source.name)
                row.update(what)
            for name in (each for each in _CHANGES if each in settings.changes):
                pair, what = _CHANGES[name](pair, numbers)
                row.update(what)
            is_told_apart = job.instances is not None or 'pasted' in row
            named = NamedMap(job.name, inferencer.coding.in_files(pair.labels))
            objects = NamedMap(job.name, pair.instances) if is_told_apart else None
            layout = inferencer.load(named, objects, seed)
        except UserError as error:
            if error.sentence not in done.failures:
                done.failures.append(error.sentence)
            continue
        yield layout, row if seed is None else {**row, 'noise_seed': seed}


def _shown(label_map: NamedMap) -> str:
    content = label_map.content
    return str(content) if isinstance(content, str | Path) else label_map.name


def _labels_of(prepared: PreparedLayout, inferencer: ECGANInferencer) -> np.ndarray:
    """The label map of a picture, unknown as in files."""
    height, width = prepared.size
    labels = prepared.layout.labels[0, :height, :width].cpu().numpy()
    return np.where(labels == len(inferencer.classes), inferencer.coding.unknown, labels)
