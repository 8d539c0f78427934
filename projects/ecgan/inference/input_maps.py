"""Label maps as people hand them over: files, folders, arrays, pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..datasets.label_files import LabelMap
from ..errors import MissingFileError


@dataclass(frozen=True)
class NamedMap:
    """Where a label map comes from.

    Attributes:
        name: Path below the folder that was given, without suffix; ``0``, ``1`` ... for arrays.
        content: The map.
    """

    name: str
    content: LabelMap | bytes


def list_maps(inputs: LabelMap | Sequence[LabelMap], suffixes: Sequence[str]) -> list[NamedMap]:
    """List what was given: one map, several, or all in a folder and the folders below it.

    Args:
        inputs: A path, a folder, an array, a picture, or a sequence of them.
        suffixes: Ends of the file names that are taken from folders, in any case.

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
            files = sorted(p for p in path.rglob('*') if p.suffix.lower() in suffixes)
            if not files:
                raise MissingFileError(f'no label map ({", ".join(suffixes)}) in the folder {path}')
            found += [NamedMap(str(p.relative_to(path).with_suffix('')), p) for p in files]
        elif path.is_file():
            found.append(NamedMap(path.stem, path))
        else:
            raise MissingFileError(f'no label map at {path}')
    return found
