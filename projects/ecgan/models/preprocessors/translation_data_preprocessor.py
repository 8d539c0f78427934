"""From packed samples to what MMagic's translation models read: the bridge to Pix2Pix and others.

A translation model goes from a source domain to a target domain and finds them by name. Here the
domains are ``layout`` and ``img``: the model then writes its pictures as ``fake_img``, which this
project's metrics, report and hooks read of every model.
"""

from __future__ import annotations

import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from torch import Tensor

from ...datasets.palettes import generated_palette
from ...structures import Layout
from .layout_data_preprocessor import LayoutDataPreprocessor


class SplitSamples(list):
    """Data samples for both habits of MMagic's models: some split them, some index them."""

    def split(self, allow_nonseq_value: bool = True) -> SplitSamples:
        """The samples, which are split already."""
        return self


@MODELS.register_module()
class TranslationDataPreprocessor(LayoutDataPreprocessor):
    """:class:`LayoutDataPreprocessor` for MMagic's ``Pix2Pix``, ``CycleGAN`` and their like.

    A model of it has ``default_domain='img'``, ``reachable_domains=['img']`` and
    ``related_domains=['img', 'layout']`` (CycleGAN reaches both).

    Args:
        num_classes: Semantic classes N; label ids are 0 .. N - 1.
        with_unknown: Whether the layout has an unknown channel.
        with_boundary: Whether the layout has an instance boundary channel.
        ignore_index: Id of unknown pixels in the label maps; None: as there.
        non_blocking: Whether copies to the device may overlap with computation.
        coloured: Whether ``img_layout`` is a picture of the layout in colours and not its channels:
            for models such as CycleGAN, whose networks take either domain. Unknown pixels are
            black; the boundary is not shown.
    """

    def __init__(
        self,
        num_classes: int,
        with_unknown: bool = False,
        with_boundary: bool = False,
        ignore_index: int | None = None,
        non_blocking: bool = True,
        coloured: bool = False,
    ) -> None:
        super().__init__(num_classes, with_unknown, with_boundary, ignore_index, non_blocking)
        self.coloured = coloured
        if coloured:
            palette = torch.tensor([*generated_palette(num_classes), (0, 0, 0)])
            self.register_buffer('palette', palette / 127.5 - 1, persistent=False)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Collate, check, move to the device and encode; what is encoded already passes through.

        Args:
            data: See :class:`LayoutDataPreprocessor`.
            training: Unused; here for MMEngine's interface.

        Returns:
            ``inputs``: ``layout``, ``image`` and ``edge`` as :class:`LayoutDataPreprocessor` gives
            them; ``img_layout``: the layout's channels ``(N, N', H, W)`` of 0 and 1, or its colours
            ``(N, 3, H, W)`` in [-1, 1]; ``img_img``: ``image``. ``data_samples``: a list.

        Raises:
            DataError: As :class:`LayoutDataPreprocessor`.
        """
        if 'layout' in data['inputs']:
            return data
        data = super().forward(data, training)
        inputs = data['inputs']
        inputs['img_layout'] = self._source(inputs['layout'])
        if 'image' in inputs:
            inputs['img_img'] = inputs['image']
        return dict(inputs=inputs, data_samples=SplitSamples(data['data_samples']))

    def _source(self, layout: Layout) -> Tensor:
        if self.coloured:
            return self.palette[layout.labels].permute(0, 3, 1, 2).contiguous()
        return layout.one_hot()

    def destruct(
        self, image: Tensor, data_sample: DataSample | None = None, key: str = 'img'
    ) -> Tensor:
        """One picture of a translation model, ready for metrics and files.

        Args:
            image: RGB ``(3, H, W)``, clamped to [-1, 1].
            data_sample: Unused, as ``key``; here for MMagic's interface.
            key: Unused.

        Returns:
            BGR uint8 ``(3, H, W)`` on the CPU.
        """
        return self.to_uint8(image[None])[0].cpu()
