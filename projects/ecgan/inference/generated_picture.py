"""What a model makes of a layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..visualization import write_image


@dataclass(frozen=True)
class GeneratedPicture:
    """What the model makes of one layout; arrays are (H, W, 3) uint8, RGB.

    Attributes:
        name: Name of the label map.
        image: The picture: final image I''.
        layout: The label map in the colours of its classes.
        coarse: Coarse image I', None where the model has none.
        edge: Generated edges, None where the model has none.
    """

    name: str
    image: np.ndarray
    layout: np.ndarray
    coarse: np.ndarray | None = None
    edge: np.ndarray | None = None

    def write(self, folder: str | Path, outputs: Sequence[str] = ('image',)) -> list[Path]:
        """Write ``NAME.png``, and ``NAME_coarse.png`` and so on for the other outputs.

        Args:
            folder: Where to; folders in the name are made below it.
            outputs: Among ``image``, ``layout``, ``coarse``, ``edge``; those there are.

        Returns:
            The files.
        """
        written = []
        for output in outputs:
            pixels = getattr(self, output)
            if pixels is not None:
                suffix = '' if output == 'image' else f'_{output}'
                written.append(Path(folder) / f'{self.name}{suffix}.png')
                write_image(written[-1], pixels[..., ::-1])
        return written
