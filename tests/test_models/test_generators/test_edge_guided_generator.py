"""Edges generated from the features of a network from elsewhere, and what they gate."""

import pytest
import torch
from pix2pix_toys import build_in_scope

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.parts.feature_capture import capture_features

UNET = dict(type='UnetGenerator', out_channels=3, num_down=5, base_channels=4)
RESNET = dict(
    type='ResnetGenerator',
    out_channels=3,
    base_channels=4,
    norm_cfg=dict(type='IN'),
    num_blocks=1,
    init_cfg=dict(type='normal', gain=0.02),
)
TRANSFER = dict(type='AttentionEdgeTransfer')
X = torch.rand(2, 5, 32, 32)


def build(generator=UNET, transfer=TRANSFER, **more):
    return build_in_scope(
        dict(
            type='EdgeGuidedGenerator',
            generator=generator,
            in_channels=5,
            edge_generator=dict(type='EdgeGenerator'),
            edge_transfer=transfer,
            **more,
        )
    )


def run(model):
    with capture_features(model, ['edge']) as outputs:
        return model(X), outputs['edge']


def test_edges_come_from_the_finest_block_and_gate_the_image():
    model = build().eval()
    image, edge = run(model)
    with capture_features(model.generator, ['model.model.1']) as features:
        plain = model.generator(X)
    large = features['model.model.1'].repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.equal(edge, model.edge_generator(large)[0])
    torch.testing.assert_close(image, plain * torch.sigmoid(edge) + plain)
    assert image.shape == edge.shape == (2, 3, 32, 32)


def test_without_a_transfer_the_image_is_the_networks_own():
    model = build(transfer=None).eval()
    image, edge = run(model)
    assert torch.equal(image, model.generator(X)) and edge.abs().max() <= 1


def test_edges_reach_the_networks_features():
    model = build()
    _, edge = run(model)
    edge.square().sum().backward()
    reached = {n for n, p in model.named_parameters() if p.grad is not None and p.grad.abs().any()}
    assert 'generator.model.model.0.conv.weight' in reached
    assert any(name.startswith('edge_generator.') for name in reached)
    # What comes after the feature has no part in the edges.
    assert not any(name.startswith('generator.model.model.2') for name in reached)


def test_other_networks_name_their_feature():
    with pytest.raises(ConfigError, match=r'ResnetGenerator has no skip blocks.*edge_feature'):
        build(RESNET)
    image, edge = run(build(RESNET, edge_feature='model.3'))
    assert image.shape == edge.shape == (2, 3, 32, 32)


def test_each_part_is_initialised_as_it_is_alone():
    model = build()
    model.init_weights()
    assert model.generator.model.model[0].conv.weight.std() < 0.03
    assert not model.edge_generator.to_edge.bias.any()
