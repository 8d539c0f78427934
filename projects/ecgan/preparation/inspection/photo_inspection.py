"""A look at one photo, by the decoder of the training."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ...datasets.photo_files import read_samples, stored_form

#: Longest side of the small pictures that are shown.
THUMBNAIL = 160


@dataclass
class PhotoInspection:
    """What a photo is.

    Attributes:
        size: Height and width as displayed.
        digest: Digest of the samples.
        is_turned: Whether its EXIF orientation turned or mirrored it.
        form: How its samples are stored, in words.
        largest: The largest sample of 16 bits a channel; 0 where there are 8 bits or
            floating-point numbers, which need no number of bits.
        notes: What has to be said about the file.
        thumbnail: The photo in small, BGR, of samples that are shown, not yet brought to 8 bits.
    """

    size: tuple[int, int]
    digest: str
    is_turned: bool
    form: str
    largest: int = 0
    notes: tuple[str, ...] = ()
    thumbnail: np.ndarray | None = None


def inspect_photo(path: Path, keep_thumbnail: bool) -> PhotoInspection:
    """Look at a photo.

    Raises:
        DataError: It cannot be read rightly.
    """
    samples = read_samples(path.read_bytes(), str(path))
    pixels = samples.pixels
    return PhotoInspection(
        size=pixels.shape[:2],
        digest=digest_of(pixels),
        is_turned=samples.is_turned,
        form=stored_form(pixels),
        largest=int(pixels.max()) if pixels.dtype == np.uint16 else 0,
        notes=samples.notes,
        thumbnail=_small(pixels) if keep_thumbnail else None,
    )


def digest_of(values: np.ndarray) -> str:
    """Digest of an array: equal where shape, type and values are."""
    digest = hashlib.blake2b(f'{values.shape} {values.dtype}'.encode(), digest_size=16)
    digest.update(np.ascontiguousarray(values))
    return digest.hexdigest()


def _small(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    scale = min(1, THUMBNAIL / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
