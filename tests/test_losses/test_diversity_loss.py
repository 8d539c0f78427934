import pytest
import torch
from mmagic.registry import MODELS

from projects.ecgan.errors import ConfigError
from projects.ecgan.losses import diversity_loss


def literal_diversity(first, second, limit):
    """limit - E[min(d, limit)] with the paper's d, one value at a time, in float64."""
    total = 0.0
    for one, other in zip(first.double().tolist(), second.double().tolist()):
        flat = [
            abs(a - b)
            for channel, other_channel in zip(one, other)
            for row, other_row in zip(channel, other_channel)
            for a, b in zip(row, other_row)
        ]
        total += min(sum(flat) / len(flat), limit)
    return limit - total / len(first)


def test_by_hand():
    # Distances 0, 0.1 and 1 where 0.25 is wanted: 0.25, 0.15 and nothing are lacking.
    first = torch.zeros(3, 3, 2, 2)
    second = first + torch.tensor([0.0, 0.1, 1.0]).view(3, 1, 1, 1)
    assert diversity_loss(first, second, 0.25).item() == pytest.approx((0.25 + 0.15) / 3)


def test_equals_literal_loops():
    generator = torch.Generator().manual_seed(0)
    first, second = torch.randn(2, 4, 3, 5, 6, generator=generator)
    second[0] = first[0] + 0.01
    expected = literal_diversity(first, second, 1.1)
    assert diversity_loss(first, second, 1.1).item() == pytest.approx(expected, abs=1e-6)


def test_textures_do_not_count():
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(4, 4).expand(1, 3, 8, 8)
    flat = torch.zeros(1, 3, 8, 8)
    assert diversity_loss(checks, flat, 0.5, pool=2).item() == pytest.approx(0.5)
    assert diversity_loss(checks + 0.2, flat, 0.5, pool=2).item() == pytest.approx(0.3)
    assert diversity_loss(checks, flat, 0.5).item() == 0


def test_gradient_drives_the_samples_apart_up_to_the_limit():
    first = torch.tensor([0.0, 0.0]).view(2, 1, 1, 1).requires_grad_()
    second = torch.tensor([0.1, 0.5]).view(2, 1, 1, 1)
    diversity_loss(first, second, 0.2).backward()
    assert first.grad.flatten().tolist() == [0.5, 0.0]


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r'one shape, got \(1, 3, 4, 4\) and \(2, 3, 4, 4\)'):
        diversity_loss(torch.zeros(1, 3, 4, 4), torch.zeros(2, 3, 4, 4), 0.1)


@pytest.mark.parametrize('settings', [dict(limit=0.0), dict(layouts=0), dict(pool=0)])
def test_settings_are_checked(settings):
    with pytest.raises(ConfigError, match='limit above 0, pool and layouts'):
        MODELS.build(dict(type='DiversityLoss', **settings))


def test_registered_class_weighs():
    loss = MODELS.build(dict(type='DiversityLoss', limit=0.4, pool=2, loss_weight=3.0))
    assert loss(torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)).item() == pytest.approx(1.2)
