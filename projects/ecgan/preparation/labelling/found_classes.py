"""The classes that occur in label maps, where no list says what they are."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ...datasets.label_files import UNKNOWN, number_colour
from ...datasets.palettes import generated_palette, voc_ids
from ...errors import DataError
from ..inspection.map_inspection import ReadMap
from .blends import refuse_scaled_one_by_one
from .labelling import HIGHEST, Colour, Labelling, Looks, index_kind, shown_values

# A value on less than this part of one map alone, of at least so many maps, is a slip.
_STRAY_SHARE = 1e-3
_STRAY_MAPS = 10


def of_maps(is_colour: bool, looks: Looks, reads: Sequence[ReadMap]) -> Labelling:
    """The labelling of the classes that occur.

    Args:
        is_colour: Whether the maps hold colours.
        looks: The maps.
        reads: What they hold.

    Raises:
        DataError: They hold more values than there can be classes, or none.
    """
    maps_with = Counter(value for read in reads for value in read.counts)
    pixels = Counter()
    for read in reads:
        total = read.counts.total()
        for value, count in read.counts.items():
            if not _is_stray(count / total, maps_with[value], len(looks)):
                pixels[value] += count
    if len(pixels) > UNKNOWN:
        raise DataError(
            f'the label maps hold {len(pixels)} different '
            f'{"colours" if is_colour else "ids"}: these are no classes (instance maps, depth, '
            'photos?), or a list of classes has to be given with --classes'
        )
    voc = voc_ids(map(number_colour, pixels)) if index_kind(looks) == 'palette' else {}
    if is_colour and voc:
        return _of_voc({voc[number_colour(number)]: number for number in pixels})
    if is_colour:
        # Black first, as ids begin with it, then the most frequent.
        order = sorted(pixels, key=lambda number: (number != 0, -pixels[number]))
        palette = [number_colour(number) for number in order]
        names = [f'colour #{number:06x}' for number in order]
        ids = {number: place for place, number in enumerate(order)}
        return Labelling('colours', names, palette, False, {}, None, ids)
    return _of_ids(pixels, looks, reads)


def _of_voc(numbers: Mapping[int, int]) -> Labelling:
    """Colours of Pascal VOC by their ids, of which 255 is unknown; id -> number of the colour."""
    known = sorted(number for number in numbers if number != UNKNOWN)
    palette = [number_colour(numbers[number]) for number in known]
    ids = {numbers[number]: place for place, number in enumerate(known)}
    names = [f'id {number}' for number in known]
    if UNKNOWN not in numbers:
        return Labelling('colours', names, palette, False, {}, None, ids)
    colours = [*palette, number_colour(numbers[UNKNOWN])]
    ids[numbers[UNKNOWN]] = UNKNOWN
    return Labelling('colours', names, palette, True, {len(known): UNKNOWN}, colours, ids)


def _of_ids(pixels: Counter, looks: Looks, reads: Sequence[ReadMap]) -> Labelling:
    """A class for each id; 255 and what is negative is unknown."""
    notes: list[str] = []
    present = sorted(pixels)
    # A mask of 0 and 255 has two classes; so have levels in even steps up to 255 one each.
    is_ramp = present[-1] == HIGHEST and _is_even(present)
    if is_ramp and len(present) > 2:
        notes.append(
            f'ids are in even steps up to 255 ({shown_values(present)}), as if scaled for display: '
            'each is a class, also 255, which is unknown otherwise (a list of classes says more)'
        )
    if not is_ramp:
        refuse_scaled_one_by_one(reads)
    unknown = [v for v in present if v < 0 or (v == UNKNOWN and not is_ramp)]
    present = [value for value in present if value not in unknown]
    if not present:
        raise DataError('the label maps hold no id but 255 (unknown)')
    # Few ids far apart (0, 50, 100 ...) would leave most channels of the layout empty.
    far_apart = present[-1] >= max(2 * len(present), 2) or present[-1] >= UNKNOWN
    in_files = present if far_apart else list(range(present[-1] + 1))
    ids = {value: place for place, value in enumerate(in_files)}
    ids |= dict.fromkeys(unknown, UNKNOWN)
    label_map = {value: place for value, place in ids.items() if value != place}
    colours: dict[int, Colour] = {}
    if index_kind(looks) == 'palette':
        colours = {i: c for look in reversed(looks) for i, c in look.label.palette.items()}
    made = generated_palette(len(in_files))
    palette = [colours.get(value, tuple(colour)) for value, colour in zip(in_files, made)]
    names = [f'id {value}' for value in in_files]
    kind = index_kind(looks)
    return Labelling(kind, names, palette, bool(unknown), label_map, None, ids, notes=notes)


def _is_even(levels: Sequence[int]) -> bool:
    """Whether levels are in even steps from 0, give or take 1."""
    step = levels[-1] / max(len(levels) - 1, 1)
    return all(abs(level - place * step) <= 1 for place, level in enumerate(levels))


def _is_stray(share: float, num_maps_with: int, num_maps: int) -> bool:
    return num_maps_with == 1 and num_maps >= _STRAY_MAPS and share < _STRAY_SHARE
