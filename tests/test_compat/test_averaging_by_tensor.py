"""A moving average in few operations: MMEngine's values."""

import pytest
import torch
from mmagic.registry import MODELS
from mmengine.model.averaged_model import BaseAveragedModel, ExponentialMovingAverage
from torch import nn

from projects.ecgan.analysis.benchmark import OperationCounter

AVERAGES = [
    dict(type='ExponentialMovingAverage', momentum=0.3),
    dict(type='ExponentialMovingAverage', interval=2),
    dict(type='ExponentialMovingAverage', update_buffers=True),
    dict(type='mmengine.ExponentialMovingAverage', momentum=0.3),
    dict(type='mmengine.MomentumAnnealingEMA', gamma=2),
    dict(type='RampUpEMA', batch_size=2, ema_kimg=1),
    dict(type='mmengine.StochasticWeightAverage'),
]


def network():
    return nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2))


def after_updates(config, of_mmengine):
    torch.manual_seed(0)
    model = network()
    average = MODELS.build(config, default_args=dict(model=model))
    update = BaseAveragedModel.update_parameters
    update = update.__wrapped__ if of_mmengine else update
    for _ in range(4):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_()
        model(torch.randn(7, 3))
        update(average, model)
    return average.state_dict()


@pytest.mark.parametrize('config', AVERAGES, ids=lambda config: '-'.join(map(str, config.values())))
def test_values_are_mmengines(config):
    theirs, ours = (after_updates(config, of_mmengine) for of_mmengine in (True, False))
    assert list(theirs) == list(ours) and ours['steps'] == 4
    for name, value in theirs.items():
        assert torch.equal(value, ours[name]), name


def test_a_formula_of_ones_own_is_called_weight_by_weight():
    class Halved(ExponentialMovingAverage):
        def avg_func(self, averaged_param, source_param, steps):
            averaged_param.copy_((averaged_param + source_param) / 2)

    average = Halved(nn.Linear(1, 1, bias=False))
    model = nn.Linear(1, 1, bias=False)
    for value in (1.0, 3.0):
        nn.init.constant_(model.weight, value)
        average.update_parameters(model)
    assert average.module.weight.item() == 2.0


@pytest.mark.parametrize('kind', ['ExponentialMovingAverage', 'RampUpEMA'])
def test_operations_do_not_grow_with_the_network(kind):
    counts = []
    for layers in (1, 50):
        model = nn.Sequential(*[nn.Linear(2, 2) for _ in range(layers)])
        average = MODELS.build(dict(type=kind), default_args=dict(model=model))
        average.update_parameters(model)
        with OperationCounter() as counter:
            average.update_parameters(model)
        assert 'aten::_foreach_add_' in counter.names
        counts.append(sum(counter.names.values()))
    assert counts[0] == counts[1]
