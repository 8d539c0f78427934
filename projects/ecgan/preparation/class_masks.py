"""One mask for each class, as RectLabel and Label Studio write them, put together to label maps."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ..datasets.label_files import UNKNOWN, map_values
from ..errors import ConfigError, DataError
from .classes import ClassRow
from .drawn_maps import DrawnMaps
from .pairing.layouts import PHOTO_ENDS, end_row, folder_row
from .pairing.name_ends import ends_behind, fits_between, names_of, stem_of

#: Masks of each sample: name of the sample -> class -> files.
Masks = dict[str, dict[str, list[str]]]
# 'p0_class_sky' (RectLabel), 'task-1-annotation-2-by-1-tag-sky-0' (Label Studio).
_SAID = (
    re.compile(r'[-_. ]class[-_. ](.+)'),
    re.compile(r'-annotation-\d+(?:-by-\d+)?-tag-(.+)-\d+'),
)
# Words around the name of a class.
_FILLING = re.compile(r'^(?:masks?|label|class|seg|gt)(?:[-_. ]+|$)|(?:^|[-_. ]+)(?:masks?|label)$')
_BACKGROUND = ('background', '_background_', 'bg')
_LOOKED_AT = 8
_MOST_CLASSES = 200


def class_of_end(end: str) -> tuple[str, bool]:
    """The class in the end of a mask's name, and whether the end says that it is one."""
    for pattern in _SAID:
        match = pattern.fullmatch(end)
        if match:
            return match[1], True
    return _FILLING.sub('', end.strip('-_. ')), False


def may_be_a_class(end: str) -> bool:
    """Whether the end of a mask's name may be a class: it is not known to mean something else."""
    name, is_said = class_of_end(end)
    return is_said or bool(name and not name.isdigit() and not end_row(f'_{name}').words)


def find_class_masks(photos: Sequence[str], maps: Sequence[str]) -> tuple[str, Masks]:
    """Find masks of single classes by their names.

    They are called as the photo, followed by the class (``p0_class_sky.png``, ``p0_sky.png``), or
    they lie in a folder for each class (``sky/p0.png``) or for each photo (``p0/sky.png``). Names
    that a photo has one of only, ends of label maps (``p0_labelIds.png``) and numbers of objects
    (``p0_1.png``) are no classes.

    Args:
        photos: Paths of photos below their folder.
        maps: Paths of maps below theirs; the same as ``photos`` where they lie side by side.

    Returns:
        End of the photos' names, and the masks; empty where there are none.
    """
    best: tuple[str, Masks] = '', {}
    for end in PHOTO_ENDS:
        names = names_of(map(stem_of, photos), end)
        for masks in (_by_end(names, maps), _by_folder(names, maps)) if names else ():
            if _size(masks) > _size(best[1]):
                best = end, masks
    return best


def count_class_masks(photos: Sequence[str], maps: Sequence[str]) -> int:
    """How many photos have masks of single classes."""
    return len(find_class_masks(photos, maps)[1])


def _size(masks: Masks) -> int:
    return sum(len(files) for by_class in masks.values() for files in by_class.values())


def _accepted(masks: Mapping[str, Mapping[str, list[str]]]) -> bool:
    """Whether these are a few classes that many samples share, and several of one sample."""
    classes = {name for by_class in masks.values() for name in by_class}
    return 1 < len(classes) <= _MOST_CLASSES and any(len(each) > 1 for each in masks.values())


def _by_end(names: set[str], maps: Sequence[str]) -> Masks:
    masks: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    stems = sorted((stem_of(path), path) for path in maps)
    only = [stem for stem, _ in stems]
    ends = set(ends_behind(sorted(names), only, most=_MOST_CLASSES))
    said = {end for end in ends if class_of_end(end)[1]}
    unclear = {end for end in ends if not may_be_a_class(end)}
    if not said and any(end_row(end).kind == 'label' for end in unclear):
        return {}
    ends = said or ends - unclear
    longest = sorted(ends, key=len, reverse=True)
    for stem, path in stems:
        for end in longest:
            name = stem[: len(stem) - len(end)]
            if stem.endswith(end) and name in names:
                masks[name][class_of_end(end)[0]].append(path)
                break
    return masks if _accepted(masks) else {}


def _by_folder(names: set[str], maps: Sequence[str]) -> Masks:
    """Masks with the class in place of a folder, or as names in a folder for each photo."""
    of_class: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    of_photo: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    inner = [path for path in maps if '/' in path]
    ends = _ends_in_class_folders(names, inner)
    for path in inner:
        *folders, last = stem_of(path).split('/')
        above = '/'.join(folders)
        if above in names and not last.isdigit():
            of_photo[above][class_of_end(f'_{last}')[0]].append(path)
        for place, folder in enumerate(folders):
            rest = '/'.join([*folders[:place], *folders[place + 1 :], last])
            for end in ends:
                name = rest[: len(rest) - len(end)]
                if rest.endswith(end) and name in names:
                    of_class[name][folder].append(path)
                    break
    # Folders called 'labels', 'instances' and so on are no classes.
    if any(folder_row(name) for by_class in of_class.values() for name in by_class):
        of_class.clear()
    found = [masks for masks in (of_class, of_photo) if _accepted(masks)]
    return max(found, key=_size, default={})


