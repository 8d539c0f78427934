"""One multi-scale conditional PatchGAN for images and edges (ECGAN's discriminator)."""

from collections.abc import Iterator

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from ...errors import ConfigError
from ...structures import AnyLayout, as_layout
from ..layers import (
    LEAKY_SLOPE,
    initialize_weights,
    iterated_together,
    leaky_relu,
    spectral_norm,
)
from ..layers.indexed_convolution import (
    check_mode,
    choose_index,
    convolve_ids,
    halved_layout_ids,
    layout_ids,
)
from ..parts.unwrap import unwrap

KERNEL, PADDING = 4, 2


class PatchDiscriminatorScale(nn.Module):
    """One scale: five 4 x 4 convolutions with padding 2.

    conv stride 2 with bias, leaky ReLU 0.2; three stages of conv without bias, spectral norm,
    instance norm (eps 1e-5, no affine, no running statistics), leaky ReLU 0.2, strides 2, 2, 1;
    conv stride 1 with bias to one channel.

    The first convolution is linear in its input, so the layout's part and the image's part are
    computed apart and added: the layout's serves all images of a layout.

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

    def embed_layout(self, layout: Tensor | tuple[Tensor, Tensor]) -> Tensor:
        """The layout's part of the first convolution.

        Args:
            layout: Layout channels ``(N, N', h, w)``, or the layout as table and ids, see
                :func:`convolve_ids`.

        Returns:
            Tensor ``(N, base, h', w')``, bias included.
        """
        weight = self.first.weight[:, : self.layout_channels]
        if isinstance(layout, tuple):
            return convolve_ids(*layout, weight, self.first.bias, stride=2, padding=PADDING)
        return F.conv2d(layout, weight, self.first.bias, stride=2, padding=PADDING)

    def forward(self, layout_part: Tensor, images: Tensor) -> list[Tensor]:
        """Judge P images of each of N layouts.

        Args:
            layout_part: What :meth:`embed_layout` returned for the N layouts.
            images: ``(P * N, 3, h, w)``, image p of layout n at row p * N + n.

        Returns:
            The four stage outputs after their leaky ReLU and the prediction ``(P * N, 1, h', w')``.
        """
        weight = self.first.weight[:, self.layout_channels :]
        x = F.conv2d(images, weight, stride=2, padding=PADDING)
        x = (x.unflatten(0, (-1, len(layout_part))) + layout_part).flatten(0, 1)
        x = leaky_relu(x, LEAKY_SLOPE)
        outputs = [x]
        for conv in self.stages:
            x = leaky_relu(F.instance_norm(conv(x), eps=1e-5), LEAKY_SLOPE)
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
        layout_mode: How the layout's part of the first convolution is computed: ``plain`` convolves
            the one-hot layout, ``indexed`` sums columns of the weight picked by label, with the
            same result; ``auto`` takes the faster.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int = 64,
        num_scales: int = 2,
        init_gain: float = 0.02,
        layout_mode: str = 'auto',
    ) -> None:
        super().__init__()
        self.layout_mode = check_mode(layout_mode)
        self.layout_channels = layout_channels
        self.init_gain = init_gain
        self.scales = nn.ModuleList(
            PatchDiscriminatorScale(layout_channels, base_channels) for _ in range(num_scales)
        )

    def init_weights(self) -> None:
        """Initialise all scales (Xavier normal, biases 0)."""
        initialize_weights(self, self.init_gain)

    def forward(self, layout: AnyLayout | Tensor, *groups: Tensor) -> list[list[list[Tensor]]]:
        """Judge images of N layouts.

        Instance norm keeps samples apart, so one pass over P * N images equals P passes. What the
        layout alone decides is computed once for all groups; groups are passes of their own, so
        that a gradient wanted for one of them costs nothing for the others.

        Args:
            layout: N layouts (or their channels ``(N, N', H, W)``).
            *groups: Photos, generated images or edges in [-1, 1], each ``(P * N, 3, H, W)`` with
                image p of layout n at row p * N + n; P may differ.

        Returns:
            Per group, per scale, five tensors of P * N rows: four stage outputs and the prediction.

        Raises:
            ConfigError: If the layout's channels or size, or the number of images, do not fit.
        """
        layout = as_layout(layout)
        self._check(layout, groups)
        outputs: list[list[list[Tensor]]] = [[] for _ in groups]
        # Cached: one power iteration a forward, however many groups.
        with iterated_together(self.scales), parametrize.cached():
            for index, (scale, at_scale) in enumerate(zip(self.scales, self._pyramid(layout))):
                groups = tuple(map(_halve, groups)) if index else groups
                layout_part = scale.embed_layout(at_scale)
                for group, output in zip(groups, outputs):
                    output.append(scale(layout_part, group))
        return outputs

    def _pyramid(self, layout: AnyLayout) -> Iterator[Tensor | tuple[Tensor, Tensor]]:
        """The layout at each scale: as table and ids at the first two where that is faster."""
        index = choose_index(layout, self.layout_mode)
        if index is None or len(self.scales) > 2:
            channels = layout.one_hot(self.scales[0].first.weight.dtype)
            for _ in self.scales:
                yield channels
                channels = _halve(channels)
            return
        shape = (len(layout), *layout.shape)
        yield from (layout_ids(index, shape), halved_layout_ids(index, shape))

    def _check(self, layout: AnyLayout, groups: tuple[Tensor, ...]) -> None:
        if layout.num_channels != self.layout_channels:
            raise ConfigError(
                f'the layout has {layout.num_channels} channels, the discriminator was built for '
                f'{self.layout_channels}'
            )
        for images in groups:
            if images.shape[-2:] != layout.shape or len(images) % len(layout):
                raise ValueError(
                    f'{len(images)} images of {tuple(images.shape[-2:])} do not pair with '
                    f'{len(layout)} layouts of {layout.shape}'
                )


def _halve(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)


def split_pairs(outputs: list[list[Tensor]], num_pairs: int) -> list[list[list[Tensor]]]:
    """Take the outputs for one group of P * N images apart.

    Args:
        outputs: What :class:`MultiModalityDiscriminator` returned for the group.
        num_pairs: P.

    Returns:
        P nested lists, each as N images alone would have given.
    """
    chunks = [[torch.chunk(stage, num_pairs) for stage in scale] for scale in outputs]
    return [[[stage[p] for stage in scale] for scale in chunks] for p in range(num_pairs)]


def judge_pairs(
    discriminator: nn.Module, layout: AnyLayout, reals: dict[str, Tensor], fakes: dict[str, Tensor]
) -> tuple[dict, dict]:
    """Judge all pairs in one pass.

    Args:
        discriminator: As :class:`MultiModalityDiscriminator`; or one with ``judges_named_pairs``,
            which takes the two dicts themselves, as :class:`JointDiscriminator`.
        layout: N layouts.
        reals: Photos and their edges by name, ``(N, 3, H, W)`` each.
        fakes: Generated images and edges by name.

    Returns:
        Its outputs by name, for ``reals`` and for ``fakes``.
    """
    if getattr(unwrap(discriminator), 'judges_named_pairs', False):
        return tuple(discriminator(layout, reals, fakes))
    groups = [torch.cat(list(group.values())) for group in (reals, fakes)]
    outputs = discriminator(layout, *groups)
    return tuple(
        dict(zip(group, split_pairs(output, len(group))))
        for group, output in zip((reals, fakes), outputs)
    )
