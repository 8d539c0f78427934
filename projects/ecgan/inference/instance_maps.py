"""Instance maps of label maps that are given without them: those that lie beside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

import numpy as np

from ..datasets.label_files import MAP_SUFFIXES, LabelCoding, instance_ids, read_stored
from ..errors import DataError, MissingFileError
from ..preparation.pairing.name_ends import stem_of
from .input_maps import NamedMap, find_instance_map, list_maps
from .training_knowledge import TrainingKnowledge


def find_beside(label_map: NamedMap, knowledge: TrainingKnowledge) -> NamedMap | None:
    """The instance map that lies beside a label map's file, by its name; None: there is none.

    The ends of the names in training come first, then those of the known data sets; in the folder
    of the label map, and in the one that stands to it as the training's folders do.
    """
    path = label_map.content
    if not isinstance(path, str | Path):
        return None
    path = Path(path).expanduser()
    folders = [path.parent, *_sisters(path.parent, knowledge.instance_folders)]
    lower = path.name.lower()
    ends = sorted((end for end in knowledge.suffixes if lower.endswith(end.lower())), key=len)
    base = path.name[: -len(ends[-1])] if ends and ends[-1] else stem_of(path.name)
    for folder in folders:
        for end in knowledge.instance_suffixes:
            file = folder / f'{base}{end}'
            if file.is_file() and not file.samefile(path):
                return NamedMap(stem_of(file.name), file)
        try:
            file = find_instance_map(NamedMap(stem_of(path.name), path), folder, MAP_SUFFIXES)
            return NamedMap(stem_of(file.name), file)
        except MissingFileError:
            continue
    return None


def read_maps(
    label_map: NamedMap,
    instances: NamedMap | None,
    knowledge: TrainingKnowledge,
    coding: LabelCoding,
) -> tuple[np.ndarray, np.ndarray]:
    """Read a label map, and what tells its objects apart: the labels where nothing else does.

    Returns:
        (H, W) int64 each: ids of the layout, and numbers of instances.

    Raises:
        UserError: One cannot be read, or their sizes differ.
    """
    labels = knowledge.read(label_map.content, coding, label_map.name)
    if instances is None:
        return labels, labels
    stored = read_stored(instances.content, instances.name, coding.reading.variable)
    objects = instance_ids(stored).astype(np.int64)
    if objects.shape != labels.shape:
        raise DataError(
            f'{label_map.name} is {labels.shape[1]}x{labels.shape[0]}, but its instance map is '
            f'{objects.shape[1]}x{objects.shape[0]} (width x height)'
        )
    return labels, objects


def pair_instances(
    maps: Sequence[NamedMap], instances: object, suffixes: Sequence[str] = MAP_SUFFIXES
) -> list[NamedMap]:
    """The instance maps that are given for label maps: by their names from a folder, or in order.

    Raises:
        MissingFileError: A label map has none in the folder.
        DataError: There are more or fewer than label maps.
    """
    is_folder = isinstance(instances, str | Path) and Path(instances).expanduser().is_dir()
    if is_folder and all(isinstance(each.content, Path) for each in maps):
        folder = Path(instances).expanduser()
        files = [find_instance_map(each, folder, suffixes) for each in maps]
        return [NamedMap(stem_of(file.name), file) for file in files]
    others = list_maps(instances, suffixes, kind='instance')
    if len(others) != len(maps):
        raise DataError(f'{len(maps)} label maps, but {len(others)} instance maps')
    for each, other in zip(maps, others):
        files = [part.content for part in (each, other)]
        if all(isinstance(file, Path) for file in files) and files[0].samefile(files[1]):
            raise DataError(
                f'{files[0]} is given as its own instance map: leave instances out, and regions '
                'of a class are taken for instances'
            )
    return others


def instance_note(maps: Sequence[NamedMap], found: Sequence[NamedMap | None]) -> str:
    """What was taken for the instances of label maps that came without, in a line."""
    there = [each for each in found if each is not None]
    if not there:
        return (
            f'the model tells objects apart, and there are no instance maps for {len(maps)} label '
            'maps: connected regions of a class are taken for instances; objects that touch are '
            'one (--instances FOLDER, instances=)'
        )
    folders = Counter(str(each.content.parent) for each in there)
    where = folders.most_common(1)[0][0] + (' and others' if len(folders) > 1 else '')
    text = f'{len(there)} instance maps beside the label maps are used, from {where}'
    missing = next((a for a, b in zip(maps, found) if b is None), None)
    if missing is not None:
        text += (
            f'; {len(maps) - len(there)} label maps have none, the first is {missing.name}: '
            'their regions of a class are taken for instances'
        )
    return text


def _sisters(folder: Path, pairs: Sequence[tuple[str, str]]) -> Iterator[Path]:
    """Folders of instance maps where label maps lie in ``folder``, by pairs of the training."""
    for label, instance in pairs:
        old, new = PurePath(label).parts, PurePath(instance).parts
        differing = [(a, b) for a, b in zip(old, new) if a != b]
        if len(old) != len(new) or len(differing) != 1:
            continue
        ((one, other),) = differing
        parts = folder.absolute().parts
        for place in (index for index in reversed(range(len(parts))) if parts[index] == one):
            sister = Path(*parts[:place], other, *parts[place + 1 :])
            if sister.is_dir():
                yield sister
                break
