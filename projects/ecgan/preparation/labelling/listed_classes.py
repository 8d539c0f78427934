"""The labelling that a list of classes asks for."""

import itertools
from collections.abc import Mapping, Sequence

from ...datasets.label_files import UNKNOWN, number_colour, unknown_id
from ...datasets.palettes import generated_palette, voc_ids
from ...errors import DataError
from ..classes import ClassRow
from ..inspection.map_inspection import ReadMap
from .blends import refuse_scaled_one_by_one
from .labelling import HIGHEST, Colour, Labelling, Looks, index_kind, number_of_colour, shown_values

_SHOWN = 5


def of_list(
    rows: Sequence[ClassRow], is_colour: bool, looks: Looks, reads: Sequence[ReadMap]
) -> Labelling:
    """The labelling that a list of classes asks for.

    Args:
        rows: The list.
        is_colour: Whether the maps hold colours.
        looks: The maps.
        reads: What they hold.

    Raises:
        DataError: The list has no colours for maps of colours, or a line is missing in it.
    """
    known = [row for row in rows if not row.is_unknown]
    unknown = [row for row in rows if row.is_unknown]
    made = generated_palette(len(known))
    palette = [row.colour or tuple(colour) for row, colour in zip(known, made)]
    names = [row.name for row in known]
    present = {value for read in reads for value in read.counts}
    if is_colour:
        return _of_listed_colours(*_with_voc(known, unknown, present), palette)
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
    is_mask = present == {0, HIGHEST} and HIGHEST not in ids and len(known) == 2
    if is_mask or not present <= {*ids, UNKNOWN, no_class}:
        scaled = _scaled(ids, present, notes)
        if scaled is None and HIGHEST not in ids:
            refuse_scaled_one_by_one(reads)
        ids = scaled or ids
    ids |= {value: no_class for value in (UNKNOWN, no_class) if value not in ids}
    ids |= {value: no_class for value in present if value < 0 and value not in ids}
    label_map = {value: place for value, place in ids.items() if value != place}
    with_unknown = bool(unknown) or no_class in {ids[v] for v in present if v in ids}
    kind = index_kind(looks)
    return Labelling(kind, names, palette, with_unknown, label_map, None, ids, notes=notes)


def _with_voc(
    known: Sequence[ClassRow], unknown: Sequence[ClassRow], present: set[int]
) -> tuple[Sequence[ClassRow], Sequence[ClassRow]]:
    """Classes of a list without colours with those of Pascal VOC, where maps hold such alone."""
    voc = {number: colour for colour, number in voc_ids(map(number_colour, present)).items()}
    listed = {row.id for row in (*known, *unknown)}
    if not voc or not {*voc} <= listed | {UNKNOWN} or any(row.colour for row in (*known, *unknown)):
        return known, unknown
    rows = [*unknown, *[ClassRow(UNKNOWN, 'unknown', None)] * (UNKNOWN not in listed)]
    # A class that no map has needs a colour that no map has.
    free = ((0, 1, level) for level in itertools.count())
    known = [row._replace(colour=voc.get(row.id) or next(free)) for row in known]
    return known, [row._replace(colour=voc[row.id]) for row in rows if row.id in voc]


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
    label_colours = [row.colour for row in (*known, *unknown)]
    if label_colours == palette:
        label_colours = None
    no_class = unknown_id(len(known))
    label_map = {len(known) + i: no_class for i in range(len(unknown))}
    places = [*range(len(known)), *[no_class] * len(unknown)]
    # Where classes share a colour the first one has it, as in the data set.
    pairs = list(zip((*known, *unknown), places))
    ids = {number_of_colour(row.colour): place for row, place in reversed(pairs)}
    names = [row.name for row in known]
    return Labelling('colours', names, palette, bool(unknown), label_map, label_colours, ids)


def _scaled(ids: Mapping[int, int], present: set[int], notes: list[str]) -> dict[int, int] | None:
    """Ids of a list that were spread to 0 to 255, as for display; None: they were not."""
    listed = sorted(index for index in ids if index >= 0)
    steps = len(listed) - 1
    if listed != list(range(steps + 1)) or steps < 1:
        return None
    places = {value: round(value * steps / HIGHEST) for value in present}
    if any(abs(value - place * HIGHEST / steps) > 1 for value, place in places.items()):
        return None
    notes.append(
        f'the label maps hold {shown_values(present)}, not the ids 0 to {steps} of the list: read '
        'as these, spread evenly to 255'
    )
    return {value: ids[place] for value, place in places.items()}
