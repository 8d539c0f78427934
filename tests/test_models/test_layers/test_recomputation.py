"""Activation checkpointing changes memory and nothing else."""

import copy

import pytest
import torch

from projects.ecgan.models.generators import SPADETrunk
from projects.ecgan.models.layers import initialize_weights
from projects.ecgan.structures import Layout

CHANNELS = 4


def make_trunk(**options):
    torch.manual_seed(0)
    trunk = SPADETrunk(CHANNELS, 2, hidden_channels=4, **options)
    initialize_weights(trunk, gain=1.0)
    return trunk.train()


def make_layout(seed=0):
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randint(0, CHANNELS, (2, 8, 8), generator=generator)
    return Layout(coarse.repeat_interleave(4, 1).repeat_interleave(4, 2), CHANNELS)


def kept_numbers(trunk, layout):
    """How many numbers autograd is given to keep outside of recomputed blocks."""
    kept = []

    def pack(tensor):
        kept.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        trunk(layout)
    return sum(kept)


@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
def test_same_outputs_gradients_and_statistics(layout_mode):
    plain = make_trunk(layout_mode=layout_mode)
    thrifty = copy.deepcopy(plain)
    thrifty.recompute = tuple(thrifty.blocks)
    for seed in range(2):
        outputs = []
        for trunk in (plain, thrifty):
            trunk.zero_grad()
            x, features = trunk(make_layout(seed), ['up_1'])
            (x.square().sum() + features['up_1'].sum()).backward()
            outputs.append(x.detach())
        assert torch.equal(*outputs)
        for (name, a), b in zip(plain.named_parameters(), thrifty.parameters(), strict=True):
            assert torch.equal(a.grad, b.grad), name
        # Running averages and singular vectors were updated once, not twice.
        for (name, a), b in zip(plain.named_buffers(), thrifty.buffers(), strict=True):
            assert torch.equal(a, b), name
    assert all(m.momentum == 0.1 for m in thrifty.modules() if hasattr(m, 'momentum'))
    assert all(module.training for module in thrifty.modules())


def test_less_is_kept():
    everything = kept_numbers(make_trunk(), make_layout())
    some = kept_numbers(make_trunk(recompute=['up_2', 'up_3']), make_layout())
    nothing = kept_numbers(make_trunk(recompute=['up_0', 'up_1', 'up_2', 'up_3']), make_layout())
    assert nothing < some < 0.7 * everything


def test_nothing_is_recomputed_without_gradients():
    trunk = make_trunk(recompute=['up_3'])
    with torch.no_grad():
        x, _ = trunk(make_layout())
    assert torch.equal(x, make_trunk()(make_layout())[0].detach())


def test_unknown_block_is_refused():
    with pytest.raises(ValueError, match=r"no block \['up_9'\] to recompute, .*'up_3'"):
        make_trunk(recompute=['up_9'])


def test_several_backward_passes_through_one_graph():
    """As one asks for the gradients of several losses, one by one."""
    found = []
    for options in ({}, dict(recompute=['head', 'up_3'])):
        trunk, layout = make_trunk(**options), make_layout()
        weights, (x, _) = list(trunk.parameters()), trunk(layout)
        for loss in (x.square().mean(), x[:, 0].sum()):
            found.append(torch.autograd.grad(loss, weights, retain_graph=True))
    for first, second in zip(found[:2], found[2:]):
        assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
