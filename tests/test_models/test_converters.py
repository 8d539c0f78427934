"""Released state dicts, made on the spot, to checkpoints of this project."""

import re

import pytest
import torch
from mmagic.registry import MODELS
from mmengine.runner import load_checkpoint
from tool_modules import load_tool

from projects.ecgan.errors import CheckpointError
from projects.ecgan.models import ECGAN
from projects.ecgan.models.converters import (
    convert_name,
    exact_singular_vectors,
    identify,
    infer_config,
    network_of,
)
from projects.ecgan.structures import Layout

CHANNELS, CLASSES, BASE = 5, 4, 2


@pytest.fixture(scope='module')
def tool():
    return load_tool('model_converters/convert_reference.py')


def conv(state, name, outside, inside, kernel=3, bias=True, normalised=False):
    """A convolution as PyTorch's older spectral norm, or a plain one, stores it."""
    weight = torch.randn(outside, inside, kernel, kernel)
    if bias:
        state[f'{name}.bias'] = torch.randn(outside)
    if normalised:
        state[f'{name}.weight_orig'] = weight
        # near the singular vectors, as training leaves them
        u, _, v = torch.linalg.svd(weight.flatten(1), full_matrices=False)
        for key, vector in (('u', u[:, 0]), ('v', v[0])):
            near = vector + 0.1 * torch.randn(len(vector)) / len(vector) ** 0.5
            state[f'{name}.weight_{key}'] = torch.nn.functional.normalize(near, dim=0)
    else:
        state[f'{name}.weight'] = weight


def trunk(depth='normal'):
    torch.manual_seed(0)
    state = {}
    conv(state, 'fc', 16 * BASE, CHANNELS)
    blocks = [('head_0', 16, 16), ('G_middle_0', 16, 16), ('G_middle_1', 16, 16)]
    blocks += [('up_0', 16, 8), ('up_1', 8, 4), ('up_2', 4, 2), ('up_3', 2, 1)]
    blocks += [('up_4', 1, 0.5)] if depth == 'most' else []
    for name, inside, outside in blocks:
        inside, outside = int(inside * BASE), int(outside * BASE)
        middle = min(inside, outside)
        conv(state, f'{name}.conv_0', middle, inside, normalised=True)
        conv(state, f'{name}.conv_1', outside, middle, normalised=True)
        norms = [('norm_0', inside), ('norm_1', middle)]
        if inside != outside:
            conv(state, f'{name}.conv_s', outside, inside, 1, bias=False, normalised=True)
            norms.append(('norm_s', inside))
        for norm, width in norms:
            free = f'{name}.{norm}.param_free_norm'
            state[f'{free}.running_mean'] = torch.randn(width)
            state[f'{free}.running_var'] = torch.rand(width) + 0.5
            state[f'{free}.num_batches_tracked'] = torch.tensor(7)
            conv(state, f'{name}.{norm}.mlp_shared.0', 128, CHANNELS)
            conv(state, f'{name}.{norm}.mlp_gamma', width, 128)
            conv(state, f'{name}.{norm}.mlp_beta', width, 128)
    return state


def spade_generator(depth='normal'):
    state = trunk(depth)
    conv(state, 'conv_img', 3, BASE // 2 if depth == 'most' else BASE)
    return state


def ecgan_generator(depth='normal'):
    state = trunk(depth)
    width = BASE // 2 if depth == 'most' else BASE
    for head in ('conv_img', 'conv_edge'):
        for index, (inside, outside) in enumerate([(width, 32), (32, 16), (16, 8), (8, 3)], 1):
            conv(state, f'{head}{index}', outside, inside)
    joined = width + 6 + CHANNELS
    conv(state, 'conv_comb', 3, joined)
    conv(state, 'conv_comb1', CLASSES, joined)
    conv(state, 'conv_comb2', joined, CLASSES)
    state['fc1.weight'], state['fc1.bias'] = torch.randn(CLASSES, CLASSES), torch.randn(CLASSES)
    return state


def discriminator(base=3):
    torch.manual_seed(1)
    state = {}
    for scale in ('discriminator_0', 'discriminator_1'):
        conv(state, f'{scale}.model0.0', base, CHANNELS + 3, 4)
        for stage in (1, 2, 3):
            width = base * 2**stage
            conv(
                state,
                f'{scale}.model{stage}.0.0',
                width,
                width // 2,
                4,
                bias=False,
                normalised=True,
            )
        conv(state, f'{scale}.model4.0', 1, base * 8, 4)
    return state


def save(state, path):
    torch.save(state, path)
    return str(path)


def part(checkpoint, prefix):
    state = checkpoint['state_dict']
    return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}


