"""Relativistic pairing loss (arXiv 2501.05441, section 2, after arXiv 1807.00734).

The discriminator is not to call photos real and generated images fake, each by itself, but photos
more real than generated images, pair by pair.

Deviations: the paper pairs a photo with any generated image and gives each one number; here a pair
has one layout, and the predictions are maps whose positions are compared one by one.
"""

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ConfigError


def relativistic_pairing_loss(winner: Tensor, loser: Tensor) -> Tensor:
    """Mean over positions of softplus(-(winner - loser)), in float32 or better.

        L_D = E softplus(-(D(x) - D(G(z)))),  L_G = E softplus(-(D(G(z)) - D(x)))

    Args:
        winner: Predictions that are to be larger, ``(B, 1, ...)``.
        loser: Predictions on what they are paired with, of the same shape.

    Returns:
        Scalar, log 2 where all are alike.

    Raises:
        ValueError: If the shapes differ.
    """
    if winner.shape != loser.shape:
        raise ValueError(
            'relativistic_pairing_loss compares predictions of one shape, got '
            f'{tuple(winner.shape)} and {tuple(loser.shape)}'
        )
    with torch.autocast(winner.device.type, enabled=False):
        kind = torch.promote_types(winner.dtype, torch.float32)
        return F.softplus(loser.to(kind) - winner.to(kind)).mean()


@MODELS.register_module()
class RelativisticGANLoss(nn.Module):
    """Takes the place of MMagic's ``GANLoss``: photos and generated images are judged in pairs.

    A score tells nothing by itself then, its difference to that of the photo does. The paper adds
    zero-centred gradient penalties on photos and on generated images, without which the loss need
    not converge: :class:`R1GradientPenaltyComps` of MMagic, see docs/mix_parts.md.

    Args:
        loss_weight: Factor on the generator's loss, as with ``GANLoss``.
    """

    # It is called with the predictions of a pair, not with one of them and a target.
    needs_pairs = True

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, real: Tensor, fake: Tensor, is_disc: bool) -> Tensor:
        """Loss of either player.

        Args:
            real: Predictions on photos, ``(B, 1, ...)``.
            fake: Predictions on what was generated from the same layouts, of the same shape.
            is_disc: Whether the discriminator is trained.

        Returns:
            Scalar.

        Raises:
            ConfigError: If a prediction is no map of scores.
        """
        if real.shape[1] != 1:
            raise ConfigError(
                'RelativisticGANLoss needs a discriminator that predicts one score a position, not '
                f'{real.shape[1]}'
            )
        if is_disc:
            return relativistic_pairing_loss(real, fake)
        return self.loss_weight * relativistic_pairing_loss(fake, real)
