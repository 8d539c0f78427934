"""How the files of a data set say their ids: decided once, over all of them.

Seen of the tools that write label maps: optimisers of PNGs (oxipng, optipng, zopfli) turn grey maps
into palettes file by file, in any order, or into fewer bits; ImageMagick and others give colours a
palette; some samples of 1, 2 and 4 bits are ids and some are ids spread to 255; SYNTHIA and CARLA
keep the id in one channel. docs/label_files.md lists them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ...datasets.label_files import (
    UNKNOWN,
    Reading,
    filled_channels,
    is_even_ramp,
    number_colour,
)
from ...datasets.palettes import voc_ids
from ..classes import ClassRow
from ..inspection.map_inspection import MapInspection

Colour = tuple[int, int, int]
_FEW_BITS = (1, 2, 4)
# CARLA 0.9 has 29 tags; colours of classes are brighter.
_MOST_TAGS = 64


@dataclass
class _Evidence:
    """What all files and the list of classes say.

    Attributes:
        labels: The maps.
        rows: The list of classes; empty: none was given.
        stems: Names of the maps' files without suffix.
        notes: What was decided where another reading fits as well.
    """

    labels: Sequence[MapInspection]
    rows: Sequence[ClassRow]
    stems: Sequence[str]
    notes: list[str] = field(default_factory=list)

    @property
    def ids(self) -> set[int]:
        """Ids of the list."""
        return {row.id for row in self.rows}

    @property
    def colours(self) -> set[Colour]:
        """Colours of the list."""
        return {row.colour for row in self.rows if row.colour}

    def colours_of_maps(self, chosen: Reading) -> set[Colour]:
        """Colours of the maps in colours, where a reading takes them for such."""
        maps = self.of_kind('colours') if chosen.channel == 'all' else []
        return {
            number_colour(key) for label in maps if label.form.bits == 8 for key in label.values
        }

    def of_kind(self, kind: str) -> list[MapInspection]:
        """The maps of a kind."""
        return [label for label in self.labels if label.form.kind == kind]


def choose_reading(
    labels: Sequence[MapInspection],
    rows: Sequence[ClassRow],
    given: Reading,
    stems: Sequence[str] = (),
) -> tuple[Reading, list[str]]:
    """Decide how the files say their ids.

    Args:
        labels: The maps.
        rows: The list of classes; empty: none was given.
        given: What the user has chosen.
        stems: Names of the maps' files without suffix.

    Returns:
        The reading, and a line for each choice that files or list do not force.
    """
    known, chosen = _Evidence(labels, rows, stems), given
    if not chosen.channel:
        chosen = replace(chosen, channel=_channel(known))
    if not chosen.palette:
        chosen = replace(chosen, palette=_palette(known, chosen))
    if not chosen.grey:
        chosen = replace(chosen, grey=_grey(known, chosen))
    if not chosen.samples:
        chosen = replace(chosen, samples=_samples(known, chosen))
    if not chosen.white:
        chosen = replace(chosen, white=_white(known))
    hidden = sum(label.hidden > 0 for label in labels)
    if hidden and not chosen.hidden:
        known.notes.append(
            f'{hidden} maps have pixels that are transparent, without data or no number: they are '
            'unknown (--reading hidden=shown reads what lies there)'
        )
    return chosen, known.notes


def _palette(known: _Evidence, chosen: Reading) -> str:
    """(a) Colours of the list; (b) levels of grey; (c) indices, if all agree; (d) colours."""
    maps = known.of_kind('palette')
    shown = [label.palette for label in maps if label.palette]
    if not shown:
        return ''
    listed = {row.id: row.colour for row in known.rows}
    elsewhere = known.colours | known.colours_of_maps(chosen)
    found = [elsewhere.issuperset(palette.values()) for palette in shown]
    if elsewhere and 2 * sum(found) > len(shown):
        if all(listed.get(i) == c for palette in shown for i, c in palette.items()):
            return 'index'
        where = 'the list' if known.colours else 'the other maps'
        known.notes.append(_said(maps, f'by their colours, which stand in {where}', 'index'))
        return 'colours'
    if all(len({*colour}) == 1 for palette in shown for colour in palette.values()):
        return _grey_palette(known, maps, shown)
    voc = voc_ids(colour for palette in shown for colour in palette.values())
    is_listed = not known.rows or {*voc.values()} <= known.ids | {UNKNOWN}
    if voc and is_listed and any(voc[c] != i for palette in shown for i, c in palette.items()):
        known.notes.append(_said(maps, 'by their colours, which are those of Pascal VOC', 'index'))
        return 'colours'
    usual: dict[int, Colour] = {}
    if all(usual.setdefault(i, c) == c for palette in shown for i, c in palette.items()):
        return 'index'
    known.notes.append(_said(maps, 'by their colours, as an index has several of them', 'index'))
    return 'colours'


def _grey_palette(
    known: _Evidence, maps: Sequence[MapInspection], shown: Sequence[dict[int, Colour]]
) -> str:
    """'grey' or 'index', where all palettes are grey."""
    indices = {index for palette in shown for index in palette}
    levels = {colour[0] for palette in shown for colour in palette.values()}
    if all(colour[0] == index for palette in shown for index, colour in palette.items()):
        return 'index'
    in_others = {value for label in known.of_kind('grey') for value in label.values}
    is_ramp = all(is_even_ramp(label.form.palette) for label in maps)
    choice = 'index' if is_ramp and not (levels - indices) & in_others else 'grey'
    if known.rows:
        listed = known.ids | {UNKNOWN}
        if levels <= listed and not indices <= listed:
            choice = 'grey'
        elif indices <= listed and not levels <= listed:
            choice = 'index'
    other = 'grey' if choice == 'index' else 'index'
    what = 'by their levels of grey' if choice == 'grey' else 'by their indices'
    known.notes.append(_said(maps, what, other))
    return choice


def _said(maps: Sequence[MapInspection], what: str, other: str) -> str:
    return f'{len(maps)} maps have a palette: read {what} (or --reading palette={other})'


def _channel(known: _Evidence) -> str:
    """Which channel of maps in colours holds the id; 'all' where they are colours."""
    maps = known.of_kind('colours')
    if not maps:
        return ''
    form = max((label.form for label in maps), key=lambda each: each.bits)
    same = [label for label in maps if label.form.bits == form.bits]
    present = sorted({key for label in same for key in label.values})
    if form.bits == 8 and known.colours:
        colours = {number_colour(key) for key in present} - {(0, 0, 0)}
        if 2 * len(colours & known.colours) > len(colours):
            return 'all'
    if form.bits == 8 and all(len({*number_colour(key)}) == 1 for key in present):
        return 'red'  # grey in three channels
    if form.bits == 8 and _is_full_ade20k(present, known):
        known.notes.append('maps of the full ADE20K: ids are R / 10 * 256 + G')
        return 'ade20k'
    filled = filled_channels(form, present)
    is_mask = len(present) == 2 and present[0] == 0
    is_id = len(filled) == 1 and not is_mask
    is_id |= filled == ['red', 'green'] and (form.bits > 8 or _are_tags(present))
    if not is_id:
        return 'all'
    rest = 'green is taken for instances' if len(filled) > 1 else 'the others are 0'
    known.notes.append(
        f'{len(same)} maps hold the id in their {filled[0]} channel, {rest} '
        '(or --reading channel=all)'
    )
    return filled[0]


def _are_tags(present: Sequence[int]) -> bool:
    """Whether red of 8 bits is CARLA's tag: a small number, with several of green for some."""
    reds = {key >> 16 for key in present}
    return max(reds) < _MOST_TAGS and len(present) > len(reds)


