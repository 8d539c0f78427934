"""Networks that describe an image by a vector: Inception for FID, and what stands in for it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import ConfigError
from ..models.encoders.efficientnet_lite import LITE0, load_efficientnet_lite
from ..models.segmentors import Segmentor
from ..weights import file_sha256, find_weights

INCEPTION_URL = (
    'https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/'
    'pt_inception-2015-12-05-6726825d.pth'
)


class _PhotoFeatures(nn.Module):
    """A network that describes RGB pictures."""

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """Describe images ``(N, 3, H, W)``, uint8, BGR, by vectors ``(N, D)`` of float32."""
        with torch.autocast(images.device.type, enabled=False):
            return self._describe(images.flip(1).float())

    def _describe(self, rgb: Tensor) -> Tensor:
        """Vectors of pictures in [0, 255]."""
        raise NotImplementedError


class InceptionFeatures(_PhotoFeatures):
    """The Inception network of FID as the papers of this field use it (pytorch-fid's port).

    Args:
        weights: Local path or address of ``pt_inception-2015-12-05-6726825d.pth``.

    Raises:
        MissingFileError: If the weights are not there and cannot be fetched.
    """

    # What results carry before the name of the distance: these features make it *the* FID.
    prefix = ''

    def __init__(self, weights: str = INCEPTION_URL) -> None:
        super().__init__()
        from mmagic.evaluation.functional.fid_inception import fid_inception_v3

        self.path = find_weights(
            weights,
            'Inception network of FID',
            'network.weights',
            f'It can be downloaded from {INCEPTION_URL}',
        )
        # On the meta device nothing is initialised in vain (that takes long for Inception).
        with torch.device('meta'):
            self.net = fid_inception_v3(load_ckpt=False)
        state = torch.load(self.path, map_location='cpu', weights_only=True)
        self.net.load_state_dict(state, assign=True)
        self.net.fc = nn.Identity()
        self.requires_grad_(False)
        self.eval()

    def _describe(self, rgb: Tensor) -> Tensor:
        sized = F.interpolate(rgb / 127.5 - 1, (299, 299), mode='bilinear', align_corners=False)
        return self.net(sized)

    def protocol(self) -> dict:
        """Say which network this is."""
        return {
            'type': 'inception',
            'weights': str(self.path),
            'weights_sha256': file_sha256(self.path),
        }


class SegmentorFeatures(Segmentor):
    """Backbone features of a segmentor, where no Inception weights are at hand.

    Distances between them are called ``segmentor-FID`` and ``segmentor-KID``, and compare only
    with each other. Takes the arguments of
    :class:`~projects.ecgan.models.segmentors.segmentor.Segmentor`.
    """

    prefix = 'segmentor-'

    def protocol(self) -> dict:
        """Say which network this is."""
        return {'type': 'segmentor', **super().protocol()}


class EfficientNetLite0Features(_PhotoFeatures):
    """EfficientNet-Lite0, trained on ImageNet, whose weights a package brings.

    Distances are called ``efficientnet-lite0-FID`` and ``-KID``: they order models as the papers'
    FID would, and compare with nothing but themselves. Source of network and weights: see
    :mod:`projects.ecgan.models.encoders.efficientnet_lite`.

    Raises:
        ConfigError: If the packages are not installed.
    """

    prefix = f'{LITE0}-'

    def __init__(self) -> None:
        super().__init__()
        self.net, self.path = load_efficientnet_lite()
        self.eval()

    def _describe(self, rgb: Tensor) -> Tensor:
        # Antialiased where photos are larger: else what is left out comes back as patterns.
        sized = F.interpolate(
            (rgb - 127) / 128, (224, 224), mode='bilinear', align_corners=False, antialias=True
        )
        return self.net.extract_features(sized).mean(dim=(2, 3))

    def protocol(self) -> dict:
        """Say which network this is."""
        return {'type': LITE0, 'weights_sha256': file_sha256(self.path)}


FEATURE_NETWORKS = {
    'inception': InceptionFeatures,
    'segmentor': SegmentorFeatures,
    LITE0: EfficientNetLite0Features,
}


def feature_prefix(type: str, **settings: object) -> str:
    """What results of a feature network carry before their names; takes its config.

    Raises:
        ConfigError: If the type is unknown.
    """
    if type not in FEATURE_NETWORKS:
        raise ConfigError(f'Feature network {type!r} must be one of {sorted(FEATURE_NETWORKS)}.')
    return FEATURE_NETWORKS[type].prefix


def build_feature_network(type: str, **settings: object) -> nn.Module:
    """Build a feature network.

    Args:
        type: ``inception``, ``segmentor`` or ``efficientnet-lite0``.
        **settings: Its arguments.

    Returns:
        A module with ``features(images)``, ``prefix`` and ``protocol()``.

    Raises:
        ConfigError: If the type is unknown.
    """
    feature_prefix(type)
    return FEATURE_NETWORKS[type](**settings)
