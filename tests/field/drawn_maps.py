"""Label maps that are drawn, so that their ids are known; needs NumPy alone."""

from dataclasses import dataclass, replace

import numpy as np

HEIGHT, WIDTH, COUNT = 56, 72, 12
#: Id of unknown pixels.
UNKNOWN = 255


@dataclass(frozen=True)
class DrawnSet:
    """Twelve maps of one folder.

    Attributes:
        names: Name of each id; without that of unknown pixels.
        maps: Ids (H, W) uint16.
        scale: What a file holds for id 1: 255 of masks of 0 and 255.
        colours: RGB colour of each id, where the files hold colours.
    """

    names: dict[int, str]
    maps: list[np.ndarray]
    scale: int = 1
    colours: np.ndarray | None = None

    def pictures(self) -> list[np.ndarray]:
        """What a tool is given: (H, W) uint8, uint16 where ids need it, or RGB (H, W, 3) uint8."""
        if self.colours is not None:
            return [self.colours[each] for each in self.maps]
        dtype = np.uint8 if max(each.max() for each in self.maps) * self.scale < 256 else np.uint16
        return [(each * self.scale).astype(dtype) for each in self.maps]

    def without(self, hidden: int | None) -> 'DrawnSet':
        """The same where the pixels of an id are unknown."""
        if hidden is None:
            return self
        maps = [np.where(each == hidden, UNKNOWN, each).astype(np.uint16) for each in self.maps]
        return replace(self, maps=maps)

    def small(self) -> 'DrawnSet':
        """Three small maps that have all ids together, for the files that are kept."""
        return replace(self, maps=[self.maps[index][1::3, 1::3] for index in (2, 5, 10)])

    def listing(self) -> str:
        """A list of classes, as a user has it."""
        colours = {} if self.colours is None else {i: self.colours[i].tolist() for i in self.names}
        lines = [
            ' '.join(map(str, [index, name, *colours.get(index, [])]))
            for index, name in self.names.items()
        ]
        return '\n'.join([*lines, ''])


def _discs(ids: list[int], seed: int, all_of_them: bool = False) -> list[np.ndarray]:
    """Maps of discs on the first id; most maps lack some of the other ids, as real ones do."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    maps = []
    for index in range(COUNT):
        drawn = np.full((HEIGHT, WIDTH), ids[0], np.uint16)
        few = len(ids) if all_of_them else 2 + index % (len(ids) - 1)
        others = rng.permutation(ids[1:])[: few - 1]
        for place, value in enumerate(np.concatenate([others, others])):
            # Seeds of their own places, so that no disc hides another one.
            row = rng.uniform(0.2, 0.8) * HEIGHT
            column = (place % few + rng.uniform(0.3, 0.7)) * WIDTH / few
            radius = rng.uniform(0.3, 0.48) * min(WIDTH / few, HEIGHT / 2)
            drawn[np.hypot(rows - row, columns - column) < max(radius, 3)] = value
        maps.append(drawn)
    return maps


def _named(*names: str) -> dict[int, str]:
    return dict(enumerate(names))


def _one_id() -> list[np.ndarray]:
    maps = _discs([0, 1, 2, 3], 5)
    return [*maps[:9], *(np.full_like(maps[0], value) for value in (1, 2, 3))]


_FOUR = _named('sky', 'road', 'car', 'tree')
_CAMVID = _named(
    'sky', 'building', 'pole', 'road', 'pavement', 'tree', 'sign', 'fence', 'car', 'pedestrian',
    'bicyclist', 'other',
)  # fmt: skip
_CITY = {7: 'road', 8: 'sidewalk', 11: 'building', 21: 'vegetation', 23: 'sky', 26: 'car'}
_COLOURS = np.array([[128, 128, 128], [128, 64, 128], [64, 0, 128], [128, 128, 0]], np.uint8)

#: What tools are given: ids with some that maps lack, an unknown id, many ids, masks, and so on.
SETS = {
    'ids 0 to 3': DrawnSet(_FOUR, _discs([0, 1, 2, 3], 1)),
    'ids 0 to 3 in every map': DrawnSet(_FOUR, _discs([0, 1, 2, 3], 2, all_of_them=True)),
    'ids 0, 1, 2, 255': DrawnSet(_named('sky', 'road', 'car'), _discs([0, 1, 2, UNKNOWN], 3)),
    'ids 0 to 11': DrawnSet(_CAMVID, _discs(list(_CAMVID), 4)),
    'maps of one id': DrawnSet(_FOUR, _one_id()),
    'ids 7 to 26 with gaps': DrawnSet(_CITY, _discs(list(_CITY), 6)),
    'ids to 1000': DrawnSet(
        {0: 'sky', 7: 'road', 300: 'car', 1000: 'tree'}, _discs([0, 7, 300, 1000], 7)
    ),
    'masks of 0 and 1': DrawnSet(_named('no', 'yes'), _discs([0, 1], 8)),
    'masks of 0 and 255': DrawnSet(_named('no', 'yes'), _discs([0, 1], 9), scale=255),
    'colours': DrawnSet(_FOUR, _discs([0, 1, 2, 3], 10), colours=_COLOURS),
}
