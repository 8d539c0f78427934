import pytest
import torch

from projects.ecgan.losses import FeatureMatchingLoss, feature_matching_loss


def outputs(*stages):
    """One scale: constant stages, then a prediction."""
    return [torch.full((1, 2, 3, 3), float(s)) for s in stages]


def test_sum_over_stages_mean_over_scales_without_the_prediction():
    fake = [outputs(1, 2, 100), outputs(0, 0, -100)]
    real = [outputs(0, 4, 0), outputs(1, 0, 0)]
    # scale 0: |1 - 0| + |2 - 4| = 3, scale 1: 1
    assert feature_matching_loss(fake, real).item() == pytest.approx(2.0)
    assert FeatureMatchingLoss(loss_weight=5.0)(fake, real).item() == pytest.approx(10.0)


def test_gradient_reaches_the_generated_side_only():
    fake, real = (torch.rand(1, 2, requires_grad=True) for _ in range(2))
    feature_matching_loss([[fake, fake]], [[real, real]]).backward()
    assert fake.grad is not None and real.grad is None


def test_scales_have_to_match():
    with pytest.raises(ValueError):
        feature_matching_loss([outputs(1, 2)], [outputs(1, 2), outputs(1, 2)])


def test_scales_without_stages_do_not_count():
    fake, real = [outputs(1, 2, 100), outputs(7)], [outputs(0, 4, 0), outputs(9)]
    assert feature_matching_loss(fake, real).item() == pytest.approx(3.0)
