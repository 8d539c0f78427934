"""LeCam regularisation against a literal transcription, its anchors, and in an iteration."""

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub

LECAM = dict(type='LeCamRegularization', loss_weight=0.3, decay=0.9)


def state(real, fake, iteration=0):
    return dict(
        disc_pred_real=torch.tensor(real).unsqueeze(1).requires_grad_(),
        disc_pred_fake=torch.tensor(fake).unsqueeze(1).requires_grad_(),
        iteration=iteration,
    )


def test_equals_the_transcription_over_iterations():
    regularizer = MODELS.build(LECAM)
    generator = torch.Generator().manual_seed(0)
    anchor_real = anchor_fake = None
    for iteration in range(5):
        real, fake = (torch.randn(n, generator=generator).tolist() for n in (3, 4))
        given = state(real, fake, iteration)
        found = regularizer(given)
        mean_real, mean_fake = sum(real) / 3, sum(fake) / 4
        if iteration == 0:
            anchor_real, anchor_fake = mean_real, mean_fake
        anchor_real = 0.9 * anchor_real + 0.1 * mean_real
        anchor_fake = 0.9 * anchor_fake + 0.1 * mean_fake
        expected = 0.3 * (
            sum((p - anchor_fake) ** 2 for p in real) / 3
            + sum((p - anchor_real) ** 2 for p in fake) / 4
        )
        assert found.item() == pytest.approx(expected, rel=1e-5)
        # dR/dp = 2 lambda (p - alpha_F) / 3: the anchors are constants.
        (gradient,) = torch.autograd.grad(found, given['disc_pred_real'])
        wanted = [0.3 * 2 * (p - anchor_fake) / 3 for p in real]
        assert gradient.flatten().tolist() == pytest.approx(wanted, rel=1e-4, abs=1e-6)


def test_anchors_are_saved_and_move_before_the_penalty_starts():
    regularizer = MODELS.build(LECAM | dict(start=2))
    assert regularizer.loss_name() == 'loss_lecam'
    assert regularizer(state([1.0, 3.0], [-1.0])) is None
    assert regularizer(state([4.0], [-1.0], 1)) is None
    other = MODELS.build(LECAM)
    other.load_state_dict(regularizer.state_dict())
    assert other.anchors.tolist() == pytest.approx([0.9 * 2 + 0.1 * 4, -1.0])
    assert other(state([2.2], [-1.0], 2)) == regularizer(state([2.2], [-1.0], 2))
    with pytest.raises(ValueError, match=r'must be in \[0, 1\), got 1'):
        MODELS.build(LECAM | dict(decay=1))


def test_it_is_part_of_the_discriminators_loss_and_of_checkpoints(repo_root):
    MessageHub.get_current_instance().update_info('iter', 0)
    model = build_model(repo_root, discriminator_regularizers=[LECAM])
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    terms = ('loss_disc_real', 'loss_disc_fake', 'loss_disc_lecam')
    assert logs['loss_disc_lecam'] >= 0
    assert logs['loss_disc'] == pytest.approx(sum(logs[term] for term in terms))
    assert model.state_dict()['discriminator_regularizers.0.steps'] == 1
