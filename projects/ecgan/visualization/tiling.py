"""Grids of samples: one row a sample, one column for each thing to look at."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..compat.atomic_checkpoints import write_atomically

#: Field of a sample and heading of its column, from left to right.
DEFAULT_COLUMNS = {
    'gt_label_map': 'layout',
    'fake_edge': 'generated edges',
    'fake_coarse': 'coarse image',
    'fake_img': 'final image',
    'gt_img': 'photo',
}

# A heading stays readable only on a tile of this width; smaller tiles are enlarged.
_READABLE_WIDTH = 128
_GAP = 4
_HEADING_HEIGHT = 22
_PAPER, _INK, _ABSENT = 255, (40, 40, 40), 225


def colour_labels(labels: np.ndarray, palette: Sequence[Sequence[int]]) -> np.ndarray:
    """Paint a label map.

    Args:
        labels: (H, W) whole numbers; one that has no colour (unknown) becomes black.
        palette: RGB triple of each class, 0 to 255.

    Returns:
        (H, W, 3) uint8 in BGR.
    """
    colours = np.zeros((len(palette) + 1, 3), np.uint8)
    colours[:-1] = np.asarray(palette, np.uint8).reshape(-1, 3)[:, ::-1]
    known = (labels >= 0) & (labels < len(palette))
    return colours[np.where(known, labels, len(palette)).astype(np.int64)]


def tile_samples(
    samples: Sequence[Any],
    palette: Sequence[Sequence[int]],
    columns: Mapping[str, str] = DEFAULT_COLUMNS,
) -> np.ndarray:
    """Tile samples into one picture with headings.

    A column that no sample has is left out; where only some samples have it, the others get a grey
    tile. All tiles take the size of the first; small ones are enlarged by a whole factor.

    Args:
        samples: Mappings, or data samples with the method ``get``, from field to tensor or array:
            pictures (3, H, W) or (1, H, W) uint8 in BGR, label maps (H, W) of whole numbers.
        palette: RGB triple of each class.
        columns: Field -> heading.

    Returns:
        (H, W, 3) uint8 in BGR.

    Raises:
        ValueError: There is nothing to tile, or a field has another shape or type.
    """
    rows = [
        {field: _tile(sample.get(field), palette, field) for field in columns} for sample in samples
    ]
    shown = [field for field in columns if any(row[field] is not None for row in rows)]
    if not shown:
        raise ValueError(
            f'nothing to tile: none of {len(rows)} samples has one of {", ".join(columns)}'
        )
    height, width = next(t.shape[:2] for row in rows for t in row.values() if t is not None)
    factor = max(1, -(-_READABLE_WIDTH // width))
    height, width = height * factor, width * factor

    step_y, step_x = height + _GAP, width + _GAP
    sheet_size = (_HEADING_HEIGHT + len(rows) * step_y, len(shown) * step_x + _GAP, 3)
    sheet = np.full(sheet_size, _PAPER, np.uint8)
    for column, field in enumerate(shown):
        x = _GAP + column * step_x
        cv2.putText(
            sheet, columns[field], (x + 2, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _INK, 1, cv2.LINE_AA
        )
        for line, row in enumerate(rows):
            y = _HEADING_HEIGHT + line * step_y
            sheet[y : y + height, x : x + width] = _fitted(row[field], height, width)
    return sheet


def _tile(value: Any, palette: Sequence[Sequence[int]], field: str) -> np.ndarray | None:
    """One field of a sample as (H, W, 3) uint8 in BGR; None stays None."""
    if value is None:
        return None
    values = value.detach().cpu().numpy() if hasattr(value, 'detach') else np.asarray(value)
    if values.ndim == 2 and values.dtype.kind in 'iu':
        return colour_labels(values, palette)
    if values.ndim == 3 and values.shape[0] in (1, 3) and values.dtype == np.uint8:
        return np.broadcast_to(values, (3, *values.shape[1:])).transpose(1, 2, 0)
    raise ValueError(
        f'{field} must be a picture (3, H, W) or (1, H, W) of uint8 or a label map (H, W) of whole '
        f'numbers, got shape {values.shape} of {values.dtype}'
    )


def _fitted(tile: np.ndarray | None, height: int, width: int) -> np.ndarray:
    """The tile at this size, pixels kept sharp; grey where there is none."""
    if tile is None:
        return np.full((height, width, 3), _ABSENT, np.uint8)
    return cv2.resize(np.ascontiguousarray(tile), (width, height), interpolation=cv2.INTER_NEAREST)


def write_image(path: str | os.PathLike, picture: np.ndarray) -> None:
    """Write a picture, (H, W, 3) uint8 in BGR, whole or not at all; the suffix says the format.

    Raises:
        ValueError: OpenCV cannot write this format.
    """
    path = Path(path)
    try:
        written, content = cv2.imencode(path.suffix, picture)
    except cv2.error as error:
        raise ValueError(f'cannot write a picture as {path.suffix!r} ({path})') from error
    if not written:
        raise ValueError(f'cannot write a picture as {path.suffix!r} ({path})')
    write_atomically(content.tobytes(), path)
