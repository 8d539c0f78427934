"""A look at every pair of files, each decoded once, in several processes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PIL import UnidentifiedImageError

from ...datasets.label_files import Reading, read_stored
from ...errors import DataError, one_line
from ..findings import Finding
from ..pairing.pairs import Pair
from ..parallel import in_processes
from .map_inspection import MapInspection, inspect_map
from .photo_inspection import PhotoInspection, inspect_photo


@dataclass
class PairInspection:
    """What the files of a pair are; None stands for one that cannot be read."""

    pair: Pair
    photo: PhotoInspection | None = None
    label: MapInspection | None = None
    findings: list[Finding] = field(default_factory=list)


def inspect_all(
    pairs: Sequence[Pair], jobs: int, shown: Iterable[int] = (), reading: Reading | None = None
) -> list[PairInspection]:
    """Look at pairs in several processes, with a progress bar; keep small pictures of those shown.

    Args:
        pairs: The pairs.
        jobs: Processes.
        shown: Numbers of the samples that are shown.
        reading: What the user has said of the label maps.

    Raises:
        UserError: A process was ended from outside, as for want of memory.
    """
    shown = set(shown)
    keep = [index in shown for index in range(len(pairs))]
    readings = [reading or Reading()] * len(pairs)
    return in_processes(inspect_pair, pairs, keep, readings, jobs=jobs, doing='looking at pairs')


def inspect_pair(
    pair: Pair, keep_thumbnails: bool = False, reading: Reading | None = None
) -> PairInspection:
    """Look at the files of one pair."""
    look_at_map = partial(inspect_map, reading=reading or Reading())
    look = PairInspection(pair)

    def note(kind: str, text: str) -> None:
        look.findings.append(Finding(kind, pair.title, text))

    for kind, read in (('photo', inspect_photo), ('label', look_at_map)):
        path = pair.files[kind]
        try:
            setattr(look, kind, read(path, keep_thumbnails))
        except DataError as error:
            note('unreadable', error.sentence)
        except UnidentifiedImageError:
            note('unreadable', f'cannot read {path}: it is no picture')
        except Exception as error:  # whatever a decoder makes of a broken file
            note('unreadable', f'cannot read {path}: {one_line(error)}')
    if look.photo and look.label and look.photo.size != look.label.size:
        note('size', _sizes(look.photo, look.label))
    sizes = {each.size for each in (look.photo, look.label) if each}
    for kind in ('instance', 'edge'):
        if kind in pair.files and sizes:
            try:
                shape = read_stored(pair.files[kind], str(pair.files[kind])).shape
            except DataError as error:
                note('other map', error.sentence)
                continue
            if shape not in sizes:
                note('other map', f'the {kind} map is {shape[1]}x{shape[0]} (width x height)')
    return look


def _sizes(photo: PhotoInspection, label: MapInspection) -> str:
    text = (
        f'the map is {label.size[1]}x{label.size[0]}, the photo {photo.size[1]}x{photo.size[0]} '
        '(width x height)'
    )
    if label.size == photo.size[::-1]:
        text += (
            ': it would fit the photo as it is stored; the photo is read as it is displayed, '
            'turned as its EXIF orientation says'
            if photo.is_turned
            else ': it would fit turned by 90 degrees'
        )
    return text
