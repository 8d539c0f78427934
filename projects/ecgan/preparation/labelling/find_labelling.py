"""What the values of the label maps mean, and the classes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...datasets.label_files import (
    UNKNOWN,
    LabelCoding,
    Reading,
    colour_numbers,
    number_colour,
    unknown_id,
)
from ...datasets.palettes import generated_palette
from ...errors import DataError
from ..classes import ClassRow
from ..findings import Finding
from ..inspection.map_inspection import ReadMap
from ..inspection.pair_inspection import PairInspection
from .blends import refuse_blends, refuse_scaled_one_by_one, smeared
from .reading_choice import choose_reading

Colour = tuple[int, int, int]
Looks = Sequence[PairInspection]

# A map with more values that no class has than this was blended; a value on less than this part of
# one map alone, in a data set of at least so many maps, is a slip.
_OWN_VALUES = 8
_STRAY_SHARE = 1e-3
_STRAY_MAPS = 10
_SHOWN = 5
_HIGHEST = 255


@dataclass
class Labelling:
    """Classes, and how the files say them.

    Attributes:
        kind: 'ids', 'palette' (ids with a palette) or 'colours'.
        classes: Names.
        palette: A colour each.
        with_unknown: Whether there are unknown pixels.
        label_map: As for the data set.
        label_colours: As for the data set; None: the palette, or no colours.
        ids: Value that samples stand for (a number of a colour, where these are colours) -> layout
            id.
        reading: What samples stand for.
        notes: What was decided where something else would fit as well, a line each.
        findings: What is wrong with single maps.
    """

    kind: str
    classes: list[str]
    palette: list[Colour]
    with_unknown: bool
    label_map: dict[int, int]
    label_colours: list[Colour] | None
    ids: dict[int, int]
    reading: Reading = field(default_factory=Reading)
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def coding(self) -> LabelCoding:
        """What reads such maps."""
        colours = (self.label_colours or self.palette) if self.kind == 'colours' else None
        return LabelCoding(
            colours, self.label_map, reading=self.reading, num_classes=len(self.classes)
        )

    @property
    def unknown(self) -> int:
        """Layout id of unknown pixels."""
        return unknown_id(len(self.classes))

    @property
    def description(self) -> str:
        """The kind in words."""
        what = {'ids': 'ids', 'palette': 'ids with a palette', 'colours': 'colours'}[self.kind]
        unknown = ' and unknown pixels' if self.with_unknown else ''
        return f'{what}, {len(self.classes)} classes{unknown}'

    def count(self, looks: Looks) -> dict[int, tuple[int, int]]:
        """Pixels and maps of each layout id, also of classes without any, and of unknown."""
        pixels, maps = Counter(), Counter()
        for look in looks:
            here = Counter({self.unknown: look.label.hidden} if look.label.hidden else {})
            for value, count in look.label.read(self.reading).counts.items():
                here[self.ids.get(value, self.unknown)] += count
            pixels.update(here)
            maps.update(here.keys())
        listed = sorted({*range(len(self.classes)), *pixels})
        return {index: (pixels[index], maps[index]) for index in listed}


def find_labelling(
    looks: Looks, rows: Sequence[ClassRow] | None, given: Reading | None = None
) -> Labelling:
    """Decide what the maps' values mean, and which maps hold something else.

    Args:
        looks: A look at every pair.
        rows: The list of classes; None: the classes are found.
        given: What the user has said of the files.

    Raises:
        DataError: No map can be used, or what they hold is no set of classes.
    """
    rows = rows or []
    with_map = [look for look in looks if look.label]
    if not with_map:
        reasons = [each.sentence for look in looks for each in look.findings]
        raise DataError('none of the label maps can be read: ' + '; '.join(reasons[:1]))
    clean, findings = _lossless(with_map)
    stems = [look.pair.files['label'].stem for look in clean]
    reading, notes = choose_reading([look.label for look in clean], rows, given or Reading(), stems)
    read = {id(look): look.label.read(reading) for look in clean}
    clean, wrong, is_colour = _of_one_kind(clean, read)
    findings += wrong
    clean, wrong = _unblended(clean, read, rows)
    findings += wrong
    if not clean:
        raise DataError(
            f'none of the label maps is sound: {findings[-1].sentence}; save them without loss '
            '(PNG), resized by the nearest rule'
        )
    reads = [read[id(look)] for look in clean]
    found = _of_list(rows, is_colour, clean, reads) if rows else _of_maps(is_colour, clean, reads)
    hidden = any(look.label.hidden for look in clean) and reading.hidden != 'shown'
    found.with_unknown |= hidden
    found.reading = reading
    found.notes[:0] = notes
    for look in clean:
        findings += _aliens(look, read[id(look)], found, bool(rows))
    found.findings = findings
    return found


def _lossless(looks: Looks) -> tuple[list[PairInspection], list[Finding]]:
    """The maps of formats that keep pixels."""
    findings = [
        Finding(
            'smeared',
            look.pair.title,
            f'a {look.label.form.container} with {look.label.num_values} different values: it '
            'changes ids and colours',
        )
        for look in looks
        if look.label.form.is_lossy
    ]
    return [look for look in looks if not look.label.form.is_lossy], findings


def _of_one_kind(
    looks: Looks, read: Mapping[int, ReadMap]
) -> tuple[list[PairInspection], list[Finding], bool]:
    """The maps of the kind that most have, and whether that is colours."""
    is_colour = 2 * sum(read[id(look)].is_colour for look in looks) > len(looks)
    what = 'a map of ids' if is_colour else 'a map of colours'
    findings = [
        Finding('coding', look.pair.title, f'{what}, unlike the rest')
        for look in looks
        if read[id(look)].is_colour != is_colour
    ]
    return [look for look in looks if read[id(look)].is_colour == is_colour], findings, is_colour


def _unblended(
    looks: Looks, read: Mapping[int, ReadMap], rows: Sequence[ClassRow]
) -> tuple[list[PairInspection], list[Finding]]:
    """The maps whose values were not blended."""
    reads = [read[id(look)] for look in looks]
    maps_with = Counter(value for each in reads for value in each.counts)
    refuse_blends(reads, {row.id for row in rows})
    findings, clean = [], []
    for look, each in zip(looks, reads):
        text = smeared(look.label, each, maps_with, len(looks))
        if text:
            findings.append(Finding('smeared', look.pair.title, text))
        else:
            clean.append(look)
    return clean, findings


def _of_list(
    rows: Sequence[ClassRow], is_colour: bool, looks: Looks, reads: Sequence[ReadMap]
) -> Labelling:
    """The labelling that a list of classes asks for."""
    known = [row for row in rows if not row.is_unknown]
    unknown = [row for row in rows if row.is_unknown]
    made = generated_palette(len(known))
    palette = [row.colour or tuple(colour) for row, colour in zip(known, made)]
    names = [row.name for row in known]
    if is_colour:
        return _of_listed_colours(known, unknown, palette)
    present = {value for read in reads for value in read.counts}
    count = max(row.id for row in rows) + 1
    if getattr(rows, 'numbered_by_line', False) and count in present:
        raise DataError(
            f'the list of classes has {count} lines without ids, numbered from 0, but the '
            f'label maps hold id {count}: a line is missing (the background at the front?), or '
            'ids begin at 1; write lines "id name"'
        )
    ids = {row.id: place for place, row in enumerate(known)}
    no_class = unknown_id(len(known))
    ids |= {row.id: no_class for row in unknown}
    notes: list[str] = []
    is_mask = present == {0, _HIGHEST} and _HIGHEST not in ids and len(known) == 2
    if is_mask or not present <= {*ids, UNKNOWN, no_class}:
        scaled = _scaled(ids, present, notes)
        if scaled is None and _HIGHEST not in ids:
            refuse_scaled_one_by_one(reads)
        ids = scaled or ids
    ids |= {value: no_class for value in (UNKNOWN, no_class) if value not in ids}
    ids |= {value: no_class for value in present if value < 0 and value not in ids}
    label_map = {value: place for value, place in ids.items() if value != place}
    with_unknown = bool(unknown) or no_class in {ids[v] for v in present if v in ids}
    kind = _index_kind(looks)
    return Labelling(kind, names, palette, with_unknown, label_map, None, ids, notes=notes)


def _of_listed_colours(
    known: Sequence[ClassRow], unknown: Sequence[ClassRow], palette: list[Colour]
) -> Labelling:
    ordered = [*known, *unknown]
    missing = [row.name for row in ordered if row.colour is None and row.id >= 0]
    if missing:
        raise DataError(
            'the label maps hold colours, but the list of classes has none for '
            f'{", ".join(missing[:_SHOWN])}: write lines "id name r g b"'
        )
    unknown = [row for row in unknown if row.colour]
    label_colours = [row.colour for row in (*known, *unknown)] if unknown else None
    no_class = unknown_id(len(known))
    label_map = {len(known) + i: no_class for i in range(len(unknown))}
    places = [*range(len(known)), *[no_class] * len(unknown)]
    # Where classes share a colour the first one has it, as in the data set.
    pairs = list(zip((*known, *unknown), places))
    ids = {_number(row.colour): place for row, place in reversed(pairs)}
    names = [row.name for row in known]
    return Labelling('colours', names, palette, bool(unknown), label_map, label_colours, ids)


def _scaled(ids: Mapping[int, int], present: set[int], notes: list[str]) -> dict[int, int] | None:
    """Ids of a list that were spread to 0 to 255, as for display; None: they were not."""
    listed = sorted(index for index in ids if index >= 0)
    steps = len(listed) - 1
    if listed != list(range(steps + 1)) or steps < 1:
        return None
    places = {value: round(value * steps / _HIGHEST) for value in present}
    if any(abs(value - place * _HIGHEST / steps) > 1 for value, place in places.items()):
        return None
    notes.append(
        f'the label maps hold {_shown(present)}, not the ids 0 to {steps} of the list: read as '
        'these, spread evenly to 255'
    )
    return {value: ids[place] for value, place in places.items()}


def _of_maps(is_colour: bool, looks: Looks, reads: Sequence[ReadMap]) -> Labelling:
    """The classes that occur."""
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
    if is_colour:
        # Black first, as ids begin with it, then the most frequent.
        order = sorted(pixels, key=lambda number: (number != 0, -pixels[number]))
        palette = [number_colour(number) for number in order]
        names = [f'colour #{number:06x}' for number in order]
        ids = {number: place for place, number in enumerate(order)}
        return Labelling('colours', names, palette, False, {}, None, ids)
    return _of_ids(pixels, looks, reads)


def _of_ids(pixels: Counter, looks: Looks, reads: Sequence[ReadMap]) -> Labelling:
    """A class for each id; 255 and what is negative is unknown."""
    notes: list[str] = []
    present = sorted(pixels)
    # A mask of 0 and 255 has two classes; so have levels in even steps up to 255 one each.
    is_ramp = present[-1] == _HIGHEST and _is_even(present)
    if is_ramp and len(present) > 2:
        notes.append(
            f'ids are in even steps up to 255 ({_shown(present)}), as if scaled for display: each '
            'is a class, also 255, which is unknown otherwise (a list of classes says more)'
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
    if _index_kind(looks) == 'palette':
        colours = {i: c for look in reversed(looks) for i, c in look.label.palette.items()}
    made = generated_palette(len(in_files))
    palette = [colours.get(value, tuple(colour)) for value, colour in zip(in_files, made)]
    names = [f'id {value}' for value in in_files]
    kind = _index_kind(looks)
    return Labelling(kind, names, palette, bool(unknown), label_map, None, ids, notes=notes)


def _is_even(levels: Sequence[int]) -> bool:
    """Whether levels are in even steps from 0, give or take 1."""
    step = levels[-1] / max(len(levels) - 1, 1)
    return all(abs(level - place * step) <= 1 for place, level in enumerate(levels))


def _index_kind(looks: Looks) -> str:
    with_palette = sum(look.label.form.kind == 'palette' for look in looks)
    return 'palette' if 2 * with_palette > len(looks) else 'ids'


def _number(colour: Sequence[int]) -> int:
    return int(colour_numbers(np.array(colour)))


def _shown(values: Sequence[int] | set[int], say: Callable = str) -> str:
    values = sorted(values)
    return ', '.join(map(say, values[:8])) + (' ...' if len(values) > 8 else '')


def _is_stray(share: float, num_maps_with: int, num_maps: int) -> bool:
    return num_maps_with == 1 and num_maps >= _STRAY_MAPS and share < _STRAY_SHARE


def _aliens(
    look: PairInspection, read: ReadMap, found: Labelling, is_listed: bool
) -> list[Finding]:
    """What a map holds and no class has."""
    alien = {value: n for value, n in read.counts.items() if value not in found.ids}
    if not alien:
        return []
    if len(alien) > _OWN_VALUES:
        text = f'{len(alien)} of its {look.label.num_values} values are of no class: blended?'
        return [Finding('smeared', look.pair.title, text)]
    shown = [
        f'{number_colour(value) if read.is_colour else value} ({count} pixels)'
        for value, count in sorted(alien.items(), key=lambda item: -item[1])[:_SHOWN]
    ]
    kind = ('colour' if read.is_colour else 'id') if is_listed else 'stray'
    what = 'colour' if read.is_colour else 'id'
    return [Finding(kind, look.pair.title, f'{what} {", ".join(shown)}')]
