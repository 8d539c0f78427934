"""Parity with the released networks, and that a wrong part does not go unnoticed."""

import copy
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmagic.registry import MODELS
from mmengine.config import Config
from torch import nn
from torch.nn import functional as F

from projects.ecgan.models import objective
from projects.ecgan.models.converters import (
    Comparison,
    compare_discriminator,
    compare_images,
    compare_training,
    golden_weight,
    infer_config,
    read_golden,
)
from projects.ecgan.models.discriminators import multi_modality_discriminator as discriminator
from projects.ecgan.models.generators import heads, semantic_preserving
from projects.ecgan.models.layers import spade
from projects.ecgan.structures import DenseLayout, Layout, layout

CASES = ('ade_like', 'cityscapes_like', 'most_like')


@pytest.fixture(scope='module')
def tool(repo_root):
    path = repo_root / 'tools/analysis_tools/check_parity.py'
    spec = importlib.util.spec_from_file_location('check_parity', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='module')
def case(shared_dir):
    return read_golden(shared_dir / 'golden/ade_like')


@pytest.fixture(scope='module')
def sound_model(case):
    # the plain way, so that what a test breaks is what computes
    return case.build_model(modulation='plain')


@pytest.fixture
def model(sound_model):
    return copy.deepcopy(sound_model)


def failed(comparisons):
    return {c.group for c in comparisons if not c.passed}


def test_weights_follow_from_their_names():
    weight = golden_weight('generator', 'fc.weight', (2, 3, 3, 3))
    # crc32(b'generator.fc.weight') = 0xb99b5fab seeds NumPy's legacy generator; / sqrt(27)
    expected = np.random.RandomState(0xB99B5FAB).standard_normal(54) / 27**0.5
    assert weight.dtype == torch.float32
    np.testing.assert_allclose(weight.flatten(), expected, rtol=1e-6)
    bias = golden_weight('discriminator', 'discriminator_1.model4.0.bias', (1,))
    assert abs(bias).item() < 0.5


def test_comparison_does_not_let_nan_pass():
    assert Comparison('g', 'n', 1e-5, 1e-4).passed
    assert not Comparison('g', 'n', 2e-4, 1e-4).passed
    assert not Comparison('g', 'n', float('nan'), 1e-4).passed


@pytest.mark.parametrize('modulation', ['plain', 'indexed'])
def test_all_groups_hold(modulation, case):
    model = case.build_model(modulation=modulation)
    images = compare_images(case, model)
    outputs = compare_discriminator(case, model)
    training = compare_training(case, model)
    assert (len(images), len(outputs), len(training)) == (6, 10, 4 + 164 + 14)
    assert failed([*images, *outputs, *training]) == set()
    assert max(c.error for c in images) < 3e-5


def test_recipes_train_on_the_compared_objective(repo_root, case, model):
    recipe = Config.fromfile(repo_root / 'configs/_base_/models/ecgan.py').model
    assert recipe.gan_loss == dict(type='GANLoss', gan_type=model.gan_loss.gan_type)
    assert recipe.feature_matching_loss == dict(
        type='FeatureMatchingLoss', loss_weight=model.feature_matching_loss.loss_weight
    )
    assert recipe.final_weight == model.final_weight
    parts = ('edge_generator', 'edge_transfer', 'semantic_module')
    compared = infer_config(case.meta['generator'])
    assert [recipe.generator[p].type for p in parts] == [compared[p]['type'] for p in parts]


def test_training_step_leaves_the_weights(case, model, sound_model):
    compare_training(case, model)
    before = dict(sound_model.named_parameters())
    assert all(torch.equal(p, before[name]) for name, p in model.named_parameters())


# Generator: each of these is wrong in one place; images must show it. ----------------------------


def _pad_by_replication(model, monkeypatch):
    model.generator.trunk.blocks['up_3'].conv_1.padding_mode = 'replicate'


def _unknown_channel_first(model, monkeypatch):
    one_hot = Layout.one_hot
    monkeypatch.setattr(Layout, 'one_hot', lambda self, dtype: one_hot(self, dtype).roll(1, 1))


def _swap_gamma_and_beta(model, monkeypatch):
    norm = model.generator.trunk.blocks['up_0'].norm_1
    norm.gamma, norm.beta = norm.beta, norm.gamma


