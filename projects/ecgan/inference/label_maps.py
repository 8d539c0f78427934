"""Label maps as people have them: files, arrays, pictures; ids, or colours of the palette."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..datasets.transforms import LoadLabelMap
from ..errors import DataError, MissingFileError

LabelMap: TypeAlias = str | Path | np.ndarray | Image.Image


@dataclass(frozen=True)
class NamedMap:
    """Where a label map comes from.

    Attributes:
        name: Path below the folder that was given, without suffix; ``0``, ``1`` ... for arrays.
        content: The map.
    """

    name: str
    content: LabelMap


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


def read_ids(
    label_map: LabelMap,
    palette: Sequence[Sequence[int]],
    name: str = '',
    reduce_zero_label: bool = False,
) -> np.ndarray:
    """Label ids of a map.

    Args:
        label_map: A file or picture with ids (8 or 16 bits, or indices of a palette) or with the
            palette's colours; an array (H, W) of ids or (H, W, 3) of RGB colours.
        palette: RGB triple of each class.
        name: What errors call it; the file's own name where it is a file.
        reduce_zero_label: In ids, 0 means unknown and classes start at 1.

    Returns:
        (H, W) int64.

    Raises:
        DataError: It is no picture, holds no whole numbers, or a colour that no class has.
    """
    if isinstance(label_map, str | Path):
        name = str(label_map)
        try:
            with Image.open(label_map) as picture:
                values = np.asarray(picture)
        except (UnidentifiedImageError, OSError, SyntaxError) as error:
            raise DataError(f'cannot read {name} as a picture') from error
    else:
        values = np.asarray(label_map)
    if values.dtype == bool:
        values = values.astype(np.uint8)
    if values.dtype.kind not in 'iu':
        raise DataError(f'{name}: a label map holds whole numbers, not {values.dtype}')
    if values.ndim == 2 and values.size:
        results = {'reduce_zero_label': reduce_zero_label}
        return LoadLabelMap().convert(values.astype(np.int64), results)
    if values.ndim == 3 and values.shape[2] == 4 and (values[..., 3] == 255).all():
        values = values[..., :3]
    if values.ndim == 3 and values.shape[2] == 3 and values.size:
        return _ids_of_colours(values.astype(np.int64), palette, name)
    raise DataError(
        f'{name}: a label map has ids in one channel or RGB colours in three, this is of shape '
        f'{values.shape}'
    )


def _ids_of_colours(values: np.ndarray, palette: Sequence[Sequence[int]], name: str) -> np.ndarray:
    def number(colours: np.ndarray) -> np.ndarray:
        return (colours[..., 0] * 256 + colours[..., 1]) * 256 + colours[..., 2]

    present, inverse = np.unique(number(values), return_inverse=True)
    # Where classes share a colour the first one has it.
    classes = {int(key): index for index, key in reversed([*enumerate(number(np.array(palette)))])}
    alien = [int(key) for key in present if int(key) not in classes]
    if alien:
        first = divmod(alien[0], 65536)[0], alien[0] // 256 % 256, alien[0] % 256
        raise DataError(
            f'{name}: {len(alien)} of its {len(present)} colours are of no class, the first is '
            f'{first} (RGB); give ids, or colours of the palette that the model was trained with'
        )
    return np.array([classes[int(key)] for key in present])[inverse].reshape(values.shape[:2])
