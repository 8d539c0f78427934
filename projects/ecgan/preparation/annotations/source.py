"""Finding annotations in a folder."""

import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

from ...errors import DataError, MissingFileError
from ..pairing.places import pictures_below
from .content import shown
from .formats import FORMATS, LOADERS, Format
from .photos import PhotoIndex

# In a folder with more files than the first number, the second decides what all are.
_MANY, _LOOKED_AT = 32, 8


class AnnotationSource(NamedTuple):
    """Annotations of one kind in a folder.

    Attributes:
        kind: A kind of :data:`~projects.ecgan.preparation.annotations.formats.FORMATS`.
        files: The files.
        folder: The folder that was looked through.
        notes: What else is there, a sentence each.
        faults: Files that cannot be read, a sentence each.
    """

    kind: str
    files: list[Path]
    folder: Path
    notes: list[str]
    faults: list[str]

    @property
    def description(self) -> str:
        """Kind and files in one line."""
        names = [str(path.relative_to(self.folder)) for path in self.files]
        return f'{self.kind}: {len(names)} file{"s" * (len(names) > 1)} ({shown(names, 2)})'

    def photos(self, out: Path | None = None) -> Path:
        """The folder that holds all photos below :attr:`folder`, that itself where there are none.

        Args:
            out: The folder of drawn maps, which are no photos; neither are pictures that belong to
                the annotations.
        """
        index = self.photo_index(None, *([out] if out else []))
        files = [self.folder / photo for photo in index.photos]
        parents = {str(path.parent) for path in files}
        return Path(os.path.commonpath(parents)) if parents else self.folder

    def photo_index(self, folder: Path | None = None, *without: Path) -> PhotoIndex:
        """Photos below a folder.

        Args:
            folder: The folder; None: :attr:`folder`.
            *without: Folders in it that hold none.
        """
        own = self.format.picture_folders(self.files, self.folder)
        return PhotoIndex(folder or self.folder, (*own, *without))

    @property
    def format(self) -> Format:
        """How its files are read."""
        return next(each for each in FORMATS if each.kind == self.kind)


def find_annotations(folder: Path) -> AnnotationSource | None:
    """Find files of annotations below a folder.

    Args:
        folder: Any folder.

    Returns:
        The files of one kind; None: there are none.

    Raises:
        MissingFileError: There is no such folder.
        DataError: There are none that can be read, but some that look so and are broken.
    """
    if not folder.is_dir():
        raise MissingFileError(f'no folder at {folder}')
    folder = folder.resolve()
    groups = defaultdict(list)
    for path in pictures_below(folder, tuple(LOADERS)):
        groups[(folder / path).parent, Path(path).suffix.lower()].append(folder / path)
    found: dict[str, list[Path]] = defaultdict(list)
    faults: list[str] = []
    for (_, suffix), files in groups.items():
        looked_at = files if len(files) <= _MANY else files[:_LOOKED_AT]
        kinds = {path: _kind(path, suffix, faults) for path in looked_at}
        counts = Counter(kind for kind in kinds.values() if kind)
        rest = counts.most_common(1)[0][0] if counts else ''
        for path in files:
            # A text without a line is of a photo without shapes.
            is_empty = suffix == '.txt' and path.stat().st_size <= len('\r\n')
            if kind := rest if is_empty else kinds.get(path, rest):
                found[kind].append(path)
    kinds = [each.kind for each in FORMATS if each.kind in found]
    if not kinds:
        if faults:
            raise DataError(faults[0])
        return None
    notes = [
        f'{len(found[kind])} files of {kind} are there too ({found[kind][0]}) and not used'
        for kind in kinds[1:]
    ]
    return AnnotationSource(kinds[0], found[kinds[0]], folder, notes, faults)


def _kind(path: Path, suffix: str, faults: list[str]) -> str:
    """What a file is, '' where it is nothing that is known."""
    try:
        content = LOADERS[suffix](path)
    except DataError as error:
        faults.append(str(error))
        return ''
    return next(
        (each.kind for each in FORMATS if each.suffix == suffix and each.recognises(content)), ''
    )
