"""Pixel contrast on the trunk's last output: the one-scale case of the multi-scale contrast."""

from collections.abc import Sequence

from mmagic.registry import MODELS

from .multi_scale_contrast_loss import MultiScaleContrastLoss


@MODELS.register_module()
class PixelContrastLoss(MultiScaleContrastLoss):
    """Pixel contrast of the ECGAN paper (arXiv 2003.13898), equation in :mod:`.contrastive_loss`.

    Our reading, where the paper is silent: it takes F, the trunk's last output; up to 100 samples a
    class and 1024 in all, as cross-image pixel contrast does (arXiv 2101.11939).

    Args:
        loss_weight: Factor on the loss.
        feature_names: The one trunk feature to use. None takes the finest.
        in_channels: Its channels. None leaves the head to :meth:`build_heads`.
        embedding_channels: Width of the embeddings.
        temperature: Temperature t of the contrast.
        max_samples_per_class: Most samples of a class.
        max_samples: Most samples in all.
        seed: Seed of the sampling.
    """

    def __init__(
        self,
        loss_weight: float = 1.0,
        feature_names: Sequence[str] | None = None,
        in_channels: Sequence[int] | None = None,
        embedding_channels: int = 256,
        temperature: float = 0.1,
        max_samples_per_class: int = 100,
        max_samples: int = 1024,
        seed: int = 0,
    ) -> None:
        super().__init__(
            loss_weight=loss_weight,
            scale_weights=(1.0,),
            cross_scale_weights=(),
            feature_names=feature_names,
            in_channels=in_channels,
            embedding_channels=embedding_channels,
            temperature=temperature,
            max_samples_per_class=max_samples_per_class,
            max_samples=max_samples,
            min_samples_per_class=1,
            seed=seed,
        )