@pytest.mark.parametrize('depth', ['normal', 'most'])
def test_spade_generator_round_trip(depth, tool, tmp_path):
    released = spade_generator(depth)
    target = tmp_path / 'folder' / 'spade.pth'
    assert tool.main([save(released, tmp_path / 'net_G.pth'), str(target)]) == 0
    checkpoint = torch.load(target, weights_only=True)
    config = checkpoint['meta']['networks']['generator']
    assert config == dict(
        type='SPADEGenerator', layout_channels=CHANNELS, base_channels=BASE, upsampling=depth
    )
    network = MODELS.build(config).eval()
    network.load_state_dict(part(checkpoint, 'generator.'))
    # every released number is in its place
    assert len(network.state_dict()) == len(released)
    for name, tensor in released.items():
        assert torch.equal(network.state_dict()[convert_name(name, 'generator')], tensor), name
    # the stored singular vectors normalise, as they do in the released network
    u, v = released['up_1.conv_0.weight_u'], released['up_1.conv_0.weight_v']
    weight = released['up_1.conv_0.weight_orig']
    expected = weight / (u @ weight.flatten(1) @ v)
    torch.testing.assert_close(network.trunk.blocks['up_1'].conv_0.weight, expected)


def test_generator_and_discriminator_become_one_checkpoint(tool, tmp_path, capsys):
    sources = [
        save(ecgan_generator(), tmp_path / 'net_G.pth'),
        save(discriminator(), tmp_path / 'net_D.pth'),
    ]
    target = tmp_path / 'ecgan.pth'
    assert tool.main([*sources, str(target), '--with-ema', '--upsampling', 'more']) == 0
    assert 'base_channels' in capsys.readouterr().out
    checkpoint = torch.load(target, weights_only=True)
    networks = checkpoint['meta']['networks']
    assert networks['generator']['upsampling'] == 'more'
    assert networks['generator']['num_classes'] == CLASSES
    assert networks['discriminator'] == dict(
        type='MultiModalityDiscriminator', layout_channels=CHANNELS, base_channels=3, num_scales=2
    )
    model = ECGAN(
        **networks,
        data_preprocessor=dict(
            type='LayoutDataPreprocessor', num_classes=CLASSES, with_unknown=True
        ),
        feature_matching_loss=dict(type='FeatureMatchingLoss'),
        ema_config=dict(type='ExponentialMovingAverage'),
    )
    load_checkpoint(model, str(target), strict=True)
    for name, tensor in model.generator.state_dict().items():
        assert torch.equal(model.generator_ema.module.state_dict()[name], tensor)
    layout = Layout(torch.randint(0, CLASSES + 1, (1, 64, 64)), CLASSES, with_unknown=True)
    with torch.no_grad():
        outputs = model.eval().sampling_generator(layout)
    assert outputs['image'].shape == (1, 3, 64, 64) and outputs['image'].isfinite().all()


def test_order_of_the_sources_does_not_matter(tool, tmp_path):
    generator = save(ecgan_generator('most'), tmp_path / 'g.pth')
    judge = save(discriminator(), tmp_path / 'd.pth')
    for name, sources in (('a.pth', [generator, judge]), ('b.pth', [judge, generator])):
        assert tool.main([*sources, str(tmp_path / name)]) == 0
    first, second = (torch.load(tmp_path / n, weights_only=True) for n in ('a.pth', 'b.pth'))
    assert first['state_dict'].keys() == second['state_dict'].keys()
    assert first['meta']['networks']['generator']['upsampling'] == 'most'
    assert not any(key.startswith('generator_ema') for key in first['state_dict'])


def _unknown(state):
    state['up_2.conv_9.weight'] = torch.zeros(1)


def _missing(state):
    del state['up_2.norm_1.mlp_beta.bias']


def _missing_head(state):
    del state['conv_edge2.weight']


def _unnormalised(state):
    weight = state.pop('head_0.conv_0.weight_orig')
    del state['head_0.conv_0.weight_u'], state['head_0.conv_0.weight_v']
    state['head_0.conv_0.weight'] = weight


def _style_vector(state):
    state['fc.weight'] = torch.zeros(128, 256)


def _other_hidden_width(state):
    state['up_2.norm_1.mlp_shared.0.weight'] = torch.zeros(64, CHANNELS, 3, 3)


