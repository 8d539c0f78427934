"""Differentiable augmentation of what the discriminator sees (DiffAugment, arXiv 2006.10738).

Section 3: the same kind of random change T is applied to photos and to generated images, when D is
trained and when G is; the gradient passes through T. Section 4 names the changes that are here.

Deviations from the paper, which has no layouts: what moves a picture moves its layout; one change
is drawn for each layout and used on its photo and on all that is generated from it, so that D still
sees each picture beside its own layout and feature matching compares what belongs together; edges
are moved and not coloured. D and G see the same change in an iteration, as they share one pass.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ConfigError
from ...structures import Layout

POLICIES = ('color', 'translation', 'cutout')
# From a tensor ``(N, ..., H, W)`` and what takes the place of its missing pixels to the same shape.
Movement = Callable[[Tensor, float], Tensor]


def colored(images: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor) -> Tensor:
    """Change brightness, contrast and saturation.

        x + b;  c (x - m) + m;  s (x - g) + g

    m is the image's mean and g the pixel's mean over channels. The three commute.

    Args:
        images: ``(N, 3, H, W)``.
        brightness: b, ``(N,)``.
        contrast: c, ``(N,)``.
        saturation: s, ``(N,)``.

    Returns:
        ``(N, 3, H, W)``; values may leave [-1, 1].
    """
    b, c, s = (each.view(-1, 1, 1, 1).to(images) for each in (brightness, contrast, saturation))
    grey = images.mean(1, keepdim=True)
    mean = images.mean((1, 2, 3), keepdim=True)
    return c * (s * (images - grey) + grey - mean) + mean + b


def translated(x: Tensor, shifts: Sequence[tuple[int, int]], fill: float = 0) -> Tensor:
    """Move each sample by whole pixels.

    Args:
        x: ``(N, ..., H, W)`` of any type.
        shifts: Pixels down and to the right for each sample, less than its sides.
        fill: Value of the pixels that nothing moved into.

    Returns:
        ``(N, ..., H, W)``.
    """
    height, width = x.shape[-2:]
    pad = max((abs(way) for shift in shifts for way in shift), default=0)
    # Of bool tensors PyTorch pads none, of integers only with a constant.
    kind = torch.uint8 if x.dtype == torch.bool else x.dtype
    padded = F.pad(x.to(kind), (pad, pad, pad, pad), value=fill)
    moved = [
        sample[..., pad - down : pad - down + height, pad - right : pad - right + width]
        for sample, (down, right) in zip(padded, shifts, strict=True)
    ]
    return torch.stack(moved).to(x.dtype)


def cut_out(x: Tensor, corners: Sequence[tuple[int, int]], fill: float = 0) -> Tensor:
    """Replace a rectangle of half the height and half the width of each sample.

    Args:
        x: ``(N, ..., H, W)`` of any type.
        corners: Its upper left pixel (row, column) for each sample; parts outside do nothing.
        fill: The new value.

    Returns:
        ``(N, ..., H, W)``.
    """
    height, width = x.shape[-2:]
    first = torch.tensor(corners).view(-1, 2, 1)
    rows, columns = (torch.arange(side) - first[:, axis] for axis, side in enumerate(x.shape[-2:]))
    inside = (rows >= 0) & (rows < height // 2), (columns >= 0) & (columns < width // 2)
    mask = inside[0].unsqueeze(2) & inside[1].unsqueeze(1)
    mask = mask.view(len(x), *(1,) * (x.dim() - 3), height, width).to(x.device)
    return x.masked_fill(mask, fill)


@MODELS.register_module()
class DiffAugment(nn.Module):
    """Changes photos, generated images and their layouts before the discriminator sees them.

    ``color``: brightness in [-0.5, 0.5], contrast in [0.5, 1.5], saturation in [0, 2], uniformly.
    ``translation``: by up to an eighth of the sides, whole pixels. ``cutout``: a rectangle of half
    the sides around a uniformly drawn pixel. Pixels that are missing then are 0 in pictures; in the
    layout they are unknown (zero in every class channel where it has no unknown channel) and no
    boundary, so that :class:`SegmentationGANLoss` leaves them out.

    Draws come from the CPU's generator: nothing waits for the device.

    Args:
        policy: Which of the three, in the order of their use.
        translation: Largest shift as a share of height and width.

    Raises:
        ConfigError: If the policy names another change, or the share is not in [0, 1).
    """

    def __init__(self, policy: Sequence[str] = POLICIES, translation: float = 1 / 8) -> None:
        super().__init__()
        unknown = set([policy] if isinstance(policy, str) else policy) - set(POLICIES)
        if unknown or not policy:
            raise ConfigError(f'augmentation.policy is to hold some of {POLICIES}, got {policy!r}')
        if not 0 <= translation < 1:
            raise ConfigError(f'augmentation.translation must be in [0, 1), got {translation}')
        self.policy = (policy,) if isinstance(policy, str) else tuple(policy)
        self.translation = translation

    def forward(
        self, layout: Layout, reals: Mapping[str, Tensor], fakes: Mapping[str, Tensor]
    ) -> tuple[Layout, dict[str, Tensor], dict[str, Tensor]]:
        """Draw one change for each layout and use it on all that belongs to the layout.

        Args:
            layout: N layouts.
            reals: Photos and their edges by name, ``(N, 3, H, W)`` each.
            fakes: Generated images and edges by name.

        Returns:
            The same, changed.
        """
        groups = [dict(reals), dict(fakes)]
        for name in self.policy:
            if name == 'color':
                draws = torch.rand(3, len(layout)) * torch.tensor([[1.0], [1.0], [2.0]])
                change = draws + torch.tensor([[-0.5], [0.5], [0.0]])
                for group in groups:
                    group.update({n: colored(x, *change) for n, x in group.items() if n != 'edge'})
                continue
            move = self._draw_translation(layout) if name == 'translation' else _draw_cutout(layout)
            layout = moved_layout(layout, move)
            groups = [{n: move(x, 0) for n, x in group.items()} for group in groups]
        return layout, *groups

    def _draw_translation(self, layout: Layout) -> Movement:
        most = [int(side * self.translation + 0.5) for side in layout.shape]
        draws = [torch.randint(-m, m + 1, (len(layout),)).tolist() for m in most]
        return lambda x, fill: translated(x, list(zip(*draws)), fill)


def _draw_cutout(layout: Layout) -> Movement:
    sides = layout.shape
    centres = [torch.randint(side, (len(layout),)) for side in sides]
    corners = [(centre - side // 4).tolist() for centre, side in zip(centres, sides)]
    return lambda x, fill: cut_out(x, list(zip(*corners)), fill)


def moved_layout(layout: Layout, move: Movement) -> Layout:
    """A layout whose missing pixels are of no known class.

    Args:
        layout: N layouts.
        move: What is done to labels and boundary.

    Returns:
        The new layouts.
    """
    boundary = None if layout.boundary is None else move(layout.boundary, 0)
    labels = move(layout.labels, layout.num_classes)
    return Layout(labels, layout.num_classes, layout.with_unknown, boundary)
