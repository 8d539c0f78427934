"""Which photo a name in the annotations means."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from PIL import Image

from ...datasets.layout_dataset import PHOTO_SUFFIXES
from ...errors import DataError
from ..pairing.places import pictures_below
from .drawing import Size

_EXIF_ORIENTATION = 274
_TURNED = (5, 6, 7, 8)
# What Label Studio puts before the name of an uploaded file.
_UPLOAD = re.compile(r'^[0-9a-f]{8}-')


def path_parts(name: str) -> list[str]:
    """Folders and file of a name that may be a path of Windows or an address."""
    name = re.sub(r'^[a-z0-9+.-]+://', '', name, flags=re.IGNORECASE)
    parts = re.split(r'[/\\]+', name)
    return [part for part in parts if part not in ('', '.', '..') and not part.endswith(':')]


def spellings(name: str) -> Iterator[list[str]]:
    """Paths that a name may mean, the most literal first."""
    name = name.rsplit('?d=', 1)[-1]  # Label Studio's local files
    for text in (name, unquote(name.split('?')[0])):
        if parts := path_parts(text):
            yield parts
            yield [*parts[:-1], _UPLOAD.sub('', parts[-1])]


def without_suffix(path: str) -> str:
    """A path without the end of a photo's name, if it has one."""
    suffix = PurePosixPath(path).suffix
    return path.removesuffix(suffix) if suffix.lower() in PHOTO_SUFFIXES else path


def _words(path: Iterable[str]) -> set[str]:
    return set(re.split(r'[\W_\d]+', '/'.join(path).lower())) - {''}


class PhotoIndex:
    """Photos below a folder, found by what annotations call them.

    Args:
        folder: Folder of the photos.
        without: Folders below it that hold none, as that of the maps.
    """

    def __init__(self, folder: Path, without: Iterable[Path] = ()) -> None:
        self.folder = folder
        self.by_file: dict[str, list[str]] = defaultdict(list)
        self.by_stem: dict[str, list[str]] = defaultdict(list)
        barred = [path.resolve() for path in without]
        root = folder.resolve()
        for photo in pictures_below(folder, PHOTO_SUFFIXES):
            path = root / photo
            if not any(path.is_relative_to(bar) for bar in barred):
                self.by_file[path.name.lower()].append(photo)
                self.by_stem[path.stem.lower()].append(photo)

    def __len__(self) -> int:
        return sum(map(len, self.by_file.values()))

    @property
    def photos(self) -> set[str]:
        """Paths below the folder."""
        return {photo for photos in self.by_file.values() for photo in photos}

    def find(self, name: str, file: Path) -> str:
        """The photo of a name.

        Args:
            name: As the annotations have it: with folders, from the root of an upload, of Windows.
            file: The annotations; of several photos of a name, the one nearest to it is meant.

        Returns:
            Path below the folder, '' where there is none.

        Raises:
            DataError: Several photos fit.
        """
        for parts in spellings(name):
            key = parts[-1].lower()
            for found in (self.by_file.get(key), self.by_stem.get(without_suffix(key))):
                if found:
                    return self._best(found, parts, file)
        return ''

    def _best(self, found: list[str], parts: list[str], file: Path) -> str:
        ranks = defaultdict(list)
        near = [part.lower() for part in file.resolve().parent.parts]
        root = [part.lower() for part in self.folder.resolve().parts]
        words = _words([*file.parts[-3:-1], file.stem])
        for photo in found:
            own = photo.split('/')
            here = [part.lower() for part in own[:-1]]
            ranks[
                _common(reversed(own[:-1]), reversed(parts[:-1])),
                own[-1] == parts[-1],
                _common([*root, *here], near),
                len(words & _words(here)),
            ].append(photo)
        best = ranks[max(ranks)]
        if len(best) > 1:
            raise DataError(f'several photos are called so: {best[0]} and {best[1]}')
        return best[0]


def _common(first: Iterable[str], second: Iterable[str]) -> int:
    """How many begin alike."""
    count = 0
    for one, other in zip(first, second):
        if one.lower() != other.lower():
            break
        count += 1
    return count


def photo_size(path: Path) -> tuple[Size, bool]:
    """Height and width of a photo as it is displayed, and whether its EXIF orientation turns it.

    Raises:
        DataError: It cannot be read.
    """
    try:
        with Image.open(path) as photo:
            turned = photo.getexif().get(_EXIF_ORIENTATION) in _TURNED
            width, height = photo.size
    except Exception as error:
        raise DataError(f'cannot read {path} as a picture') from error
    return ((width, height) if turned else (height, width)), turned
