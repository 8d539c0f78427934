"""How much the pictures of one layout differ, of a generator with noise.

As in the comparisons of generators by the mean distance between samples of one layout
(arXiv 2012.04781, the section on diversity). Deviation: the papers take LPIPS; here the distance is
that between the features of any of :mod:`.feature_networks`, so that no weights have to be fetched,
and the results' name says of which.
"""

from collections.abc import Sequence
from typing import Any

import torch
from mmagic.registry import METRICS
from torch import Tensor, nn

from ..errors import ConfigError
from .feature_networks import build_feature_network, feature_prefix
from .layout_metric import LayoutMetric


@METRICS.register_module()
class SampleDiversity(LayoutMetric):
    """Mean distance between the features of several pictures of one layout, mean of all layouts.

    The result is called ``efficientnet-lite0-diversity``, after the feature network. It runs the
    generator once more for each seed.

    Args:
        network: ``type`` and arguments of a feature network
            (:mod:`~projects.ecgan.evaluation.feature_networks`).
        seeds: Pictures of each layout, of the seeds 0, 1, 2...
        prefix: Put before the result key.

    Raises:
        ConfigError: There are fewer than two seeds.
    """

    def __init__(self, network: dict, seeds: int = 4, prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        if seeds < 2:
            raise ConfigError(f'diversity needs at least 2 seeds, got {seeds}')
        self.network = build_feature_network(**network)
        self.seeds = seeds
        self._model: nn.Module | None = None

    @classmethod
    def _own_keys(
        cls, classes: Sequence[str] | None, network: dict, **settings: Any
    ) -> dict[str, str]:
        return {f'{feature_prefix(**network)}diversity': 'greater'}

    @staticmethod
    def calculate(features: Tensor) -> float:
        """Mean over all pairs of the mean absolute difference of their features.

        Args:
            features: Of the pictures of one layout, ``(S, D)``, S at least 2.
        """
        return torch.pdist(features.double(), p=1).mean().item() / features.shape[1]

    def follow(self, module: nn.Module) -> None:
        """Generate by this model, and bring the network to its device.

        Raises:
            ConfigError: The model has no noise.
        """
        if getattr(getattr(module, 'sampling_generator', None), 'noise', None) is None:
            raise ConfigError(
                f'{type(module).__name__} makes one picture of each layout: take SampleDiversity '
                "out of the metrics, or give the generator noise=dict(type='LayoutNoise')"
            )
        self.network.to(next(module.parameters()).device)
        self._model = module

    @torch.no_grad()
    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Generate and describe pictures of a batch of layouts of the data loader."""
        layout = self._model.data_preprocessor(data_batch)['inputs']['layout']
        generator = self._model.sampling_generator
        described = []
        for seed in range(self.seeds):
            image = generator(generator.noise(layout, [seed] * len(layout)))['image']
            pixels = self._model.data_preprocessor.to_uint8(image)
            described.append(self.network.features(pixels).cpu())
        self.results += [self.calculate(each) for each in torch.stack(described, dim=1)]

    def compute_metrics(self, rows: list[float]) -> dict[str, float]:
        """Mean of all layouts."""
        name = f'{self.network.prefix}diversity'
        values = {name: self.mean(rows, name, 'features that are not finite')}
        self.details = {'generated': values}
        return values

    def protocol(self) -> dict:
        """The feature network, and how many pictures are compared."""
        return {'feature_network': self.network.protocol(), 'seeds': self.seeds}
