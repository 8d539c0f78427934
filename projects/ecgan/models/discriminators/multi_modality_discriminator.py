"""One multi-scale conditional PatchGAN for images and edges (METHOD, discriminator)."""

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from mmagic.registry import MODELS

from ...structures import DenseLayout, Layout, as_layout
from ..layers import LEAKY_SLOPE, initialize_weights, spectral_norm

KERNEL, PADDING = 4, 2


class PatchDiscriminatorScale(nn.Module):
    """One scale: five 4 x 4 convolutions with padding 2.

    conv stride 2 with bias, leaky ReLU 0.2; three stages of conv without bias, spectral norm,
    instance norm (eps 1e-5, no affine, no running statistics), leaky ReLU 0.2, strides 2, 2, 1;
    conv stride 1 with bias to one channel.

    The first convolution is linear in the layout and in the image: the layout's part is computed
    once for all images of a layout and added.

    Args:
        layout_channels: Channels N' of the layout.
        base_channels: Width of the first stage; later ones times 2, 4, 8.
        max_channels: Bound on the width.
    """

    def __init__(
        self, layout_channels: int, base_channels: int = 64, max_channels: int = 512
    ) -> None:
        super().__init__()
        self.layout_channels = layout_channels
        widths = [min(base_channels * 2**i, max_channels) for i in range(4)]
        self.first = nn.Conv2d(layout_channels + 3, widths[0], KERNEL, 2, PADDING)
        self.stages = nn.ModuleList(
            spectral_norm(nn.Conv2d(i, o, KERNEL, stride, PADDING, bias=False))
            for i, o, stride in zip(widths[:-1], widths[1:], (2, 2, 1))
        )
        self.to_prediction = nn.Conv2d(widths[-1], 1, KERNEL, 1, PADDING)

    def forward(self, layout: Tensor, images: Tensor) -> list[Tensor]:
        """Judge P images of each of N layouts.

        Args:
            layout: Layout channels ``(N, N', h, w)``.
            images: ``(P * N, 3, h, w)``, image p of layout n at row p * N + n.

        Returns:
            The four stage outputs after their leaky ReLU and the prediction ``(P * N, 1, h', w')``.
        """
        weight = self.first.weight
        of_layout = F.conv2d(
            layout, weight[:, : self.layout_channels], self.first.bias, 2, PADDING
        )
        of_images = F.conv2d(images, weight[:, self.layout_channels :], None, 2, PADDING)
        x = of_images.unflatten(0, (-1, len(layout))) + of_layout
        x = F.leaky_relu(x.flatten(0, 1), LEAKY_SLOPE)
        outputs = [x]
        for conv in self.stages:
            x = F.leaky_relu(F.instance_norm(conv(x), eps=1e-5), LEAKY_SLOPE)
            outputs.append(x)
        outputs.append(self.to_prediction(x))
        return outputs


@MODELS.register_module()
class MultiModalityDiscriminator(BaseModule):
    """Judges pairs (layout, image) and (layout, edges) with the same weights, at several scales.

    Scale 0 sees full resolution, each further one an average pool (3 x 3, stride 2, pad 1, padding
    not counted) of the pair. The scales are separate networks of the same form.

    Args:
        layout_channels: Channels N' of the layout.
        base_channels: Width of the first stage.
        num_scales: Number of scales.
        init_gain: Gain of Xavier's normal initialisation.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int = 64,
        num_scales: int = 2,
        init_gain: float = 0.02,
    ) -> None:
        super().__init__()
        self.layout_channels = layout_channels
        self.init_gain = init_gain
        self.scales = nn.ModuleList(
            PatchDiscriminatorScale(layout_channels, base_channels) for _ in range(num_scales)
        )

    def init_weights(self) -> None:
        """Initialise all scales (Xavier normal, biases 0)."""
        initialize_weights(self, self.init_gain)

    def forward(
        self, layout: Layout | DenseLayout | Tensor, images: Tensor
    ) -> list[list[Tensor]]:
        """Judge P images of each of N layouts in one pass.

        Instance norm keeps samples apart, so one pass over P groups equals P passes.

        Args:
            layout: N layouts (or their channels ``(N, N', H, W)``).
            images: Photos, generated images or edges ``(P * N, 3, H, W)`` in [-1, 1], image p of
                layout n at row p * N + n.

        Returns:
            Per scale five tensors of P * N rows: four stage outputs and the prediction.

        Raises:
            ValueError: If the layout's channels or size, or the number of images, do not fit.
        """
        layout = as_layout(layout)
        if layout.num_channels != self.layout_channels:
            raise ValueError(
                f'the layout has {layout.num_channels} channels, the discriminator was built for '
                f'{self.layout_channels}'
            )
        if images.shape[-2:] != layout.shape or len(images) % len(layout):
            raise ValueError(
                f'{len(images)} images of {tuple(images.shape[-2:])} do not pair with '
                f'{len(layout)} layouts of {layout.shape}'
            )
        channels = layout.one_hot(images.dtype)
        outputs = []
        for index, scale in enumerate(self.scales):
            if index:
                channels, images = _halve(channels), _halve(images)
            outputs.append(scale(channels, images))
        return outputs


def _halve(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)


def split_pairs(outputs: list[list[Tensor]], num_groups: int) -> list[list[list[Tensor]]]:
    """Take the outputs of one pass over P groups apart.

    Args:
        outputs: What :class:`MultiModalityDiscriminator` returned for P * N images.
        num_groups: P.

    Returns:
        P nested lists, each as a pass over that group alone would have returned.
    """
    chunks = [[torch.chunk(stage, num_groups) for stage in scale] for scale in outputs]
    return [[[stage[p] for stage in scale] for scale in chunks] for p in range(num_groups)]