def _swap_edge_and_image_heads(model, monkeypatch):
    edge, image = model.generator.edge_generator, model.generator.image_generator
    edge.ladder, image.ladder = image.ladder, edge.ladder


def _swap_two_kernel_axes(model, monkeypatch):
    conv = model.generator.trunk.blocks['middle_0'].conv_0.parametrizations.weight
    conv.original.data = conv.original.data.transpose(2, 3).contiguous()


def _gamma_without_one(model, monkeypatch):
    # normalised * gamma instead of normalised * (1 + gamma)
    model.generator.trunk.blocks['up_2'].norm_0.gamma.bias.data -= 1


def _shortcut_without_norm(model, monkeypatch):
    model.generator.trunk.blocks['up_1'].norm_s.forward = lambda x, layout: x


def _trunk_slope(model, monkeypatch):
    monkeypatch.setattr(spade, 'LEAKY_SLOPE', 0.01)


def _head_slope(model, monkeypatch):
    monkeypatch.setattr(heads, 'LEAKY_SLOPE', 0.01)


def _semantic_slope(model, monkeypatch):
    monkeypatch.setattr(semantic_preserving, 'LEAKY_SLOPE', 0.01)


def _batch_norm_epsilon(model, monkeypatch):
    model.generator.trunk.blocks['head'].norm_0.norm.eps = 1e-3


def _no_spectral_norm(model, monkeypatch):
    model.generator.trunk.blocks['up_3'].conv_s.parametrizations.weight[0] = nn.Identity()


def _centred_nearest(model, monkeypatch):
    def centres(source, target, device=None):
        return ((torch.arange(target, device=device) + 0.5) * source / target).long()

    monkeypatch.setattr(layout, 'nearest_indices', centres)


def _bilinear_upsampling(model, monkeypatch):
    interpolate = F.interpolate
    monkeypatch.setattr(
        F, 'interpolate', lambda x, scale_factor, mode: interpolate(x, None, 2, 'bilinear')
    )


class _GateOnly(nn.Module):
    def forward(self, x, edge):
        return x * torch.sigmoid(edge)


def _transfer_without_sum(model, monkeypatch):
    model.generator.edge_transfer = _GateOnly()


def _edges_before_image_in_semantic_module(model, monkeypatch):
    weight = model.generator.semantic_module.to_classes.weight.data
    first = model.generator.trunk.out_channels
    order = [*range(first + 3, first + 6), *range(first, first + 3)]
    weight[:, first : first + 6] = weight[:, order]


def _semantic_module_without_gate(model, monkeypatch):
    without_gate = SimpleNamespace(
        addcmul=lambda x, y, gate: x, cat=torch.cat, sigmoid=torch.sigmoid, tanh=torch.tanh
    )
    monkeypatch.setattr(semantic_preserving, 'torch', without_gate)


GENERATOR_BREAKS = [
    _pad_by_replication,
    _unknown_channel_first,
    _swap_gamma_and_beta,
    _swap_edge_and_image_heads,
    _swap_two_kernel_axes,
    _gamma_without_one,
    _shortcut_without_norm,
    _trunk_slope,
    _head_slope,
    _semantic_slope,
    _batch_norm_epsilon,
    _no_spectral_norm,
    _centred_nearest,
    _bilinear_upsampling,
    _transfer_without_sum,
    _edges_before_image_in_semantic_module,
    _semantic_module_without_gate,
]


@pytest.mark.parametrize('break_it', GENERATOR_BREAKS, ids=lambda f: f.__name__[1:])
def test_wrong_generator_is_caught(break_it, case, model, monkeypatch):
    break_it(model, monkeypatch)
    assert 'images, train' in failed(compare_images(case, model))


# Discriminator ------------------------------------------------------------------------------------


def _pad_discriminator_by_replication(model, monkeypatch):
    model.discriminator.scales[0].stages[1].padding_mode = 'replicate'


def _image_before_layout(model, monkeypatch):
    weight = model.discriminator.scales[0].first.weight.data
    weight.copy_(weight.roll(3, 1))


def _swap_scales(model, monkeypatch):
    scales = model.discriminator.scales
    scales[0], scales[1] = scales[1], scales[0]


def _pool_counts_padding(model, monkeypatch):
    monkeypatch.setattr(discriminator, '_halve', lambda x: F.avg_pool2d(x, 3, 2, 1))


def _discriminator_slope(model, monkeypatch):
    monkeypatch.setattr(discriminator, 'LEAKY_SLOPE', 0.1)


