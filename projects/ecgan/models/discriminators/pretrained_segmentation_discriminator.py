"""A frozen, pretrained encoder with a trained decoder that segments (DP-SIMS, arXiv 2312.13314).

Unlocking Pre-trained Image Backbones for Semantic Image Synthesis, section on the discriminator: a
backbone trained for another task is the encoder of a U-Net discriminator and stays fixed; its
features are conditioned, so that no few channels dominate; a trained decoder gives each pixel one
of N + 1 classes.
"""

from collections.abc import Sequence

import torch
from mmagic.registry import MODELS
from mmengine.dist import all_reduce
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from ..encoders.frozen_encoder import build_encoder
from ..layers import initialize_weights, iterated_together, spectral_norm
from .single_scale import SegmentingDiscriminator
from .unet_segmentation_discriminator import SegmentationDecoder

EPSILON = 1e-5


class FeatureConditioning(nn.Module):
    """Brings the channels of a feature map to one scale: sigmoid((f - m_c) / sqrt(v_c + eps)).

    m_c and v_c are a channel's mean and variance over photos, followed while training as batch norm
    does; photos and generated images are treated alike, so that they still can be told apart.

    Args:
        channels: Channels of the map.
        momentum: Share of a new batch in the moments; the first batch sets them.
    """

    def __init__(self, channels: int, momentum: float = 0.01) -> None:
        super().__init__()
        self.momentum = momentum
        # Mean, variance.
        self.register_buffer('moments', torch.stack([torch.zeros(channels), torch.ones(channels)]))
        self.register_buffer('steps', torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def follow(self, features: Tensor) -> None:
        """Move the moments towards those of a batch ``(N, C, H, W)``, over all processes."""
        variance, mean = torch.var_mean(features.float(), (0, 2, 3), unbiased=False)
        found = torch.stack([mean, variance])
        all_reduce(found, op='mean')
        share = torch.where(self.steps == 0, 1.0, self.momentum)
        self.moments.copy_(self.moments + share * (found - self.moments))
        self.steps += 1

    def forward(self, features: Tensor) -> Tensor:
        """Condition features ``(N, C, H, W)``: the same shape, values in (0, 1)."""
        # A copy: the next batch moves the buffer.
        mean, variance = (each.view(-1, 1, 1) for each in self.moments.clone())
        return torch.sigmoid((features - mean) * (variance + EPSILON).rsqrt())


@MODELS.register_module()
class PretrainedSegmentationDiscriminator(SegmentingDiscriminator):
    """Gives each pixel a class of the layout, or "generated", from features trained elsewhere.

    The encoder's weights are not in checkpoints. Measure such a model with another network
    than it was trained against: ``FeatureDistance`` warns where it is the same. In training the
    moments of the conditioning follow the first of several groups, the photos.

    Deviations from the paper: the decoder is that of :class:`UNetSegmentationDiscriminator`, and at
    full size a trained convolution sees the picture itself, since backbones begin at half size or
    less; the moments of the conditioning are followed over photos; the losses are the config's.

    Args:
        num_classes: Classes N of the layout.
        encoder: Config of the encoder, see :func:`projects.ecgan.models.encoders.frozen_encoder.
            build_encoder`.
        base_channels: Channels at full size and at the encoder's finest size; they double with each
            coarser size.
        max_channels: Bound on the channels.
        scale: By how much the picture is enlarged for the encoder; small pictures are unlike what
            it was trained on.
        with_stages: Whether the encoder's features are returned as well: ``FeatureMatchingLoss`` on
            them is a perceptual loss that runs the encoder no further time.
        init_gain: Gain of Xavier's normal initialisation.

    Raises:
        ConfigError: If there is no such encoder, or its package is missing.
        MissingFileError: If its weights are not there.
        CheckpointError: If its weights do not fit.
    """

    def __init__(
        self,
        num_classes: int,
        encoder: dict,
        base_channels: int = 64,
        max_channels: int = 512,
        scale: float = 1.0,
        with_stages: bool = False,
        init_gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.with_stages = with_stages
        self.init_gain = init_gain
        self.encoder = build_encoder(encoder)
        channels = self.encoder.channels
        widths = [min(base_channels << i, max_channels) for i in range(len(channels))]
        self.stem = nn.Conv2d(3, base_channels, 3, padding=1)
        self.conditioning = nn.ModuleList(map(FeatureConditioning, channels))
        self.lateral = nn.ModuleList(
            spectral_norm(nn.Conv2d(taken, given, 1)) for taken, given in zip(channels, widths)
        )
        self.decoder = SegmentationDecoder([base_channels, *widths], num_classes + 1)

    def init_weights(self) -> None:
        """Initialise what is trained (Xavier normal, biases 0); the encoder keeps its weights."""
        for part in (self.stem, self.lateral, self.decoder):
            initialize_weights(part, self.init_gain)

    def judge(self, groups: Sequence[Tensor], num_layouts: int) -> list[list[Tensor]]:
        """With ``with_stages`` the encoder's features, and the logits of each group."""
        described = [self._describe(images) for images in groups]
        # A lone group is a penalty's: pictures mixed of photos and others.
        if self.training and len(groups) > 1:
            for part, features in zip(self.conditioning, described[0]):
                part.follow(features)
        # Cached: one power iteration a forward, however many groups.
        with iterated_together(self), parametrize.cached():
            return [
                [*(features if self.with_stages else ()), self._decode(images, features)]
                for images, features in zip(groups, described)
            ]

    def _describe(self, images: Tensor) -> list[Tensor]:
        if self.scale != 1:
            images = F.interpolate(
                images, scale_factor=self.scale, mode='bilinear', align_corners=False
            )
        return self.encoder(images)

    def _decode(self, images: Tensor, features: Sequence[Tensor]) -> Tensor:
        conditioned = [
            lateral(condition(each))
            for lateral, condition, each in zip(self.lateral, self.conditioning, features)
        ]
        return self.decoder([self.stem(images), *conditioned])[-1]
