"""Adversarial loss of several discriminators at once, each prediction judged as its kind."""

from collections.abc import Sequence

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn

from ..errors import ConfigError
from ..structures import Layout
from .segmentation_gan_loss import SegmentationGANLoss


@MODELS.register_module()
class JointGANLoss(nn.Module):
    """Beside :class:`JointDiscriminator`: a loss for scores, and one for segmentations.

        L = w_p mean over scales L_p  +  w_s mean over scales L_s

    A prediction of one channel is a map of scores and gets ``patch_loss``; one of N + 1 channels is
    a segmentation and gets :class:`SegmentationGANLoss`. Of edges there are scores only. The
    weights hold for both players; the losses' own ``loss_weight`` for the generator alone.

    Args:
        patch_loss: Config of MMagic's ``GANLoss`` or ``GANLossComps``; hinge if None.
        segmentation_loss: Config of :class:`SegmentationGANLoss`; its own defaults if None.
        patch_weight: w_p.
        segmentation_weight: w_s.

    Raises:
        ConfigError: If ``patch_loss`` judges pairs, as :class:`RelativisticGANLoss`.
    """

    needs_layout = True

    def __init__(
        self,
        patch_loss: dict | None = None,
        segmentation_loss: dict | None = None,
        patch_weight: float = 1.0,
        segmentation_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.patch_loss = MODELS.build(patch_loss or dict(type='GANLoss', gan_type='hinge'))
        if getattr(self.patch_loss, 'needs_pairs', False):
            raise ConfigError(
                'gan_loss.patch_loss of JointGANLoss judges each prediction by itself, got '
                f'{type(self.patch_loss).__name__}'
            )
        self.segmentation_loss = MODELS.build(segmentation_loss or dict(type='SegmentationGANLoss'))
        self.patch_weight = patch_weight
        self.segmentation_weight = segmentation_weight

    def over_scales(
        self, predictions: Sequence[Tensor], target_is_real: bool, is_disc: bool, layout: Layout
    ) -> Tensor:
        """Loss of either player over the predictions of all scales.

        Args:
            predictions: ``(B, 1, h, w)`` or ``(B, N + 1, h, w)`` each, float32.
            target_is_real: Whether the images are photos, or are to pass for photos.
            is_disc: Whether the discriminator is trained.
            layout: The layouts of the images.

        Returns:
            Scalar.

        Raises:
            ConfigError: If a prediction is of neither kind.
        """
        patches, segmentations = [], []
        for prediction in predictions:
            channels = prediction.shape[1]
            if channels == 1:
                patches.append(self.patch_loss(prediction, target_is_real, is_disc=is_disc))
            elif channels == layout.num_classes + 1:
                segmentations.append(
                    self.segmentation_loss(
                        prediction, target_is_real, is_disc=is_disc, layout=layout
                    )
                )
            else:
                raise ConfigError(
                    f'JointGANLoss judges predictions of 1 or {layout.num_classes + 1} (classes + '
                    f'1) channels, a discriminator gave {channels}'
                )
        return sum(
            weight * torch.stack(losses).mean()
            for weight, losses in (
                (self.patch_weight, patches),
                (self.segmentation_weight, segmentations),
            )
            if losses
        )

    def forward(
        self, prediction: Tensor, target_is_real: bool, is_disc: bool, layout: Layout
    ) -> Tensor:
        """See :meth:`over_scales`, for one prediction."""
        return self.over_scales([prediction], target_is_real, is_disc, layout)

    @staticmethod
    def scores(prediction: Tensor) -> Tensor:
        """Above 0 means taken for a photo: the score, or the segmentation's log odds.

        Args:
            prediction: ``(B, 1, h, w)`` or ``(B, N + 1, h, w)``.

        Returns:
            ``(B, 1, h, w)``.
        """
        return prediction if prediction.shape[1] == 1 else SegmentationGANLoss.scores(prediction)
