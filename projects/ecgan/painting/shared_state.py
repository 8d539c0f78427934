"""What all pages share: the model, its labels, the data set, and the queue at the model."""

import contextlib
import time
from dataclasses import dataclass

import numpy as np

from ..errors import UserError
from ..inference import ECGANInferencer, Seeds
from .dataset_layouts import DatasetLayouts
from .label_set import LabelSet
from .layout_files import write_picture
from .model_queue import ModelQueue
from .session import LayoutSession

# Of an empty layout, where the config names no size.
_SIZE = (256, 256)


@dataclass(frozen=True)
class Rendering:
    """A generated picture as PNG files.

    Attributes:
        image: The picture.
        edge: Generated edges, None where the model has none.
        coarse: Coarse image, None where the model has none.
        seconds: What it took to make them.
    """

    image: bytes
    edge: bytes | None
    coarse: bytes | None
    seconds: float


class SharedState:
    """The model and its surroundings."""

    def __init__(self, inferencer: ECGANInferencer) -> None:
        self.inferencer = inferencer
        self.labels = LabelSet.of(inferencer)
        self.scenes = DatasetLayouts.of(inferencer)
        self.queue = ModelQueue()

    def empty(self, label: int) -> np.ndarray:
        """A layout of one class, of the size that the model was trained at."""
        return np.full(self.inferencer.trained_size or _SIZE, label, np.uint16)

    def new_session(self) -> LayoutSession:
        """A session that starts from the first layout of the data set, or from an empty one."""
        first = self.empty(self.labels.labels[0].id)
        # Files that cannot be read are told of when they are asked for.
        with contextlib.suppress(UserError):
            first = self.scenes.layout(0) if len(self.scenes) else first
        return LayoutSession(first, self.labels.ids)

    def render(self, ids: np.ndarray, seeds: Seeds | None = None) -> Rendering:
        """Run the model on ids (H, W) of a layout; the seeds matter where the model has noise.

        Raises:
            UserError: The layout does not fit the model.
        """
        start = time.perf_counter()
        made = self.inferencer(self.labels.as_in_files(ids), seed=seeds)
        image, edge, coarse = (
            None if pixels is None else write_picture(np.ascontiguousarray(pixels))
            for pixels in (made.image, made.edge, made.coarse)
        )
        return Rendering(image, edge, coarse, time.perf_counter() - start)
