from types import SimpleNamespace

import pytest
import torch
from mmagic.registry import MODELS

from projects.ecgan.structures import Layout

PIPELINE = dict(xflip=1, rotate90=1, xint=1, scale=1, rotate=1, aniso=1, xfrac=1)


def build(**options):
    torch.manual_seed(0)
    augment = dict(type='ADAAug', aug_pipeline=PIPELINE, **options)
    network = dict(
        type='SlimStyleGAN2Discriminator', in_size=16, base_channels=4, max_channels=8,
        data_aug=augment,
    )  # fmt: skip
    return MODELS.build(dict(type='PairDiscriminator', network=network, layout_channels=4))


def steer(discriminator, scores, iteration):
    steering = MODELS.build(dict(type='AdaptiveAugmentation'))
    assert steering.loss_name() == 'augment_probability'
    state = dict(
        disc=SimpleNamespace(discriminator=discriminator), disc_pred_real=torch.tensor(scores),
        batch_size=len(scores), iteration=iteration,
    )  # fmt: skip
    return steering(state).item()


def test_strength_follows_the_scores_of_photos():
    # 2 photos an iteration, an update every second one, 100 photos from 0 to 1.
    discriminator = build(update_interval=2, ada_kimg=0.1, augment_initial_p=0.5)
    assert steer(discriminator, [1.0, 3.0], 0) == 0.5
    assert steer(discriminator, [1.0, 3.0], 1) == pytest.approx(0.54)
    steer(discriminator, [-1.0, 3.0], 2)
    assert steer(discriminator, [1.0, 2.0], 3) == pytest.approx(0.5)


def test_layout_and_picture_move_alike():
    """A picture that repeats a layout channel still does after the augmentation."""
    discriminator = build(augment_initial_p=1.0)
    seen = {}
    discriminator.network.convs.register_forward_pre_hook(lambda _, x: seen.update(x=x[0]))
    torch.manual_seed(1)
    layout = Layout(torch.randint(0, 4, (3, 16, 16)), 4)
    images = layout.one_hot()[:, :3]
    (gradient,) = torch.autograd.grad(
        discriminator(layout, images.clone().requires_grad_())[0][0][0].sum(),
        list(discriminator.parameters())[:1],
    )
    assert gradient.any()
    torch.testing.assert_close(seen['x'][:, :3], seen['x'][:, 4:])
    assert not torch.allclose(seen['x'][:, :3], images)


def test_a_discriminator_without_augmentation_is_refused():
    with pytest.raises(ValueError, match='ADAStyleGAN2Discriminator, got Linear'):
        steer(torch.nn.Linear(1, 1), [1.0], 0)
