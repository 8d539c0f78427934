"""That a wrong part of the model does not go unnoticed by the comparison with golden numbers."""

from types import SimpleNamespace

import pytest
import torch
from mmagic.registry import MODELS
from torch import nn
from torch.nn import functional as F

from projects.ecgan.analysis.parity import (
    compare_discriminator,
    compare_images,
    compare_training,
)
from projects.ecgan.models.discriminators import multi_modality_discriminator as discriminator
from projects.ecgan.models.ecgan import objective
from projects.ecgan.models.generators import heads, semantic_preserving
from projects.ecgan.models.layers import spade
from projects.ecgan.structures import Layout, layout

GENERATOR_BREAKS, DISCRIMINATOR_BREAKS, OBJECTIVE_BREAKS = [], [], []


def breaks(group):
    """Enter a function that makes one thing wrong in a group of breaks."""

    def enter(break_it):
        group.append(break_it)
        return break_it

    return enter


def failed(comparisons):
    return {c.group for c in comparisons if not c.passed}


# Generator: each of these is wrong in one place; images must show it. ----------------------------


@breaks(GENERATOR_BREAKS)
def _pad_by_replication(model, monkeypatch):
    model.generator.trunk.blocks['up_3'].conv_1.padding_mode = 'replicate'


@breaks(GENERATOR_BREAKS)
def _unknown_channel_first(model, monkeypatch):
    one_hot = Layout.one_hot
    monkeypatch.setattr(Layout, 'one_hot', lambda self, dtype: one_hot(self, dtype).roll(1, 1))


@breaks(GENERATOR_BREAKS)
def _swap_gamma_and_beta(model, monkeypatch):
    norm = model.generator.trunk.blocks['up_0'].norm_1
    norm.gamma, norm.beta = norm.beta, norm.gamma


@breaks(GENERATOR_BREAKS)
def _swap_edge_and_image_heads(model, monkeypatch):
    edge, image = model.generator.edge_generator, model.generator.image_generator
    edge.ladder, image.ladder = image.ladder, edge.ladder


@breaks(GENERATOR_BREAKS)
def _swap_two_kernel_axes(model, monkeypatch):
    conv = model.generator.trunk.blocks['middle_0'].conv_0.parametrizations.weight
    conv.original.data = conv.original.data.transpose(2, 3).contiguous()


@breaks(GENERATOR_BREAKS)
def _gamma_without_one(model, monkeypatch):
    # normalised * gamma instead of normalised * (1 + gamma)
    model.generator.trunk.blocks['up_2'].norm_0.gamma.bias.data -= 1


@breaks(GENERATOR_BREAKS)
def _shortcut_without_norm(model, monkeypatch):
    block = model.generator.trunk.blocks['up_1']
    block.share_norm = False
    block.norm_s.forward = lambda x, layout: x


@breaks(GENERATOR_BREAKS)
def _trunk_slope(model, monkeypatch):
    monkeypatch.setattr(spade, 'LEAKY_SLOPE', 0.01)


@breaks(GENERATOR_BREAKS)
def _head_slope(model, monkeypatch):
    monkeypatch.setattr(heads, 'LEAKY_SLOPE', 0.01)


@breaks(GENERATOR_BREAKS)
def _semantic_slope(model, monkeypatch):
    monkeypatch.setattr(semantic_preserving, 'LEAKY_SLOPE', 0.01)


@breaks(GENERATOR_BREAKS)
def _batch_norm_epsilon(model, monkeypatch):
    model.generator.trunk.blocks['head'].norm_0.norm.eps = 1e-3


@breaks(GENERATOR_BREAKS)
def _no_spectral_norm(model, monkeypatch):
    model.generator.trunk.blocks['up_3'].conv_s.parametrizations.weight[0] = nn.Identity()


@breaks(GENERATOR_BREAKS)
def _centred_nearest(model, monkeypatch):
    def centred(x, size):
        rows, columns = (
            ((torch.arange(target) + 0.5) * source / target).long()
            for source, target in zip(x.shape[-2:], size)
        )
        return x[..., rows[:, None], columns]

    monkeypatch.setattr(layout, 'nearest_resize', centred)


@breaks(GENERATOR_BREAKS)
def _bilinear_upsampling(model, monkeypatch):
    interpolate = F.interpolate
    monkeypatch.setattr(
        F, 'interpolate', lambda x, scale_factor, mode: interpolate(x, None, 2, 'bilinear')
    )


class _GateOnly(nn.Module):
    def forward(self, x, edge):
        return x * torch.sigmoid(edge)


@breaks(GENERATOR_BREAKS)
def _transfer_without_sum(model, monkeypatch):
    model.generator.edge_transfer = _GateOnly()


@breaks(GENERATOR_BREAKS)
def _edges_before_image_in_semantic_module(model, monkeypatch):
    weight = model.generator.semantic_module.to_classes.weight.data
    first = model.generator.trunk.out_channels
    order = [*range(first + 3, first + 6), *range(first, first + 3)]
    weight[:, first : first + 6] = weight[:, order]


