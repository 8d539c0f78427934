"""The layout that a browser keeps of a tab; what it does there is in ``tab_memory.js``."""

import json
from collections.abc import Set

import numpy as np
from nicegui import Client

from .layout_files import MAX_PIXELS, MAX_SIDE

# What a browser keeps of a page is 5 MB or less, in pieces of half a million characters.
_MOST_PIECES = 10
_PATIENCE = 10.0


def watch_layout(client: Client, canvas: int) -> None:
    """Have the browser keep the layout of a canvas, the id of an element, from now on."""
    find = f'() => getElement({canvas})?.canvas ?? getElement({canvas})'
    client.run_javascript(f'tabMemory.forget(); tabMemory.watch({find})')


async def recall_layout(client: Client, allowed: Set[int]) -> np.ndarray | None:
    """The layout that a tab showed when it was left, see :func:`unpack_layout`."""
    text = ''
    for index in range(_MOST_PIECES):
        try:
            piece = await client.run_javascript(f'tabMemory.piece({index})', timeout=_PATIENCE)
        except TimeoutError:
            return None
        if not piece or not isinstance(piece, str):
            break
        text += piece
    return unpack_layout(text, allowed)


def unpack_layout(text: str, allowed: Set[int]) -> np.ndarray | None:
    """A layout as the browser keeps it.

    Args:
        text: JSON of its width, height, and its runs: id and length, one after the other.
        allowed: Ids that it may hold.

    Returns:
        (H, W) uint16; None where there is none, or none that could have been painted.
    """
    try:
        kept = json.loads(text)
        height, width = int(kept['height']), int(kept['width'])
        ids, lengths = np.array(kept['runs']).astype(np.int64, casting='safe').reshape(-1, 2).T
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
        return None
    is_size = 0 < min(height, width) <= max(height, width) <= MAX_SIDE
    if not is_size or height * width > MAX_PIXELS or not len(ids):
        return None
    # No sum of lengths runs over that are each no longer than the layout.
    if lengths.min() < 1 or lengths.max() > height * width or lengths.sum() != height * width:
        return None
    if not set(np.unique(ids).tolist()) <= allowed:
        return None
    return np.repeat(ids, lengths).reshape(height, width).astype(np.uint16)
