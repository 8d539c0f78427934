"""One multi-scale conditional PatchGAN for images and edges (ECGAN's discriminator)."""

from collections.abc import Iterator, Mapping, Sequence

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
from .pairs import check_edge_weights

KERNEL, PADDING = 4, 2
# Rows of pictures, and how many of them, the last ones, are edges.
Pictures = tuple[Tensor, int]


class ModalityNorm(nn.Module):
    """Instance norm, then a scale and a shift a channel: images have theirs, and edges theirs.

    Args:
        channels: Channels C of the features.

    Attributes:
        scale: ``(2, C)``, 1 at first; row 0 is of images, row 1 of edges.
        shift: ``(2, C)``, 0 at first.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2, channels))
        self.shift = nn.Parameter(torch.zeros(2, channels))

    def forward(self, x: Tensor, edges: int) -> Tensor:
        """Normalise features ``(B, C, h, w)`` whose last ``edges`` rows are those of edges."""
        counts = (len(x) - edges, edges)
        scale, shift = (
            torch.cat([row.expand(count, -1) for row, count in zip(each.split(1), counts)])
            for each in (self.scale, self.shift)
        )
        normal = F.instance_norm(x, eps=1e-5)
        scale, shift = (each.to(normal.dtype)[..., None, None] for each in (scale, shift))
        return torch.addcmul(shift, normal, scale)


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
        edge_weights: ``head`` or ``norm``: what edges have for themselves, see
            :class:`MultiModalityDiscriminator`; nothing with all else.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int = 64,
        max_channels: int = 512,
        edge_weights: str = 'shared',
    ) -> None:
        super().__init__()
        self.layout_channels = layout_channels
        widths = [min(base_channels * 2**i, max_channels) for i in range(4)]
        self.first = nn.Conv2d(layout_channels + 3, widths[0], KERNEL, 2, PADDING)
        self.stages = nn.ModuleList(
            spectral_norm(nn.Conv2d(i, o, KERNEL, stride, PADDING, bias=False))
            for i, o, stride in zip(widths[:-1], widths[1:], (2, 2, 1))
        )
        self.norms = self.to_edge_prediction = None
        if edge_weights == 'norm':
            self.norms = nn.ModuleList(map(ModalityNorm, widths[1:]))
        self.to_prediction = nn.Conv2d(widths[-1], 1, KERNEL, 1, PADDING)
        if edge_weights == 'head':
            self.to_edge_prediction = nn.Conv2d(widths[-1], 1, KERNEL, 1, PADDING)

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

    def forward(self, layout_part: Tensor, images: Tensor, edges: int = 0) -> list[Tensor]:
        """Judge P images of each of N layouts.

        Args:
            layout_part: What :meth:`embed_layout` returned for the N layouts.
            images: ``(P * N, 3, h, w)``, image p of layout n at row p * N + n.
            edges: How many of the rows, the last ones, are edges.

        Returns:
            The four stage outputs after their leaky ReLU and the prediction ``(P * N, 1, h', w')``.
        """
        weight = self.first.weight[:, self.layout_channels :]
        x = F.conv2d(images, weight, stride=2, padding=PADDING)
        x = (x.unflatten(0, (-1, len(layout_part))) + layout_part).flatten(0, 1)
        x = leaky_relu(x, LEAKY_SLOPE)
        outputs = [x]
        for index, conv in enumerate(self.stages):
            x = leaky_relu(self._normalize(index, conv(x), edges), LEAKY_SLOPE)
            outputs.append(x)
        outputs.append(self._predict(x, edges))
        return outputs

    def _normalize(self, index: int, x: Tensor, edges: int) -> Tensor:
        return F.instance_norm(x, eps=1e-5) if self.norms is None else self.norms[index](x, edges)

    def _predict(self, x: Tensor, edges: int) -> Tensor:
        if self.to_edge_prediction is None or edges == 0:
            return self.to_prediction(x)
        of_images, of_edges = x.split([len(x) - edges, edges])
        of_edges = self.to_edge_prediction(of_edges)
        return torch.cat([self.to_prediction(of_images), of_edges]) if len(of_images) else of_edges


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
        edge_weights: Whose weights judge edges. ``shared``: those of images, the papers'. ``head``:
            their last convolution, to the prediction, is their own. ``norm``: images and edges each
            have a scale and a shift a channel after every instance norm, 1 and 0 at first. ``own``:
            all, a network of their own at every scale. With the latter three, groups are to be
            dicts by name where they hold edges: rows of a bare tensor are judged as images.

    Raises:
        ConfigError: If ``layout_mode`` or ``edge_weights`` is unknown.
    """

    def __init__(
        self,
        layout_channels: int,
        base_channels: int = 64,
        num_scales: int = 2,
        init_gain: float = 0.02,
        layout_mode: str = 'auto',
        edge_weights: str = 'shared',
    ) -> None:
        super().__init__()
        self.layout_mode = check_mode(layout_mode)
        self.layout_channels = layout_channels
        self.init_gain = init_gain
        self.edge_weights = check_edge_weights(edge_weights)
        self.scales = nn.ModuleList(
            PatchDiscriminatorScale(layout_channels, base_channels, edge_weights=edge_weights)
            for _ in range(num_scales)
        )
        if edge_weights == 'own':
            self.edge_scales = nn.ModuleList(
                PatchDiscriminatorScale(layout_channels, base_channels) for _ in range(num_scales)
            )

    @property
    def judges_named_pairs(self) -> bool:
        """Whether it has to be told which pictures are edges."""
        return self.edge_weights != 'shared'

    def init_weights(self) -> None:
        """Initialise all scales (Xavier normal, biases 0)."""
        initialize_weights(self, self.init_gain)

    def forward(
        self, layout: AnyLayout | Tensor, *groups: Tensor | Mapping[str, Tensor]
    ) -> list[list[list[Tensor]] | dict[str, list[list[Tensor]]]]:
        """Judge images of N layouts.

        Instance norm keeps samples apart, so one pass over P * N images equals P passes. What the
        layout alone decides is computed once for all groups; groups are passes of their own, so
        that a gradient wanted for one of them costs nothing for the others.

        Args:
            layout: N layouts (or their channels ``(N, N', H, W)``).
            *groups: Photos, generated images or edges in [-1, 1], each ``(P * N, 3, H, W)`` with
                image p of layout n at row p * N + n; P may differ. Or each a dict of such tensors
                by name, of which ``edge`` holds edges.

        Returns:
            Per group, of a dict per name, per scale, five tensors of the group's rows: four stage
            outputs and the prediction.

        Raises:
            ConfigError: If the layout's channels or size, or the number of images, do not fit.
        """
        layout = as_layout(layout)
        batches = [_batch(group) for group in groups]
        self._check(layout, [images for images, _ in batches])
        outputs: list[list[list[Tensor]]] = [[] for _ in groups]
        # Cached: one power iteration a forward, however many groups.
        with iterated_together(self), parametrize.cached():
            for index, at_scale in zip(range(len(self.scales)), self._pyramid(layout)):
                if index:
                    batches = [(_halve(images), edges) for images, edges in batches]
                for output, stages in zip(outputs, self._at_scale(index, at_scale, batches)):
                    output.append(stages)
        return [_by_name(output, group) for output, group in zip(outputs, groups)]

    def _at_scale(
        self, index: int, layout: Tensor | tuple[Tensor, Tensor], batches: Sequence[Pictures]
    ) -> list[list[Tensor]]:
        """What one scale's networks give for each batch."""
        if self.edge_weights != 'own':
            return _judge(self.scales[index], layout, batches)
        images = _judge(self.scales[index], layout, [(x[: len(x) - e], 0) for x, e in batches])
        edges = _judge(self.edge_scales[index], layout, [(x[len(x) - e :], 0) for x, e in batches])
        return [
            [torch.cat(both) for both in zip(*pair)] if all(pair) else pair[0] or pair[1]
            for pair in zip(images, edges)
        ]

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

    def _check(self, layout: AnyLayout, groups: Sequence[Tensor]) -> None:
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


