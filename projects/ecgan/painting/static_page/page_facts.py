"""What the script of a page needs to know of its model, as it is written into the page."""

import base64
import contextlib
import gzip
import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from PIL import Image

from ...datasets.label_files import read_ids, unknown_id
from ...errors import DataError, UserError
from ..label_set import LabelSet
from ..layout_files import write_layout
from ..shared_state import SharedState

# So many layouts of the data set to begin with.
EXAMPLES = 12


def page_facts(
    shared: SharedState, about: Sequence[tuple[str, str]], title: str, webgpu: bool
) -> dict[str, Any]:
    """Everything but the model itself; JSON can say it.

    Args:
        shared: The model, its labels and its data set.
        about: What the page says of itself: rows of a name and a text.
        title: What the page calls the model.
        webgpu: Whether its runtime can compute on a GPU.
    """
    inferencer, labels = shared.inferencer, shared.labels
    encoding, noise = inferencer.model.data_preprocessor, None
    if inferencer.has_noise:
        drawn = inferencer.generator.noise
        noise = dict(
            channels=drawn.channels,
            per=drawn.per,
            classes=encoding.num_classes,
            unknown=encoding.ignore_index if encoding.with_unknown else None,
        )
    return dict(
        title=title,
        labels=[[each.id, each.name, *each.colour] for each in labels.labels],
        keys=[each.key for each in labels.labels],
        size=inferencer.trained_size or shared.empty(0).shape,
        knowsSize=inferencer.trained_size is not None,
        divisor=inferencer.divisor,
        noise=noise,
        webgpu=webgpu,
        coding=coding_facts(labels),
        examples=[packed_layout(ids) for ids in example_layouts(shared)],
        noExamples=shared.scenes.reason,
        about=[list(row) for row in about],
    )


def example_layouts(shared: SharedState, most: int = EXAMPLES) -> list[np.ndarray]:
    """The first layouts (H, W) of the data set, as many as can be read."""
    found = []
    for index in range(min(most, len(shared.scenes))):
        with contextlib.suppress(UserError, OSError):
            found.append(shared.scenes.layout(index))
    return found


def packed_layout(ids: np.ndarray) -> dict[str, Any]:
    """A layout (H, W) uint16 in text."""
    content = gzip.compress(ids.astype('<u2').tobytes(), mtime=0)
    height, width = ids.shape
    return dict(width=width, height=height, ids=base64.b64encode(content).decode())


def coding_facts(labels: LabelSet) -> dict[str, Any]:
    """How files say the layout's ids, as tables; see ``browser/layout_files.js``."""
    coding = labels.coding
    numbers = np.arange(2**16)
    read = coding.ids(numbers, 'numbers')
    colours = np.array(coding.colours or (), np.uint8).reshape(-1, 3)
    # Of ids that share a colour the first has it.
    of_colours = coding.ids(colours[None], 'colours')[0].tolist() if len(colours) else []
    others = sorted(set(coding.reading.choices) - {'palette', 'variable'})
    refusal = ''
    if others:
        refusal = (
            f'the label maps of this model say their ids in a way ({", ".join(others)}) that this '
            'page does not read: ecgan infer and ecgan paint do'
        )
    known = labels.ids
    return dict(
        refusal=refusal,
        palette=coding.reading.palette,
        renumbered=coding.is_renumbered,
        ofClasses=coding.of_classes,
        unknown=coding.unknown if coding.unknown in known else None,
        unknownOfColours=unknown_id(len(colours)),
        ids=[[old, new] for old, new in zip(numbers.tolist(), read.tolist()) if new in known],
        colours=[
            [r << 16 | g << 8 | b, new]
            for (r, g, b), new in zip(colours.tolist(), of_colours)
            if new in known
        ],
        colourOfId=colours.tolist(),
        inFiles=[[each.id, int(labels.as_in_files(np.array(each.id)))] for each in labels.labels],
        **_saved(labels),
    )


def _saved(labels: LabelSet) -> dict[str, Any]:
    """The form in which the package saves such a layout, and the colours in it."""
    ids = np.array([[each.id for each in labels.labels]], np.uint16)
    content = write_layout(ids, labels)
    if not np.array_equal(read_ids(content, labels.coding, 'layout'), ids):
        raise DataError('a layout of this model cannot be written as a PNG that is read back alike')
    colours = dict(_colours_of(content, ids))
    # The kind of a PNG is a byte of its head, and the bits of a sample are the one before.
    form = {0: f'grey{content[24]}', 2: 'rgb', 3: 'indexed'}[content[25]]
    return dict(saved=form, savedColours=[[number, colour] for number, colour in colours.items()])


def _colours_of(content: bytes, ids: np.ndarray) -> Iterator[tuple[int, list[int]]]:
    with Image.open(io.BytesIO(content)) as picture:
        if picture.mode in ('P', 'RGB'):
            yield from zip(ids[0].tolist(), np.asarray(picture.convert('RGB'))[0].tolist())
