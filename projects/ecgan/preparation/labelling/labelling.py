"""Classes, and how the files say them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...datasets.label_files import LabelCoding, Reading, colour_numbers, unknown_id
from ..findings import Finding
from ..inspection.pair_inspection import PairInspection

Colour = tuple[int, int, int]
Looks = Sequence[PairInspection]
# Pixels and maps of each layout id.
Counts = dict[int, tuple[int, int]]
#: The highest level of 8 bits.
HIGHEST = 255


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

    def count(self, looks: Looks) -> Counts:
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


def index_kind(looks: Looks) -> str:
    """The kind of a labelling whose maps hold ids: 'palette' where most have one, or 'ids'."""
    with_palette = sum(look.label.form.kind == 'palette' for look in looks)
    return 'palette' if 2 * with_palette > len(looks) else 'ids'


def number_of_colour(colour: Sequence[int]) -> int:
    """The number by which maps in colours hold an RGB colour."""
    return int(colour_numbers(np.array(colour)))


def shown_values(values: Iterable[int], most: int = 8, say: Callable[[int], str] = str) -> str:
    """The lowest of many values, in text."""
    values = sorted(values)
    return ', '.join(map(say, values[:most])) + (' ...' if len(values) > most else '')
