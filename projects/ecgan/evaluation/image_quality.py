"""Likeness of a generated image to the photo its layout belongs to: PSNR, SSIM, LPIPS.

MMagic's own ``PSNR`` and ``SSIM`` metrics look for the prediction in ``sample['output']``, which
only its restoration models have; the arithmetic is theirs. A picture that is smaller than what a
score looks at has none, and is not in the mean.
"""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from mmagic.registry import METRICS
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ..errors import ConfigError
from ..weights import file_sha256, find_weights
from .layout_metric import LayoutMetric

ALEXNET_URL = 'https://download.pytorch.org/models/alexnet-owt-7be5be79.pth'


class PairedMetric(LayoutMetric):
    """Mean over the data set of a score of (generated image, its photo).

    Args:
        prefix: Put before the result key.

    Attributes:
        name: The result key.
        smallest: Least height and width of an image that has a score.
        rule: Which of two values is better.
    """

    name: str
    smallest = 1
    rule = 'greater'

    @classmethod
    def _own_keys(cls, classes: Sequence[str] | None, **settings: Any) -> dict[str, str]:
        return {cls.name: cls.rule}

    @abstractmethod
    def score(self, fake: Tensor, real: Tensor) -> Sequence[float]:
        """Score images (N, 3, H, W), uint8 BGR, one number per pair."""

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Score a batch.

        Args:
            data_batch: Not used.
            data_samples: For each sample ``fake_img`` and ``gt_img``, (3, H, W) uint8 BGR.
        """
        fakes, reals = (
            [self.field(sample, name) for sample in data_samples] for name in ('fake_img', 'gt_img')
        )
        for fake, real in zip(fakes, reals):
            if fake.shape != real.shape:
                raise ConfigError(
                    f'{self.name} compares images of one size: the generated one is '
                    f'{tuple(fake.shape)}, its photo {tuple(real.shape)}; give both the size of '
                    'the pipeline.'
                )
        if len({real.shape for real in reals}) > 1:
            parts = [(fake[None], real[None]) for fake, real in zip(fakes, reals)]
        else:
            parts = [(torch.stack(fakes), torch.stack(reals))]
        for fake, real in parts:
            known = min(real.shape[-2:]) >= self.smallest
            scores = self.score(fake, real) if known else [math.nan] * len(real)
            self.results.extend(float(value) for value in scores)

    def compute_metrics(self, rows: list[float]) -> dict[str, float]:
        """Average over all images that have a score."""
        why = f'smaller than {self.smallest} pixels'
        values = {self.name: self.mean(rows, self.name, why)}
        self.details = {'generated': values}
        endless = sum(map(math.isinf, rows))
        if endless:
            self.remark(
                f'{endless} of {len(rows)} images equal their photos, so the mean {self.name} is '
                'infinite'
            )
        return values


@METRICS.register_module()
class PairedPSNR(PairedMetric):
    """Peak signal-to-noise ratio in dB, infinite for equal images, and so a mean with one."""

    name = 'PSNR'

    def score(self, fake: Tensor, real: Tensor) -> list[float]:
        """Score images (N, 3, H, W), uint8 BGR."""
        from mmagic.evaluation import psnr

        return [psnr(*pair, input_order='CHW') for pair in _arrays(fake, real)]


@METRICS.register_module()
class PairedSSIM(PairedMetric):
    """Structural similarity, averaged over the colour channels; 1 for equal images.

    The window is 11 pixels wide: a smaller image has no score.
    """

    name = 'SSIM'
    smallest = 11

    def score(self, fake: Tensor, real: Tensor) -> list[float]:
        """Score images (N, 3, H, W), uint8 BGR."""
        from mmagic.evaluation import ssim

        return [ssim(*pair, input_order='CHW') for pair in _arrays(fake, real)]


def _arrays(fake: Tensor, real: Tensor) -> zip:
    return zip(fake.cpu().numpy(), real.cpu().numpy())


@METRICS.register_module()
class PairedLPIPS(PairedMetric):
    """Learned perceptual distance (Zhang et al., 2018), AlexNet, version 0.1; 0 for equal images.

    The package ``lpips`` holds the linear layers; the AlexNet below them is torchvision's.

    Args:
        weights: Local path or address of ``alexnet-owt-7be5be79.pth``.
        prefix: Put before the result key.

    Raises:
        MissingFileError: If the weights are not there and cannot be fetched.
    """

    name = 'LPIPS'
    rule = 'less'
    # From 31 pixels on each layer of AlexNet has a pixel left.
    smallest = 31

    def __init__(self, weights: str = ALEXNET_URL, prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        import lpips

        self.path = find_weights(
            weights,
            'AlexNet of LPIPS',
            'PairedLPIPS.weights',
            f'It can be downloaded from {ALEXNET_URL}',
        )
        state = torch.load(self.path, map_location='cpu', weights_only=True)
        # pnet_rand: without it the package fetches AlexNet by itself, with no way to say where.
        self.network = lpips.LPIPS(net='alex', pnet_rand=True, verbose=False)
        # The package cuts AlexNet's `features` into slices and keeps the layers' numbers.
        trunk = self.network.net
        names = {key: 'features.' + key.split('.', 1)[1] for key in trunk.state_dict()}
        trunk.load_state_dict({key: state[name] for key, name in names.items()})
        self.network.requires_grad_(False).eval()

    def prepare(self, module: nn.Module, dataloader: DataLoader) -> None:
        """Bring the network to the model's device."""
        super().prepare(module, dataloader)
        self.network.to(next(module.parameters()).device)

    @torch.no_grad()
    def score(self, fake: Tensor, real: Tensor) -> list[float]:
        """Score images (N, 3, H, W), uint8 BGR."""
        device = next(self.network.parameters()).device
        pair = [images.to(device).flip(1).float() / 127.5 - 1 for images in (fake, real)]
        return self.network(*pair).flatten().tolist()

    def protocol(self) -> dict:
        """The network of LPIPS."""
        return {
            'lpips_network': {'weights': str(self.path), 'weights_sha256': file_sha256(self.path)}
        }