@breaks(GENERATOR_BREAKS)
def _semantic_module_without_gate(model, monkeypatch):
    without_gate = SimpleNamespace(
        addcmul=lambda x, y, gate: x, cat=torch.cat, sigmoid=torch.sigmoid, tanh=torch.tanh
    )
    monkeypatch.setattr(semantic_preserving, 'torch', without_gate)


@pytest.mark.parametrize('break_it', GENERATOR_BREAKS, ids=lambda f: f.__name__[1:])
def test_wrong_generator_is_caught(break_it, golden_case, golden_model, monkeypatch):
    break_it(golden_model, monkeypatch)
    assert 'images, train' in failed(compare_images(golden_case, golden_model))


# Discriminator ------------------------------------------------------------------------------------


@breaks(DISCRIMINATOR_BREAKS)
def _pad_discriminator_by_replication(model, monkeypatch):
    model.discriminator.scales[0].stages[1].padding_mode = 'replicate'


@breaks(DISCRIMINATOR_BREAKS)
def _image_before_layout(model, monkeypatch):
    weight = model.discriminator.scales[0].first.weight.data
    weight.copy_(weight.roll(3, 1))


@breaks(DISCRIMINATOR_BREAKS)
def _swap_scales(model, monkeypatch):
    scales = model.discriminator.scales
    scales[0], scales[1] = scales[1], scales[0]


@breaks(DISCRIMINATOR_BREAKS)
def _pool_counts_padding(model, monkeypatch):
    monkeypatch.setattr(discriminator, '_halve', lambda x: F.avg_pool2d(x, 3, 2, 1))


@breaks(DISCRIMINATOR_BREAKS)
def _discriminator_slope(model, monkeypatch):
    monkeypatch.setattr(discriminator, 'LEAKY_SLOPE', 0.1)


@breaks(DISCRIMINATOR_BREAKS)
def _instance_norm_epsilon(model, monkeypatch):
    instance_norm = F.instance_norm
    monkeypatch.setattr(F, 'instance_norm', lambda x, eps: instance_norm(x, eps=1e-3))


@breaks(DISCRIMINATOR_BREAKS)
def _no_spectral_norm_in_last_stage(model, monkeypatch):
    # instance norm cancels the scale of a weight, up to its epsilon: seen because sigma is not 1
    model.discriminator.scales[1].stages[2].parametrizations.weight[0] = nn.Identity()


@pytest.mark.parametrize('break_it', DISCRIMINATOR_BREAKS, ids=lambda f: f.__name__[1:])
def test_wrong_discriminator_is_caught(break_it, golden_case, golden_model, monkeypatch):
    break_it(golden_model, monkeypatch)
    assert failed(compare_discriminator(golden_case, golden_model))


# Objective: outputs are right, losses or only gradients are not. ---------------------------------


@breaks(OBJECTIVE_BREAKS)
def _lambda_of_one(model, monkeypatch):
    model.final_weight = 1.0
    return {'loss generator_gan', 'loss discriminator_fake', 'loss discriminator_real'}


@breaks(OBJECTIVE_BREAKS)
def _feature_matching_weight(model, monkeypatch):
    model.feature_matching_loss.loss_weight = 9.99
    return {'loss generator_feature_matching', 'gradient norms, generator'}


@breaks(OBJECTIVE_BREAKS)
def _log_loss(model, monkeypatch):
    model.gan_loss = MODELS.build(dict(type='GANLoss', gan_type='vanilla'))
    return {'loss generator_gan', 'loss discriminator_fake', 'loss discriminator_real'}


@breaks(OBJECTIVE_BREAKS)
def _edges_matched_with_photos(model, monkeypatch):
    monkeypatch.setattr(objective, 'modality', lambda name: 'image')
    return {'loss generator_feature_matching', 'gradient norms, generator'}


class _GateWithoutGradient(nn.Module):
    def forward(self, x, edge):
        return x * torch.sigmoid(edge.detach()) + x


@breaks(OBJECTIVE_BREAKS)
def _transfer_stops_gradient(model, monkeypatch):
    model.generator.edge_transfer = _GateWithoutGradient()
    return {'gradient norms, generator'}


class _ConstantSigma(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, weight):
        return weight * (self.norm(weight) / weight).detach().mean()


@breaks(OBJECTIVE_BREAKS)
def _sigma_without_gradient(model, monkeypatch):
    # not seen where a norm follows the convolution: that cancels the weight's scale, and with it
    # the gradient by way of sigma
    weight = model.generator.trunk.blocks['up_3'].conv_1.parametrizations.weight
    weight[0] = _ConstantSigma(weight[0])
    return {'gradient norms, generator'}


@pytest.mark.parametrize('break_it', OBJECTIVE_BREAKS, ids=lambda f: f.__name__[1:])
def test_wrong_objective_is_caught(break_it, golden_case, golden_model, monkeypatch):
    expected = break_it(golden_model, monkeypatch)
    groups = failed(compare_training(golden_case, golden_model))
    assert expected <= groups
    if all(group.startswith('gradient') for group in expected):
        assert groups == expected
