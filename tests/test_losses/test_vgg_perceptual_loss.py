import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.vgg import cfgs, make_layers

from projects.ecgan.losses import VGGPerceptualLoss

SHALLOW = {1: 0.5, 6: 2.0}


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    """Random weights in torchvision's format."""
    torch.manual_seed(0)
    layers = make_layers(cfgs['E'])
    path = tmp_path_factory.mktemp('vgg') / 'vgg19.pth'
    torch.save({f'features.{key}': value for key, value in layers.state_dict().items()}, path)
    return str(path)


def test_weighted_distance_of_relu_features(weights):
    loss = VGGPerceptualLoss(weights, layer_weights=SHALLOW, loss_weight=3.0)
    fake, real = torch.rand(2, 1, 3, 16, 16) * 2 - 1
    found = loss(loss.extract(fake), loss.extract(real))
    state = torch.load(weights, weights_only=True)

    def features(x):
        outputs = []
        for index in (0, 2, 5):
            x = F.relu(
                F.conv2d(
                    x, state[f'features.{index}.weight'], state[f'features.{index}.bias'], padding=1
                )
            )
            outputs.append(x)
            x = F.max_pool2d(x, 2) if index == 2 else x
        return outputs[0], outputs[2]

    expected = sum(
        weight * (a - b).abs().mean()
        for weight, a, b in zip(SHALLOW.values(), features(fake), features(real))
    )
    torch.testing.assert_close(found, 3.0 * expected)


def test_frozen_weights_stay_out_of_checkpoints(weights):
    model = nn.ModuleDict(dict(loss=VGGPerceptualLoss(weights, SHALLOW), head=nn.Linear(1, 1)))
    assert not any(p.requires_grad for p in model['loss'].parameters())
    state = model.state_dict()
    assert set(state) == {'head.weight', 'head.bias'}
    model.load_state_dict(state, strict=True)


def test_normalised_input_has_imagenets_statistics(weights):
    loss = VGGPerceptualLoss(weights, {1: 1.0}, normalize_input=True)
    plain = VGGPerceptualLoss(weights, {1: 1.0})
    grey = torch.zeros(1, 3, 8, 8)
    shifted = ((0.5 - loss.mean) / loss.std).expand(1, 3, 8, 8)
    torch.testing.assert_close(loss.extract(grey)[0], plain.extract(shifted)[0])


def test_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.pth.*perceptual_loss=None'):
        VGGPerceptualLoss(str(tmp_path / 'none.pth'))
