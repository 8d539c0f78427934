"""Values that come of blending: maps resized smoothly, or once stored with loss."""

from collections import Counter
from collections.abc import Sequence

from ...datasets.label_files import UNKNOWN
from ...errors import DataError
from ..inspection.map_inspection import MOST_VALUES, MapInspection, ReadMap
from .labelling import HIGHEST, shown_values

# A map with more values of its own than this was blended.
_OWN_VALUES = 8
# Blended pixels lie between a lower and a higher value, on edges; so large a part of them does, and
# in so large a part of the maps.
_BETWEEN_SHARE = 0.9
_BLENDED_MAPS = 0.1
_FEW_EDGES = 500
_SHOWN = 6
# Of maps of more classes than this the levels are too near one another to tell.
_MOST_STEPS = 16


def refuse_blends(reads: Sequence[ReadMap], listed: set[int]) -> None:
    """Stop where values only ever lie between others and fill no square, in many maps.

    Classes may be as thin; where ids have no gaps, or stand in the list, nothing is said.

    Args:
        reads: What the maps hold.
        listed: Ids of the list of classes.

    Raises:
        DataError: So it is: the maps were resized smoothly.
    """
    counts, between, inner, maps_with = Counter(), Counter(), set(), Counter()
    for read in reads:
        counts.update(read.counts)
        maps_with.update(read.counts.keys())
        between.update(read.between)
        inner |= read.inner
    thin = [
        value
        for value, count in sorted(counts.items())
        if value not in inner
        and value not in listed
        and maps_with[value] >= max(2, _BLENDED_MAPS * len(reads))
        and between[value] >= _BETWEEN_SHARE * count
    ]
    ids = sorted(set(counts) - {UNKNOWN})
    has_gaps = bool(ids) and len(ids) < ids[-1] - ids[0] + 1
    is_colour = any(read.is_colour for read in reads)
    if thin and (has_gaps or is_colour) and len(counts) - len(thin) > 1:
        shown = shown_values(thin, _SHOWN, '#{:06x}'.format if is_colour else str)
        maps = sum(not set(thin).isdisjoint(read.counts) for read in reads)
        raise DataError(
            f'{maps} of {len(reads)} label maps hold values ({shown}) that fill no area and '
            'only ever lie between a lower and a higher one, as blended ones do: they were resized '
            'smoothly; resize label maps by the nearest rule (thin classes of such ids need a list '
            'of classes)'
        )


def refuse_scaled_one_by_one(reads: Sequence[ReadMap]) -> None:
    """Stop where each map's ids were spread to 0 to 255 by themselves, as for display.

    Raises:
        DataError: So it is: the ids are lost.
    """
    levels = [sorted(read.counts) for read in reads if len(read.counts) > 1]
    union = sorted({level for each in levels for level in each})
    most = max(map(len, levels), default=0)
    if (
        most > 2
        and len(union) > most
        and all((each[0], each[-1]) == (0, HIGHEST) for each in levels)
        and all(_is_fraction(level) for level in union)
    ):
        raise DataError(
            f'every label map holds levels from 0 to 255 ({shown_values(union, _SHOWN)}) that '
            'differ from map to map: each was scaled for display by itself, and its ids are lost; '
            'save the ids as they are'
        )


def _is_fraction(level: int) -> bool:
    """Whether a level is a whole number of few even steps from 0 to 255, give or take 1."""
    return any(
        abs(level - round(level * steps / HIGHEST) * HIGHEST / steps) <= 1
        for steps in range(1, _MOST_STEPS)
    )


def smooth_share(labels: Sequence[MapInspection]) -> float:
    """Part of the pixels on edges that lie between a lower and a higher value; 0: too few edges.

    Measured: 0.02 to 0.11 in CamVid, COCO-Stuff and drawn scenes, and 0.13 to 0.6 once these had
    been resized to a half, a third, a sixth or one and a half by a linear, cubic or area rule.
    """
    edges = sum(label.places.edges for label in labels)
    return sum(label.places.smooth for label in labels) / edges if edges > _FEW_EDGES else 0.0


def smeared(
    label: MapInspection,
    read: ReadMap,
    maps_with: Counter,
    num_maps: int,
) -> str:
    """Why a map's values cannot be trusted; '' where they can.

    Args:
        label: The map.
        read: What it holds.
        maps_with: In how many maps each value is.
        num_maps: Number of maps.
    """
    own = sum(maps_with[value] == 1 for value in read.counts)
    is_blended = num_maps > 1 and own > max(_OWN_VALUES, label.num_values // 2)
    if is_blended or label.num_values > MOST_VALUES:
        return (
            f'{label.num_values} different values, {own} of them in no other map: '
            'resized smoothly, or once a JPEG'
        )
    return ''
