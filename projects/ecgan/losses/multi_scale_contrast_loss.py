"""Multi-scale contrastive loss on trunk features, over all layouts of the batch and all ranks.

TPAMI extension of ECGAN (arXiv 2307.12084; after arXiv 2203.13409):

    L = sum_s w_s L(s) + sum_{(s, s')} w_{s,s'} L(s -> s'),

where L(s) is the pixel contrast among samples of scale s, and L(s -> s') takes anchors from scale s
and positives and negatives from scale s' (:func:`.contrastive_loss.contrastive_loss`).
"""

from collections.abc import Mapping, Sequence

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ConfigError
from ..structures import nearest_resize
from .contrast_sampling import sample_pixels, sampling_keys
from .contrastive_loss import NO_CLASS, weighted_contrast
from .distributed import gather_batch, sum_over_ranks


@MODELS.register_module()
class MultiScaleContrastLoss(nn.Module):
    """Contrast among sampled pixels of several trunk features, within and across scales.

    At each scale the labels are resized by the nearest rule, pixels are sampled per class over the
    whole batch of all ranks, projected by the head of the scale (1x1 conv, ReLU, 1x1 conv; as that
    commutes with sampling, the sampled pixels only) and L2-normalised. Every rank returns the loss
    of the whole batch.

    The number of forward passes in training is kept in the state dict and, with the seed,
    determines what is sampled, so that a resumed run samples as an uninterrupted one.

    Args:
        loss_weight: Factor on the loss.
        scale_weights: Weight w_s of each scale, fine to coarse; as many scales as weights.
        cross_scale_weights: (s, s', w) for each pair of scales by their index, 0 the finest. The
            published ones are fine to coarsest and fine to second-coarsest with weight 1.
        feature_names: Trunk features, fine to coarse. None takes the finest ones.
        in_channels: Channels of each feature. None leaves the heads to :meth:`build_heads`.
        embedding_channels: Width of the embeddings.
        temperature: Temperature t of the contrast.
        max_samples_per_class: Most samples of a class at one scale.
        max_samples: Most samples at one scale.
        min_samples_per_class: At one scale, a class with fewer labelled pixels takes no part.
        seed: Seed of the sampling.

    Raises:
        ConfigError: If the settings contradict each other.
    """

    def __init__(
        self,
        loss_weight: float = 1.0,
        scale_weights: Sequence[float] = (1.0, 0.7, 0.4, 0.1),
        cross_scale_weights: Sequence[tuple[int, int, float]] = ((0, 3, 1.0), (0, 2, 1.0)),
        feature_names: Sequence[str] | None = None,
        in_channels: Sequence[int] | None = None,
        embedding_channels: int = 256,
        temperature: float = 0.1,
        max_samples_per_class: int = 100,
        max_samples: int = 1024,
        min_samples_per_class: int = 5,
        seed: int = 0,
    ) -> None:
        super().__init__()
        scales = len(scale_weights)
        if feature_names is not None and len(feature_names) != scales:
            raise ConfigError(f'{scales} scale weights, but features {tuple(feature_names)}')
        for source, target, _ in cross_scale_weights:
            if not (0 <= source < scales and 0 <= target < scales and source != target):
                raise ConfigError(f'no pair of scales ({source}, {target}) among {scales} scales')
        if temperature <= 0:
            raise ConfigError(f'temperature must be positive, got {temperature}')
        self.loss_weight = loss_weight
        self.scale_weights = tuple(scale_weights)
        self.cross_scale_weights = tuple(tuple(pair) for pair in cross_scale_weights)
        self.feature_names: tuple[str, ...] = tuple(feature_names or ())
        self.embedding_channels = embedding_channels
        self.temperature = temperature
        self.max_samples_per_class = max_samples_per_class
        self.max_samples = max_samples
        self.min_samples_per_class = min_samples_per_class
        self.seed = seed
        self.heads = nn.ModuleDict()
        self.register_buffer('step', torch.zeros((), dtype=torch.int64))
        if in_channels is not None:
            if len(in_channels) != len(self.feature_names):
                raise ConfigError(f'in_channels {in_channels} for features {self.feature_names}')
            self.build_heads(dict(zip(self.feature_names, in_channels)), self.feature_names)

    def build_heads(
        self, feature_channels: Mapping[str, int], feature_names_fine_to_coarse: Sequence[str]
    ) -> None:
        """Create the projection heads where there are none.

        Args:
            feature_channels: Channels of the features the generator offers.
            feature_names_fine_to_coarse: Their names, the finest first.

        Raises:
            ConfigError: If the generator does not offer what is asked for, or in other channels
                than the heads that there are take.
        """
        names = self.feature_names or tuple(feature_names_fine_to_coarse)[: len(self.scale_weights)]
        unknown = [name for name in names if name not in feature_channels]
        if unknown or len(names) != len(self.scale_weights):
            raise ConfigError(
                f'{type(self).__name__} needs {len(self.scale_weights)} features and was given '
                f'{names}; the generator offers {sorted(feature_channels)}'
            )
        self.feature_names = names
        for name in names:
            channels, key = feature_channels[name], _key(name)
            if key not in self.heads:
                # A 1x1 convolution of sampled pixels is a linear layer.
                self.heads[key] = nn.Sequential(
                    nn.Linear(channels, channels),
                    nn.ReLU(inplace=True),
                    nn.Linear(channels, self.embedding_channels),
                )
            elif self.heads[key][0].in_features != channels:
                raise ConfigError(
                    f'in_channels of {type(self).__name__} is {self.heads[key][0].in_features} for '
                    f'{name!r}, the generator has {channels}; leave in_channels out'
                )

    def forward(
        self, features: Mapping[str, Tensor], labels: Tensor, ignore_index: int | None = None
    ) -> Tensor:
        """Weighted loss over the batch of all ranks.

        Args:
            features: Trunk features by name, each (n, C, h, w); n may differ between ranks.
            labels: Layouts, (n, H, W), values from 0 on or ``ignore_index``.
            ignore_index: Label of unknown pixels.

        Returns:
            Scalar, the same on all ranks; 0 where there is nothing to contrast.

        Raises:
            RuntimeError: If the heads were not built.
            ValueError: If a feature is missing.
        """
        self._check(features)
        whole, offset = gather_batch(labels.int())
        step = self.step.clone()
        if self.training:
            self.step += 1
        draws = sample_pixels(
            [
                nearest_resize(whole, features[name].shape[2:]).flatten()
                for name in self.feature_names
            ],
            ignore_index,
            sampling_keys(self.seed, step, len(self.feature_names)),
            self.max_samples_per_class,
            self.max_samples,
            self.min_samples_per_class,
        )
        if step.device.type == 'cpu':
            # Reading counts makes nobody wait here: leave out the empty rows.
            draws = _without_empty_rows(draws)
        classes = torch.cat([chosen for _, chosen in draws])
        embeddings, owned = [], []
        for name, (pixels, _) in zip(self.feature_names, draws):
            samples, is_own = _samples(features[name], pixels, offset, len(whole))
            embeddings.append(self.heads[_key(name)](samples))
            owned.append(is_own)
        embeddings = torch.cat(embeddings)
        wide = torch.promote_types(embeddings.dtype, torch.float32)
        is_own = classes != NO_CLASS
        if owned[0] is not None:
            is_own &= torch.cat(owned)
        # Zero in the rows of other ranks' samples, and in empty ones.
        embeddings = F.normalize(embeddings.to(wide), dim=1) * is_own[:, None]
        return self.loss_weight * weighted_contrast(
            sum_over_ranks(embeddings),
            classes,
            [len(chosen) for _, chosen in draws],
            [(i, i, weight) for i, weight in enumerate(self.scale_weights)]
            + [*self.cross_scale_weights],
            self.temperature,
            self.max_samples_per_class,
        )

    def _check(self, features: Mapping[str, Tensor]) -> None:
        if not self.heads:
            raise RuntimeError(
                f'{type(self).__name__} has no projection heads: give in_channels or call '
                'build_heads(generator.feature_channels, generator.feature_names_fine_to_coarse)'
            )
        missing = [name for name in self.feature_names if name not in features]
        if missing:
            raise ValueError(f'features {missing} are missing, got {sorted(features)}')


