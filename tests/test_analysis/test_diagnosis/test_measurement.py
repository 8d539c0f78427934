"""A model in training is measured as it is trained, and left as it was."""

import random

import numpy as np
import pytest
import torch
from ecgan_toys import BARE, build_model, make_batch

from projects.ecgan.analysis.diagnosis import measure_training, undisturbed
from projects.ecgan.analysis.diagnosis.measurement import mean_over
from projects.ecgan.errors import ConfigError

PAIRS = ('coarse', 'image', 'edge')
SPADE = dict(_delete_=True, type='SPADEGenerator', base_channels=4, init_gain=1.0)
LOUD = {'generator.init_gain': 1.0, 'discriminator.init_gain': 1.0}


def measure(model, count=2, **options):
    return measure_training(model, [make_batch(seed=seed) for seed in range(count)], **options)


def everything_of(model):
    state = {name: value.clone() for name, value in model.state_dict().items()}
    buffers = [each.clone() for each in model.buffers()]
    modes = [module.training for module in model.modules()]
    return state, buffers, modes, [p.grad for p in model.parameters()]


def random_numbers():
    return random.random(), np.random.rand(), torch.rand(()).item()


@pytest.mark.parametrize('training', [True, False])
def test_nothing_of_the_model_changes(repo_root, training):
    noise = {'generator.noise': dict(type='LayoutNoise', channels=2)}
    model = build_model(repo_root, augmentation=dict(type='DiffAugment'), **noise).train(training)
    model.discriminator.eval()
    state, buffers, modes, _ = everything_of(model)
    torch.manual_seed(3)
    expected = random_numbers()
    torch.manual_seed(3), random.seed(4), np.random.seed(5)
    expected = random_numbers()
    torch.manual_seed(3), random.seed(4), np.random.seed(5)
    first = measure(model)
    assert random_numbers() == expected
    after, buffers_after, modes_after, gradients = everything_of(model)
    assert all(torch.equal(after[name], value) for name, value in state.items())
    assert any('_u' in name for name in state) and any('running_var' in name for name in state)
    assert all(map(torch.equal, buffers_after, buffers))
    assert modes_after == modes
    assert gradients == [None] * len(gradients)
    # What would have changed without: the second time gives the same.
    assert measure(model) == first


def test_a_forward_pass_that_fails_leaves_the_model_too(repo_root):
    model = build_model(repo_root).eval()
    before = model.generator.trunk.blocks['head'].state_dict()
    before = {name: value.clone() for name, value in before.items()}
    with pytest.raises(RuntimeError, match='in between'), undisturbed(model):
        model.generator(model.data_preprocessor(make_batch())['inputs']['layout'])
        raise RuntimeError('in between')
    assert not model.training and not model.generator.training
    after = model.generator.trunk.blocks['head'].state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_terms_are_those_of_the_training(repo_root):
    """Values and the sum's gradient are those of the model's losses, differentiated at once."""
    model, batch = build_model(repo_root, **LOUD), make_batch()
    found = measure_training(model, [batch])['gradients']
    with undisturbed(model):
        inputs = model.data_preprocessor(batch, True)['inputs']
        losses = model(inputs, mode='loss')
        ours = {name: loss for name, loss in losses.items() if 'disc' not in name}
        weights = list(model.generator.trunk.parameters())
        gradients = torch.autograd.grad(sum(ours.values()), weights)
    norm = sum(each.double().square().sum() for each in gradients).sqrt().item()
    assert found['weights']['all'] == pytest.approx(norm, rel=1e-4)
    terms = found['loss']
    for kind in ('adversarial', 'feature matching'):
        total = sum(terms.pop(f'{kind} {pair}') for pair in PAIRS)
        assert total == pytest.approx(ours.pop(f'loss_gen_{kind.replace(" ", "_")}').item())
    del terms['all']
    named = {f'loss_{name.replace(" ", "_")}': value for name, value in terms.items()}
    assert named == pytest.approx({name: value.item() for name, value in ours.items()})
    assert set(terms) == {'similarity', 'label', 'contrast', 'class pixel'}
    assert found['features']['label'] == 0 and found['cosines']['label']['all'] is None
    others = set(found['features']) - {'label'}
    assert all(found['features'][name] > 0 for name in others)
    for key in ('cosines', 'cosines_by_weights'):
        assert all(-1 <= found[key][a][b] <= 1 for a in others for b in others)


def test_parallel_and_orthogonal_losses_of_a_model(repo_root):
    """A loss on the final image twice: the same direction; one that F does not reach: none."""
    model = build_model(repo_root, **LOUD, **BARE)

    def direct_losses(inputs, outputs, compared):
        image = outputs['image']
        left, right = image[..., :4].sum(), image[..., 20:].sum()
        # Pixels so far apart share no pixel of F.
        return dict(loss_left=left, loss_left_twice=2 * left, loss_right=right)

    model.direct_losses = direct_losses
    # A gate over the whole picture would couple them.
    model.generator.semantic_module = None
    found = measure(model, 1)['gradients']
    cosines = found['cosines']
    assert cosines['left']['left twice'] == pytest.approx(1, abs=1e-5)
    assert cosines['left']['right'] == pytest.approx(0, abs=1e-6)
    assert found['features']['left twice'] == pytest.approx(2 * found['features']['left'])


