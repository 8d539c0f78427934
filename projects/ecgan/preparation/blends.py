"""Values that come of blending: maps resized smoothly, or once stored with loss."""

from collections import Counter
from collections.abc import Sequence

from ..datasets.label_files import UNKNOWN
from .map_inspection import MOST_VALUES, MapInspection, ReadMap

# A map with more values of its own than this was blended.
_OWN_VALUES = 8
# Blended pixels lie between a lower and a higher value, on edges; so large a part of them does, and
# in so large a part of the maps.
_BETWEEN_SHARE = 0.9
_BLENDED_MAPS = 0.1


def find_blends(reads: Sequence[ReadMap], listed: set[int]) -> list[int]:
    """Values that only ever lie between others and fill no square, in all maps together.

    Classes may be as thin; where ids have no gaps, or stand in the list, nothing is said.

    Args:
        reads: What the maps hold.
        listed: Ids of the list of classes.

    Returns:
        The values, sorted.
    """
    counts, between, inner, maps_with = Counter(), Counter(), set(), Counter()
    for read in reads:
        counts.update(read.counts)
        maps_with.update(read.counts.keys())
        between.update(read.between)
        inner |= read.inner
    thin = [
        value
        for value, count in counts.items()
        if value not in inner
        and value not in listed
        and maps_with[value] >= max(2, _BLENDED_MAPS * len(reads))
        and between[value] >= _BETWEEN_SHARE * count
    ]
    ids = sorted(set(counts) - {UNKNOWN})
    has_gaps = bool(ids) and len(ids) < ids[-1] - ids[0] + 1
    is_colour = any(read.is_colour for read in reads)
    return sorted(thin) if thin and (has_gaps or is_colour) and len(counts) - len(thin) > 1 else []


def smeared(
    label: MapInspection,
    read: ReadMap,
    maps_with: Counter,
    num_maps: int,
    blends: Sequence[int],
) -> str:
    """Why a map's values cannot be trusted; '' where they can.

    Args:
        label: The map.
        read: What it holds.
        maps_with: In how many maps each value is.
        num_maps: Number of maps.
        blends: See :func:`find_blends`.
    """
    own = sum(maps_with[value] == 1 for value in read.counts)
    is_blended = num_maps > 1 and own > max(_OWN_VALUES, label.num_values // 2)
    if is_blended or label.num_values > MOST_VALUES:
        return (
            f'{label.num_values} different values, {own} of them in no other map: '
            'resized smoothly, or once a JPEG'
        )
    here = [value for value in blends if value in read.counts]
    if here:
        pixels = sum(read.counts[value] for value in here)
        shown = ', '.join(f'#{value:06x}' if read.is_colour else str(value) for value in here[:5])
        return (
            f'{pixels} pixels of {len(here)} values ({shown}) lie between a lower and a higher '
            'value everywhere, as blended ones do: resized smoothly'
        )
    return ''
