"""What the values of the label maps mean: ids, a palette or colours, and the classes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..datasets.label_maps import UNKNOWN, LabelCoding, colour_numbers, number_colour
from ..datasets.palettes import generated_palette
from ..errors import DataError
from .classes import ClassRow
from .findings import Finding
from .inspection import MOST_VALUES, MapInspection, PairInspection

Colour = tuple[int, int, int]

# A map with more values of its own than this was blended; a value on less than this part of one
# map alone, in a data set of at least so many maps, is a slip.
_OWN_VALUES = 8
_STRAY_SHARE = 1e-3
_STRAY_MAPS = 10
_SHOWN = 5


@dataclass
class Labelling:
    """Classes, and how the files say them.

    Attributes:
        kind: 'ids', 'palette' or 'colours'.
        classes: Names.
        palette: A colour each.
        with_unknown: Whether there are unknown pixels.
        label_map: As for the data set.
        label_colours: As for the data set; None: the palette, or no colours.
        ids: Value in the files (a number of a colour, where these are colours) -> layout id.
        findings: What is wrong with single maps.
    """

    kind: str
    classes: list[str]
    palette: list[Colour]
    with_unknown: bool
    label_map: dict[int, int]
    label_colours: list[Colour] | None
    ids: dict[int, int]
    findings: list[Finding] = field(default_factory=list)

    @property
    def coding(self) -> LabelCoding:
        """What reads such maps."""
        colours = (self.label_colours or self.palette) if self.kind == 'colours' else None
        return LabelCoding(colours, self.label_map)

    @property
    def description(self) -> str:
        """The kind in words."""
        what = {'ids': 'ids', 'palette': 'ids with a palette', 'colours': 'colours'}[self.kind]
        unknown = ' and unknown pixels' if self.with_unknown else ''
        return f'{what}, {len(self.classes)} classes{unknown}'

    def count(self, looks: Sequence[PairInspection]) -> dict[int, tuple[int, int]]:
        """Pixels and maps of each layout id, 255 being unknown."""
        pixels, maps = Counter(), Counter()
        for look in looks:
            here = Counter()
            for value, count in look.label.values.items():
                here[self.ids.get(value, UNKNOWN)] += count
            pixels.update(here)
            maps.update(here.keys())
        return {index: (pixels[index], maps[index]) for index in sorted(pixels)}


def find_labelling(looks: Sequence[PairInspection], rows: Sequence[ClassRow] | None) -> Labelling:
    """Decide what the maps' values mean, and which maps hold something else.

    The classes are those of the list, where one was given; otherwise they are found.

    Raises:
        DataError: No map can be used, or what they hold is no set of classes.
    """
    looks = [look for look in looks if look.label]
    if not looks:
        raise DataError('none of the label maps can be read')
    is_colour = 2 * sum(look.label.kind == 'colours' for look in looks) > len(looks)
    matching = [look for look in looks if (look.label.kind == 'colours') == is_colour]
    findings = [
        Finding('coding', look.pair.title, f'{_a(look.label)}, unlike the rest')
        for look in looks
        if (look.label.kind == 'colours') != is_colour
    ]
    maps_with = Counter(value for look in matching for value in look.label.values)
    clean = []
    for look in matching:
        text = _smeared(look.label, maps_with, len(matching))
        if text:
            findings.append(Finding('smeared', look.pair.title, text))
        else:
            clean.append(look)
    if not clean:
        raise DataError(
            f'none of the label maps is sound: {findings[-1].sentence}; save them without loss '
            '(PNG), resized by the nearest rule'
        )
    found = _of_list(rows, is_colour, clean) if rows else _of_maps(is_colour, clean, maps_with)
    for look in clean:
        findings += _aliens(look, found, bool(rows))
    if found.kind == 'palette':
        findings += _other_palettes(clean)
    found.findings = findings
    return found


def _a(label: MapInspection) -> str:
    return 'a map of colours' if label.kind == 'colours' else 'a map of ids'


def _smeared(label: MapInspection, maps_with: Counter, num_maps: int) -> str:
    """Why a map's values cannot be trusted; '' where they can."""
    if label.is_jpeg:
        return f'a JPEG with {label.num_values} different values: JPEG changes ids and colours'
    own = sum(maps_with[value] == 1 for value in label.values)
    is_blended = num_maps > 1 and own > max(_OWN_VALUES, label.num_values // 2)
    if is_blended or label.num_values > MOST_VALUES:
        return (
            f'{label.num_values} different values, {own} of them in no other map: '
            'resized smoothly, or once a JPEG'
        )
    return ''


def _of_list(
    rows: Sequence[ClassRow], is_colour: bool, looks: Sequence[PairInspection]
) -> Labelling:
    """The labelling that a list of classes asks for."""
    known = [row for row in rows if not row.is_unknown]
    unknown = [row for row in rows if row.is_unknown]
    made = generated_palette(len(known))
    palette = [row.colour or tuple(colour) for row, colour in zip(known, made)]
    present = {value for look in looks for value in look.label.values}
    ordered = [*known, *unknown]
    places = {row: i if i < len(known) else UNKNOWN for i, row in enumerate(ordered)}
    label_colours = None
    if not is_colour:
        label_map = {row.id: place for row, place in places.items() if row.id != place}
        ids = {row.id: place for row, place in places.items()}
        ids.setdefault(UNKNOWN, UNKNOWN)
        kind = _index_kind(looks)
    else:
        kind = 'colours'
        if _are_grey(present) and not _has_colours(rows, present):
            # Ids that were saved as grey pictures of three channels.
            label_colours = _grey(max(row.id for row in rows))
            label_map = {row.id: place for row, place in places.items() if row.id != place}
            ids = {_number((row.id,) * 3): place for row, place in places.items()}
        else:
            missing = [row.name for row in rows if row.colour is None]
            if missing:
                raise DataError(
                    'the label maps hold colours, but the list of classes has none for '
                    f'{", ".join(missing[:_SHOWN])}: write lines "id name r g b"'
                )
            colours = [row.colour for row in ordered]
            label_colours = colours if unknown else None
            label_map = {len(known) + i: UNKNOWN for i in range(len(unknown))}
            # Where classes share a colour the first one has it, as in the data set.
            ids = {_number(row.colour): places[row] for row in reversed(ordered)}
    with_unknown = bool(unknown) or (not is_colour and UNKNOWN in present - {r.id for r in known})
    names = [row.name for row in known]
    return Labelling(kind, names, palette, with_unknown, label_map, label_colours, ids)


def _of_maps(is_colour: bool, looks: Sequence[PairInspection], maps_with: Counter) -> Labelling:
    """The classes that occur."""
    pixels = Counter()
    for look in looks:
        total = sum(look.label.values.values())
        for value, count in look.label.values.items():
            if not _is_stray(count / total, maps_with[value], len(looks)):
                pixels[value] += count
    if len(pixels) > UNKNOWN:
        raise DataError(
            f'the label maps hold {len(pixels)} different '
            f'{"colours" if is_colour else "ids"}: these are no classes (instance maps, depth, '
            'photos?), or a list of classes has to be given with --classes'
        )
    if is_colour and _are_grey(pixels):
        # Ids that were saved as grey pictures of three channels.
        found = _of_ids({number & 255: count for number, count in pixels.items()}, looks)
        found.kind, found.label_colours = 'colours', _grey(max(number & 255 for number in pixels))
        found.ids = {_number((value,) * 3): place for value, place in found.ids.items()}
        return found
    if is_colour:
        # Black first, as ids begin with it, then the most frequent.
        order = sorted(pixels, key=lambda number: (number != 0, -pixels[number]))
        palette = [number_colour(number) for number in order]
        names = [f'colour #{number:06x}' for number in order]
        ids = {number: place for place, number in enumerate(order)}
        return Labelling('colours', names, palette, False, {}, None, ids)
    return _of_ids(pixels, looks)


def _of_ids(pixels: Mapping[int, int], looks: Sequence[PairInspection]) -> Labelling:
    """A class for each id; 255 and what is negative is unknown."""
    # A mask of 0 and 255 has two classes.
    is_mask = set(pixels) == {0, UNKNOWN}
    unknown = [] if is_mask else [v for v in pixels if v < 0 or v == UNKNOWN]
    present = sorted(set(pixels) - set(unknown))
    if not present:
        raise DataError('the label maps hold no id but 255 (unknown)')
    # Few ids far apart (0, 50, 100 ...) would leave most channels of the layout empty.
    far_apart = present[-1] >= max(2 * len(present), 2) or present[-1] >= UNKNOWN
    in_files = present if far_apart else list(range(present[-1] + 1))
    ids = {value: place for place, value in enumerate(in_files)}
    ids |= dict.fromkeys(unknown, UNKNOWN)
    label_map = {value: place for value, place in ids.items() if value != place}
    colours = {i: c for look in reversed(looks) for i, c in look.label.palette.items()}
    made = generated_palette(len(in_files))
    palette = [colours.get(value, tuple(colour)) for value, colour in zip(in_files, made)]
    names = [f'id {value}' for value in in_files]
    return Labelling(_index_kind(looks), names, palette, bool(unknown), label_map, None, ids)


def _index_kind(looks: Sequence[PairInspection]) -> str:
    with_palette = sum(look.label.kind == 'palette' for look in looks)
    return 'palette' if 2 * with_palette > len(looks) else 'ids'


def _number(colour: Sequence[int]) -> int:
    return int(colour_numbers(np.array(colour)))


def _grey(highest: int) -> list[Colour]:
    return [(level, level, level) for level in range(highest + 1)]


def _are_grey(numbers: Sequence[int]) -> bool:
    return all(len(set(number_colour(number))) == 1 for number in numbers)


def _has_colours(rows: Sequence[ClassRow], present: set[int]) -> bool:
    """Whether colours of the list occur, beside black."""
    return bool({_number(row.colour) for row in rows if row.colour} & present - {0})


def _is_stray(share: float, num_maps_with: int, num_maps: int) -> bool:
    return num_maps_with == 1 and num_maps >= _STRAY_MAPS and share < _STRAY_SHARE


def _aliens(look: PairInspection, found: Labelling, is_listed: bool) -> list[Finding]:
    """What a map holds and no class has."""
    alien = {value: n for value, n in look.label.values.items() if value not in found.ids}
    if not alien:
        return []
    is_colour = found.kind == 'colours'
    if len(alien) > _OWN_VALUES:
        text = f'{len(alien)} of its {look.label.num_values} values are of no class: blended?'
        return [Finding('smeared', look.pair.title, text)]
    shown = [
        f'{number_colour(value) if is_colour else value} ({count} pixels)'
        for value, count in sorted(alien.items(), key=lambda item: -item[1])[:_SHOWN]
    ]
    kind = ('colour' if is_colour else 'id') if is_listed else 'stray'
    what = 'colour' if is_colour else 'id'
    return [Finding(kind, look.pair.title, f'{what} {", ".join(shown)}')]


def _other_palettes(looks: Sequence[PairInspection]) -> list[Finding]:
    """Maps whose palette contradicts that of most maps: their indices mean something else."""
    colours = defaultdict(Counter)
    for look in looks:
        for index, colour in look.label.palette.items():
            colours[index][colour] += 1
    usual = {index: counts.most_common(1)[0][0] for index, counts in colours.items()}
    return [
        Finding(
            'palette',
            look.pair.title,
            f'id {wrong[0]} is {look.label.palette[wrong[0]]}, elsewhere {usual[wrong[0]]}',
        )
        for look in looks
        if (wrong := [i for i, colour in look.label.palette.items() if colour != usual[i]])
    ]
