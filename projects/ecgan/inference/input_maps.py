"""Label maps as people hand them over: files, folders, arrays, pictures."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.logging import print_log

from ..datasets.label_files import LabelMap
from ..errors import MissingFileError
from ..preparation.pairing.layouts import end_row, split_end
from ..preparation.pairing.maps_alone import find_maps
from ..preparation.pairing.name_ends import stem_of


@dataclass(frozen=True)
class NamedMap:
    """Where a label map comes from.

    Attributes:
        name: Path below the folder that was given, without suffix; ``0``, ``1`` ... for arrays.
        content: The map.
    """

    name: str
    content: LabelMap | bytes


def list_maps(
    inputs: LabelMap | Sequence[LabelMap],
    suffixes: Sequence[str],
    kind: str = 'label',
    known: Sequence[str] = (),
) -> list[NamedMap]:
    """List what was given: one map, several, or all in a folder and the folders below it.

    In a folder names tell label maps from photos, colours, instance maps and the rest; what is left
    out is said in one line. Links are followed, hidden files are not looked at.

    Args:
        inputs: A path, a folder, an array, a picture, or a sequence of them.
        suffixes: Ends of the file names that are taken from folders, in any case.
        kind: 'label' or 'instance': which maps are taken from folders.
        known: What names of such maps ended with in training, see :func:`find_maps`.

    Returns:
        The maps, those of a folder in the order of their names.

    Raises:
        MissingFileError: There is no such file, or no label map in a folder.
    """
    several = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    found: list[NamedMap] = []
    for index, each in enumerate(several):
        if not isinstance(each, str | Path):
            found.append(NamedMap(str(index), each))
            continue
        path = Path(each).expanduser()
        if path.is_dir():
            maps = find_maps(path, suffixes, kind, known)
            if maps.left_out:
                text = f'{len(maps.files)} {kind} maps in {path}; left out: {maps.left_out}'
                print_log(text, logger='current', level=logging.WARNING)
            found += [NamedMap(stem_of(file), path / file) for file in maps.files]
        elif path.is_file():
            found.append(NamedMap(path.stem, path))
        else:
            raise MissingFileError(f'no label map at {path}')
    return found


def find_instance_map(label_map: NamedMap, folder: Path, suffixes: Sequence[str]) -> Path:
    """The instance map that goes with a label map.

    Args:
        label_map: The label map; its name says where to look.
        folder: Folder of the instance maps.
        suffixes: Ends of the file names that are looked at.

    Returns:
        The file of the name with an end of instance maps in place of that of label maps
        (``ulm_0_gtFine_instanceIds`` for ``ulm_0_gtFine_labelIds``), or else of the same name.

    Raises:
        MissingFileError: There is none; the label map itself is none.
    """
    wanted = folder / label_map.name
    files = sorted(wanted.parent.iterdir()) if wanted.parent.is_dir() else []
    stems = {stem_of(file.name): file for file in files if file.name.lower().endswith(suffixes)}
    base = split_end(wanted.name)[0]
    for stem, file in stems.items():
        own, end = split_end(stem)
        if own == base and end_row(end).kind == 'instance':
            return file
    same = stems.get(wanted.name)
    if same is None or (isinstance(label_map.content, Path) and same.samefile(label_map.content)):
        raise MissingFileError(f'no instance map of {label_map.name} in {folder}')
    return same
