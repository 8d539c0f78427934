"""From the samples of a file to 8 bits a channel, as bright as the photo is meant.

A camera of 12 bits writes files of 16 bits whose largest sample is 4095: how many bits are used
stands nowhere in the file. One number has to hold for all photos of a data set, or some would come
out brighter than others.
"""

from collections.abc import Iterable

import cv2
import numpy as np

from ...errors import DataError

#: Bits a channel that cameras and scanners use.
DEPTHS = (8, 10, 12, 14, 16)
_FULL = DEPTHS[-1]
#: Floating-point samples up to 1 are taken for 0 to 1, from this number on for 0 to 255.
_LEAST_OF_255 = 16


def stored_form(samples: np.ndarray) -> str:
    """How samples are stored, in words that all photos of a data set should share.

    Args:
        samples: uint8, uint16 or floating-point numbers that :func:`checked_floats` let pass.
    """
    if samples.dtype.kind == 'f':
        return f'floating-point samples from 0 to {_white_of_floats(samples)}'
    return f'{8 * samples.itemsize} bits a channel'


def used_bits(maxima: Iterable[int]) -> int:
    """The fewest bits of :data:`DEPTHS` that hold the largest samples of all photos."""
    largest = max(maxima)
    return next(depth for depth in DEPTHS if largest < 2**depth)


def checked_floats(samples: np.ndarray, name: str) -> np.ndarray:
    """Floating-point samples as float32, where they go from 0 to 1 or from 0 to 255.

    Raises:
        DataError: They do not.
    """
    if not np.isfinite(samples).all():
        raise DataError(f'cannot read {name}: some of its samples are no numbers (NaN, infinite)')
    least, largest = samples.min(), samples.max()
    if least < 0 or 1 < largest < _LEAST_OF_255 or largest > 255:
        raise DataError(
            f'cannot read {name}: its samples are floating-point numbers from {least:.6g} to '
            f'{largest:.6g}, a photo has 0 to 1 or 0 to 255 (light without an upper limit, HDR, '
            'has to be tone-mapped first)'
        )
    return samples.astype(np.float32, copy=False)


def _white_of_floats(samples: np.ndarray) -> int:
    return 1 if samples.max() <= 1 else 255


def eight_bits(samples: np.ndarray, name: str, bits: int | None) -> tuple[np.ndarray, str]:
    """Samples spread to 0 to 255, rounded.

    Args:
        samples: uint8 (left as they are), uint16 or checked floating-point numbers.
        name: What errors call the photo.
        bits: How many bits of 16 are used; None: all, where the photo itself shows that it needs
            them.

    Returns:
        uint8 of the same shape, and what was done ('' where nothing was).

    Raises:
        DataError: A sample needs more bits, or ``bits`` is needed and not given.
    """
    if samples.dtype == np.uint8:
        return samples, ''
    if samples.dtype.kind == 'f':
        white = _white_of_floats(samples)
        return _scaled(samples, white), stored_form(samples)
    largest = int(samples.max())
    if bits is None:
        bits = used_bits([largest])
        if bits < _FULL:
            raise DataError(
                f'{name} has 16 bits a channel, its largest sample is {largest}: say how many bits '
                f'its camera uses with LoadPhoto(bits={bits}), the same for all photos '
                '(ecgan prepare finds it)'
            )
    elif largest >= 2**bits:
        raise DataError(
            f'{name}: its largest sample is {largest}, more than bits={bits} of LoadPhoto can hold '
            f'({2**bits - 1})'
        )
    return _scaled(samples, 2**bits - 1), f'16 bits a channel, of which {bits} are used'


def _scaled(samples: np.ndarray, white: int) -> np.ndarray:
    return cv2.convertScaleAbs(samples, alpha=255 / white)
