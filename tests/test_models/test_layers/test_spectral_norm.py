"""Spectral norm: PyTorch's numbers by a shorter backward pass."""

import copy

import pytest
import torch
from torch import nn

from projects.ecgan.analysis.benchmark import OperationCounter
from projects.ecgan.models.layers import (
    SpectralConv2d,
    iterated_together,
    refresh_singular_vectors,
    spectral_norm,
)


def test_spectral_norm_divides_by_the_largest_singular_value():
    conv = spectral_norm(nn.Conv2d(2, 2, 1, bias=False)).eval()
    with torch.no_grad():
        conv.parametrizations.weight.original.copy_(
            torch.tensor([[3.0, 0.0], [4.0, 5.0]])[..., None, None]
        )
    refresh_singular_vectors(conv, iterations=50)
    # W^T W = [[25, 20], [20, 25]] has the eigenvalues 45 and 5
    expected = torch.tensor([[3.0, 0.0], [4.0, 5.0]]) / 45**0.5
    torch.testing.assert_close(conv.weight.flatten(1), expected)


def test_one_power_iteration_a_training_forward_none_in_evaluation():
    torch.manual_seed(0)
    conv = spectral_norm(nn.Conv2d(8, 8, 3))
    norm = conv.parametrizations.weight[0]
    nn.init.normal_(norm._u)
    with torch.no_grad():
        norm._u /= norm._u.norm()
        matrix = conv.parametrizations.weight.original.flatten(1)
        norm._v.copy_(nn.functional.normalize(torch.randn(72), dim=0))
    v = norm._v.clone()
    conv.eval()(torch.zeros(1, 8, 3, 3))
    assert torch.equal(norm._v, v)
    conv.train()(torch.zeros(1, 8, 3, 3))
    u = nn.functional.normalize(matrix @ v, dim=0)
    torch.testing.assert_close(norm._u, u)
    torch.testing.assert_close(norm._v, nn.functional.normalize(matrix.T @ u, dim=0))


def test_gradient_flows_through_sigma_but_not_through_its_vectors():
    conv = spectral_norm(nn.Conv2d(1, 1, 1, bias=False))
    # a 1 x 1 weight over its own size is its sign: no gradient is left
    conv(torch.ones(1, 1, 1, 1)).sum().backward()
    assert conv.parametrizations.weight.original.grad.abs().item() < 1e-6


@pytest.mark.parametrize('closed_form', [True, False])
@pytest.mark.parametrize('dtype, tolerance', [(torch.float64, 1e-12), (torch.float32, 2e-6)])
def test_agrees_with_pytorchs(dtype, tolerance, closed_form):
    torch.manual_seed(0)
    theirs = nn.utils.parametrizations.spectral_norm(nn.Conv2d(6, 8, 3, dtype=dtype))
    ours = spectral_norm(nn.Conv2d(6, 8, 3, dtype=dtype))
    ours.parametrizations.weight[0].closed_form = closed_form
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 6, 5, 5, dtype=dtype).to(memory_format=torch.channels_last)
    upstream = torch.randn(2, 8, 3, 3, dtype=dtype)
    for training in (True, True, False):
        found = []
        for conv in (ours, theirs):
            conv.train(training).zero_grad()
            y = conv(x)
            y.backward(upstream)
            weight = conv.parametrizations.weight
            found.append([y, weight.original.grad, weight[0]._u, weight[0]._v])
        for a, b in zip(*found):
            torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize('bias', [True, False])
