"""Mixed precision without a GPU."""

import torch
from mmengine.device import get_device
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn
from torch.nn import functional as F

from projects.ecgan.engine import Bfloat16OptimWrapper


def build(model: nn.Module, **more) -> Bfloat16OptimWrapper:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    return OPTIM_WRAPPERS.build(dict(type='Bfloat16OptimWrapper', optimizer=optimizer, **more))


def test_forward_is_bfloat16_and_weights_are_float32():
    torch.manual_seed(0)
    # Autocast is for a GPU where there is one.
    model, x = nn.Linear(64, 8).to(get_device()), torch.randn(4, 64, device=get_device())
    wrapper = build(model)
    with wrapper.optim_context(model):
        y = model(x)
    assert y.dtype == torch.bfloat16
    assert model(x).dtype == torch.float32
    expected = F.linear(x.bfloat16(), model.weight.bfloat16(), model.bias.bfloat16())
    assert torch.equal(y, expected)

    before = model.weight.detach().clone()
    wrapper.update_params(y.float().square().mean())
    assert model.weight.dtype == torch.float32
    # A step smaller than bfloat16 resolves is not lost.
    moved = (model.weight - before).abs()
    assert 0 < moved[moved > 0].min() < 2**-9 * before.abs().max()


def test_accumulates_like_any_optim_wrapper():
    model = nn.Linear(2, 1)
    wrapper = build(model, accumulative_counts=2)
    before = model.weight.detach().clone()
    for update in (False, True):
        with wrapper.optim_context(model):
            loss = model(torch.ones(1, 2)).sum()
        wrapper.update_params(loss)
        assert torch.equal(model.weight, before) is not update
