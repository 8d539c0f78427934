"""Perceptual loss on the features of any frozen encoder (arXiv 1603.08155, equation 2)."""

from collections.abc import Sequence

from mmagic.registry import MODELS
from torch import Tensor, nn

from ...losses.mean_differences import mean_differences
from .frozen_encoder import build_encoder


@MODELS.register_module()
class EncoderPerceptualLoss(nn.Module):
    """Mean over the encoder's features of mean |f(fake) - f(real)|.

    Takes the place of :class:`VGGPerceptualLoss` where VGG's weights are not at hand, or too heavy.

    Deviation from the paper: absolute differences, as in the released code of ECGAN.

    Args:
        encoder: Config of the encoder, see :func:`projects.ecgan.models.encoders.frozen_encoder.
            build_encoder`.
        loss_weight: Factor on the loss.

    Raises:
        ConfigError: If there is no such encoder, or its package is missing.
        MissingFileError: If its weights are not there.
        CheckpointError: If its weights do not fit.
    """

    def __init__(self, encoder: dict, loss_weight: float = 10.0) -> None:
        super().__init__()
        self.encoder = build_encoder(encoder)
        self.loss_weight = loss_weight

    def extract(self, image: Tensor) -> list[Tensor]:
        """Features of images ``(N, 3, H, W)`` in [-1, 1], RGB, fine to coarse."""
        return self.encoder(image)

    def forward(self, features: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
        """Compare what :meth:`extract` gave for generated images and for photos: a scalar."""
        return self.loss_weight * mean_differences(features, targets).mean()
