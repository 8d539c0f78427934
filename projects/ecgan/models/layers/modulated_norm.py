"""What the norms that a layout modulates have in common."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from ...structures import AnyLayout
from ..parts.building import build_part
from .batch_norm import ParameterFreeBatchNorm
from .gating import gated


class ModulatedNorm(nn.Module, ABC):
    """A norm whose scale and shift follow from the layout: norm(x) * (1 + gamma(S)) + beta(S).

    A subclass makes :attr:`gamma` and :attr:`beta`, two convolutions of one input.

    Args:
        channels: Channels C of the features.
        norm: Config of ``norm``: a registered module from ``(N, C, h, w)`` to the same shape, whose
            argument ``channels``, ``num_features`` or ``num_channels`` is filled in. None: the
            papers' :class:`ParameterFreeBatchNorm`.
    """

    gamma: nn.Conv2d
    beta: nn.Conv2d

    def __init__(self, channels: int, norm: dict | None = None) -> None:
        super().__init__()
        sizes = dict.fromkeys(('channels', 'num_features', 'num_channels'), channels)
        norm = build_part(norm, **sizes)
        self.norm = ParameterFreeBatchNorm(channels) if norm is None else norm

    def forward(self, x: Tensor, layout: AnyLayout, slope: float = 1.0) -> Tensor:
        """Normalise, modulate and activate.

        Args:
            x: Features ``(N, C, h, w)``.
            layout: Layout at any size.
            slope: Negative slope of the leaky ReLU that follows; 1 for none.

        Returns:
            Modulated features ``(N, C, h, w)``.
        """
        return self.modulate(self.norm(x), layout, slope)

    @abstractmethod
    def modulate(self, normalised: Tensor, layout: AnyLayout, slope: float) -> Tensor:
        """Modulate and activate what is normalised already, see :meth:`forward`."""

    @torch.no_grad()
    def fold_norm(self) -> None:
        """Move the running statistics into gamma and beta: for inference, in place.

        With r = 1 / sqrt(var + eps): (x - mean) r (1 + gamma) + beta = x (1 + gamma') + beta' for
        1 + gamma' = r (1 + gamma) and beta' = beta - mean (1 + gamma'). Another norm stays.
        """
        if not isinstance(self.norm, ParameterFreeBatchNorm):
            return
        scale = torch.rsqrt(self.norm.running_var + self.norm.eps)
        shift = self.norm.running_mean.clone()
        self.gamma.weight.mul_(scale.view(-1, 1, 1, 1))
        self.gamma.bias.add_(1).mul_(scale).sub_(1)
        self.beta.weight.sub_(self.gamma.weight * shift.view(-1, 1, 1, 1))
        self.beta.bias.sub_((self.gamma.bias + 1) * shift)
        self.norm = nn.Identity()

    def _modulate_densely(self, normalised: Tensor, inputs: Tensor, slope: float) -> Tensor:
        """Modulate by gamma and beta of ``inputs``, and activate."""
        return gated(normalised, self.gamma(inputs), self.beta(inputs), slope)

    def _scale_and_shift(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the convolution that gives 1 + gamma, then beta: 2C channels."""
        weight = torch.cat([self.gamma.weight, self.beta.weight])
        return weight, torch.cat([self.gamma.bias + 1, self.beta.bias])
