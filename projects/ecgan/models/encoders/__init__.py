"""Pretrained networks, frozen, as encoders, and the perceptual loss on their features."""
