"""LabelMix consistency of a segmenting discriminator (OASIS, arXiv 2012.04781, section 3.1).

A picture is put together from a photo and the image generated from the same layout, each class of
the layout whole from one of them. The discriminator's logits on it should be the logits on the two,
put together alike:

    L = || D(mix(x, g, M)) - mix(D(x), D(g), M) ||^2

Deviations from the paper: a mean over pixels and channels in place of the sum; unknown pixels count
as one class more.
"""

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ConfigError


def label_mix_mask(labels: Tensor, num_ids: int) -> Tensor:
    """Draw for each layout which classes come from the photo, each with probability 1/2.

    Args:
        labels: ``(B, H, W)``, values 0 .. num_ids - 1.
        num_ids: Number of ids.

    Returns:
        Bool ``(B, 1, H, W)``: True where the photo is taken.
    """
    from_photo = torch.rand(len(labels), num_ids, device=labels.device) < 0.5
    return from_photo.gather(1, labels.flatten(1)).view_as(labels).unsqueeze(1)


def label_mix_loss(mixed: Tensor, photo: Tensor, generated: Tensor, mask: Tensor) -> Tensor:
    """Mean squared distance of logits on the mixed picture to the mixed logits.

    Args:
        mixed: Logits on the mixed picture, ``(B, C, H, W)``.
        photo: Logits on the photo.
        generated: Logits on the generated image.
        mask: Where the photo was taken, bool ``(B, 1, H, W)``.

    Returns:
        Scalar, computed in float32.
    """
    return F.mse_loss(mixed.float(), torch.where(mask, photo, generated).float())


@MODELS.register_module()
class LabelMixConsistency(nn.Module):
    """:func:`label_mix_loss` of photo and final image, as a regulariser of the discriminator.

    Args:
        loss_weight: Factor on the loss; the paper takes 5 to 10, on its sum.
        loss_name: Its name; the log says ``loss_disc_label_mix``.
    """

    def __init__(self, loss_weight: float = 10.0, loss_name: str = 'loss_label_mix') -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self._loss_name = loss_name

    def loss_name(self) -> str:
        """Name of the loss, as MMagic's loss components have it."""
        return self._loss_name

    def forward(self, state: dict) -> Tensor:
        """One more pass of the discriminator.

        Of several scales, those that predict at full size are compared.

        Args:
            state: See :func:`projects.ecgan.models.ecgan.regularizers.regularize`.

        Returns:
            Scalar.

        Raises:
            ConfigError: If the discriminator does not predict at full size.
        """
        layout, photo, generated = state['layout'], state['reals']['image'], state['fakes']['image']
        of_photo, of_generated = (outputs['image'] for outputs in state['outputs'])
        mask = label_mix_mask(layout.labels, layout.num_classes + 1)
        mixed = state['disc'].judge(torch.where(mask, photo, generated))
        scales = [[s[-1] for s in scales] for scales in zip(mixed, of_photo, of_generated)]
        losses = [label_mix_loss(*s, mask) for s in scales if s[0].shape[2:] == mask.shape[2:]]
        if not losses:
            raise ConfigError(
                'LabelMixConsistency needs a discriminator that predicts at full size, as '
                f'SegmentorDiscriminator; this one predicts {tuple(scales[0][0].shape)}'
            )
        return self.loss_weight * sum(losses) / len(losses)
