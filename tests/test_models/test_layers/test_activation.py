import torch
from torch.nn import functional as F

from projects.ecgan.models.layers import leaky_relu


def test_equals_pytorch_forward_and_backward():
    torch.manual_seed(0)
    x = torch.randn(3, 4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.equal(leaky_relu(x, 0.2), F.leaky_relu(x, 0.2))
    upstream = torch.randn_like(x)
    ours, theirs = (
        torch.autograd.grad(f(x, 0.2), x, upstream)[0] for f in (leaky_relu, F.leaky_relu)
    )
    assert torch.equal(ours, theirs)
    assert torch.autograd.gradcheck(lambda x: leaky_relu(x, 0.2), x)


def test_keeps_the_result_only():
    x = torch.randn(7, requires_grad=True) * 1
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        y = leaky_relu(x, 0.2)
    assert [t.data_ptr() for t in kept] == [y.data_ptr()]


def test_second_derivative():
    """A gradient penalty differentiates a discriminator's gradient once more."""
    torch.manual_seed(0)
    x = torch.randn(20, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(20, dtype=torch.float64, requires_grad=True)

    def function(x, weight):
        return (leaky_relu(x * weight, 0.2) ** 2 * weight).sum()

    assert torch.autograd.gradgradcheck(function, (x, weight))
