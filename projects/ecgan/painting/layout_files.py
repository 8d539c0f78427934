"""Layouts from and to files that people hand over; what is too large is refused unopened."""

import contextlib
import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..datasets.label_files import read_ids
from ..errors import DataError
from ..inference import ECGANInferencer
from ..inference.input_maps import NamedMap
from .label_set import LabelSet

#: Formats that keep every pixel; JPEG does not.
FORMATS = ('PNG', 'BMP', 'TIFF')
MAX_BYTES = 4 * 2**20
MAX_PIXELS = 2**20
# The network takes multiples of up to 128: a strip of one pixel would grow by as much.
MAX_SIDE = 2048
# What a PNG of 16 bits holds.
_MOST = 65535


class TooLargeError(DataError):
    """A file of more bytes or pixels than are taken."""


class FormatError(DataError):
    """A file that is no picture of :data:`FORMATS`."""


def check_file(content: bytes, name: str) -> tuple[int, int]:
    """See that a file is a picture, whole, and of a size that is taken.

    Returns:
        Height and width.

    Raises:
        TooLargeError: It has too many bytes or pixels.
        FormatError: It is no picture of the formats.
        DataError: It is damaged.
    """
    if len(content) > MAX_BYTES:
        raise TooLargeError(f'{name} is larger than {MAX_BYTES // 2**20} MB')
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise FormatError(f'{name} is not a picture of the format {", ".join(FORMATS)}') from error
    except Image.DecompressionBombError as error:
        raise TooLargeError(f'{name} has more than {MAX_PIXELS:,} pixels') from error
    # Only the head of the file has been read up to here.
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise TooLargeError(
            f'{name} is {width}x{height}: at most {MAX_PIXELS:,} pixels, and {MAX_SIDE} on a side'
        )
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f'{name} cannot be read: the file is damaged') from error
    return height, width


def read_layout(content: bytes, name: str, inferencer: ECGANInferencer) -> np.ndarray:
    """Read a label map, of ids or of the palette's colours, as the model's inferencer would.

    Returns:
        (H, W) uint16 ids of a layout.

    Raises:
        DataError: It is too large, no picture, or holds ids or colours of no class.
    """
    height, width = check_file(content, name)
    layout = inferencer.load(NamedMap(name, content)).layout
    ids = layout.labels[0, :height, :width].cpu().numpy()
    encoding = inferencer.model.data_preprocessor
    return np.where(ids == encoding.num_classes, encoding.ignore_index, ids).astype(np.uint16)


def write_layout(ids: np.ndarray, labels: LabelSet) -> bytes:
    """A PNG of the ids (H, W) of a layout that is read back as they are.

    Its values are ids in the colours of the palette; where the training's files said theirs
    otherwise, ids without colours, or colours alone.

    Raises:
        DataError: 16 bits do not hold the ids.
    """
    forms = list(_forms(ids, labels))
    for content in forms:
        with contextlib.suppress(DataError):
            if np.array_equal(read_ids(content, labels.coding, 'layout'), ids):
                return content
    return forms[0]


def _forms(ids: np.ndarray, labels: LabelSet) -> Iterator[bytes]:
    """The ways to write a layout, the one that shows most first."""
    classes = np.array([label.id for label in labels.labels])
    known, in_files = labels.as_in_files(classes), labels.as_in_files(ids)
    if known.min() < 0 or known.max() > _MOST:
        raise DataError(
            f'the label maps of this model have ids from {known.min()} to {known.max()}, a PNG '
            f'holds 0 to {_MOST}'
        )
    if known.max() <= 255:
        picture = Image.fromarray(in_files.astype(np.uint8)).convert('P')
        colours = np.zeros((256, 3), np.uint8)
        colours[known] = [label.colour for label in labels.labels]
        picture.putpalette(colours.tobytes())
        yield _png(picture)
        in_files = in_files.astype(np.uint8)
    if labels.coding.colours and not labels.coding.is_renumbered:
        table = np.zeros((max(int(classes.max()), len(labels.coding.colours)) + 1, 3), np.uint8)
        table[classes] = [label.colour for label in labels.labels]
        for new in classes:
            old = int(labels.as_in_files(np.array([new]))[0])
            if old < len(labels.coding.colours):
                table[new] = labels.coding.colours[old]
        yield write_picture(table[ids])
    yield write_picture(in_files if known.max() <= 255 else in_files.astype(np.uint16))


def write_picture(pixels: np.ndarray) -> bytes:
    """A PNG of (H, W, 3) uint8 in RGB, or of (H, W) uint16."""
    return _png(Image.fromarray(pixels))


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    # The page waits for it, and the way to the browser is short.
    picture.save(buffer, 'PNG', compress_level=1)
    return buffer.getvalue()
