"""Contrast in the training of mmsegmentation's models."""

import mmseg.models  # noqa: F401  (registers the models)
import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from projects.ecgan.errors import ConfigError
from projects.ecgan.losses import MultiScaleContrastLoss

LOSS = dict(
    type='MultiScaleContrastLoss',
    scale_weights=(1.0, 0.5),
    cross_scale_weights=((0, 1, 1.0),),
    embedding_channels=8,
)


@pytest.fixture(autouse=True)
def scope_of_mmsegmentation():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


def build(**more):
    torch.manual_seed(0)
    config = dict(type='ContrastHead', in_channels=(4, 6), in_index=(2, 0), contrast_loss=LOSS)
    return MODELS.build({**config, **more})


def samples(labels):
    return [SegDataSample(gt_sem_seg=PixelData(data=label[None])) for label in labels]


@pytest.fixture
def inputs():
    """Three outputs of a backbone, coarse to fine, and labels with unknown pixels."""
    pixels = torch.Generator().manual_seed(1)
    features = [torch.randn(2, c, s, s, generator=pixels) for c, s in ((6, 4), (5, 8), (4, 16))]
    labels = torch.randint(0, 3, (2, 4, 4), generator=pixels)
    labels = labels.repeat_interleave(4, 1).repeat_interleave(4, 2)
    labels[:, :2] = 255
    return features, labels


def test_loss_is_that_of_the_chosen_features(inputs):
    features, labels = inputs
    head = build()
    losses = head.loss(features, samples(labels), {})
    expected = MultiScaleContrastLoss(
        scale_weights=(1.0, 0.5),
        cross_scale_weights=((0, 1, 1.0),),
        embedding_channels=8,
        feature_names=('feature_2', 'feature_0'),
        in_channels=(4, 6),
    )
    expected.load_state_dict(build().contrast_loss.state_dict())
    named = dict(feature_2=features[2], feature_0=features[0])
    assert set(losses) == {'loss_contrast'} and losses['loss_contrast'] > 0
    assert torch.equal(losses['loss_contrast'], expected(named, labels, ignore_index=255))


def test_unknown_pixels_have_no_part(inputs):
    features, labels = inputs
    features = [feature.requires_grad_() for feature in features]
    build().loss(features, samples(labels), {})['loss_contrast'].backward()
    assert features[1].grad is None
    assert features[2].grad.abs().sum() > 0
    assert not features[2].grad[:, :, :2].any()
    nothing = build().loss(features, samples(torch.full_like(labels, 255)), {})
    assert nothing['loss_contrast'] == 0


def test_there_is_no_classifier():
    assert {name.split('.')[0] for name, _ in build().named_parameters()} == {'contrast_loss'}


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        (dict(in_channels=(4,)), r'in_channels \(4,\) for in_index \(2, 0\)'),
        (dict(in_channels=(4, 6, 5), in_index=(2, 0, 1)), '2 scale weights, but features'),
    ],
)
def test_numbers_that_differ_are_refused(changes, sentence):
    with pytest.raises(ConfigError, match=sentence):
        build(**changes)


def test_recipe_trains_what_the_plain_one_trains(repo_root):
    folder = repo_root / 'configs' / 'segmentor'
    plain, contrast = (
        Config.fromfile(folder / f'unet-s3-c16{name}_1xb8-800iters_scenes-64x64.py').model
        for name in ('', '_contrast')
    )
    head = contrast.pop('auxiliary_head')
    assert contrast.to_dict() == plain.to_dict()
    contrast.auxiliary_head = head
    model = MODELS.build(contrast)
    labels = torch.arange(8).repeat_interleave(8)[None, :, None].expand(2, 64, 64).contiguous()
    losses = model.loss(torch.randn(2, 3, 64, 64), samples(labels))
    assert set(losses) == {'decode.loss_ce', 'decode.acc_seg', 'aux.loss_contrast'}
    losses['aux.loss_contrast'].backward()
    assert all(p.grad is None for p in model.decode_head.parameters())
    # The bottleneck, which the coarsest feature is, learns from the contrast.
    assert model.backbone.encoder[2][1].convs[1].conv.weight.grad.abs().sum() > 0


def test_stands_beside_another_head_of_an_fcn():
    """The config of the documentation, in a list with the usual auxiliary head."""
    head = dict(type='FCNHead', channels=8, num_convs=1, num_classes=8)
    model = MODELS.build(
        dict(
            type='EncoderDecoder',
            backbone=dict(type='ResNetV1c', depth=18, strides=(1, 2, 2, 2)),
            decode_head=dict(**head, in_channels=512, in_index=3),
            auxiliary_head=[
                dict(**head, in_channels=256, in_index=2),
                dict(
                    type='ContrastHead',
                    in_index=(0, 1, 2, 3),
                    in_channels=(64, 128, 256, 512),
                    contrast_loss=dict(type='MultiScaleContrastLoss', embedding_channels=8),
                ),
            ],
            test_cfg=ConfigDict(mode='whole'),
        )
    )
    # At the coarsest, 2 x 2 pixels, three images have six of a class; five are needed.
    labels = torch.arange(4).repeat_interleave(16)[None, :, None].expand(3, 64, 64).contiguous()
    losses = model.loss(torch.randn(3, 3, 64, 64), samples(labels))
    assert {name for name in losses if 'loss' in name} == {
        'decode.loss_ce', 'aux_0.loss_ce', 'aux_1.loss_contrast',
    }  # fmt: skip
    losses['aux_1.loss_contrast'].backward()
    assert model.backbone.layer4[1].conv2.weight.grad.abs().sum() > 0
    assert model.eval().predict(torch.randn(1, 3, 64, 64))[0].pred_sem_seg.shape == (64, 64)
