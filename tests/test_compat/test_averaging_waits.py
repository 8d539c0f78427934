"""The counter of a moving average does not follow the weights to a device."""

import torch
from mmagic.registry import MODELS
from torch import nn


def test_stock_counter_moves() -> None:
    ema = MODELS.build(
        dict(type='ExponentialMovingAverage'), default_args=dict(model=nn.Linear(1, 1))
    )
    nn.Module._apply(ema, lambda tensor: tensor.to('meta'))  # what the patch wraps
    assert ema.steps.device.type == 'meta'


def test_counter_stays_and_counts() -> None:
    for config in (dict(type='ExponentialMovingAverage'), dict(type='RampUpEMA')):
        ema = MODELS.build(config, default_args=dict(model=nn.Linear(1, 1)))
        ema.steps += 3
        moved = ema.to('meta')
        assert moved is ema and ema.module.weight.device.type == 'meta'
        assert ema.steps.device.type == 'cpu' and ema.state_dict()['steps'] == 3
        ema.load_state_dict(dict(ema.state_dict(), steps=torch.tensor(7)), strict=False)
        assert ema.steps == 7