def _nothing_known(state):
    state.clear()
    state['backbone.weight'] = torch.zeros(1)


@pytest.mark.parametrize(
    ('edit', 'message'),
    [
        (_unknown, "'up_2.conv_9.weight' is not a tensor of the released generator"),
        (_missing, 'Missing key.*up_2.norm_1.beta.bias'),
        (_missing_head, 'lack conv_edge2.weight'),
        (_unnormalised, 'Missing key.*head.conv_0.parametrizations.weight.original'),
        (_style_vector, 'style vector'),
        (_other_hidden_width, 'size mismatch for trunk.blocks.up_2.norm_1.shared.weight'),
        (_nothing_known, 'not a released generator or discriminator'),
        (lambda s: s.update(epoch=3), 'is not a state dict'),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_written(edit, message, tool, tmp_path, capsys):
    state = ecgan_generator()
    edit(state)
    source, target = save(state, tmp_path / 'net_G.pth'), tmp_path / 'out.pth'
    target.write_bytes(b'older file')
    assert tool.main([source, str(target)]) == 2
    error = ' '.join(capsys.readouterr().err.split())
    assert source in error
    assert re.search(message, error), error
    assert target.read_bytes() == b'older file'
    assert sorted(p.name for p in tmp_path.iterdir()) == ['net_G.pth', 'out.pth']


def test_other_errors(tool, tmp_path, capsys):
    source, target = save(spade_generator(), tmp_path / 'g.pth'), str(tmp_path / 'out.pth')
    assert tool.main([source, target, '--upsampling', 'most']) == 2
    assert "upsampling 'most' does not fit" in capsys.readouterr().err
    assert tool.main([source, source, target]) == 2
    assert 'two state dicts of a generator' in capsys.readouterr().err
    assert tool.main([str(tmp_path / 'absent.pth'), target]) == 2
    assert 'absent.pth' in capsys.readouterr().err


class Harmful:
    def __reduce__(self):
        return (print, ('code ran',))


def test_code_in_a_file_is_not_run(tool, tmp_path, capsys):
    source = save(dict(spade_generator(), extra=Harmful()), tmp_path / 'g.pth')
    assert tool.main([source, str(tmp_path / 'out.pth')]) == 2
    printed = capsys.readouterr()
    assert 'code ran' not in printed.out
    assert 'not a file of plain tensors' in printed.err


def test_identify_and_infer():
    shapes = {name: tuple(x.shape) for name, x in discriminator(base=6).items()}
    assert identify(shapes) == 'discriminator'
    assert infer_config(shapes)['base_channels'] == 6
    assert identify(spade_generator()) == 'spade_generator'
    assert identify(ecgan_generator()) == 'ecgan_generator'
    assert network_of(spade_generator()) == 'generator'


@pytest.mark.parametrize(
    ('released', 'network', 'ours'),
    [
        ('fc.bias', 'generator', 'trunk.stem.bias'),
        ('fc1.bias', 'generator', None),
        (
            'G_middle_1.norm_0.mlp_shared.0.weight',
            'generator',
            'trunk.blocks.middle_1.norm_0.shared.weight',
        ),
        ('conv_img3.weight', 'generator', 'image_generator.ladder.2.weight'),
        ('conv_edge4.bias', 'generator', 'edge_generator.to_edge.bias'),
        ('conv_comb.weight', 'generator', 'semantic_module.to_image.weight'),
        ('discriminator_1.model4.0.bias', 'discriminator', 'scales.1.to_prediction.bias'),
        (
            'discriminator_0.model3.0.0.weight_u',
            'discriminator',
            'scales.0.stages.2.parametrizations.weight.0._u',
        ),
    ],
)
def test_names(released, network, ours):
    assert convert_name(released, network) == ours


def test_names_of_the_other_network_are_unknown():
    with pytest.raises(CheckpointError, match='released discriminator'):
        convert_name('fc.bias', 'discriminator')
    with pytest.raises(CheckpointError, match='released generator'):
        convert_name('fc.scale', 'generator')


def test_exact_singular_vectors():
    torch.manual_seed(0)
    weight = torch.randn(6, 3, 3, 3)
    u, v = exact_singular_vectors(weight)
    sigma = torch.linalg.svdvals(weight.flatten(1).double())[0]
    torch.testing.assert_close((u @ weight.flatten(1) @ v).double(), sigma, rtol=1e-6, atol=0)
    torch.testing.assert_close(weight.flatten(1) @ v, u * sigma.float(), rtol=1e-5, atol=1e-5)
