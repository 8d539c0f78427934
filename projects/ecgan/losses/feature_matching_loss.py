"""Feature matching loss (ECGAN's objective; pix2pixHD, arXiv 1711.11585, equation 4)."""

from collections.abc import Sequence

from mmagic.registry import MODELS
from torch import Tensor, nn

from ..errors import ConfigError
from .mean_differences import mean_differences


def feature_matching_loss(
    fake: Sequence[Sequence[Tensor]], real: Sequence[Sequence[Tensor]]
) -> Tensor:
    """Mean over scales of the sum over stages of mean |D_s(fake) - D_s(real)|.

    Scales without stages (of a discriminator that offers none beside one that does) do not count.

    Args:
        fake: Per scale the discriminator's outputs on generated images: stages, then the
            prediction, which is left out.
        real: The same on photos; no gradient flows into it.

    Returns:
        Scalar.

    Raises:
        ConfigError: If there are no stages to match.
    """
    num_scales = sum(len(scale) > 1 for scale in fake)
    if not num_scales:
        raise ConfigError(
            'feature_matching_loss has nothing to match, the discriminator returns its prediction '
            'only: name submodules whose outputs are to be matched as discriminator.features '
            '(with_stages=True where a discriminator has it), or set feature_matching_loss=None'
        )
    pairs = [
        pair
        for scales in zip(fake, real, strict=True)
        for pair in zip(*(scale[:-1] for scale in scales), strict=True)
    ]
    return mean_differences(*zip(*pairs)).sum() / num_scales


@MODELS.register_module()
class FeatureMatchingLoss(nn.Module):
    """Weighted :func:`feature_matching_loss`.

    Args:
        loss_weight: Factor on the loss.
    """

    def __init__(self, loss_weight: float = 10.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, fake: Sequence[Sequence[Tensor]], real: Sequence[Sequence[Tensor]]) -> Tensor:
        """See :func:`feature_matching_loss`."""
        return self.loss_weight * feature_matching_loss(fake, real)
