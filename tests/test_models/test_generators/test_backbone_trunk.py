"""mmsegmentation's backbones in the place of the trunk."""

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from torch.nn import functional as F

from projects.ecgan.errors import CheckpointError, ConfigError, MissingFileError
from projects.ecgan.models.generators import BackboneTrunk, ECGANGenerator, SPADEGenerator
from projects.ecgan.models.parts import contracts
from projects.ecgan.structures import Layout

CHANNELS = 5
RESNET = dict(type='mmseg.ResNetV1c', depth=18, stem_channels=8, base_channels=8)
MIT = dict(
    type='MixVisionTransformer', embed_dims=8, num_layers=[1] * 4, num_heads=[1] * 4,
    patch_sizes=[7, 3, 3, 3], sr_ratios=[8, 4, 2, 1],
)  # fmt: skip
# One map, at a quarter of the resolution.
SINGLE = dict(RESNET, num_stages=1, strides=(1,), dilations=(1,), out_indices=(0,))


def layout(height=32, width=64):
    labels = torch.randint(0, CHANNELS, (2, height, width), generator=torch.manual_seed(0))
    return Layout(labels, CHANNELS)


@pytest.mark.parametrize(
    ('backbone', 'divisor', 'channels'),
    [
        (
            RESNET,
            32,
            dict(stage_3=16, stage_2=16, stage_1=16, stage_0=16, up_0=8, up_1=4),
        ),
        (MIT, 32, dict(stage_3=16, stage_2=16, stage_1=16, stage_0=16, up_0=8, up_1=4)),
        (SINGLE, 4, dict(stage_0=16, up_0=8, up_1=4)),
    ],
)
def test_sizes_and_features(backbone, divisor, channels):
    trunk = BackboneTrunk(backbone, CHANNELS, base_channels=4).train()
    contracts.check_part(trunk, contracts.Trunk, 'never said')
    assert trunk.feature_channels == channels and trunk.divisor == divisor
    assert [*trunk.feature_channels] == trunk.feature_names_fine_to_coarse[::-1]
    x, features = trunk(layout(), channels)
    assert x.shape == (2, trunk.out_channels, 32, 64) and x is features['up_1']
    strides = dict(up_1=1, up_0=2, stage_0=4, stage_1=8, stage_2=16, stage_3=32)
    for name, feature in features.items():
        size = (32 // strides[name], 64 // strides[name])
        assert feature.shape == (2, channels[name], *size), name
    x.square().sum().backward()
    assert all(p.grad is not None for p in trunk.parameters())
    assert trunk(layout())[1] == {}


def test_merging_is_the_pyramids_formula():
    trunk = BackboneTrunk(SINGLE, CHANNELS, base_channels=4).eval()
    with torch.no_grad():
        x, _ = trunk(layout())
        dense = layout().one_hot()
        levels = [trunk.backbone(dense)[0], dense[..., ::2, ::2], dense]
        expected = 0
        for name, level in zip(('stage_0', 'up_0', 'up_1'), levels):
            lateral, merge = trunk.lateral[name], trunk.merge[name]
            if name != 'stage_0':
                expected = expected.repeat_interleave(2, -1).repeat_interleave(2, -2)
            expected = F.conv2d(level, lateral.weight, lateral.bias) + expected
            expected = F.group_norm(expected, expected.shape[1] // 8, merge.norm.weight)
            expected = merge.conv(F.leaky_relu(expected, 0.2))
    torch.testing.assert_close(x, expected, rtol=1e-4, atol=1e-5)


def test_what_does_not_fit():
    trunk = BackboneTrunk(RESNET, CHANNELS, base_channels=4)
    with pytest.raises(ConfigError, match=r'48 x 64 .*divisible by 32; .*a shallower ResNetV1c'):
        trunk(layout(48))
    with pytest.raises(ConfigError, match=r"no trunk feature \['up_2'\], there are \['stage_3'"):
        trunk(layout(), ['up_2'])
    odd = dict(RESNET, strides=(1, 3, 2, 2))
    with pytest.raises(ConfigError, match=r'ResNetV1c does not take .*not all powers of two'):
        BackboneTrunk(odd, CHANNELS)


def test_a_backbone_may_begin_with_its_coarsest_map():
    unet = dict(type='mmseg.UNet', base_channels=4, num_stages=4, strides=(1, 1, 1, 1))
    three = dict.fromkeys(('enc_num_convs',), (1,) * 4) | dict.fromkeys(
        ('dec_num_convs', 'downsamples', 'dec_dilations'), (1,) * 3
    )
    three |= dict(downsamples=(True,) * 3, enc_dilations=(1,) * 4)
    trunk = BackboneTrunk(unet | three, CHANNELS, base_channels=4)
    maps = trunk._fine_to_coarse(trunk.backbone(layout().one_hot()))
    assert [layout().shape[0] // each.shape[-2] for each in maps] == [1, 2, 4, 8]
    assert [*trunk.feature_channels] == ['stage_3', 'stage_2', 'stage_1', 'stage_0']
    features, _ = trunk(layout())
    assert features.shape[1:] == (4, *layout().shape)


@pytest.mark.parametrize('kind', [ECGANGenerator, SPADEGenerator])
def test_the_backbone_initialises_itself(kind, monkeypatch):
    sizes = dict(num_classes=CHANNELS) if kind is ECGANGenerator else {}
    trunk = dict(type='BackboneTrunk', backbone=RESNET)
    generator = kind(CHANNELS, **sizes, base_channels=4, trunk=trunk)
    drawn = []
    original = type(generator.trunk.backbone).init_weights

    def init_weights(self):
        original(self)
        drawn.append({key: value.clone() for key, value in self.state_dict().items()})

    monkeypatch.setattr(type(generator.trunk.backbone), 'init_weights', init_weights)
    generator.init_weights()
    (before,) = drawn
    for key, value in generator.trunk.backbone.state_dict().items():
        assert torch.equal(value, before[key]), key
    # Xavier's normal of gain 1 in the trunk's own layers, of gain 0.02 in the head.
    lateral = generator.trunk.lateral['stage_3'].weight
    assert lateral.std().item() == pytest.approx((2 / (64 + 16)) ** 0.5, rel=0.15)
    head = generator.to_image if kind is SPADEGenerator else generator.image_generator.to_image
    assert 0 < head.weight.std() < 0.01


def test_all_of_ecgan_trains_on_a_backbone(repo_root):
    trunk = dict(type='BackboneTrunk', backbone=RESNET)
    model = build_model(repo_root, **{'generator.trunk': trunk})
    assert model.contrast_loss.feature_names == ('up_1', 'up_0', 'stage_0', 'stage_1')
    first = model.generator.trunk.backbone.stem[0].weight
    before = first.detach().clone()
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert not torch.equal(before, first)
    assert {'loss_contrast', 'score_fake_edge', 'score_fake_coarse'} <= set(logs)


def test_checkpoint_of_a_segmentor(tmp_path):
    source = BackboneTrunk(RESNET, 3, base_channels=4).backbone
    state = {f'backbone.{key}': value for key, value in source.state_dict().items()}
    torch.save(dict(state_dict=state), tmp_path / 'segmentor.pth')
    trunk = BackboneTrunk(RESNET, CHANNELS, 4, checkpoint=str(tmp_path / 'segmentor.pth'))
    trunk.init_weights()
    own = trunk.backbone.state_dict()
    differing = [k for k, v in source.state_dict().items() if not v.equal(own[k])]
    assert differing == ['stem.0.weight']
    torch.save({'other': torch.zeros(1)}, tmp_path / 'other.pth')
    trunk.checkpoint = str(tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'other\.pth holds no weights of ResNetV1c'):
        trunk.init_weights()
    trunk.checkpoint = 'none.pth'
    with pytest.raises(MissingFileError, match=r"trunk's backbone not found: none\.pth \(trunk\."):
        trunk.init_weights()