def _without_empty_rows(draws: Sequence[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    """Draws of :func:`sample_pixels` up to where nothing is chosen, one row at least."""
    sizes = [len(chosen) for _, chosen in draws]
    is_filled = torch.cat([chosen for _, chosen in draws]) != NO_CLASS
    counts = torch.stack([each.sum() for each in is_filled.split(sizes)]).clamp_(min=1).tolist()
    return [(pixels[:k], chosen[:k]) for (pixels, chosen), k in zip(draws, counts)]


def _samples(
    feature: Tensor, pixels: Tensor, offset: int, batch: int
) -> tuple[Tensor, Tensor | None]:
    """What this rank holds of the samples of one scale.

    Args:
        feature: This rank's feature, (n, C, h, w).
        pixels: Indices of the samples in the batch of all ranks, (K,).
        offset: Position of this rank's first layout in that batch.
        batch: Layouts in it.

    Returns:
        Features (K, C), any in the rows of other ranks' samples; and which rows are this rank's,
        None for all.
    """
    count, _, height, width = feature.shape
    area, is_own = height * width, None
    if count < batch:
        pixels = pixels - offset * area
        is_own = (pixels >= 0) & (pixels < count * area)
        pixels = pixels * is_own
    return feature.flatten(2)[pixels // area, :, pixels % area], is_own


def _key(name: str) -> str:
    """Name of a feature's head; features may be submodules, and names of modules have no dots."""
    return name.replace('.', '/')
