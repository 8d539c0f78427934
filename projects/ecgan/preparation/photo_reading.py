"""What all photos of a data set together say about how they are to be read."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..datasets.photo_files import used_bits
from .findings import Finding
from .inspection.pair_inspection import PairInspection


class PhotoReading(NamedTuple):
    """How photos are read.

    Attributes:
        arguments: Those of ``LoadPhoto``: ``bits`` where some photos have 16 bits a channel.
        notes: What is done that a user should know, a line each.
    """

    arguments: dict[str, int]
    notes: list[str]


def photo_reading(looks: Sequence[PairInspection]) -> PhotoReading:
    """How the photos of a data set are read, the same for all.

    Args:
        looks: At the pairs that are used.
    """
    photos = [look.photo for look in looks if look.photo]
    deep = [photo.largest for photo in photos if photo.largest]
    arguments, notes = {}, []
    if deep:
        arguments['bits'] = used_bits(deep)
        notes.append(
            f'{_some(len(deep), len(photos))} 16 bits a channel, read as {arguments["bits"]} bits: '
            f'the largest sample is {max(deep)}'
        )
    floats = Counter(photo.form for photo in photos if photo.form.startswith('floating'))
    said = Counter(note for photo in photos for note in photo.notes)
    notes += [f'{_some(count, len(photos))} {note}' for note, count in (floats + said).items()]
    return PhotoReading(arguments, notes)


def photo_findings(looks: Sequence[PairInspection]) -> list[Finding]:
    """Photos that are stored in another form than most, which may come out brighter or darker."""
    photos = [look for look in looks if look.photo]
    forms = Counter(look.photo.form for look in photos)
    if len(forms) < 2:
        return []
    most, count = forms.most_common(1)[0]
    return [
        Finding(
            'photo form',
            look.pair.title,
            f'{look.photo.form}, where {count} of {len(photos)} photos have {most}',
        )
        for look in photos
        if look.photo.form != most
    ]


def _some(count: int, total: int) -> str:
    return f'all {total} photos have' if count == total else f'{count} of {total} photos have'
