"""From the ids on the canvas to pictures in nothing but tensor operations: what a page runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ...inference import ECGANInferencer, Seeds
from ...inference.label_map_generator import (
    TracedLayout,
    TracedNoise,
    boundary_maps,
    traceable_generator,
)
from ...structures import Layout

if TYPE_CHECKING:
    from torch.export import ExportedProgram

#: Pictures of a model, the first of which every model has.
OUTPUTS = ('image', 'edge', 'coarse')


class PaintedGenerator(nn.Module):
    """All pictures of one layout; regions of a class stand for instances.

    Unlike :class:`~projects.ecgan.inference.label_map_generator.LabelMapGenerator` it takes ids of
    the layout, not of files, and the noise, where the model has it, from outside: the page draws it
    from seeds.

    Args:
        inferencer: The model.

    Attributes:
        outputs: Names of the pictures that the model makes, of :data:`OUTPUTS`.
    """

    def __init__(self, inferencer: ECGANInferencer) -> None:
        super().__init__()
        self.preprocessor = inferencer.model.data_preprocessor
        self.generator = traceable_generator(inferencer)
        self.noise = getattr(self.generator, 'noise', None)
        self.divisor = inferencer.divisor
        made = self.generator(self._layout(*self.inputs_of(np.zeros((self.divisor,) * 2))))
        self.outputs = tuple(name for name in OUTPUTS if name in made)

    def inputs_of(self, ids: np.ndarray, seeds: Seeds | None = None) -> tuple[Tensor, ...]:
        """What :meth:`forward` takes of a layout: the page makes the same in the browser.

        Args:
            ids: (H, W) ids of a size that the network takes.
            seeds: Which picture, where the model has noise; None: seed 0.
        """
        labels = torch.from_numpy(np.ascontiguousarray(ids, np.int32))[None]
        if self.noise is None:
            return (labels,)
        layout = self.preprocessor.encode_layout(labels, None)
        seeds = seeds or Seeds()
        masks = [torch.from_numpy(mask) for mask in seeds.masks(ids, 'layout')]
        noisy = seeds.join(self.noise, layout, masks)
        # A number of vectors that may be 1 is a constant to PyTorch's tracing.
        vectors = torch.cat([noisy.vectors, torch.zeros(1, self.noise.channels)])
        return labels, noisy.regions.int(), vectors

    def forward(
        self, labels: Tensor, regions: Tensor | None = None, vectors: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """Generate.

        Args:
            labels: Ids of the layout, int32 ``(1, H, W)``.
            regions: Region of each pixel, int32 ``(1, H, W)``, where the model has noise.
            vectors: Noise of each region, ``(R, Z)``.

        Returns:
            Each of :attr:`outputs`, uint8 ``(1, H, W, 3)`` in RGB.
        """
        made = self.generator(self._layout(labels, regions, vectors))
        pictures = (self.preprocessor.to_uint8(made[name]).flip(1) for name in self.outputs)
        return tuple(picture.permute(0, 2, 3, 1) for picture in pictures)

    def _layout(
        self, labels: Tensor, regions: Tensor | None = None, vectors: Tensor | None = None
    ) -> Layout:
        boundary = boundary_maps(labels) if self.preprocessor.with_boundary else None
        layout = TracedLayout.of(self.preprocessor.encode_layout(labels, boundary))
        return layout if regions is None else TracedNoise(layout, regions.long(), vectors)

    @torch.no_grad()
    def trace(self) -> ExportedProgram:
        """The program of one layout of any height and width."""
        from torch.export import Dim

        height, width = (self.divisor * Dim(name, min=2) for name in ('rows', 'columns'))
        example = self.inputs_of(np.zeros((2 * self.divisor, 3 * self.divisor)))
        shape = {1: height, 2: width}
        shapes = (shape, shape, {0: Dim('regions', min=2)})[: len(example)]
        return torch.export.export(self, example, dynamic_shapes=shapes, strict=False)