def _ends_in_class_folders(names: set[str], maps: Sequence[str]) -> list[str]:
    """What masks' names in a folder for each class have behind the names of the photos."""
    fits = fits_between(names, (stem_of(path.partition('/')[2]) for path in maps))
    return ['', *(fit.label for fit in fits[:1] if fit.label)]


def are_masks(folder: Path, masks: Masks) -> bool:
    """Whether some of the files hold what is a class and what is not, and no more."""
    files = [path for by_class in masks.values() for each in by_class.values() for path in each]
    try:
        some = [_values(folder / path) for path in files[:: max(1, len(files) // _LOOKED_AT)]]
    except DataError:
        return False
    return all(map(_is_mask, some)) and any(values.any() for values in some)


def _is_mask(values: np.ndarray) -> bool:
    return bool(((values == 0) | (values == values.max())).all())


def _values(path: Path) -> np.ndarray:
    """A mask: what is not 0 is of the class; of a picture with alpha, what is not transparent."""
    try:
        with Image.open(path) as picture:
            if picture.mode in ('LA', 'RGBA') and picture.getchannel('A').getextrema()[0] < 255:
                return np.asarray(picture.getchannel('A'))
    except OSError as error:
        raise DataError(f'cannot read {path}: it is no picture') from error
    values = map_values(path, str(path))
    return values.max(-1) if values.ndim == 3 else values


def draw_class_masks(masks: Mapping[str, Mapping[str, Sequence[Path]]], out: Path) -> DrawnMaps:
    """Put masks of single classes together to label maps.

    Classes are numbered in the order of their names. Where masks overlap, the later class lies
    above. Pixels of no class are 'background', id 0, or unknown where a class is called so.

    Args:
        masks: Name of each sample, with its split -> class -> files, see
            :attr:`~projects.ecgan.preparation.pairing.pairs.Pairing.one_mask_a_class`.
        out: Folder of the label maps, ``NAME.png``.

    Returns:
        What was drawn.

    Raises:
        DataError: A mask cannot be read, has more than two values, or another size than the rest
            of its sample.
        ConfigError: A label map cannot be written.
    """
    names = sorted({name for by_class in masks.values() for name in by_class}, key=str.lower)
    has_background = any(name.lower() in _BACKGROUND for name in names)
    if len(names) >= UNKNOWN:
        raise DataError(f'{len(names)} classes are more than a label map of 8 bits holds')
    counts = Counter[str](maps=len(masks))
    for name, by_class in masks.items():
        numbers, overlaps = _numbers(by_class, names)
        counts.update(
            pixels=numbers.size, overlaps=overlaps, bare=int(np.count_nonzero(numbers == 0))
        )
        _save(numbers, out / f'{name}.png')
    first = int(bool(counts['bare']) and not has_background)
    if not first:
        for name in masks:
            numbers = map_values(out / f'{name}.png', name)
            _save(np.where(numbers == 0, UNKNOWN, numbers - 1), out / f'{name}.png')
    rows = [ClassRow(0, 'background', None)] * first
    rows += [ClassRow(index, name, None) for index, name in enumerate(names, first)]
    return DrawnMaps(out, rows, _notes(names, counts, first, out))


def _save(numbers: np.ndarray, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(numbers.astype(np.uint8)).save(path)
    except OSError as error:
        raise ConfigError(f'cannot write the label map {path}: {error.strerror}') from error


def _numbers(
    by_class: Mapping[str, Sequence[Path]], names: Sequence[str]
) -> tuple[np.ndarray, int]:
    """Number of the class of each pixel from 1, 0 for none; and how many pixels are of several."""
    own: dict[int, np.ndarray] = {}
    for path, number in [(p, n) for n, name in enumerate(names, 1) for p in by_class.get(name, ())]:
        values = _values(path)
        is_in = values > 0
        if not _is_mask(values):
            raise DataError(f'{path} has more than two values: it is no mask of one class')
        size = next(iter(own.values()), is_in).shape
        if size != is_in.shape:
            raise DataError(
                f'{path} is {is_in.shape[1]}x{is_in.shape[0]}, other masks of its photo '
                f'{size[1]}x{size[0]} (width x height)'
            )
        own[number] = own[number] | is_in if number in own else is_in
    numbers = np.zeros(size, np.uint8)
    for number, is_in in own.items():
        numbers[is_in] = number
    return numbers, int(np.count_nonzero(sum(is_in.astype(np.uint8) for is_in in own.values()) > 1))


def _notes(names: Sequence[str], counts: Counter[str], first: int, out: Path) -> list[str]:
    pixels = counts['pixels']
    notes = [
        f'one mask for each class: put together to {counts["maps"]} label maps in {out}, classes '
        'in the order of their names'
    ]
    if counts['overlaps']:
        notes.append(
            f'{counts["overlaps"] / pixels:.2%} of the pixels are in masks of several classes: the '
            f'later of {", ".join(names)} lies above'
        )
    if counts['bare']:
        meaning = "class 0, 'background'" if first else 'unknown (255)'
        notes.append(f'{counts["bare"] / pixels:.2%} of the pixels are in no mask: {meaning}')
    return notes
