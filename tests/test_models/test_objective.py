"""Hand-derived values of the adversarial objective."""

import pytest
import torch
from mmagic.registry import MODELS

from projects.ecgan.losses import FeatureMatchingLoss
from projects.ecgan.models import objective

HINGE = MODELS.build(dict(type='GANLoss', gan_type='hinge'))


def pair(*predictions, stage=0.0):
    """Outputs of D, one scale a prediction, each with one stage before it."""
    return [[torch.full((1, 2), stage), torch.tensor([p])] for p in predictions]


REAL = dict(image=pair(0.5, 2.0), edge=pair(-1.0, 1.0))
FAKE = dict(coarse=pair(-3.0, 0.0), image=pair(0.0, 1.0), edge=pair(-0.5, -0.5))


@pytest.mark.parametrize(
    'names, weights',
    [
        (['coarse', 'image', 'edge'], dict(coarse=1, image=2.5, edge=1)),
        (['image', 'edge'], dict(image=1, edge=1)),
        (['image'], dict(image=1)),
    ],
)
def test_lambda_weighs_the_final_image_only_beside_a_coarse_one(names, weights):
    assert objective.pair_weights(names, 2.5) == weights


def test_discriminator_hinge_by_hand():
    weights = objective.pair_weights(list(FAKE), 2.0)
    losses = objective.discriminator_losses(REAL, FAKE, weights, HINGE)
    # real: 3 * mean(0.5, 0) + 1 * mean(2, 0); fake: mean(0, 1) + 2 * mean(1, 2) + mean(.5, .5)
    assert losses['loss_disc_real'].item() == pytest.approx(3 * 0.25 + 1)
    assert losses['loss_disc_fake'].item() == pytest.approx(0.5 + 2 * 1.5 + 0.5)


def test_generator_hinge_and_feature_matching_by_hand():
    real = dict(image=pair(0.0, 0.0, stage=1.0), edge=pair(0.0, 0.0, stage=4.0))
    losses = objective.generator_adversarial_losses(
        real, FAKE, objective.pair_weights(list(FAKE), 2.0), HINGE, FeatureMatchingLoss(10.0)
    )
    # -(mean(-3, 0) + 2 mean(0, 1) + mean(-.5, -.5))
    assert losses['loss_gen_adversarial'].item() == pytest.approx(1.5 - 1.0 + 0.5)
    # |0 - 1| for I' and lambda I'', |0 - 4| for the edges; predictions are left out
    assert losses['loss_gen_feature_matching'].item() == pytest.approx(10 * (1 + 2 * 1 + 4))


def test_scores_are_mean_predictions():
    found = objective.scores(REAL, FAKE)
    assert found['score_real_image'].item() == pytest.approx(1.25)
    assert found['score_fake_coarse'].item() == pytest.approx(-1.5)
    assert not any('loss' in name for name in found)