def test_gates_and_edges_of_a_generator_with_constant_edges(repo_root):
    model = build_model(repo_root)
    with torch.no_grad():
        for conv in (
            *model.generator.edge_generator.ladder,
            model.generator.edge_generator.to_edge,
        ):
            conv.weight.zero_()
            conv.bias.fill_(-4.0)
    found = measure(model)
    low = torch.sigmoid(torch.tensor(-4.0)).item()
    places = list(found['gates'])
    assert places == [
        f'edge_transfer use {n}, {channels} channels'
        for n, channels in enumerate((32, 16, 8, 3), 1)
    ]
    for place in places[:3]:
        gate = found['gates'][place]
        assert gate['mean'] == pytest.approx(low) and gate['closed'] == gate['saturated'] == 1
    # The coarse image is gated by the edges themselves, tanh(-4).
    gate = found['gates'][places[3]]
    edge = torch.tensor(-4.0).tanh().sigmoid().item()
    assert gate['mean'] == pytest.approx(edge) and gate['saturated'] == 0
    assert found['edges']['generated'] == 0 and found['edges']['exact']['recall'] == 0
    with torch.no_grad():
        model.generator.edge_generator.to_edge.bias.fill_(4.0)
    edges = measure(model)['edges']
    assert edges['generated'] == edges['exact']['recall'] == 1
    assert edges['exact']['precision'] == pytest.approx(edges['photo'])


def test_a_discriminator_of_known_scores(repo_root):
    model = build_model(repo_root)
    with torch.no_grad():
        for scale in model.discriminator.scales:
            scale.to_prediction.weight.zero_()
            scale.to_prediction.bias.fill_(0.25)
    found = measure(model)['discriminator']
    right = dict(score=0.25, margin=0.75, accuracy=1.0)
    wrong = dict(score=0.25, margin=1.25, accuracy=0.0)
    assert found == {
        'photos': right,
        "photos' edges": right,
        'generated edges': wrong,
        'coarse images': wrong,
        'final images': wrong,
    }


@pytest.mark.parametrize(
    'changes',
    [
        dict(generator=SPADE, **BARE),
        dict(generator=SPADE, feature_matching_loss=None, class_pixel_loss=None, **BARE),
        {'judged': ('image',), 'generator.edge_transfer': None},
    ],
)
def test_models_without_parts(repo_root, changes):
    found = measure(build_model(repo_root, **changes))
    judged = {'photos', 'final images'}
    assert set(found['discriminator']) == judged and found['gates'] == {}
    assert (found['edges'] is None) == ('generator' in changes)
    assert 'adversarial image' in found['gradients']['loss']
    assert 'adversarial edge' not in found['gradients']['loss']


def test_weights_of_the_pairs_are_those_of_the_iteration(repo_root):
    """The edges' weight falls to nothing; a pair that sits an iteration out is looked at."""
    ramp = dict(start=1.0, end=0.0, begin=0, until=4)
    model = build_model(repo_root, edge_weight=ramp, judged_every=dict(edge=3), **LOUD)
    at_start, between, at_end = (measure(model, 1, iteration=n)['gradients'] for n in (0, 1, 4))
    for kind in ('adversarial edge', 'feature matching edge'):
        assert between['features'][kind] == pytest.approx(0.75 * at_start['features'][kind])
        assert at_end['features'][kind] == at_end['loss'][kind] == 0
        assert at_end['cosines'][kind]['all'] is None


def test_recomputed_blocks_give_the_same(repo_root):
    plain = measure(build_model(repo_root, **LOUD), 1)['gradients']
    trunk = {'generator.trunk': dict(recompute=['head', 'up_3'])}
    found = measure(build_model(repo_root, **LOUD, **trunk), 1)['gradients']
    for key in ('loss', 'features', 'weights'):
        assert found[key] == pytest.approx(plain[key], rel=1e-4)


def test_models_that_cannot_be_measured(repo_root):
    with pytest.raises(ConfigError, match='has no discriminator'):
        measure(build_model(repo_root, discriminator=None))
    network = dict(type='mmagic.UnetGenerator', num_down=5, base_channels=4)
    generator = dict(_delete_=True, type='TranslationGenerator', network=network)
    with pytest.raises(ConfigError, match=r'the generator TranslationGenerator has no trunk'):
        measure(build_model(repo_root, generator=generator, **BARE))


def test_means_leave_out_what_is_not_there():
    first, second = (
        dict(a=1.0, b=dict(c=None, d=3.0), e=None),
        dict(a=2.0, b=dict(c=5.0, d=4.0), e=None),
    )
    assert mean_over([first, second]) == dict(a=1.5, b=dict(c=5.0, d=3.5), e=None)
