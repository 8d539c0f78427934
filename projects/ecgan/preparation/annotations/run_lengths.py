"""Masks that are written as lengths of runs: COCO's two forms, CVAT's, Label Studio's."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import DataError

#: More than any mask has.
MOST_PIXELS = 2**31
# COCO's letters hold five bits each and a sixth that says that the number goes on.
_FIRST_LETTER, _MORE, _SIGN, _BITS = 48, 0x20, 0x10, 5


def fill_runs(counts: Sequence[int] | np.ndarray, pixels: int) -> np.ndarray:
    """Runs of 0 and 1 in turn, the first of 0.

    Args:
        counts: Lengths of the runs.
        pixels: Their sum.

    Returns:
        (pixels,) bool.

    Raises:
        DataError: They are no lengths, or of another sum.
    """
    try:
        lengths = np.asarray(counts, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        raise DataError('its run lengths are no numbers') from error
    if not np.isfinite(lengths).all() or (lengths < 0).any() or (lengths % 1).any():
        raise DataError('its run lengths are not whole numbers from 0')
    if pixels > MOST_PIXELS:
        raise DataError(f'its run lengths are of {pixels} pixels')
    if lengths.sum() != pixels:
        raise DataError(f'its run lengths cover {lengths.sum():.0f} pixels of {pixels}')
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths.astype(np.int64))


def coco_mask(segmentation: dict[str, Any], size: tuple[int, int]) -> np.ndarray:
    """A mask as COCO writes it: runs down the columns, as numbers or packed into letters.

    Args:
        segmentation: ``size`` (height, width) and ``counts``.
        size: Height and width of the picture.

    Returns:
        (height, width) bool, equal to that of pycocotools 2.0.11.

    Raises:
        DataError: It is no such mask, of another size, or its runs have another sum.
    """
    try:
        height, width = map(int, segmentation['size'])
        counts = segmentation['counts']
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError('its run lengths lack size (height, width) or counts') from error
    if (height, width) != size:
        raise DataError(
            f'its run lengths are of {width} x {height}, the picture of {size[1]} x {size[0]} '
            '(width x height)'
        )
    if isinstance(counts, str):
        counts = _unpacked(counts)
    return fill_runs(counts, height * width).reshape(width, height).T


def _unpacked(letters: str) -> np.ndarray:
    """Lengths of runs from COCO's letters.

    A number stands in groups of five bits, the lowest first, its sign in the last; from the fourth
    number on it is the difference from the one two places before.
    """
    codes = np.frombuffer(letters.encode('utf-32-le'), np.uint32).astype(np.int64) - _FIRST_LETTER
    if (codes < 0).any() or (codes >= 2 * _MORE).any() or (len(codes) and codes[-1] & _MORE):
        raise DataError('its packed run lengths have a letter that none has, or are cut off')
    if not len(codes):
        return codes
    starts = np.flatnonzero(np.append(True, (codes[:-1] & _MORE) == 0))
    groups = np.diff(np.append(starts, len(codes)))
    if groups.max() > 8:  # 40 bits
        raise DataError('its packed run lengths have a number that is too long')
    places = _BITS * (np.arange(len(codes)) - np.repeat(starts, groups))
    numbers = np.add.reduceat((codes & (_MORE - 1)) << places, starts)
    is_negative = codes[starts + groups - 1] & _SIGN > 0
    numbers -= np.where(is_negative, np.int64(1) << (_BITS * groups), 0)
    for first in (1, 2):
        numbers[first::2] = np.cumsum(numbers[first::2])
    return numbers


def label_studio_values(stream: Sequence[int], values: int) -> np.ndarray:
    """What Label Studio's brush writes: bits of a head, of runs and of single values.

    The head has 32 bits for the number of values, 5 for the bits of a value less one, and four
    times 4 for the bits of a length less one. Then in turn: a bit (1: one value many times, 0: that
    many values), two bits for which of the four, the length less one, the value or values.

    Args:
        stream: Bytes as numbers.
        values: How many there should be.

    Returns:
        (values,) uint8 or wider.

    Raises:
        DataError: It ends too early, or holds another number of values.
    """
    try:
        packed = np.asarray(stream, dtype=np.int64).reshape(-1)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError('its brush is no list of bytes') from error
    if ((packed < 0) | (packed > 255)).any():
        raise DataError('its brush is no list of bytes')
    bits = _Bits(packed.astype(np.uint8).tobytes())
    count, word = bits.read(32), bits.read(5) + 1
    sizes = [bits.read(4) + 1 for _ in range(4)]
    if count != values:
        raise DataError(f'its brush has {count} values, not four for each pixel ({values})')
    found, done = np.zeros(values, np.int64), 0
    while done < values:
        is_run = bits.read(1)
        end = done + 1 + bits.read(sizes[bits.read(2)])
        if end > values:
            raise DataError('its brush has a run that is longer than the picture')
        found[done:end] = bits.read(word) if is_run else [bits.read(word) for _ in range(done, end)]
        done = end
    return found


class _Bits:
    """Bits of bytes, the highest first."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.place = 0

    def read(self, count: int) -> int:
        """The next bits as a number."""
        end = self.place + count
        if end > 8 * len(self.content):
            raise DataError('its brush is cut off')
        some = self.content[self.place // 8 : (end + 7) // 8]
        self.place = end
        return int.from_bytes(some, 'big') >> (-end % 8) & ((1 << count) - 1)
