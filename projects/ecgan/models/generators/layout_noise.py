"""Noise beside the layout: many pictures of one layout (arXiv 2012.04781, on its 3D noise)."""

from collections.abc import Sequence

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn

from ...errors import ConfigError
from ...structures import AnyLayout, Layout, NoisyLayout

REGIONS = ('picture', 'class', 'pixel')


@MODELS.register_module()
class LayoutNoise(nn.Module):
    """Joins noise z ~ N(0, 1) of Z channels to a layout, wherever the trunk sees the layout.

    As in the paper the noise is a tensor of the layout's height and width beside its channels, and
    every norm and the first convolution see both. It is drawn once for each region.

    In training every layout of a batch gets noise of its own from PyTorch's generator. In
    evaluation noise follows from seeds alone (0 where none is given), so a seed gives the same
    picture in any batch and on any device.

    Args:
        channels: Z.
        per: What has one vector: ``picture`` (as the paper trains), ``class``, or ``pixel``, which
            no longer lets layers compute once for each distinct neighbourhood.
        modulates: Whether the norms see the noise, as in the paper; otherwise only the trunk's
            first convolution does, and all that is computed of the layout alone stays shared.

    Raises:
        ConfigError: If ``per`` is none of these, or there are no channels.
    """

    def __init__(self, channels: int = 64, per: str = 'picture', modulates: bool = True) -> None:
        super().__init__()
        if per not in REGIONS or channels < 1:
            raise ConfigError(
                f'noise needs per to be one of {REGIONS} and channels of at least 1, got '
                f'per={per!r}, channels={channels}'
            )
        self.channels, self.per, self.modulates = channels, per, modulates

    def forward(self, layout: AnyLayout, seeds: Sequence[int] | None = None) -> NoisyLayout:
        """Join noise.

        Args:
            layout: N label maps of ``(H, W)``; with noise already, it passes through.
            seeds: A seed for each layout; None: see the class.

        Returns:
            The layout with Z channels more.

        Raises:
            ConfigError: The layout is no label map, or there is another number of seeds.
        """
        if isinstance(layout, NoisyLayout):
            return layout
        if not isinstance(layout, Layout):
            raise ConfigError(
                'a generator with noise takes a label map, projects.ecgan.structures.Layout, not '
                f'{type(layout).__name__}'
            )
        regions, count = self.regions(layout)
        if seeds is None and self.training:
            vectors = torch.randn(len(layout) * count, self.channels, device=layout.device)
        else:
            seeds = [0] * len(layout) if seeds is None else seeds
            if len(seeds) != len(layout):
                raise ConfigError(f'{len(layout)} layouts, but {len(seeds)} seeds of noise')
            vectors = torch.cat([self.draw(seed, count) for seed in seeds]).to(layout.device)
        first = torch.arange(len(layout), device=layout.device) * count
        return NoisyLayout(layout, regions + first.view(-1, 1, 1), vectors)

    def regions(self, layout: Layout) -> tuple[Tensor, int]:
        """What has one vector.

        Args:
            layout: N label maps of ``(H, W)``.

        Returns:
            Region of each pixel within its layout, int64 ``(N, H, W)``, and their number.
        """
        if self.per == 'class':
            return layout.labels, layout.num_classes + 1
        if self.per == 'picture':
            return torch.zeros_like(layout.labels), 1
        pixels = torch.arange(layout.shape[0] * layout.shape[1], device=layout.device)
        return pixels.view(1, *layout.shape).expand(len(layout), -1, -1), len(pixels)

    def draw(self, seed: int, count: int) -> Tensor:
        """Noise ``(R, Z)`` of R regions that follows from a seed, 0 or more, on the CPU."""
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(count, self.channels, generator=generator)

    def extra_repr(self) -> str:
        """Its settings."""
        return f'channels={self.channels}, per={self.per!r}, modulates={self.modulates}'


def plain_layout(layout: AnyLayout) -> AnyLayout:
    """A layout without the noise that it may have."""
    return layout.plain if isinstance(layout, NoisyLayout) else layout
