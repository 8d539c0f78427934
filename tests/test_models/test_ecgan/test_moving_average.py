"""MMagic's ``RampUpEMA`` as the generator's moving average: early pictures are not old ones."""

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub
from torch import nn


def average(config, steps):
    """Moving average of a weight whose value is the number of the update."""
    source = nn.Linear(1, 1)
    ema = MODELS.build(config, default_args=dict(model=source))
    found = []
    for step in range(steps):
        nn.init.constant_(source.weight, float(step))
        ema.update_parameters(source)
        found.append(ema.module.weight.item())
    return found


@pytest.mark.parametrize('batch_size', [4, 32])
def test_half_of_it_is_from_the_last_twentieth_of_the_images(batch_size):
    found = average(dict(type='RampUpEMA', batch_size=batch_size, ema_kimg=1), 300)
    value = 0.0
    for step in range(1, 300):
        seen = (step + 1) * batch_size
        half_life = min(1 * 1000, 0.05 * seen)
        keep = 0.5 ** (batch_size / half_life)
        value = keep * value + (1 - keep) * step
        assert found[step] == pytest.approx(value, rel=1e-4)
    # A fixed small momentum is still near the beginning.
    fixed = average(dict(type='ExponentialMovingAverage', momentum=1e-3), 300)
    assert found[20] > 17 and found[-1] > 270
    assert fixed[20] < 1 and fixed[-1] < 60


def test_early_pictures_follow_the_generator(repo_root):
    MessageHub.get_current_instance().update_info('iter', 0)
    ema = dict(_delete_=True, type='RampUpEMA', batch_size=2)
    model = build_model(repo_root, ema_config=ema, contrast_loss=None, class_pixel_loss=None)
    first = [p.detach().clone() for p in model.generator.parameters()]
    optimizers = build_optimizers(repo_root, model)
    for _ in range(3):
        model.train_step(make_batch(), optimizers)

    def distance(one, other):
        return torch.stack([(a - b).norm() for a, b in zip(one, other)]).norm()

    now, averaged = model.generator.parameters(), [*model.generator_ema.module.parameters()]
    now = [*now]
    assert distance(averaged, now) < 0.1 * distance(first, now)
