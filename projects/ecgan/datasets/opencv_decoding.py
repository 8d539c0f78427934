"""Decoding by OpenCV, quietly."""

import cv2
import numpy as np

from ..errors import DataError

#: What MMCV's ``LoadImageFromFile`` gives, but as it is stored, not turned.
COLOUR = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
#: All bits, in three channels.
DEEP_COLOUR = COLOUR | cv2.IMREAD_ANYDEPTH
#: All bits and channels.
AS_STORED = cv2.IMREAD_UNCHANGED

# OpenCV 5 has moved it. It returns the level before.
_set_log_level = getattr(cv2, 'setLogLevel', None) or cv2.utils.logging.setLogLevel
_SILENT = 0


def decode(content: bytes, name: str, how: int) -> np.ndarray:
    """Pixels of a picture, BGR where there are three or four channels.

    Raises:
        DataError: OpenCV cannot decode it.
    """
    # The reason of a failure is said once, by the error; of unknown TIFF tags nobody needs to hear.
    level = _set_log_level(_SILENT)
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), how)
    except cv2.error as error:
        raise DataError(f'cannot read {name}: {" ".join(str(error).split())}') from error
    finally:
        _set_log_level(level)
    if pixels is None:
        raise DataError(f'cannot read {name}: its data are broken')
    return pixels


def three_channels(pixels: np.ndarray) -> np.ndarray:
    """BGR (H, W, 3) of grey, BGR, or BGR and another channel."""
    if pixels.ndim == 2:
        return np.repeat(pixels[..., None], 3, axis=2)
    return np.ascontiguousarray(pixels[..., :3])
