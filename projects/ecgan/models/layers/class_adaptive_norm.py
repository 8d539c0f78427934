"""Class-adaptive norm (arXiv 2012.04644, the section on class-adaptive normalization)."""

from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ...structures import AnyLayout, RowBags
from .indexed_convolution import check_mode, has_codes, modulate
from .modulated_norm import ModulatedNorm


@MODELS.register_module()
class ClassAdaptiveNorm(ModulatedNorm):
    """A norm whose scale and shift are looked up by class: :class:`SPADENorm` without convolutions.

    y = norm(x) * (1 + gamma_k) + beta_k at a pixel of class k. A pixel with several channels (an
    instance boundary, noise) gets the sum of their rows: gamma and beta are 1 x 1 convolutions of
    the layout, S resized to the size of x.

    Deviations: what all classes have in common is a bias of its own, which a pixel of no channel
    needs; gamma is learned as the difference from 1, as in the SPADE norm. The paper's second
    variant, with the place of a pixel within its object, is not here.

    Args:
        channels: Channels C of the features.
        layout_channels: Channels N' of the layout.
        layout_mode: ``plain`` convolves the one-hot layout; ``indexed`` looks up a table with a row
            for each label, with the same result; ``auto`` takes the faster.
        norm: Config of ``norm``, see :class:`ModulatedNorm`.
    """

    def __init__(
        self,
        channels: int,
        layout_channels: int,
        layout_mode: str = 'auto',
        norm: dict | None = None,
    ) -> None:
        super().__init__(channels, norm)
        self.layout_mode = check_mode(layout_mode)
        self.gamma = nn.Conv2d(layout_channels, channels, 1)
        self.beta = nn.Conv2d(layout_channels, channels, 1)

    def modulate(self, normalised: Tensor, layout: AnyLayout, slope: float) -> Tensor:
        """Modulate and activate, see :class:`ModulatedNorm`."""
        layout = layout.resized(normalised.shape[-2:])
        if not has_codes(layout, self.layout_mode):
            return self._modulate_densely(normalised, layout.one_hot(normalised.dtype), slope)
        values, channels = layout.codes()
        weight, bias = self._scale_and_shift()
        table = F.linear(channels.to(weight.dtype), weight.flatten(1), bias)
        lookup = RowBags(values.reshape(-1, 1), len(table))
        return modulate(normalised, table, lookup, slope)
