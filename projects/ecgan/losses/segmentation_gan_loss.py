"""Adversarial loss of a discriminator that segments (OASIS, arXiv 2012.04781, section 3.1).

The discriminator gives each pixel one of N + 1 classes: the layout's N, or "generated".

Deviations from the paper: means over pixels in place of sums; pixels of unknown class are left out
of every term, as the discriminator can learn nothing about them from photos; the class balance is
that of the batch on this process. The paper's balance makes the term of the photos as many times
the term of the generated images as there are classes in the batch; ``normalize`` takes that back,
a further deviation, off by default.
"""

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ..structures import Layout


def segmentation_gan_loss(
    logits: Tensor, labels: Tensor, as_generated: bool, normalize: bool = False
) -> Tensor:
    """Cross entropy against the layout, balanced over classes, or against "generated".

        against the layout:   -sum_c alpha_c mean_i [y_i = c] log p_ic,  alpha_c = M / M_c
        against "generated":  -mean_i log p_iN

    i runs over the M known pixels of the batch, M_c of them of class c, p = softmax(logits). So the
    first is the sum over the K classes present of the mean over a class's pixels. With
    ``normalize`` alpha_c = M / (K M_c), whose mean over pixels is 1: the mean over the classes
    present. In float32.

    Args:
        logits: ``(B, N + 1, H, W)``, the last channel "generated".
        labels: ``(B, H, W)``, values 0 .. N - 1; N where unknown.
        as_generated: Which of the two.
        normalize: Whether to divide by the number of classes present, against the layout.

    Returns:
        Scalar; 0 without a known pixel.

    Raises:
        ValueError: If the shapes do not belong together.
    """
    if logits.dim() != 4 or labels.shape != (len(logits), *logits.shape[2:]):
        raise ValueError(
            'segmentation_gan_loss needs logits (B, N + 1, H, W) and labels (B, H, W), got '
            f'{tuple(logits.shape)} and {tuple(labels.shape)}'
        )
    unknown = logits.shape[1] - 1
    known = labels != unknown
    with torch.autocast(logits.device.type, enabled=False):
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        if as_generated:
            errors = -logits.log_softmax(1)[:, unknown]
            return (errors * known).sum() / known.sum().clamp(min=1)
        pixels = labels.flatten()
        counts = logits.new_zeros(unknown + 1).index_add(0, pixels, logits.new_ones(len(pixels)))
        # alpha_c / M = 1 / M_c
        weight = 1 / counts.clamp(min=1)
        if normalize:
            weight = weight / (counts[:unknown] > 0).sum().clamp(min=1)
        return F.cross_entropy(logits, labels, weight, ignore_index=unknown, reduction='sum')


@MODELS.register_module()
class SegmentationGANLoss(nn.Module):
    """Takes the place of MMagic's ``GANLoss`` beside a segmenting discriminator.

    Photos are to be segmented, generated images to be found out; the generator wants its images to
    be segmented as photos. See :func:`segmentation_gan_loss`.

    Args:
        loss_weight: Factor on the generator's loss, as with ``GANLoss``.
        normalize: Whether the weights of the classes have the mean 1 over the pixels; the paper's
            have the number of classes present.
    """

    needs_layout = True

    def __init__(self, loss_weight: float = 1.0, normalize: bool = False) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.normalize = normalize

    def forward(
        self, prediction: Tensor, target_is_real: bool, is_disc: bool, layout: Layout
    ) -> Tensor:
        """Loss of either player.

        Args:
            prediction: Logits ``(B, N + 1, h, w)``, of the layout's size or smaller.
            target_is_real: Whether the images are photos, or are to pass for photos.
            is_disc: Whether the discriminator is trained.
            layout: The layouts of the images.

        Returns:
            Scalar.
        """
        labels = layout.resized(prediction.shape[2:]).labels
        loss = segmentation_gan_loss(prediction, labels, not target_is_real, self.normalize)
        return loss if is_disc else self.loss_weight * loss

    @staticmethod
    def scores(prediction: Tensor) -> Tensor:
        """Log odds of "photo" against "generated": above 0 means taken for a photo.

        Args:
            prediction: Logits ``(B, N + 1, H, W)``.

        Returns:
            ``(B, 1, H, W)``.
        """
        return prediction[:, :-1].logsumexp(1, keepdim=True) - prediction[:, -1:]
