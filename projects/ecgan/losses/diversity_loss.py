"""Diversity loss: two samples of one layout are to differ (arXiv 1901.09024, diversity-sensitive).

Where photo and generated image are compared pixel by pixel or feature by feature, a generator does
best by leaving its noise alone. The paper's regulariser rewards the distance between two samples of
one condition, up to a limit: max_G E[min(d(G(x, z1), G(x, z2)) / d(z1, z2), tau)].

Deviations: d is the mean absolute difference of images made smaller, because at full size a
generator gets away with noise in every texture where colours are wanted; the distance of the noise
is left out, which varies little.
"""

from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ConfigError


def diversity_loss(first: Tensor, second: Tensor, limit: float, pool: int = 1) -> Tensor:
    """What two samples of each layout lack of the wanted distance.

        L = (1/B) sum_b max(0, limit - mean |pool(first_b) - pool(second_b)|)

    The paper's -min(d, limit), moved by the constant ``limit``, so that 0 is the best value.

    Args:
        first: Images in [-1, 1], (B, 3, H, W).
        second: Other images of the same layouts, (B, 3, H, W).
        limit: Distance tau from which on more of it counts nothing, in units of the images.
        pool: Side of the squares of pixels whose means are compared; what is left at the borders of
            an image that is no multiple of it is not compared.

    Returns:
        Scalar in [0, limit], float32.

    Raises:
        ValueError: If the shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(
            f'diversity_loss needs two image batches of one shape, got {tuple(first.shape)} and '
            f'{tuple(second.shape)}'
        )
    difference = F.avg_pool2d(first.float() - second.float(), pool)
    distance = difference.abs().flatten(1).mean(1)
    return (limit - distance).clamp(min=0).mean()


@MODELS.register_module()
class DiversityLoss(nn.Module):
    """Diversity loss (see :func:`diversity_loss`) on the first layouts of a batch.

    Args:
        limit: Distance tau from which on more of it counts nothing.
        pool: Side of the squares of pixels whose means are compared.
        layouts: Layouts of a batch of which a second image is made; each costs the generator as
            much as one layout more in the batch.
        loss_weight: Factor on the loss.

    Raises:
        ConfigError: ``limit`` is not above 0, or ``pool`` or ``layouts`` below 1.
    """

    def __init__(
        self, limit: float = 0.2, pool: int = 8, layouts: int = 1, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        if limit <= 0 or min(pool, layouts) < 1:
            raise ConfigError(
                'DiversityLoss needs a limit above 0, pool and layouts of at least 1, got '
                f'limit={limit}, pool={pool}, layouts={layouts}'
            )
        self.limit, self.pool = limit, pool
        self.layouts, self.loss_weight = layouts, loss_weight

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Weighted loss; the arguments are those of :func:`diversity_loss`."""
        return self.loss_weight * diversity_loss(first, second, self.limit, self.pool)
