r"""Distances between the features of generated and of real images: FID and KID.

FID (Heusel et al., 2017, eq. 6) is the Frechet distance between two Gaussians,
:math:`\|m_1 - m_2\|^2 + \mathrm{tr}(C_1 + C_2 - 2 (C_1 C_2)^{1/2})`. With centred features
:math:`C_1 = A^T A` and :math:`C_2 = B^T B`, the eigenvalues of :math:`C_1 C_2` are the squared
singular values of :math:`A B^T`, so the last trace is their sum. That needs no matrix root, whose
numerical noise is why other code adds a small offset to covariances of few images.

KID (Binkowski et al., 2018, sec. 4) is the unbiased squared maximum mean discrepancy under the
kernel :math:`(x^T y / d + 1)^3`. Deliberate deviation: it is computed once over all images, not
averaged over random subsets, so that it repeats exactly (one subset of all images).

Of few images FID is biased upwards; KID is not, but varies more.
"""

import math
from collections.abc import Sequence
from logging import WARNING
from typing import Any

import torch
from mmagic.registry import METRICS
from mmengine.logging import print_log
from torch import Tensor, nn
from torch.utils.data import DataLoader

from .feature_networks import build_feature_network, feature_prefix
from .layout_metric import LayoutMetric

#: Below it results carry a caution: fewer images than Inception has features (2048) do not
#: determine the covariance of these, and FID's bias is large.
ENOUGH_IMAGES = 2000


def _no_distance(fake: Tensor, real: Tensor) -> str:
    """Why there is no distance between two sets of features; '' where there is one."""
    if min(len(fake), len(real)) < 2:
        return (
            f'A feature distance needs at least 2 images of each kind, got {len(fake)} generated '
            f'and {len(real)} real ones.'
        )
    for kind, features in (('generated', fake), ('real', real)):
        broken = int((~features.isfinite()).any(1).sum())
        if broken:
            return f'Of {len(features)} {kind} images {broken} have features that are not finite.'
    return ''


def _check(fake: Tensor, real: Tensor) -> None:
    if fake.ndim != 2 or real.ndim != 2 or fake.shape[1] != real.shape[1]:
        raise ValueError(
            f'Features must be (N, D) with one D, got {tuple(fake.shape)} and {tuple(real.shape)}.'
        )
    reason = _no_distance(fake, real)
    if reason:
        raise ValueError(reason)


def frechet_distance(fake: Tensor, real: Tensor) -> float:
    """Frechet distance between Gaussians fitted to two sets of features (FID).

    Args:
        fake: (N, D), any real dtype; computed in float64.
        real: (M, D).

    Returns:
        The distance, >= 0 up to rounding.

    Raises:
        ValueError: If the shapes do not fit, a set has fewer than 2 rows, or one is not finite.
    """
    _check(fake, real)
    means, factors, total = [], [], 0.0
    for features in (fake.double(), real.double()):
        mean = features.mean(0)
        factor = (features - mean) / (len(features) - 1) ** 0.5
        total += factor.square().sum().item()  # tr C
        if factor.shape[0] > factor.shape[1]:
            # R^T R = A^T A: the covariance in D rows instead of N.
            factor = torch.linalg.qr(factor, mode='r').R
        means.append(mean)
        factors.append(factor)
    cross = torch.linalg.svdvals(factors[0] @ factors[1].T).sum().item()
    return (means[0] - means[1]).square().sum().item() + total - 2 * cross


def kernel_distance(fake: Tensor, real: Tensor) -> float:
    """Unbiased squared maximum mean discrepancy under the cubic kernel (KID).

    Args:
        fake: (N, D), any real dtype; computed in float64.
        real: (M, D).

    Returns:
        The distance; being unbiased, it may be slightly negative.

    Raises:
        ValueError: If the shapes do not fit, a set has fewer than 2 rows, or one is not finite.
    """
    _check(fake, real)

    def kernel(one: Tensor, two: Tensor) -> Tensor:
        return (one @ two.T / one.shape[1] + 1) ** 3

    def mean_of_pairs(features: Tensor) -> float:
        values, count = kernel(features, features), len(features)
        return ((values.sum() - values.diagonal().sum()) / (count * (count - 1))).item()

    fake, real = fake.double(), real.double()
    return mean_of_pairs(fake) + mean_of_pairs(real) - 2 * kernel(fake, real).mean().item()


