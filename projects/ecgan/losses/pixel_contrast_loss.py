"""Pixel contrast on the trunk's last output: the one-scale case of the multi-scale contrast."""

from typing import Any

from mmagic.registry import MODELS

from .multi_scale_contrast_loss import MultiScaleContrastLoss


@MODELS.register_module()
class PixelContrastLoss(MultiScaleContrastLoss):
    """Pixel contrast of the ECGAN paper (arXiv 2003.13898), equation in :mod:`.contrastive_loss`.

    Our reading, where the paper is silent: it takes F, the trunk's last output; up to 100 samples a
    class and 1024 in all, as cross-image pixel contrast does (arXiv 2101.11939).

    Args:
        loss_weight: Factor on the loss.
        **settings: As for :class:`MultiScaleContrastLoss`, but for the scales and
            ``min_samples_per_class``; ``feature_names`` has one name.
    """

    def __init__(self, loss_weight: float = 1.0, **settings: Any) -> None:
        one_scale = dict(scale_weights=(1.0,), cross_scale_weights=(), min_samples_per_class=1)
        super().__init__(loss_weight, **one_scale, **settings)
