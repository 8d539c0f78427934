"""From label maps to pictures in nothing but tensor operations: what is exported."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ConfigError
from ..structures import Layout, NoisyLayout, nearest_resize
from .folded_generator import prepare_for_inference
from .inferencer import ECGANInferencer


class LabelMapGenerator(nn.Module):
    """From label maps to pictures in nothing but tensor operations of any batch and size.

    Args:
        inferencer: The model.
        as_float: Whether pictures stay as the network gives them, see :func:`export_program`.
        seed: Which picture of a layout, where the model has noise.

    Raises:
        ConfigError: The noise has no fixed number of values.
    """

    def __init__(self, inferencer: ECGANInferencer, as_float: bool = False, seed: int = 0) -> None:
        super().__init__()
        self.preprocessor = inferencer.model.data_preprocessor
        self.coding = inferencer.coding
        self.as_float = as_float
        self.generator = traceable_generator(inferencer)
        self.noise = getattr(self.generator, 'noise', None)
        if self.noise is not None:
            if self.noise.per == 'pixel':
                raise ConfigError("noise per='pixel' cannot be exported, 'picture' and 'class' can")
            _, count = self.noise.regions(
                self.preprocessor.encode_layout(torch.zeros(1, 1, 1), None)
            )
            self.register_buffer('vectors', self.noise.draw(seed, count))

    def forward(self, labels: Tensor, instances: Tensor | None = None) -> Tensor:
        """Generate.

        Args:
            labels: Ids of the label maps' files ``(N, H, W)``, of any integer type.
            instances: Instance ids ``(N, H, W)`` where the layout has a boundary channel.

        Returns:
            ``(N, H, W, 3)`` RGB, uint8 or in [-1, 1].
        """
        has_sign, labels = labels.dtype.is_signed, labels.long()
        if self.coding.reduce_zero_label:
            unknown, is_unknown = self.coding.unknown, labels == 0
            if unknown in self.coding.unknown_in_files:
                is_unknown |= labels == unknown
            labels = torch.where(is_unknown, unknown, labels - 1)
        in_file = labels
        for old, new in self.coding.label_map.items():
            labels = torch.where(in_file == old, new, labels)
        if has_sign:
            labels = torch.where(labels < 0, self.coding.unknown, labels)
        boundary = None if instances is None else boundary_maps(instances)
        layout = self.preprocessor.encode_layout(labels, boundary)
        traced = TracedLayout.of(layout)
        if self.noise is not None:
            traced = TracedNoise(traced, self.noise.regions(traced)[0], self.vectors)
        image = self.generator(traced)['image']
        if not self.as_float:
            image = self.preprocessor.to_uint8(image).flip(1)
        return image.permute(0, 2, 3, 1)


def traceable_generator(inferencer: ECGANInferencer) -> nn.Module:
    """A copy of the generator, folded, that computes alike whatever values the maps hold."""
    generator = prepare_for_inference(inferencer.model.sampling_generator)
    for module in generator.modules():
        if hasattr(module, 'layout_mode'):
            # The number of distinct neighbourhoods depends on the values of the map.
            module.layout_mode = 'plain'
    return generator.to(memory_format=torch.contiguous_format)


class TracedLayout(Layout):
    """A layout whose height and width are symbols, which cannot be keys of what was resized."""

    @classmethod
    def of(cls, layout: Layout) -> 'TracedLayout':
        """The same layout, to be traced."""
        return cls(layout.labels, layout.num_classes, layout.with_unknown, layout.boundary)

    def resized(self, size: tuple[int, int]) -> Layout:
        """The layout at another size, see :class:`Layout`."""
        return self._map(lambda tensor: nearest_resize(tensor, size))


class TracedNoise(NoisyLayout):
    """The same with noise."""

    resized = TracedLayout.resized


def boundary_maps(ids: Tensor) -> Tensor:
    """The data pipeline's ``boundary_map`` of ids ``(N, H, W)`` in tensor operations, bool."""
    # int32: onnxruntime 1.20 cannot add bytes.
    beside, below = ((ids.diff(dim=axis) != 0).int() for axis in (2, 1))
    sides = (beside, (0, 1)), (beside, (1, 0)), (below, (0, 0, 0, 1)), (below, (0, 0, 1, 0))
    return sum(F.pad(difference, side) for difference, side in sides) > 0
