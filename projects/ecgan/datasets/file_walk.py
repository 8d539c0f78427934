"""All files below a folder: the one walk for data sets, ``ecgan prepare`` and inference."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import MissingFileError

#: Folders and files that systems leave among pictures; what begins with a dot is hidden, too.
LITTER = frozenset(
    {'__macosx', '@eadir', '#recycle', '$recycle.bin', 'system volume information', 'lost+found',
     'thumbs.db', 'desktop.ini'}
)  # fmt: skip


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is left out: hidden, or a system's."""
    return name.startswith('.') or name.lower() in LITTER


def walk(folder: Path) -> Iterator[Path]:
    """Files below a folder, sorted by their paths.

    Links to files and folders are followed; a folder is not entered from below itself, so that a
    circle of links ends. A link that leads nowhere is given as a file: who opens it says so.
    Hidden files are left out, and what macOS, Windows and network drives write beside (``._a.png``,
    ``__MACOSX/``, ``@eaDir/``, ``Thumbs.db``).

    Args:
        folder: Where to look; its own name may be hidden.

    Yields:
        Paths that begin with ``folder``.

    Raises:
        MissingFileError: A folder is missing or may not be read.
    """
    parents = (_identity(parent) for parent in Path(folder).absolute().parents)
    yield from _walk(Path(folder), frozenset(parents))


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _walk(folder: Path, above: frozenset[tuple[int, int]]) -> Iterator[Path]:
    try:
        here = _identity(folder)
        if here in above:
            return
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise MissingFileError(f'cannot look into the folder {folder}: {error.strerror}') from error
    for entry in found:
        path = folder / entry.name
        if is_hidden(entry.name):
            continue
        is_link = entry.is_symlink()
        # Unlike the entry's own answer, this one bears a link to itself.
        if os.path.isdir(path) if is_link else entry.is_dir():
            if is_link and folder.resolve().is_relative_to(path.resolve()):
                continue  # it leads back to where it lies
            yield from _walk(path, above | {here})
        elif is_link or entry.is_file():
            yield path
