"""The layout of one user, and what was done to it."""

from collections.abc import Sequence, Set

import cv2
import numpy as np

from ..errors import DataError

MAX_STEPS = 100
MAX_HISTORY_BYTES = 16 * 2**20


class LayoutSession:
    """A layout that is painted on; every change can be undone, the last ones at least.

    Args:
        ids: (H, W) ids to start from.
        allowed: Ids that can be painted.
    """

    def __init__(self, ids: np.ndarray, allowed: Set[int]) -> None:
        self._ids = ids.astype(np.uint16)
        self._allowed = allowed
        self._past: list[np.ndarray] = []
        self._future: list[np.ndarray] = []

    @property
    def ids(self) -> np.ndarray:
        """(H, W) uint16; a change makes a new array, this one stays as it is."""
        return self._ids

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change."""
        return bool(self._future)

    def paint(self, runs: Sequence[int], label: int) -> bool:
        """Give pixels a label.

        Args:
            runs: Start and length of each run of pixels, one after the other; pixels are counted
                row by row.
            label: The id.

        Returns:
            Whether that changed anything; this holds of all changes below.

        Raises:
            DataError: The label or the pixels are none of this layout.
        """
        self._check(label)
        count = self._ids.size
        try:
            starts, lengths = np.array(runs, np.int64).reshape(-1, 2).T
        except (TypeError, ValueError, OverflowError) as error:
            raise DataError('a stroke is a list of starts and lengths') from error
        if (starts < 0).any() or (lengths < 1).any() or (lengths > count - starts).any():
            raise DataError('a stroke reaches beyond the layout')
        # How many runs begin, less those that ended: one pass, however they overlap.
        depth = np.zeros(count + 1, np.int64)
        np.add.at(depth, starts, 1)
        np.add.at(depth, starts + lengths, -1)
        covered = depth.cumsum()[:count].reshape(self._ids.shape) > 0
        return self.replace(np.where(covered, np.uint16(label), self._ids))

    def fill(self, x: int, y: int, label: int) -> bool:
        """Give a label to the connected region (4 neighbours) of one class around a pixel.

        Raises:
            DataError: The label or the pixel is none of this layout.
        """
        self._check(label)
        height, width = self._ids.shape
        if not (_is_index(x, width) and _is_index(y, height)):
            raise DataError(f'the layout has no pixel {x}, {y}')
        filled = self._ids.astype(np.int32)
        cv2.floodFill(filled, None, (x, y), label, flags=4)
        return self.replace(filled)

    def replace(self, ids: np.ndarray) -> bool:
        """Take another layout (H, W), of any size."""
        if np.array_equal(ids, self._ids):
            return False
        self._past.append(self._ids)
        self._future.clear()
        self._ids = ids.astype(np.uint16)
        while len(self._past) > MAX_STEPS or sum(x.nbytes for x in self._past) > MAX_HISTORY_BYTES:
            del self._past[0]
        return True

    def undo(self) -> bool:
        """Take the last change back."""
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        """Make the change again that was undone last."""
        return self._step(self._future, self._past)

    def _step(self, source: list[np.ndarray], target: list[np.ndarray]) -> bool:
        if not source:
            return False
        target.append(self._ids)
        self._ids = source.pop()
        return True

    def _check(self, label: int) -> None:
        if isinstance(label, bool) or not isinstance(label, int) or label not in self._allowed:
            raise DataError(f'there is no label {label!r}')


def _is_index(value: int, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count
