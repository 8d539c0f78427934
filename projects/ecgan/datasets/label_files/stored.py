"""What a file stores, before anything is said about its meaning."""

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class MapForm:
    """How a file says its samples.

    Attributes:
        kind: 'grey' (one number a pixel), 'palette' (an index) or 'colours' (RGB).
        bits: Bits of a sample in the file.
        palette: RGB colour of each index.
        is_white_zero: Whether the file says that 0 is white (TIFF's MINISWHITE).
        writer: The program that the file says it was written by.
        container: Name of the format.
        is_lossy: Whether the format has changed values.
    """

    kind: str
    bits: int = 8
    palette: tuple[Colour, ...] = ()
    is_white_zero: bool = False
    writer: str = ''
    container: str = 'array'
    is_lossy: bool = False


@dataclass(frozen=True)
class StoredMap:
    """A map as it is stored.

    Attributes:
        samples: (H, W), or (H, W, 3) RGB: uint8, uint16 or int32; what the file holds, neither
            spread to 8 bits nor inverted.
        form: How the file says it.
        hidden: (H, W), where there is nothing: transparent, marked as no data, not a number. None:
            nowhere.
    """

    samples: np.ndarray
    form: MapForm
    hidden: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.samples.shape[:2]

    def thinned(self, step: int) -> 'StoredMap':
        """A small map: every ``step``-th pixel."""
        first = slice(step // 2, None, step)
        hidden = None if self.hidden is None else self.hidden[first, first].copy()
        return StoredMap(self.samples[first, first].copy(), self.form, hidden)
