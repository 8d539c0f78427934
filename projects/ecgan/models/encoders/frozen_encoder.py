"""Pretrained networks, frozen, as encoders: feature maps of several sizes of generated pictures."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...compat.safe_checkpoints import safe_load
from ...errors import CheckpointError, ConfigError
from ...weights import find_weights, keep_out_of_checkpoints
from ..parts.building import build_of_mmseg
from ..parts.feature_capture import capture_features
from .efficientnet_lite import LITES, fold_norms, last_blocks, load_efficientnet_lite

# Of RGB in [0, 1], as most networks trained on ImageNet have it.
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_PROBE = 64
# What classifiers of torchvision call their head; it is not run.
_HEADS = ('classifier', 'fc', 'head', 'heads')


class FrozenEncoder(nn.Module):
    """A network that never changes; gradients reach the picture.

    Its weights are left out of checkpoints and taken from here on loading.

    Args:
        name: What the network is called in reports.
        network: The network, with its weights.
        features: Submodules whose outputs are the features, fine to coarse. If there are none, the
            network's own outputs are.
        mean: What the network takes off RGB in [0, 1].
        std: What it divides by then.
        method: What is called of the network.
    """

    def __init__(
        self,
        name: str,
        network: nn.Module,
        features: Sequence[str] = (),
        mean: Sequence[float] = IMAGENET_MEAN,
        std: Sequence[float] = IMAGENET_STD,
        method: str = '__call__',
    ) -> None:
        super().__init__()
        self.network_name = name
        self.network = network.requires_grad_(False)
        self.method = method
        self.features = tuple(features)
        for key, values in (('mean', mean), ('std', std)):
            self.register_buffer(key, torch.tensor(values).view(1, 3, 1, 1), persistent=False)
        keep_out_of_checkpoints(self, 'network')
        self.train(False)
        with torch.no_grad():
            self.channels = [each.shape[1] for each in self(torch.zeros(1, 3, _PROBE, _PROBE))]

    def train(self, mode: bool = True) -> 'FrozenEncoder':
        """Stay in evaluation mode."""
        return super().train(False)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Describe pictures.

        Args:
            images: RGB, ``(N, 3, H, W)`` in [-1, 1].

        Returns:
            Features, fine to coarse, ``(N, channels[i], h_i, w_i)``.
        """
        x = ((images + 1) / 2 - self.mean) / self.std
        with capture_features(self.network, self.features) as maps:
            outputs = getattr(self.network, self.method)(x)
        if self.features:
            return [maps[name] for name in self.features]
        return [outputs] if isinstance(outputs, Tensor) else list(outputs)


def build_encoder(config: dict) -> FrozenEncoder:
    """Build a frozen encoder.

    Args:
        config: One of

            * ``dict(type='efficientnet-lite0')``, or ``-lite1``: trained on ImageNet, weights from
              a package;
            * ``dict(type='torchvision.vgg19', weights='FILE', features=('features.3', ..))``: a
              classifier of torchvision by name, its state dict, and submodules fine to coarse;
            * ``dict(type='mmseg.ResNetV1c', weights='FILE', depth=18, ..)``: a backbone of
              mmsegmentation, or one registered there, from its own or a whole model's weights.

    Returns:
        The encoder.

    Raises:
        ConfigError: The type is another, or a needed entry or package is missing.
        MissingFileError: There is no such file of weights.
        CheckpointError: The weights do not fit.
    """
    settings = dict(config)
    kind = settings.pop('type')
    if kind in LITES:
        network, _ = load_efficientnet_lite(kind)
        # The head is not needed.
        network._conv_head = network._bn1 = network._fc = nn.Identity()
        fold_norms(network)
        scale = (127 / 255,) * 3, (128 / 255,) * 3
        return FrozenEncoder(kind, network, last_blocks(network), *scale, method='extract_features')
    library, _, name = kind.partition('.')
    if library not in ('torchvision', 'mmseg') or not name:
        lites = ', '.join(map(repr, LITES))
        raise ConfigError(
            f"encoder.type must be {lites}, 'torchvision.NAME' or 'mmseg.NAME', got {kind!r}"
        )
    weights = settings.pop('weights', None)
    if weights is None:
        raise ConfigError(f'encoder {kind} needs weights: a local file or an address')
    if library == 'mmseg':
        network, features = build_of_mmseg(dict(settings, type=name)), ()
    else:
        features = settings.pop('features', ())
        network = _build_classifier(kind, name, features, settings)
    _load(network, weights, kind)
    for head in _HEADS if library == 'torchvision' else ():
        if hasattr(network, head):
            setattr(network, head, nn.Identity())
    return FrozenEncoder(kind, network, features)


def _build_classifier(kind: str, name: str, features: Sequence[str], settings: dict) -> nn.Module:
    from torchvision.models import get_model, list_models

    if name not in list_models() or not features or settings:
        raise ConfigError(
            f'encoder {kind} is to name a model of torchvision and features=(submodules, fine to '
            f'coarse), and nothing else; got features={features!r} and {sorted(settings)}'
        )
    return get_model(name, weights=None)


def _load(network: nn.Module, weights: str, kind: str) -> None:
    """All of a network's weights, from its own state dict or from a model's that holds it."""
    path = find_weights(weights, f'encoder {kind}', 'encoder.weights')
    content = safe_load(path, map_location='cpu')
    state = content.get('state_dict', content)
    state = {key.removeprefix('backbone.'): value for key, value in state.items()}
    own = network.state_dict()
    wrong = [
        key
        for key, value in own.items()
        if not key.endswith('num_batches_tracked')
        and (key not in state or state[key].shape != value.shape)
    ]
    if wrong:
        raise CheckpointError(
            f'{path} is not of {kind}: {len(wrong)} of {len(own)} tensors are missing or of '
            f'another shape, {wrong[0]} first'
        )
    network.load_state_dict({k: v for k, v in state.items() if k in own}, strict=False)
