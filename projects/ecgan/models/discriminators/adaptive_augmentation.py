"""Adaptive discriminator augmentation (ADA, arXiv 2006.06676): its strength, for MMagic's ADA."""

from mmagic.registry import MODELS
from mmengine.dist import all_reduce
from torch import Tensor, nn

from ...errors import ConfigError


@MODELS.register_module()
class AdaptiveAugmentation(nn.Module):
    """Steers the probability p of MMagic's ``ADAAug`` inside the discriminator.

    One of the model's ``discriminator_regularizers``, as the steering looks at photos' scores:
    after every ``update_interval`` iterations p rises where r = E[sign(D(photo))] exceeds the
    target, and falls where it does not (equation 1 and section 3.1). Without this entry p stays
    what ``augment_initial_p`` says. It adds no loss; the log gets ``augment_probability``.
    """

    def loss_name(self) -> str:
        """Name in the log; not a loss's."""
        return 'augment_probability'

    def forward(self, state: dict) -> Tensor:
        """Count this iteration's scores, and set p when it is time; returns p.

        The state is that of :func:`projects.ecgan.models.ecgan.regularizers.regularize`.

        Raises:
            ConfigError: If the discriminator has no ``ADAAug``.
        """
        discriminator = state['disc'].discriminator
        parts = [m.ada_aug for m in discriminator.modules() if hasattr(m, 'ada_aug')]
        if not parts:
            raise ConfigError(
                'AdaptiveAugmentation needs a discriminator with data_aug=dict(type=ADAAug, ...), '
                f'such as ADAStyleGAN2Discriminator, got {type(discriminator).__name__}'
            )
        signs = state['disc_pred_real'].detach().sign()
        (augment,) = parts
        mean = signs.mean()
        all_reduce(mean, op='mean')
        augment.log_buffer[0] += len(signs)
        augment.log_buffer[1] += mean * len(signs)
        augment.update(state['iteration'], state['batch_size'])
        return augment.aug_pipeline.p.detach().clone()
