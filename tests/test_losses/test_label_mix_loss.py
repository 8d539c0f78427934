"""LabelMix: whole classes, and a distance that vanishes where it should."""

from types import SimpleNamespace

import pytest
import torch
from mmagic.registry import MODELS

from projects.ecgan.losses.label_mix_loss import label_mix_loss, label_mix_mask
from projects.ecgan.structures import Layout


def test_a_class_comes_whole_from_one_picture():
    torch.manual_seed(0)
    labels = torch.randint(0, 5, (64, 6, 6))
    mask = label_mix_mask(labels, 5)
    assert mask.shape == (64, 1, 6, 6) and mask.dtype == torch.bool
    sides = torch.stack([mask[:, 0][labels == c].float().mean() for c in range(5)])
    for b in range(64):
        for c in range(5):
            assert len(mask[b, 0][labels[b] == c].unique()) <= 1
    # Photo and generated image are as likely.
    assert ((sides - 0.5).abs() < 0.2).all()


def test_distance_by_hand():
    mask = torch.tensor([[[[True, False]]]])
    photo, generated = torch.full((1, 2, 1, 2), 1.0), torch.full((1, 2, 1, 2), 5.0)
    mixed = torch.tensor([1.0, 5.0]).expand(1, 2, 1, 2)
    assert label_mix_loss(mixed, photo, generated, mask).item() == 0
    # Off by 4 at one of two pixels.
    assert label_mix_loss(photo, photo, generated, mask).item() == pytest.approx(8.0)


def make_state(judge, size=8):
    torch.manual_seed(0)
    photo, generated = torch.randn(2, 2, 3, size, size)
    layout = Layout(torch.randint(0, 4, (2, size, size)), 3, with_unknown=True)
    return dict(
        layout=layout,
        disc=SimpleNamespace(judge=judge),
        reals=dict(image=photo),
        fakes=dict(image=generated),
        outputs=(dict(image=judge(photo)), dict(image=judge(generated))),
    )


def test_a_discriminator_of_single_pixels_is_consistent():
    loss = MODELS.build(dict(type='LabelMixConsistency', loss_weight=5.0))
    assert loss.loss_name() == 'loss_label_mix'
    assert loss(make_state(lambda images: [[images.square()]])).item() == 0

    def neighbours(images):
        return [[images.roll(1, -1)]]

    state = make_state(neighbours)
    torch.manual_seed(1)
    found = loss(state)
    torch.manual_seed(1)
    mask = label_mix_mask(state['layout'].labels, 4)
    photo, generated = state['reals']['image'], state['fakes']['image']
    mixed = torch.where(mask, photo, generated).roll(1, -1)
    target = torch.where(mask, photo.roll(1, -1), generated.roll(1, -1))
    torch.testing.assert_close(found, 5 * (mixed - target).square().mean())


def test_patches_are_refused():
    loss = MODELS.build(dict(type='LabelMixConsistency'))
    with pytest.raises(ValueError, match=r'predicts at full size.*SegmentorDiscriminator'):
        loss(make_state(lambda images: [[images[..., ::2, ::2]]]))


def test_of_several_scales_those_of_full_size_count():
    loss = MODELS.build(dict(type='LabelMixConsistency', loss_weight=5.0))

    def judge(images):
        return [[images[..., ::2, ::2]], [images.roll(1, -1)]]

    torch.manual_seed(1)
    found = loss(make_state(judge))
    torch.manual_seed(1)
    assert found == loss(make_state(lambda images: [[images.roll(1, -1)]]))