def _is_full_ade20k(present: Sequence[int], known: _Evidence) -> bool:
    """Red in tens, and files named as that data set's."""
    is_named = all(stem.endswith('_seg') for stem in known.stems) and len(known.stems) > 0
    return is_named and all((key >> 16) % 10 == 0 for key in present)


def _grey(known: _Evidence, chosen: Reading) -> str:
    """Whether grey maps among maps of colours are colours without a colour."""
    greys, colours = known.of_kind('grey'), known.of_kind('colours')
    is_colour = chosen.palette == 'colours' or (colours and chosen.channel == 'all')
    if not greys or not is_colour:
        return ''
    seen = known.colours | known.colours_of_maps(chosen)
    for label in known.of_kind('palette') if chosen.palette == 'colours' else []:
        seen |= {*label.palette.values()}
    levels = {_spread(key, label) for label in greys for key in label.values}
    if not {(level,) * 3 for level in levels} <= seen:
        return ''
    known.notes.append(
        f'{len(greys)} maps are grey among maps of colours: read as colours (or --reading grey=ids)'
    )
    return 'colours'


def _spread(key: int, label: MapInspection) -> int:
    bits = label.form.bits
    return key * (255 // ((1 << bits) - 1)) if bits in _FEW_BITS else key


def _samples(known: _Evidence, chosen: Reading) -> str:
    """Whether samples of 1, 2, 4 and 16 bits are ids or were scaled from 8."""
    if _are_scaled_up(known):
        return 'scaled'
    few = [label for label in known.of_kind('grey') if label.form.bits in _FEW_BITS]
    if not few:
        return ''
    if chosen.grey == 'colours':
        return 'scaled'
    scaled = {_spread(key, label) for label in few for key in label.values} - {0}
    raw = {key for label in few for key in label.values} - {0}
    others = set(known.ids)
    for label in known.labels:
        if label not in few:
            read = label.read(chosen)
            others |= set() if read.is_colour else read.counts.keys()
    if not scaled or not scaled <= others:
        return 'raw'
    if raw <= others and not _are_from_255(raw, others, few):
        return 'raw'
    known.notes.append(
        f'{len(few)} maps have samples of {_bits(few)} bits: read as the levels that they show, '
        f'{_some(sorted(scaled))}, which other maps or the list hold (or --reading samples=raw)'
    )
    return 'scaled'


def _are_scaled_up(known: _Evidence) -> bool:
    """Whether all maps have 16 bits that say what 8 could, as ImageMagick makes of ids."""
    values = {key for label in known.of_kind('grey') for key in label.values}
    deep = [label for label in known.of_kind('grey') if label.form.bits == 16]
    if len(deep) < len(known.labels) or not any(values) or any(value % 257 for value in values):
        return False
    if values <= known.ids:
        return False
    known.notes.append(
        f'ids are multiples of 257 ({_some(sorted(values))}): read as ids of 8 bits, which were '
        'scaled to 16 (or --reading samples=raw)'
    )
    return True


def _are_from_255(raw: set[int], others: set[int], few: Sequence[MapInspection]) -> bool:
    """Whether 1 in one bit is rather 255: so optimisers store a map of 0 and 255."""
    return raw == {1} and UNKNOWN in others and all(label.form.bits == 1 for label in few)


def _white(known: _Evidence) -> str:
    """Whether TIFFs where 0 is white were inverted, as far as the list can tell."""
    maps = [label for label in known.labels if label.form.is_white_zero]
    if not maps:
        return ''
    fitting = {
        choice
        for choice in ('stored', 'inverted')
        if known.rows
        and all(
            set(label.read(Reading(white=choice)).counts) <= known.ids | {UNKNOWN} for label in maps
        )
    }
    if len(fitting) == 1:
        return fitting.pop()
    is_inverted = Reading().for_file(maps[0].form, list(maps[0].values)).white == 'inverted'
    writer = maps[0].form.writer or 'a program that gives no name'
    known.notes.append(
        f'{len(maps)} maps are TIFFs where 0 is white, written by {writer}: ids are read '
        + (
            'inverted (or --reading white=stored)'
            if is_inverted
            else 'as stored (or --reading white=inverted)'
        )
    )
    return 'inverted' if is_inverted else 'stored'


def _bits(labels: Sequence[MapInspection]) -> str:
    return ' or '.join(str(bits) for bits in sorted({label.form.bits for label in labels}))


def _some(values: Iterable[int]) -> str:
    return ', '.join(map(str, list(values)[:6]))
