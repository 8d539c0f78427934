"""LeCam regularisation of the discriminator (arXiv 2104.03310, section 3.2).

Regularizing Generative Adversarial Networks under Limited Data, equations 4 and 5: predictions on
photos are held near the moving average of predictions on generated images, and the reverse.
"""

import torch
from mmagic.registry import MODELS
from mmengine.dist import all_reduce
from torch import Tensor, nn

from ...errors import ConfigError


def lecam_loss(real: Tensor, fake: Tensor, real_anchor: Tensor, fake_anchor: Tensor) -> Tensor:
    """R = mean (D(x) - alpha_F)^2 + mean (D(G(z)) - alpha_R)^2, a scalar.

    The anchors alpha_R and alpha_F, scalars, are the moving averages of predictions D(x) on photos
    and D(G(z)) on generated images, which have any shape.
    """
    return (real - fake_anchor).square().mean() + (fake - real_anchor).square().mean()


@MODELS.register_module()
class LeCamRegularization(nn.Module):
    """:func:`lecam_loss`, one of the model's ``discriminator_regularizers``.

    The anchors follow the predictions, alpha <- decay alpha + (1 - decay) mean D, over all
    processes, and are saved in checkpoints. The first iteration sets them to its own means.

    Deviation from the paper: a prediction is an image's score (mean over positions and scales, all
    pairs together), not a single number of the network.

    Args:
        loss_weight: lambda; the paper takes 0.3 at most, less where photos are many.
        decay: gamma of the moving averages.
        start: Iterations in which the averages are taken and nothing is penalised.
        loss_name: Its name; the log says ``loss_disc_lecam``.

    Raises:
        ConfigError: If the decay is not in [0, 1).
    """

    def __init__(
        self,
        loss_weight: float = 0.1,
        decay: float = 0.99,
        start: int = 0,
        loss_name: str = 'loss_lecam',
    ) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise ConfigError(f'decay of LeCamRegularization must be in [0, 1), got {decay}')
        self.loss_weight = loss_weight
        self.decay = decay
        self.start = start
        self._loss_name = loss_name
        # alpha_R, alpha_F
        self.register_buffer('anchors', torch.zeros(2))
        self.register_buffer('steps', torch.zeros((), dtype=torch.long))

    def loss_name(self) -> str:
        """Name of the loss, as MMagic's loss components have it."""
        return self._loss_name

    def forward(self, state: dict) -> Tensor | None:
        """Move the anchors, then penalise.

        Args:
            state: See :func:`projects.ecgan.models.ecgan.regularizers.regularize`.

        Returns:
            Scalar, or None in the first ``start`` iterations of the model.
        """
        real, fake = state['disc_pred_real'], state['disc_pred_fake']
        means = torch.stack([real.detach().mean(), fake.detach().mean()]).to(self.anchors)
        all_reduce(means, op='mean')
        decay = torch.where(self.steps == 0, 0.0, self.decay)
        self.anchors.copy_(decay * self.anchors + (1 - decay) * means)
        self.steps += 1
        if state['iteration'] < self.start:
            return None
        # A copy: the next iteration moves the buffer.
        return self.loss_weight * lecam_loss(real, fake, *self.anchors.clone())
