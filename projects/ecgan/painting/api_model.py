"""What the API says of its model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from ..weights import file_sha256
from .api_pictures import CallPictures
from .label_set import LabelSet
from .layout_files import FORMATS, MAX_BYTES, MAX_PIXELS, MAX_SIDE


class LabelDescription(BaseModel):
    """A class, or unknown."""

    id: int = Field(description='Its value in a label map of ids')
    name: str
    colour: tuple[int, int, int] = Field(description='Its RGB colour in a label map of colours')


class Sizes(BaseModel):
    """Sizes of label maps; heights and widths are (H, W)."""

    trained: tuple[int, int] | None = Field(description='Of the training, which suits best')
    multiple: int = Field(description='The network takes multiples of it; others are padded')
    max_pixels: int = MAX_PIXELS
    max_side: int = MAX_SIDE
    max_bytes: int = Field(MAX_BYTES, description='Of a file')


class ModelDescription(BaseModel):
    """What a caller has to know of the model."""

    name: str
    digest: str | None = Field(description='SHA-256 of the file of the model')
    labels: list[LabelDescription] = Field(description='What a label map may hold')
    formats: list[str] = Field(list(FORMATS), description='Of the files that are sent')
    reading: dict[str, Any] = Field(
        description='How ids in files are read where they are not just those of `labels`: '
        "the training's `reading`, `label_map`, `reduce_zero_label`"
    )
    sizes: Sizes
    seeds: bool = Field(description='Whether a layout has many pictures, told apart by seeds')
    instances: bool = Field(description='Whether instance maps are taken')


def describe(pictures: CallPictures, labels: LabelSet) -> ModelDescription:
    """Describe the model that makes pictures of calls."""
    inferencer = pictures.inferencer
    file, coding = Path(inferencer.checkpoint), inferencer.coding
    reading = {
        'reading': coding.reading.choices,
        'label_map': dict(coding.label_map),
        'reduce_zero_label': coding.reduce_zero_label,
    }
    return ModelDescription(
        name=file.name,
        digest=file_sha256(file) if file.is_file() else None,
        labels=list(_described(labels)),
        reading={key: value for key, value in reading.items() if value},
        sizes=Sizes(trained=inferencer.trained_size, multiple=inferencer.divisor),
        seeds=inferencer.has_noise,
        instances=pictures.has_instances,
    )


def _described(labels: LabelSet) -> Iterator[LabelDescription]:
    coding = labels.coding
    # Where the colours are not of classes, they are of the ids in the files.
    colours = () if coding.of_classes else coding.colours or ()
    in_files = labels.as_in_files(np.array([label.id for label in labels.labels]))
    for label, value in zip(labels.labels, in_files.tolist()):
        colour = colours[value] if 0 <= value < len(colours) else label.colour
        yield LabelDescription(id=value, name=label.name, colour=colour)