@pytest.mark.parametrize('size, divided', [(4, 'output'), (40, 'weight')])
def test_dividing_the_output_is_the_same(bias, size, divided, monkeypatch):
    torch.manual_seed(0)
    options = dict(padding=1, bias=bias, dtype=torch.float64)
    theirs = nn.utils.parametrizations.spectral_norm(nn.Conv2d(6, 8, 3, **options))
    ours = spectral_norm(SpectralConv2d(6, 8, 3, **options))
    ours.load_state_dict(theirs.state_dict())
    calls = []
    norm = ours.parametrizations.weight[0]
    divide = norm.divide
    monkeypatch.setattr(norm, 'divide', lambda *args: calls.append('output') or divide(*args))
    for training in (True, True, False):
        found = []
        for conv in (ours, theirs):
            x = torch.linspace(-1, 1, 6 * size**2 // 4, dtype=torch.float64).sin()
            x = x.view(1, 6, size // 2, size // 2).requires_grad_()
            conv.train(training).zero_grad()
            y = conv(x)
            y.square().sum().backward()
            weight = conv.parametrizations.weight
            grads = [p.grad for p in (x, weight.original, conv.bias) if p is not None]
            found.append([y, *grads, weight[0]._u, weight[0]._v])
        for a, b in zip(*found, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)
    assert calls == (['output'] * 3 if divided == 'output' else [])
    norm.closed_form = False
    torch.testing.assert_close(ours(x), y, rtol=1e-12, atol=1e-12)
    assert len(calls) == (3 if divided == 'output' else 0)


def test_gradient_is_the_derivative_for_constant_vectors():
    torch.manual_seed(0)
    norm = spectral_norm(nn.Conv2d(3, 4, 2).double()).eval().parametrizations.weight[0]
    weight = torch.randn(4, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(norm, (weight,))


def test_two_forward_passes_before_a_backward_pass():
    torch.manual_seed(0)
    conv = spectral_norm(nn.Conv2d(3, 4, 1))
    x = torch.randn(1, 3, 2, 2)
    first = conv(x)
    (expected,) = torch.autograd.grad(
        first.sum(), conv.parametrizations.weight.original, retain_graph=True
    )
    conv(x)
    (found,) = torch.autograd.grad(first.sum(), conv.parametrizations.weight.original)
    assert torch.equal(found, expected)


def test_sigma_keeps_its_precision_inside_autocast():
    conv = spectral_norm(nn.Conv2d(16, 16, 3)).eval()
    expected = conv.weight
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert torch.equal(conv.weight, expected)


def two_layers(dtype=torch.float32):
    torch.manual_seed(0)
    return nn.Sequential(
        spectral_norm(SpectralConv2d(3, 40, 3, padding=1, dtype=dtype)),
        spectral_norm(nn.Conv2d(40, 2, 1, bias=False, dtype=dtype)),
    )


@pytest.mark.parametrize('dtype, tolerance', [(torch.float64, 1e-12), (torch.float32, 2e-6)])
def test_iterated_together_is_as_each_by_itself(dtype, tolerance):
    together = two_layers(dtype)
    apart = copy.deepcopy(together)
    for step in range(3):
        x = torch.linspace(-1, 1, 24 + step, dtype=dtype)[:24].view(2, 3, 2, 2)
        found = []
        with iterated_together(together):
            found.append(together(x))
        found.append(apart(x))
        for network, y in zip((together, apart), found):
            network.zero_grad()
            y.square().sum().backward()
        torch.testing.assert_close(*found, rtol=tolerance, atol=tolerance)
        grads = [[p.grad for p in network.parameters()] for network in (together, apart)]
        torch.testing.assert_close(*grads, rtol=tolerance, atol=tolerance)
        for (name, own), other in zip(together.state_dict().items(), apart.state_dict().values()):
            torch.testing.assert_close(own, other, rtol=tolerance, atol=tolerance, msg=name)


def test_iterated_together_once_a_pass_and_not_in_evaluation():
    network = two_layers().eval()
    norm = network[0].parametrizations.weight[0]
    before = norm._v.clone()
    with iterated_together(network):
        network(torch.zeros(1, 3, 2, 2))
    assert torch.equal(norm._v, before)
    nn.init.normal_(norm._v)
    network.train()
    with iterated_together(network):
        after = norm._v.clone()
        network(torch.zeros(1, 3, 2, 2))
        assert torch.equal(norm._v, after)
    network(torch.zeros(1, 3, 2, 2))
    assert not torch.equal(norm._v, after)


def test_a_pass_that_fails_leaves_nothing_behind():
    network = two_layers()
    with pytest.raises(RuntimeError), iterated_together(network):
        network(torch.zeros(1, 4, 2, 2))
    assert all(layer.parametrizations.weight[0].ahead is None for layer in network)


def test_operations_of_a_further_layer():
    """Two products, and nothing of what makes unit vectors of them."""
    counts = []
    for layers in (1, 2, 5):
        network = nn.Sequential(*[spectral_norm(nn.Conv2d(2, 2, 1)) for _ in range(layers)])
        with OperationCounter() as counter, iterated_together(network):
            pass
        counts.append(sum(counter.names.values()))
    assert counts[1] - counts[0] == 2 and counts[2] - counts[1] == 6