def _judge(
    network: PatchDiscriminatorScale,
    layout: Tensor | tuple[Tensor, Tensor],
    batches: Sequence[Pictures],
) -> list[list[Tensor]]:
    """One network's outputs for each batch, none for one without rows; the layout's part once."""
    if not any(len(images) for images, _ in batches):
        return [[] for _ in batches]
    layout_part = network.embed_layout(layout)
    return [network(layout_part, images, edges) if len(images) else [] for images, edges in batches]


def _batch(group: Tensor | Mapping[str, Tensor]) -> Pictures:
    """The rows of a group, its edges last."""
    if isinstance(group, Tensor):
        return group, 0
    pictures = [group[name] for name in _edges_last(group)]
    return torch.cat(pictures), len(group['edge']) if 'edge' in group else 0


def _by_name(
    output: list[list[Tensor]], group: Tensor | Mapping[str, Tensor]
) -> list[list[Tensor]] | dict[str, list[list[Tensor]]]:
    """The outputs for a group's rows by name, where the group has names."""
    if isinstance(group, Tensor):
        return output
    names = _edges_last(group)
    sizes = [len(group[name]) for name in names]
    parts = [[stage.split(sizes) for stage in scale] for scale in output]
    found = {
        name: [[stage[i] for stage in scale] for scale in parts] for i, name in enumerate(names)
    }
    return {name: found[name] for name in group}


def _edges_last(group: Mapping[str, Tensor]) -> list[str]:
    return sorted(group, key=lambda name: name == 'edge')
