"""Faults that every file of a data set shares, which no comparison between files finds."""

from collections.abc import Sequence

from ...datasets.label_files import Reading
from ...errors import DataError
from ..findings import Finding
from ..inspection.map_inspection import MOST_VALUES, inspect_map
from ..inspection.pair_inspection import PairInspection
from .blends import smooth_share
from .labelling import Labelling

# A photo has more values than this.
_FEW_VALUES = 64
_TRIED = 5
_NAMED = 6
_SMOOTH_SHARE = 0.13
_FEW_MAPS = 5
_WHOLE = 'the whole set'


def systematic_findings(
    looks: Sequence[PairInspection], labelling: Labelling, is_listed: bool
) -> list[Finding]:
    """Findings about all maps together, with numbers and the likely cause.

    Args:
        looks: The pairs that can be used.
        labelling: What their maps mean.
        is_listed: Whether there is a list of classes.

    Raises:
        DataError: All maps hold one class and nothing else: there is nothing to learn.
    """
    counts = labelling.count(looks)
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
            *([] if is_listed else _in_one_map(counts, len(looks), labelling)),
        )
        if text
    ]


def empty_classes(looks: Sequence[PairInspection], labelling: Labelling) -> str:
    """A line about the classes that no map has; '' where each is in one."""
    counts = labelling.count(looks)
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


def _unknown_foreground(
    counts: dict[int, tuple[int, int]], used: Sequence[int], labelling: Labelling
) -> str:
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


def _in_one_map(
    counts: dict[int, tuple[int, int]], num_maps: int, labelling: Labelling
) -> list[str]:
    """Classes that one map alone has, where none was asked for."""
    if num_maps < 10:
        return []
    return [
        f'{labelling.classes[index]} is in one map only ({pixels} pixels): a slip?'
        for index, (pixels, maps) in counts.items()
        if maps == 1 and index != labelling.unknown
    ]
