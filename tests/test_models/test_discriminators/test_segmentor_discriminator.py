import pytest
import torch
from mmagic.registry import MODELS
from mmengine.config import Config

from projects.ecgan.structures import Layout

UNET = 'configs/_base_/models/unet-s3-c16.py'
RESNET = dict(
    type='EncoderDecoder',
    backbone=dict(type='ResNet', depth=18, base_channels=8, norm_cfg=dict(type='SyncBN')),
    decode_head=dict(
        type='FCNHead', in_channels=64, channels=8, num_classes=19, norm_cfg=dict(type='BN')
    ),
    auxiliary_head=dict(type='FCNHead', in_channels=32, channels=8, num_classes=19),
)


def build(segmentor, **options):
    torch.manual_seed(0)
    config = dict(type='SegmentorDiscriminator', segmentor=segmentor, num_classes=4)
    discriminator = MODELS.build(config | options)
    discriminator.init_weights()
    return discriminator


def make(size=32):
    torch.manual_seed(1)
    layout = Layout(torch.randint(0, 4, (2, size, size)), 4)
    return layout, torch.rand(4, 3, size, size) * 2 - 1


@pytest.mark.parametrize('kind', ['file', 'dict', 'other'])
def test_any_segmentor_gives_one_class_more_at_full_size(kind, repo_root):
    path = str(repo_root / UNET)
    segmentor = dict(file=path, dict=Config.fromfile(path).model.to_dict(), other=RESNET)[kind]
    discriminator = build(segmentor)
    layout, photos = make()
    images = photos[:2].clone().requires_grad_()
    four, two = discriminator(layout, photos, images)
    assert four[0][0].shape == (4, 5, 32, 32) and two[0][0].shape == (2, 5, 32, 32)
    two[0][0].square().sum().backward()
    assert images.grad.abs().sum((1, 2, 3)).gt(0).all()
    # All weights learn: a distributed run waits for each of them.
    assert all(p.grad is not None for p in discriminator.parameters())


def test_images_are_normalised_as_the_segmentors_own(repo_root):
    discriminator = build(str(repo_root / UNET)).eval()
    layout, _ = make()
    seen = {}
    discriminator.segmentor.backbone.register_forward_pre_hook(
        lambda _, inputs: seen.update(x=inputs[0])
    )
    bytes_bgr = torch.randint(0, 256, (2, 3, 32, 32)).byte()
    discriminator(layout, bytes_bgr.flip(1).float() / 127.5 - 1)
    own = discriminator.segmentor.data_preprocessor(dict(inputs=list(bytes_bgr)), False)['inputs']
    torch.testing.assert_close(seen['x'], own, atol=1e-5, rtol=1e-5)


def test_named_submodules_and_wrong_configs(repo_root):
    discriminator = build(str(repo_root / UNET), features=('backbone.encoder.0',))
    layout, photos = make()
    ((stage, logits),) = discriminator(layout, photos)[0]
    assert stage.shape == (4, 16, 32, 32) and logits.shape == (4, 5, 32, 32)
    with pytest.raises(ValueError, match='with a decode_head'):
        build(dict(type='ResNet', depth=18))
    with pytest.raises(FileNotFoundError, match='nowhere'):
        build('nowhere')
