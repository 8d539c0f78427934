"""Hand-derived values of the adversarial objective."""

import math

import pytest
import torch
from ecgan_toys import Brightness
from mmagic.registry import MODELS

from projects.ecgan.errors import ConfigError
from projects.ecgan.losses import FeatureMatchingLoss
from projects.ecgan.models.ecgan import objective
from projects.ecgan.structures import Layout

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


def test_image_scores_are_means_over_positions_then_scales():
    outputs = [
        [torch.tensor([[1.0, 3.0], [0.0, 0.0]]).view(2, 1, 1, 2)],
        [torch.tensor([[4.0], [1.0]]).view(2, 1, 1, 1)],
    ]
    assert objective.image_scores(outputs).tolist() == [[3.0], [0.5]]


def test_a_loss_that_needs_the_layout_gets_it():
    loss = MODELS.build(dict(type='SegmentationGANLoss'))
    layout = Layout(torch.tensor([[[0, 1]]]), 2)
    # Probability 1/2 for each class, nearly 0 for "generated".
    photo = dict(image=[[torch.tensor([20.0, 20.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, 1, 2)]])
    weights = dict(image=2.0)
    losses = objective.discriminator_losses(photo, photo, weights, loss, layout)
    assert losses['loss_disc_real'].item() == pytest.approx(2 * 2 * math.log(2), rel=1e-4)
    assert losses['loss_disc_fake'].item() == pytest.approx(2 * (20 + math.log(2)), rel=1e-4)
    (adversarial,) = objective.generator_adversarial_losses(
        photo, photo, weights, loss, None, layout
    ).values()
    assert adversarial.item() == pytest.approx(2 * 2 * math.log(2), rel=1e-4)
    found = objective.scores(photo, photo, loss)['score_fake_image'].item()
    assert found == pytest.approx(20 + math.log(2))
    assert objective.image_scores(photo['image'], loss).item() == pytest.approx(found)


def test_perceptual_loss_by_hand_in_two_passes():
    def pictures(*values):
        return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 2, 2)

    inputs = dict(image=pictures(0.0, 1.0), edge=pictures(1.0, 1.0))
    outputs = dict(coarse=pictures(0.5, 1.0), image=pictures(0.0, 0.0), edge=pictures(1.0, -1.0))
    loss = Brightness()
    # coarse: (0.5 + 0) / 2 + (0.25 + 0) / 2; image, twice: (0 + 1) / 2 of both; edge: (0 + 2) / 2
    expected = 0.375 + 2 * 1.0 + 1.0
    assert objective.perceptual_loss(inputs, outputs, loss, 2.0).item() == pytest.approx(expected)
    assert loss.passes == [4, 6]
    # Of the final image alone, its weight as before, and of photos without their edges.
    found = objective.perceptual_loss(inputs, outputs, loss, 2.0, ('image',))
    assert found.item() == pytest.approx(2 * 1.0)
    assert loss.passes[2:] == [2, 2]
    # Of the edges alone, and of nothing that is made.
    found = objective.perceptual_loss(inputs, outputs, loss, 2.0, ('edge',))
    assert found.item() == pytest.approx(1.0) and loss.passes[4:] == [2, 2]
    with pytest.raises(ConfigError, match=r"perceived names \['edge'\], .* makes \['image'\]"):
        objective.perceptual_loss(inputs, dict(image=outputs['image']), loss, 2.0, ('edge',))