@METRICS.register_module()
class FeatureDistance(LayoutMetric):
    """FID and KID between one fake per layout and the real validation images.

    Result keys are ``FID`` and ``KID``; with a stand-in network they carry its name
    (``segmentor-FID``). MMagic's own ``FID`` and ``TransFID`` do not fit this task: they expect the
    data preprocessor to stack real images into one sample, keep their statistics in a cache that
    does not notice changed images, and make the evaluator run the generator a second time.

    Args:
        network: ``type`` and arguments of a feature network
            (:mod:`~projects.ecgan.evaluation.feature_networks`).
        prefix: Put before every result key.
    """

    least_images = 2

    def __init__(self, network: dict, prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        self.network = build_feature_network(**network)
        self._real_features: Tensor | None = None
        self._real_known = False
        self._real_dataset: object = None
        self._trained_against = False

    @classmethod
    def _own_keys(
        cls, classes: Sequence[str] | None, network: dict, **settings: Any
    ) -> dict[str, str]:
        name = feature_prefix(**network)
        return {f'{name}FID': 'less', f'{name}KID': 'less'}

    @classmethod
    def check_count(cls, images: int, dataset: str) -> str:
        """Refuse a single image, and caution below :data:`ENOUGH_IMAGES`."""
        super().check_count(images, dataset)
        if images >= ENOUGH_IMAGES:
            return ''
        return (
            f'FID and KID will be of {images} images, fewer than {ENOUGH_IMAGES}: FID is biased '
            'upwards, KID varies; compare them with those of as many images only'
        )

    def prepare(self, module: nn.Module, dataloader: DataLoader) -> None:
        """Bring the network to the model's device; warn if it took part in the training."""
        super().prepare(module, dataloader)
        kind = self.network.prefix.removesuffix('-')
        used = {getattr(each, 'network_name', None) for each in module.modules()}
        self._trained_against = kind in used
        if self._trained_against:
            print_log(
                f'FeatureDistance measures by {kind}, which this model was trained against: its '
                'distances flatter the model; take another network.',
                'current',
                WARNING,
            )
        self.network.to(next(module.parameters()).device)
        if dataloader.dataset is not self._real_dataset:
            self._real_known, self._real_dataset = False, dataloader.dataset

    def _describe(self, samples: Sequence[dict], name: str) -> Tensor:
        device = next(self.network.parameters()).device
        images = [self.field(sample, name).to(device) for sample in samples]
        if len({image.shape for image in images}) > 1:
            return torch.cat([self.network.features(image[None]) for image in images]).cpu()
        return self.network.features(torch.stack(images)).cpu()

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Describe a batch.

        Args:
            data_batch: Not used.
            data_samples: For each sample ``fake_img`` and ``gt_img``, (3, H, W) uint8 BGR.
        """
        rows = [{'fake': feature} for feature in self._describe(data_samples, 'fake_img')]
        if not self._real_known:
            for row, feature in zip(rows, self._describe(data_samples, 'gt_img')):
                row['real'] = feature
        self.results.extend(rows)

    def compute_metrics(self, rows: list[dict[str, Tensor]]) -> dict[str, float]:
        """Reduce the features of all images to FID and KID."""
        if not self._real_known:
            self._real_features = torch.stack([row['real'] for row in rows])
        fake, real = torch.stack([row['fake'] for row in rows]), self._real_features
        names = [f'{self.network.prefix}{name}' for name in ('FID', 'KID')]
        reason = _no_distance(fake, real)
        if reason:
            self.remark(f'There is neither {names[0]} nor {names[1]}. {reason}')
            values = dict.fromkeys(names, math.nan)
        else:
            values = dict(zip(names, (frechet_distance(fake, real), kernel_distance(fake, real))))
            self._remark_on_few(names, *fake.shape)
        self.details = {'generated': values}
        return values

    def _remark_on_few(self, names: list[str], images: int, features: int) -> None:
        if images >= ENOUGH_IMAGES:
            return
        singular = (
            f', the more so as {images} images do not determine a covariance of {features} features'
            if images <= features
            else ''
        )
        self.remark(
            f'{names[0]} and {names[1]} are of {images} images, fewer than {ENOUGH_IMAGES}: '
            f'{names[0]} is biased upwards{singular}. Compare them with those of as many images '
            'only.'
        )

    def evaluate(self, size: int | None = None) -> dict[str, float]:
        """Reduce, and keep the features of the real images for the next validation."""
        values = super().evaluate(size)
        self._real_known = True
        return values

    def protocol(self) -> dict:
        """The feature network, and whether the model was trained against it."""
        network = self.network.protocol()
        if self._trained_against:
            network['trained_against_it'] = True
        return {'feature_network': network}
