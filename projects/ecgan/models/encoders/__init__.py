"""Pretrained networks, frozen, as encoders, and the perceptual loss on their features."""

from .efficientnet_lite import LITE0, load_efficientnet_lite
from .frozen_encoder import build_encoder
from .perceptual_loss import EncoderPerceptualLoss

__all__ = ['LITE0', 'EncoderPerceptualLoss', 'build_encoder', 'load_efficientnet_lite']
