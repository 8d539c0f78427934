"""Parity with the released networks, and the tool that checks it."""

import json
import re
import shutil

import fresh_process
import numpy as np
import pytest
import torch
from mmengine.config import Config
from tool_modules import load_tool

from projects.ecgan.analysis.parity import (
    Comparison,
    compare_discriminator,
    compare_images,
    compare_training,
    golden_weight,
)
from projects.ecgan.models.converters import infer_config
from projects.ecgan.structures import DenseLayout

CASES = ('ade_like', 'cityscapes_like', 'most_like')


@pytest.fixture(scope='module')
def tool():
    return load_tool('analysis_tools/check_parity.py')


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


@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
def test_all_groups_hold(layout_mode, golden_case):
    model = golden_case.build_model(layout_mode=layout_mode)
    images = compare_images(golden_case, model)
    outputs = compare_discriminator(golden_case, model)
    training = compare_training(golden_case, model)
    assert (len(images), len(outputs), len(training)) == (6, 10, 4 + 164 + 14)
    assert failed([*images, *outputs, *training]) == set()
    assert max(c.error for c in images) < 3e-5


def test_recipes_train_on_the_compared_objective(repo_root, golden_case, golden_model):
    recipe = Config.fromfile(repo_root / 'configs/_base_/models/ecgan.py').model
    assert recipe.gan_loss == dict(type='GANLoss', gan_type=golden_model.gan_loss.gan_type)
    assert recipe.feature_matching_loss == dict(
        type='FeatureMatchingLoss', loss_weight=golden_model.feature_matching_loss.loss_weight
    )
    assert recipe.final_weight == golden_model.final_weight
    parts = ('edge_generator', 'edge_transfer', 'semantic_module')
    compared = infer_config(golden_case.meta['generator'])
    assert [recipe.generator[p].type for p in parts] == [compared[p]['type'] for p in parts]


def test_training_step_leaves_the_weights(golden_case, golden_model, sound_model):
    compare_training(golden_case, golden_model)
    before = dict(sound_model.named_parameters())
    assert all(torch.equal(p, before[name]) for name, p in golden_model.named_parameters())


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


def test_dense_and_label_layouts_are_the_same_function(golden_case, golden_model):
    batch = golden_model.data_preprocessor(golden_case.batch(torch.float32))['inputs']
    golden_model.eval()
    with torch.no_grad():
        sparse = golden_model.generator(batch['layout'])['image']
        dense = golden_model.generator(DenseLayout(batch['layout'].one_hot()))['image']
    torch.testing.assert_close(sparse, dense, rtol=0, atol=1e-6)


@pytest.mark.slow
def test_command_line_on_every_case(shared_dir, tmp_path):
    folders = [str(shared_dir / 'golden' / name) for name in CASES]
    script, log = 'tools/analysis_tools/check_parity.py', tmp_path / 'log.txt'
    code = fresh_process.run(fresh_process.run_script, script, folders, log=log)
    printed = log.read_text()
    assert code == 0, printed
    assert printed.count('198 compared, 0 beyond tolerance') == 2
    assert printed.count('20 compared, 0 beyond tolerance') == 1
    assert printed.rstrip().endswith('parity holds')


@pytest.mark.slow
@pytest.mark.parametrize('name', CASES[1:])
def test_indexed_modulation_on_every_case(name, shared_dir, tool, capsys):
    assert tool.main([str(shared_dir / 'golden' / name), '--layout-mode', 'indexed']) == 0
    assert ' 0 beyond tolerance' in capsys.readouterr().out


@pytest.mark.slow
def test_float64_is_as_close_as_the_stored_float32_allows(shared_dir, tool, capsys):
    assert tool.main([str(shared_dir / 'golden/cityscapes_like'), '--dtype', 'float64']) == 0
    assert '198 compared, 0 beyond tolerance' in capsys.readouterr().out
