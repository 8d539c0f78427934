"""Faults that every file of a data set shares, which no comparison between files finds."""

from collections.abc import Sequence

from ...datasets.label_files import UNKNOWN, Reading
from ...errors import DataError
from ..findings import Finding
from ..inspection.map_inspection import MOST_VALUES, inspect_map
from ..inspection.pair_inspection import PairInspection
from .blends import smooth_share
from .labelling import Counts, Labelling

# A photo has more values than this.
_FEW_VALUES = 64
_TRIED = 5
_NAMED = 6
_SMOOTH_SHARE = 0.13
_FEW_MAPS = 5
_WHOLE = 'the whole set'


def systematic_findings(
    looks: Sequence[PairInspection],
    counts: Counts,
    labelling: Labelling,
    is_listed: bool,
) -> list[Finding]:
    """Findings about all maps together, with numbers and the likely cause.

    Args:
        looks: The pairs that can be used.
        counts: Pixels and maps of each class, see :meth:`Labelling.count`.
        labelling: What their maps mean.
        is_listed: Whether there is a list of classes.

    Raises:
        DataError: All maps hold one class and nothing else: there is nothing to learn.
    """
    used = [index for index, (pixels, _) in counts.items() if pixels and index != labelling.unknown]
    if looks and len(used) + (counts.get(labelling.unknown, (0, 0))[0] > 0) == 1:
        name = labelling.classes[used[0]] if used else 'unknown'
        raise DataError(
            f'all {len(looks)} label maps hold {name} alone: another folder or file may hold the '
            'label maps, or the ids were lost when they were written'
        )
    return [
        Finding('set', _WHOLE, text)
        for text in (
            _unknown_foreground(counts, used, labelling),
            _smooth(looks),
            _cut_to_bytes(looks, labelling),
            *([] if is_listed else _in_one_map(counts, len(looks), labelling)),
        )
        if text
    ]


def empty_classes(counts: Counts, labelling: Labelling) -> str:
    """A line about the classes that no map has; '' where each is in one."""
    empty = [labelling.classes[i] for i in range(len(labelling.classes)) if not counts[i][0]]
    if not empty:
        return ''
    more = f' and {len(empty) - _NAMED} more' if len(empty) > _NAMED else ''
    return f'{len(empty)} classes are in no map: {", ".join(empty[:_NAMED])}{more}'


def swapped(looks: Sequence[PairInspection]) -> str:
    """What to say where the label maps look like photos and the photos like label maps; or ''."""
    tried = [look for look in looks if look.label and look.label.num_values > MOST_VALUES][:_TRIED]
    if not tried:
        return ''
    for look in tried:
        try:
            photo = inspect_map(look.pair.files['photo'], False, Reading())
        except DataError:
            return ''
        if photo.num_values > _FEW_VALUES:
            return ''
    return '; photos and label maps look swapped: give the folders the other way round'


def _unknown_foreground(counts: Counts, used: Sequence[int], labelling: Labelling) -> str:
    pixels, maps = counts.get(labelling.unknown, (0, 0))
    if not pixels or len(used) != 1 or len(labelling.classes) < 2:
        return ''
    total = sum(each for each, _ in counts.values())
    return (
        f'{labelling.classes[used[0]]} is the only class with pixels, all the rest '
        f'({pixels / total:.1%}, in {maps} maps) is unknown: if 255 is a class, give it that id in '
        'the list of classes'
    )


def _smooth(looks: Sequence[PairInspection]) -> str:
    share = smooth_share([look.label for look in looks])
    if share < _SMOOTH_SHARE or len(looks) < _FEW_MAPS:
        return ''
    return (
        f'{share:.0%} of the pixels on edges lie between a lower and a higher value, where label '
        'maps have 2 to 11 %: resized smoothly? Then edges have ids of other classes; resize by '
        'the nearest rule'
    )


def _cut_to_bytes(looks: Sequence[PairInspection], labelling: Labelling) -> str:
    """Maps of 8 bits in a set with ids above 255, which such tools write as 255."""
    place = labelling.ids.get(UNKNOWN, labelling.unknown)
    if labelling.kind == 'colours' or place == labelling.unknown:
        return ''
    if not any(
        value > UNKNOWN for value, other in labelling.ids.items() if other != labelling.unknown
    ):
        return ''
    maps = sum(
        look.label.form.bits <= 8 and UNKNOWN in look.label.read(labelling.reading).counts
        for look in looks
    )
    if not maps:
        return ''
    return (
        f'{maps} maps have 8 bits and hold 255, read as {labelling.classes[place]}: ids above 255 '
        'do not fit there, and some tools write them as 255; save the maps of so many classes with '
        '16 bits'
    )


def _in_one_map(counts: Counts, num_maps: int, labelling: Labelling) -> list[str]:
    """Classes that one map alone has, where none was asked for."""
    if num_maps < 10:
        return []
    return [
        f'{labelling.classes[index]} is in one map only ({pixels} pixels): a slip?'
        for index, (pixels, maps) in counts.items()
        if maps == 1 and index != labelling.unknown
    ]
