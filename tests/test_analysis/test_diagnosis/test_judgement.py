"""A discriminator whose scores are known."""

import pytest
import torch
from mmagic.registry import MODELS

from projects.ecgan.analysis.diagnosis import judgements

# One map a scale, the second smaller.
PHOTOS = [[torch.tensor([[[[2.0, 0.5]]]])], [torch.tensor([[[[-1.0]]]])]]
IMAGES = [[torch.tensor([[[[-2.0, 0.5]]]])], [torch.tensor([[[[-1.0]]]])]]


def judge(gan_loss, fake=IMAGES, pair='image'):
    return judgements({'image': PHOTOS}, {pair: fake}, MODELS.build(gan_loss))


def test_scores_margins_and_sides_of_hinge():
    found = judge(dict(type='GANLoss', gan_type='hinge'))
    assert list(found) == ['photos', 'final images']
    # Scales: (2, 0.5) lacks (0, 0.5) to the margin, -1 lacks 2.
    assert found['photos'] == pytest.approx(dict(score=0.125, margin=1.125, accuracy=0.5))
    # (-2, 0.5) lacks (0, 1.5); -1 lacks nothing.
    assert found['final images'] == pytest.approx(dict(score=-0.875, margin=0.375, accuracy=0.75))


def test_margins_are_the_losses():
    loss = MODELS.build(dict(type='GANLoss', gan_type='hinge'))
    found = judgements({'image': PHOTOS}, {'coarse': IMAGES}, loss)
    real, fake = (
        sum(loss(scale[-1], target, is_disc=True) for scale in scales).item() / 2
        for scales, target in ((PHOTOS, True), (IMAGES, False))
    )
    assert found['photos']['margin'] == pytest.approx(real)
    assert found['coarse images']['margin'] == pytest.approx(fake)


@pytest.mark.parametrize(
    ('gan_loss', 'accuracy'),
    [
        # The boundary is 0.5, on which the photos' second position lies.
        (dict(type='GANLoss', gan_type='lsgan'), 0.25),
        (dict(type='GANLoss', gan_type='vanilla'), 0.5),
        (dict(type='GANLoss', gan_type='wgan'), None),
        (dict(type='RelativisticGANLoss'), None),
    ],
)
def test_other_losses_have_other_boundaries_and_no_margin(gan_loss, accuracy):
    found = judge(gan_loss)['photos']
    assert found == dict(score=pytest.approx(0.125), margin=None, accuracy=accuracy)


def test_segmentations_have_log_odds_and_scores_beside_them_a_margin():
    # Two classes and "generated": log odds log(1 + 1) - 3 < 0 and log 2 - 0 > 0.
    logits = torch.tensor([[[[0.0, 0.0]], [[0.0, 0.0]], [[3.0, 0.0]]]])
    mean = torch.tensor(2.0).log().item() - 1.5
    alone = judge(dict(type='SegmentationGANLoss'), [[logits]])['final images']
    assert alone == dict(score=pytest.approx(mean), margin=None, accuracy=0.5)
    joint = judge(dict(type='JointGANLoss'), [[logits], IMAGES[1]])['final images']
    assert joint['score'] == pytest.approx((mean - 1) / 2)
    assert (joint['margin'], joint['accuracy']) == (0, 0.75)
