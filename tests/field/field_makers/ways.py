"""Ways of writing a map, listed by the modules of this package."""

import functools
import importlib.metadata
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOUR, FULL = 'ids 0 to 3', 'ids 0 to 3 in every map'
IGNORED, MANY = 'ids 0, 1, 2, 255', 'ids 0 to 11'
ALONE, GAPS = 'maps of one id', 'ids 7 to 26 with gaps'
WIDE, COLOURS = 'ids to 1000', 'colours'
MASKS, MASKS_255 = 'masks of 0 and 1', 'masks of 0 and 255'
#: Sets of one byte a pixel; those of 2 and of 4 bits; a few where more would say the same.
BYTES = (FOUR, IGNORED, MANY, ALONE, GAPS, MASKS, MASKS_255)
TWO_BITS, FOUR_BITS = (FOUR, ALONE, MASKS), (FOUR, MANY, ALONE, MASKS)
FEW = (FOUR, IGNORED, MASKS_255)
LOST, UNSEEN, UNLISTED = 'lost', 'unseen', 'unlisted'

Write = Callable[[np.ndarray, Path], object]


@dataclass(frozen=True)
class Way:
    """A tool with its options.

    Attributes:
        group: Heading of the table.
        tool: Distribution on the package index, or program.
        how: Call and options.
        stores: What the file holds then.
        suffix: Of the files.
        write: Writes a picture (H, W) or (H, W, 3) to a path.
        sets: Which maps it is given.
        lost: '' where the ids are in the files; LOST where they are not; UNSEEN where the tool has
            made other valid ids of them, which nothing can see; UNLISTED where the files hold
            colours that the list of classes does not have.
        hides: Id whose pixels the file says to be transparent or without data.
    """

    group: str
    tool: str
    how: str
    stores: str
    suffix: str
    write: Write
    sets: tuple[str, ...]
    lost: str
    hides: int | None = None

    @property
    def version(self) -> str:
        """Version of the tool; '' where it is not installed."""
        return _version(self.tool)


#: Debian packages whose programs are used where they are installed.
PROGRAMS = (
    'advancecomp', 'graphicsmagick', 'imagemagick', 'libtiff-tools', 'netpbm', 'octave', 'optipng',
    'pngcrush', 'zopfli',
)  # fmt: skip
WAYS: list[Way] = []


def way(
    group: str,
    tool: str,
    how: str,
    stores: str,
    suffix: str,
    write: Write,
    sets: Iterable[str] = BYTES,
    lost: str = '',
    hides: int | None = None,
) -> None:
    """Add a way, see :class:`Way`."""
    WAYS.append(Way(group, tool, how, stores, suffix, write, tuple(sets), lost, hides))


def run(*command: object, given: bytes | None = None) -> bytes:
    """Run a program of a Debian package, or one by its path; what it prints."""
    program, *rest = map(str, command)
    # A machine may have something else called convert first in its path.
    path = program if '/' in program else f'/usr/bin/{program}'
    return subprocess.run([path, *rest], input=given, check=True, capture_output=True).stdout


@functools.cache
def _version(tool: str) -> str:
    if tool not in PROGRAMS:
        try:
            return importlib.metadata.version(tool)
        except importlib.metadata.PackageNotFoundError:
            return ''
    try:
        asked = ['dpkg-query', '--show', '--showformat=${Version}', tool]
        found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ''
    # 8:6.9.11.60+dfsg-1.6: the version of the program without those of the packaging.
    return re.sub(r'^\d+:|^.*\+really|[-+].*$', '', found)