def _instance_norm_epsilon(model, monkeypatch):
    instance_norm = F.instance_norm
    monkeypatch.setattr(F, 'instance_norm', lambda x, eps: instance_norm(x, eps=1e-3))


def _no_spectral_norm_in_last_stage(model, monkeypatch):
    # instance norm cancels the scale of a weight, up to its epsilon: seen because sigma is not 1
    model.discriminator.scales[1].stages[2].parametrizations.weight[0] = nn.Identity()


DISCRIMINATOR_BREAKS = [
    _pad_discriminator_by_replication,
    _image_before_layout,
    _swap_scales,
    _pool_counts_padding,
    _discriminator_slope,
    _instance_norm_epsilon,
    _no_spectral_norm_in_last_stage,
]


@pytest.mark.parametrize('break_it', DISCRIMINATOR_BREAKS, ids=lambda f: f.__name__[1:])
def test_wrong_discriminator_is_caught(break_it, case, model, monkeypatch):
    break_it(model, monkeypatch)
    assert failed(compare_discriminator(case, model))


# Objective: outputs are right, losses or only gradients are not. ---------------------------------


def _lambda_of_one(model, monkeypatch):
    model.final_weight = 1.0
    return {'loss generator_gan', 'loss discriminator_fake', 'loss discriminator_real'}


def _feature_matching_weight(model, monkeypatch):
    model.feature_matching_loss.loss_weight = 9.99
    return {'loss generator_feature_matching', 'gradient norms, generator'}


def _log_loss(model, monkeypatch):
    model.gan_loss = MODELS.build(dict(type='GANLoss', gan_type='vanilla'))
    return {'loss generator_gan', 'loss discriminator_fake', 'loss discriminator_real'}


def _edges_matched_with_photos(model, monkeypatch):
    monkeypatch.setattr(objective, 'modality', lambda name: 'image')
    return {'loss generator_feature_matching', 'gradient norms, generator'}


class _GateWithoutGradient(nn.Module):
    def forward(self, x, edge):
        return x * torch.sigmoid(edge.detach()) + x


def _transfer_stops_gradient(model, monkeypatch):
    model.generator.edge_transfer = _GateWithoutGradient()
    return {'gradient norms, generator'}


class _ConstantSigma(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, weight):
        return weight * (self.norm(weight) / weight).detach().mean()


def _sigma_without_gradient(model, monkeypatch):
    # not seen where a norm follows the convolution: that cancels the weight's scale, and with it
    # the gradient by way of sigma
    weight = model.generator.trunk.blocks['up_3'].conv_1.parametrizations.weight
    weight[0] = _ConstantSigma(weight[0])
    return {'gradient norms, generator'}


OBJECTIVE_BREAKS = [
    _lambda_of_one,
    _feature_matching_weight,
    _log_loss,
    _edges_matched_with_photos,
    _transfer_stops_gradient,
    _sigma_without_gradient,
]


@pytest.mark.parametrize('break_it', OBJECTIVE_BREAKS, ids=lambda f: f.__name__[1:])
def test_wrong_objective_is_caught(break_it, case, model, monkeypatch):
    expected = break_it(model, monkeypatch)
    groups = failed(compare_training(case, model))
    assert expected <= groups
    if all(group.startswith('gradient') for group in expected):
        assert groups == expected


# The tool -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(shared_dir, tmp_path):
    """A writable copy of a case."""
    copied = tmp_path / 'case'
    shutil.copytree(shared_dir / 'golden/ade_like', copied)
    copied.chmod(0o755)
    for path in copied.iterdir():
        path.chmod(0o644)
    return copied


def edit_meta(folder, edit):
    meta = json.loads((folder / 'meta.json').read_text())
    edit(meta)
    (folder / 'meta.json').write_text(json.dumps(meta))


def edit_tensors(folder, edit):
    with np.load(folder / 'tensors.npz') as archive:
        tensors = dict(archive)
    edit(tensors)
    np.savez(folder / 'tensors.npz', **tensors)


def test_tool_works_without_gradient_norms(tool, folder, capsys):
    edit_meta(folder, lambda m: [m.pop('grad_norm_generator'), m.pop('grad_norm_discriminator')])
    assert tool.main([str(folder)]) == 0
    printed = capsys.readouterr().out
    assert '20 compared, 0 beyond tolerance' in printed
    assert 'parity holds' in printed and 'gradient' not in printed


