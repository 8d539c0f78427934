"""Mean absolute differences of many pairs at once."""

import pytest
import torch
from torch.nn import functional as F

from projects.ecgan.analysis.benchmark import OperationCounter
from projects.ecgan.losses.mean_differences import mean_differences

SHAPES = [(2, 3, 5), (7,), (1, 1), (64, 33)]


def pairs(dtype=torch.float64):
    torch.manual_seed(0)
    values, targets = ([torch.randn(shape).to(dtype) for shape in SHAPES] for _ in range(2))
    values[1][2] = targets[1][2]  # where the derivative is 0
    return [value.requires_grad_() for value in values], targets


def test_values_and_gradients_are_those_of_l1_loss():
    weights = torch.tensor([1.0, -2.0, 0.5, 3.0], dtype=torch.float64)
    values, targets = pairs()
    ours = mean_differences(values, targets)
    theirs = torch.stack([F.l1_loss(*pair) for pair in zip(values, targets)])
    torch.testing.assert_close(ours, theirs)
    found = torch.autograd.grad((ours * weights).sum(), values)
    expected = torch.autograd.grad((theirs * weights).sum(), values)
    torch.testing.assert_close(found, expected)


def test_by_hand():
    values = [torch.tensor([1.0, -2.0]), torch.tensor([[4.0]])]
    found = mean_differences(values, [torch.tensor([0.0, 1.0]), torch.tensor([[4.0]])])
    assert found.tolist() == [2.0, 0.0]


def test_half_precision_is_compared_in_float32():
    values, targets = pairs(torch.bfloat16)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = mean_differences(values, targets)
    assert found.dtype == torch.float32
    expected = [(v.float() - t.float()).abs().mean() for v, t in zip(values, targets)]
    torch.testing.assert_close(found, torch.stack(expected))
    found.sum().backward()
    assert values[0].grad.dtype == torch.bfloat16


def test_no_gradient_flows_into_targets():
    values, targets = pairs()
    for target in targets:
        target.requires_grad_()
    mean_differences(values, targets).sum().backward()
    assert all(target.grad is None for target in targets)


def test_many_large_values_add_up():
    value = torch.full((2**22,), 0.1)
    found = mean_differences([value], [torch.zeros_like(value)])
    assert found.item() == pytest.approx(0.1, rel=1e-6)


def test_the_backward_pass_is_of_all_at_once():
    counts = []
    for pairs_ in (1, 9):
        values = [torch.randn(3, requires_grad=True) for _ in range(pairs_)]
        loss = mean_differences(values, [torch.zeros(3)] * pairs_).sum()
        with OperationCounter() as counter:
            torch.autograd.grad(loss, values)
        counts.append(sum(counter.names.values()))
    assert counts[0] == counts[1]


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r'differ in shape: \[\(2,\)\] and \[\(3,\)\]'):
        mean_differences([torch.zeros(2)], [torch.zeros(3)])
