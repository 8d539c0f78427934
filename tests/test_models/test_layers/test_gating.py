import pytest
import torch
from torch.nn import functional as F

from projects.ecgan.models.layers import gated


def literal(x, gate, shift=None, slope=1.0):
    y = x * (1 + gate)
    y = y if shift is None else y + shift
    return torch.where(y > 0, y, slope * y)


@pytest.mark.parametrize('slope', [1.0, 0.2])
@pytest.mark.parametrize('shifted', [False, True])
def test_equals_the_formula_forward_and_backward(shifted, slope):
    torch.manual_seed(0)
    inputs = [torch.randn(2, 3, 4, 5, dtype=torch.float64) for _ in range(2 + shifted)]
    shift = inputs[2] if shifted else None
    expected = literal(*inputs[:2], shift, slope)
    assert torch.allclose(gated(*inputs[:2], shift, slope), expected, rtol=1e-12, atol=0)
    for each in inputs:
        each.requires_grad_()
    upstream = torch.randn_like(expected)
    ours, theirs = (
        torch.autograd.grad(f(*inputs[:2], shift, slope), inputs, upstream)
        for f in (gated, literal)
    )
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, rtol=1e-12, atol=1e-12)
    if shifted:
        assert torch.autograd.gradgradcheck(lambda x, g, b: gated(x, g, b, slope) ** 2, inputs)


def test_features_stay_as_they_are_and_channels_last():
    x, gate, shift = (
        torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last) for _ in range(3)
    )
    x.requires_grad_()
    before = x.detach().clone(), gate.clone(), shift.clone()
    y = gated(x, gate, shift, 0.2)
    y.sum().backward()
    assert y.is_contiguous(memory_format=torch.channels_last)
    assert x.grad.is_contiguous(memory_format=torch.channels_last)
    assert all(map(torch.equal, (x, gate, shift), before))


def test_keeps_neither_the_sum_nor_the_input_of_the_activation():
    x, gate, shift = (torch.randn(7, requires_grad=True) * 1 for _ in range(3))
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        y = gated(x, gate, shift, 0.2)
        gated(x, gate)
    assert [t.data_ptr() for t in kept] == [t.data_ptr() for t in (x, gate, y, x, gate)]


def test_under_autocast_gradients_have_the_types_of_their_inputs():
    x = torch.randn(2, 3, 4, 5, requires_grad=True)
    gate = torch.rand(2, 3, 4, 5, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        y = gated(x, gate, gate, 0.2)
    expected = F.leaky_relu(x * (1 + gate.float()) + gate, 0.2)
    assert torch.allclose(y.float(), expected, rtol=2e-2, atol=2e-2)
    y.sum().backward()
    assert x.grad.dtype == torch.float32 and gate.grad.dtype == torch.bfloat16