def test_tool_fails_beyond_tolerance(tool, folder, capsys):
    edit_meta(folder, lambda m: m['losses'].update(discriminator_fake=3.80815))
    edit_tensors(folder, lambda t: t['eval_edge'].__setitem__((1, 2, 5, 7), float('nan')))
    assert tool.main([str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    bad = [line for line in lines if 'FAILED' in line]
    assert len(bad) == 2
    assert 'eval_edge' in bad[0] and 'discriminator_fake' in bad[1]
    assert lines[-1] == 'parity does NOT hold: 2 beyond tolerance'


def _rename(meta):
    meta['generator']['fd.weight'] = meta['generator'].pop('fc1.weight')


def _wrong_shape(meta):
    meta['generator']['up_1.conv_s.weight'] = [16, 31, 1, 1]


def _missing_weight(meta):
    meta['discriminator'].pop('discriminator_1.model2.0.0.weight')


def _wrong_depth(meta):
    meta['config']['num_upsampling_layers'] = 'most'


def _unnormalised(meta):
    meta['spectrally_normalised'].remove('generator.head_0.conv_0.weight')


@pytest.mark.parametrize(
    ('edit', 'message'),
    [
        (_rename, "'fd.weight' is not a tensor of the released generator"),
        (_wrong_shape, r'size mismatch for trunk.blocks.up_1.conv_s'),
        (_missing_weight, r'Missing key.*scales.1.stages.1'),
        (_wrong_depth, "upsampling 'most' does not fit"),
        (_unnormalised, r'Missing key.*blocks.head.conv_0.parametrizations.weight.original'),
        (lambda m: m['losses'].pop('generator_gan'), r"lacks \['generator_gan'\]"),
        (lambda m: m.update(semantic_nc=9), 'semantic_nc is 9'),
    ],
)
def test_tool_names_what_is_wrong_with_a_folder(edit, message, tool, folder, capsys):
    edit_meta(folder, edit)
    assert tool.main([str(folder)]) == 2
    error = capsys.readouterr().err.replace('\n', ' ')
    assert str(folder) in error
    assert re.search(message, error), error


def test_tool_names_missing_folders_and_tensors(tool, folder, tmp_path, capsys):
    assert tool.main([str(tmp_path / 'nowhere')]) == 2
    assert 'nowhere does not exist' in capsys.readouterr().err
    edit_tensors(folder, lambda t: t.pop('train_edge'))
    assert tool.main([str(folder)]) == 2
    assert "lacks ['train_edge']" in capsys.readouterr().err
    (folder / 'tensors.npz').write_bytes(b'PK no archive')
    assert tool.main([str(folder)]) == 2
    assert 'is not a readable archive' in capsys.readouterr().err


def test_dense_and_label_layouts_are_the_same_function(case, model):
    batch = model.data_preprocessor(case.batch(torch.float32))['inputs']
    model.eval()
    with torch.no_grad():
        sparse = model.generator(batch['layout'])['image']
        dense = model.generator(DenseLayout(batch['layout'].one_hot()))['image']
    torch.testing.assert_close(sparse, dense, rtol=0, atol=1e-6)


@pytest.mark.slow
def test_command_line_on_every_case(shared_dir, repo_root):
    folders = [str(shared_dir / 'golden' / name) for name in CASES]
    done = subprocess.run(
        [sys.executable, 'tools/analysis_tools/check_parity.py', *folders],
        cwd=repo_root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('198 compared, 0 beyond tolerance') == 2
    assert done.stdout.count('20 compared, 0 beyond tolerance') == 1
    assert done.stdout.rstrip().endswith('parity holds')


@pytest.mark.slow
@pytest.mark.parametrize('name', CASES[1:])
def test_indexed_modulation_on_every_case(name, shared_dir, tool, capsys):
    assert tool.main([str(shared_dir / 'golden' / name), '--modulation', 'indexed']) == 0
    assert ' 0 beyond tolerance' in capsys.readouterr().out


@pytest.mark.slow
def test_float64_is_as_close_as_the_stored_float32_allows(shared_dir, tool, capsys):
    assert tool.main([str(shared_dir / 'golden/cityscapes_like'), '--dtype', 'float64']) == 0
    assert '198 compared, 0 beyond tolerance' in capsys.readouterr().out
