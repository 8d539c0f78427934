"""Perceptual loss on VGG-19 features (ECGAN's objective; arXiv 1603.08155)."""

from collections.abc import Mapping, Sequence

import torch
import torchvision
from mmagic.registry import MODELS
from torch import Tensor, nn
from torchvision.models.vgg import cfgs, make_layers

from ..weights import find_weights, keep_out_of_checkpoints
from .mean_differences import mean_differences

# relu1_1, relu2_1, relu3_1, relu4_1, relu5_1 by their index in torchvision's vgg19.features.
LAYER_WEIGHTS = {1: 1 / 32, 6: 1 / 16, 11: 1 / 8, 20: 1 / 4, 29: 1.0}


@MODELS.register_module()
class VGGPerceptualLoss(nn.Module):
    """Weighted sum over layers l of w_l * mean |VGG_l(fake) - VGG_l(real)|.

    Deviation from MMagic's ``PerceptualLoss``: that class always downloads torchvision's weights,
    whatever its ``pretrained`` says, and computes the features of a photo anew for each generated
    image. Here the weights may be a local file, and what :meth:`extract` gives serves several
    comparisons.

    Args:
        weights: Local file with torchvision's VGG-19 state dict (its ``features``); None for
            torchvision's download.
        layer_weights: w_l by index into ``vgg19.features``.
        normalize_input: Whether images are brought from [-1, 1] to ImageNet's statistics first. The
            released code feeds them as they are, hence False.
        loss_weight: Factor on the loss.

    Raises:
        MissingFileError: If the weights are not there and cannot be fetched.
    """

    def __init__(
        self,
        weights: str | None = None,
        layer_weights: Mapping[int, float] = LAYER_WEIGHTS,
        normalize_input: bool = False,
        loss_weight: float = 10.0,
    ) -> None:
        super().__init__()
        self.layer_weights = {int(index): weight for index, weight in layer_weights.items()}
        self.normalize_input = normalize_input
        self.loss_weight = loss_weight
        layers = make_layers(cfgs['E'], batch_norm=False)
        self.features = layers[: max(self.layer_weights) + 1].requires_grad_(False).eval()
        # Of the whole network's state dict only the convolutions that are used.
        state = _load_vgg_weights(weights)
        self.features.load_state_dict(
            {key: state[f'features.{key}'] for key in self.features.state_dict()}
        )
        for layer in self.features:
            if isinstance(layer, nn.ReLU):
                layer.inplace = False
        self.register_buffer('mean', torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), False)
        self.register_buffer('std', torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1), False)
        keep_out_of_checkpoints(self, 'features')

    def extract(self, image: Tensor) -> list[Tensor]:
        """Features of images ``(N, 3, H, W)`` in [-1, 1], RGB, one tensor a layer."""
        x = ((image + 1) / 2 - self.mean) / self.std if self.normalize_input else image
        outputs = []
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index in self.layer_weights:
                outputs.append(x)
        return outputs

    def forward(self, features: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
        """Compare what :meth:`extract` gave for generated images and for photos: a scalar."""
        differences = mean_differences(features, targets).unbind()
        weighted = zip(self.layer_weights.values(), differences, strict=True)
        return self.loss_weight * sum(weight * difference for weight, difference in weighted)


def _load_vgg_weights(path: str | None) -> dict[str, Tensor]:
    source = torchvision.models.VGG19_Weights.IMAGENET1K_V1.url
    found = find_weights(
        path or source,
        "VGG-19 (torchvision's state dict)",
        'perceptual_loss.weights',
        f'It can be downloaded from {source}; perceptual_loss=None turns the loss off.',
    )
    return torch.load(found, map_location='cpu', weights_only=True)
