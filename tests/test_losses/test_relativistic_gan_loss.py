"""The relativistic pairing loss against its formula, in the objective and in an iteration."""

import math

import pytest
import torch
from ecgan_toys import BARE, build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub
from pix2pix_toys import build_optimizers as build_pix2pix_optimizers
from pix2pix_toys import build_pix2pix

from projects.ecgan.errors import ConfigError
from projects.ecgan.losses import RelativisticGANLoss, relativistic_pairing_loss
from projects.ecgan.models.ecgan import objective

LOSS = dict(_delete_=True, type='RelativisticGANLoss')
PENALTY = dict(type='R1GradientPenaltyComps', loss_weight=0.5, norm_mode='HWC')
PENALTIES = [
    PENALTY,
    dict(PENALTY, loss_name='loss_r2_gp',
         data_info=dict(discriminator='disc', real_data='fake_imgs')),
]  # fmt: skip


@pytest.fixture(autouse=True)
def first_iteration():
    MessageHub.get_current_instance().update_info('iter', 0)


def slowly(winner, loser):
    terms = [math.log1p(math.exp(-(a - b))) for a, b in zip(winner.flatten(), loser.flatten())]
    return sum(terms) / len(terms)


def test_it_is_its_formula():
    torch.manual_seed(0)
    real, fake = torch.randn(2, 3, 1, 4, 5, dtype=torch.float64)
    assert relativistic_pairing_loss(real, fake).item() == pytest.approx(slowly(real, fake))
    loss = RelativisticGANLoss(loss_weight=3.0)
    assert loss(real, fake, True).item() == pytest.approx(slowly(real, fake))
    assert loss(real, fake, False).item() == pytest.approx(3 * slowly(fake, real))
    assert loss(real, real, True).item() == pytest.approx(math.log(2))
    # Only differences count, and large ones neither overflow nor vanish.
    torch.testing.assert_close(loss(real + 7, fake + 7, True), loss(real, fake, True))
    far = torch.full((1, 1, 2, 2), 1000.0)
    assert loss(-far, far, True).item() == 2000 and loss(far, -far, True).item() == 0


def test_it_is_computed_in_float32():
    real, fake = torch.zeros(1, 1, 2, 2).bfloat16(), torch.full((1, 1, 2, 2), 1.0).bfloat16()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = relativistic_pairing_loss(real, fake)
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(math.log1p(math.e), rel=1e-6)


def test_gradients_pull_a_pair_apart_and_together():
    real, fake = (torch.zeros(1, 1, 1, 2, requires_grad=True) for _ in range(2))
    loss = RelativisticGANLoss()
    of_real, of_fake = torch.autograd.grad(loss(real, fake, True), [real, fake])
    # d softplus(-t) = -1/2 at 0, over two positions
    assert of_real.flatten().tolist() == [-0.25, -0.25]
    assert of_fake.flatten().tolist() == [0.25, 0.25]
    of_real, of_fake = torch.autograd.grad(loss(real, fake, False), [real, fake])
    assert of_fake.flatten().tolist() == [-0.25, -0.25]


def test_the_objective_pairs_what_belongs_together():
    torch.manual_seed(0)

    def pair():
        # Two scales of two images: a stage, then a prediction.
        return [[torch.randn(2, 3, 4, 4), torch.randn(2, 1, size, size)] for size in (5, 3)]

    real = dict(image=pair(), edge=pair())
    fake = dict(coarse=pair(), image=pair(), edge=pair())
    weights = dict(coarse=1.0, image=2.0, edge=0.5)
    loss = MODELS.build(dict(type='RelativisticGANLoss', loss_weight=4.0))
    disc = objective.discriminator_losses(real, fake, weights, loss)
    assert set(disc) == {'loss_disc_pairs'}
    gen = objective.generator_adversarial_losses(real, fake, weights, loss, None)
    assert set(gen) == {'loss_gen_adversarial'}
    expected = {True: 0.0, False: 0.0}
    for name, weight in weights.items():
        photo = real['edge' if name == 'edge' else 'image']
        for scale in (0, 1):
            of_photo, of_fake = photo[scale][-1], fake[name][scale][-1]
            expected[True] += weight / 2 * slowly(of_photo, of_fake)
            expected[False] += weight / 2 * 4 * slowly(of_fake, of_photo)
    assert disc['loss_disc_pairs'].item() == pytest.approx(expected[True], rel=1e-5)
    assert gen['loss_gen_adversarial'].item() == pytest.approx(expected[False], rel=1e-5)


@pytest.mark.parametrize('kind', ['OptimWrapper', 'Bfloat16OptimWrapper'])
def test_ecgan_trains_with_it_and_both_penalties(repo_root, kind):
    changes = {'discriminator.init_gain': 1.0, 'discriminator.edge_weights': 'own', **BARE}
    model = build_model(repo_root, gan_loss=LOSS, discriminator_regularizers=PENALTIES, **changes)
    before = [p.clone() for p in model.discriminator.parameters()]
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model, type=kind))
    assert logs['loss_disc'] == pytest.approx(
        logs['loss_disc_pairs'] + logs['loss_disc_r1_gp'] + logs['loss_disc_r2_gp'], rel=1e-4
    )
    assert min(logs['loss_disc_r1_gp'], logs['loss_disc_r2_gp']) > 0
    assert not {'loss_disc_real', 'loss_disc_fake'} & set(logs)
    # The generator's part: lambda and two more pairs, whose scores are still about alike.
    assert 2 < logs['loss_gen_adversarial'] < 4
    changed = [not torch.equal(*pair) for pair in zip(before, model.discriminator.parameters())]
    # Of the last biases only differences would show: photos' and images' are the same.
    assert sum(changed) >= len(changed) - 4


def test_pix2pix_trains_with_it(repo_root):
    discriminator = dict(_delete_=True, type='MultiModalityDiscriminator', base_channels=4)
    loss = dict(type='RelativisticGANLoss')
    model = build_pix2pix(repo_root, discriminator=discriminator, gan_loss=loss)
    logs = model.train_step(make_batch(), build_pix2pix_optimizers(repo_root, model))
    assert {'loss_disc_pairs', 'loss_gen_adversarial'} <= set(logs)


def test_what_has_no_pairs_of_scores_is_refused(repo_root):
    with pytest.raises(ValueError, match=r'of one shape, got \(1, 1, 2, 2\) and \(1, 1, 2, 3\)'):
        relativistic_pairing_loss(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 3))
    with pytest.raises(ConfigError, match=r'patch_loss of JointGANLoss .* got RelativisticGANLoss'):
        MODELS.build(dict(type='JointGANLoss', patch_loss=dict(type='RelativisticGANLoss')))
    model = build_model(
        repo_root,
        discriminator=dict(_delete_=True, type='UNetSegmentationDiscriminator', base_channels=4),
        gan_loss=LOSS,
        feature_matching_loss=None,
        **BARE,
    )
    with pytest.raises(ConfigError, match='one score a position, not 5'):
        model.train_step(make_batch(), build_optimizers(repo_root, model))
