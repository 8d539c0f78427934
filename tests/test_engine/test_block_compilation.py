"""Compiled blocks compute what they computed before; what would be traced anew is left alone."""

import copy

import pytest
import torch
from ecgan_toys import SIZE, build_model, build_optimizers, make_batch
from mmengine.config import Config
from torch import nn
from torch._dynamo.utils import counters

from projects.ecgan.engine import compile_blocks, configuration
from projects.ecgan.inference import prepare_for_inference
from projects.ecgan.models.layers import SPADEResidualBlock

# Traces forward and backward passes as the default backend does, and compiles no C++.
BACKEND = 'aot_eager'
PLAIN = {'generator.trunk': dict(layout_mode='plain')}


@pytest.fixture(autouse=True)
def fresh_compiler():
    torch._dynamo.reset()
    counters.clear()
    # Restores what compile_blocks sets.
    with torch._dynamo.config.patch(suppress_errors=False, cache_size_limit=8):
        yield
    torch._dynamo.reset()


def train(repo_root, model) -> list[dict[str, float]]:
    optimizers = build_optimizers(repo_root, model)
    return [model.train_step(make_batch(seed=seed), optimizers) for seed in range(2)]


def make_layout(repo_root):
    return build_model(repo_root).data_preprocessor(make_batch())['inputs']['layout']


@pytest.mark.slow
def test_training_is_the_same(repo_root):
    expected_model, model = (build_model(repo_root, **PLAIN) for _ in range(2))
    expected = train(repo_root, expected_model)
    blocks = len(model.generator.trunk.blocks)
    assert compile_blocks(model.generator, BACKEND) == (blocks, blocks)
    for ours, theirs in zip(train(repo_root, model), expected):
        assert ours == pytest.approx(theirs, rel=2e-4)
    # torch 2.1 takes the blocks apart; later each is one graph, for other layouts as well.
    if not torch.__version__.startswith('2.1.'):
        assert counters['stats']['unique_graphs'] == blocks
        assert not counters['graph_break']
    weights, expected_weights = model.state_dict(), expected_model.state_dict()
    assert list(weights) == list(expected_weights)
    # Adam moves each weight by 4e-4 and more; where a gradient is all rounding, either way.
    moved, expected_moved = (
        torch.cat([p.flatten() for p in m.parameters()]) for m in (model, expected_model)
    )
    assert (moved - expected_moved).abs().mean() < 1e-5


@pytest.mark.slow
@pytest.mark.skipif(torch.__version__.startswith('2.1.'), reason='takes the blocks apart')
def test_no_block_is_given_up_where_a_generator_runs_in_two_ways(repo_root):
    """As with two discriminator updates for one of the generator, the first without gradients."""
    blocks = nn.ModuleList(SPADEResidualBlock(4, 4, 5, 8, 'plain') for _ in range(2))
    layout, x = make_layout(repo_root), torch.rand(2, 4, SIZE, SIZE)
    torch._dynamo.config.cache_size_limit = 1  # too few for two blocks
    compile_blocks(blocks, 'eager')
    for needs_gradients in (True, False):
        with torch.set_grad_enabled(needs_gradients):
            for block in blocks:
                block(x, layout)
    assert counters['stats']['unique_graphs'] == 4


def test_blocks_on_distinct_neighbourhoods_stay(repo_root):
    generator = build_model(repo_root).generator
    assert compile_blocks(generator, BACKEND) == (0, len(generator.trunk.blocks))
    generator(make_layout(repo_root))
    assert not counters['stats']


@pytest.mark.slow
def test_block_that_does_not_compile_runs_as_it_is(repo_root):
    attempts = []

    @torch._dynamo.register_backend(name='broken_backend')
    def broken_backend(*_):
        attempts.append(1)
        raise RuntimeError('no compiler')

    generator = build_model(repo_root, **PLAIN).generator.eval()
    layout = make_layout(repo_root)
    with torch.no_grad():
        expected = generator(layout)['image']
        compile_blocks(generator, 'broken_backend')
        assert torch.equal(generator(layout)['image'], expected)
    assert attempts


@pytest.mark.slow
def test_copies_are_their_own(repo_root):
    generator = build_model(repo_root, **PLAIN).generator.eval()
    compile_blocks(generator, BACKEND)
    layout = make_layout(repo_root)
    with torch.no_grad():
        before = generator(layout)['image']
        copied, prepared = copy.deepcopy(generator), prepare_for_inference(generator)
        for parameter in generator.parameters():
            parameter.zero_()
        for other in (copied, prepared):
            torch.testing.assert_close(other(layout)['image'], before, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ('entry', 'arguments'), [(True, {}), (dict(mode='max-autotune'), dict(mode='max-autotune'))]
)
def test_entry_of_the_config_becomes_the_hook(entry, arguments):
    cfg = Config(dict(model=dict(type='ECGAN'), compile=entry, custom_hooks=[dict(type='A')]))
    configuration.use_block_compilation(cfg)
    assert cfg.compile is False
    assert cfg.custom_hooks == [
        dict(type='A'),
        dict(type='mmagic.CompileBlocksHook', **arguments),
    ]


@pytest.mark.parametrize(
    'values',
    [
        dict(model=dict(type='Pix2Pix'), compile=True),
        dict(model=dict(type='ECGAN'), compile=False),
        dict(model=dict(type='ECGAN')),
    ],
)
def test_other_entries_stay(values):
    cfg = Config(copy.deepcopy(values))
    configuration.use_block_compilation(cfg)
    assert cfg.to_dict() == values
