import pytest
import torch
from torch import nn

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.generators import (
    ECGANGenerator,
    LayoutNoise,
    SPADEGenerator,
    plain_layout,
)
from projects.ecgan.models.layers import ParameterFreeBatchNorm
from projects.ecgan.structures import DenseLayout, Layout

CLASSES, NOISE = 3, 2
PER = ('picture', 'class', 'pixel')
PARTS = dict(
    num_classes=CLASSES,
    edge_generator=dict(type='EdgeGenerator'),
    edge_transfer=dict(type='AttentionEdgeTransfer'),
    semantic_module=dict(type='SemanticPreservingModule'),
)


def make_layout(batch=2, size=(32, 64)):
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, CLASSES, (batch, size[0] // 8, size[1] // 8), generator=generator)
    return Layout(labels.repeat_interleave(8, 1).repeat_interleave(8, 2), CLASSES)


def make_generator(
    per='picture', mode='auto', kind=SPADEGenerator, modulation=None, modulates=True, **parts
):
    """A small generator in double precision whose weights let noise through."""
    torch.manual_seed(0)
    trunk = dict(hidden_channels=4, layout_mode=mode, modulation=modulation)
    noise = dict(type='LayoutNoise', channels=NOISE, per=per, modulates=modulates)
    generator = kind(
        layout_channels=CLASSES, base_channels=2, trunk=trunk, noise=noise, **parts
    ).double()
    for parameter in generator.parameters():
        nn.init.normal_(parameter, std=0.2)
    for module in generator.modules():
        if isinstance(module, ParameterFreeBatchNorm):
            module.momentum = 1.0
    with torch.no_grad():
        generator.train()(make_layout())
    return generator.eval()


@pytest.mark.parametrize('per', PER)
def test_noise_is_drawn_once_for_each_region(per):
    layout = make_layout()
    noise = LayoutNoise(NOISE, per).eval()(layout, [5, 6]).one_hot()[:, CLASSES:]
    for n, seed in enumerate((5, 6)):
        drawn = torch.Generator().manual_seed(seed)
        count = dict(picture=1, pixel=32 * 64)
        count['class'] = CLASSES + 1
        vectors = torch.randn(count[per], NOISE, generator=drawn)
        for i in (0, 9, 31):
            for j in (0, 17, 63):
                region = dict(picture=0, pixel=i * 64 + j)
                region['class'] = layout.labels[n, i, j]
                assert torch.equal(noise[n, :, i, j], vectors[region[per]])


def test_seeds_belong_to_evaluation_and_chance_to_training():
    layout = make_layout()
    noise = LayoutNoise(NOISE)
    torch.manual_seed(0)
    one, two = noise(layout).vectors, noise(layout).vectors
    assert one.shape == (2, NOISE) and not torch.equal(one[0], one[1])
    assert not torch.equal(one, two)
    noise.eval()
    fixed = noise(layout)
    assert torch.equal(fixed.vectors, noise(layout, [0, 0]).vectors)
    assert noise(fixed, [3, 4]) is fixed
    assert plain_layout(fixed) is layout and plain_layout(layout) is layout


@pytest.mark.parametrize('per', PER)
@pytest.mark.parametrize('modulation', [None, dict(type='ClassAdaptiveNorm')])
def test_every_way_of_computing_gives_the_same(per, modulation):
    layout = make_layout()
    with torch.no_grad():
        found = {
            mode: make_generator(per, mode, modulation=modulation)(layout)['image']
            for mode in ('plain', 'indexed', 'auto')
        }
        generator = make_generator(per, 'plain', modulation=modulation)
        dense = DenseLayout(generator.noise(layout).one_hot(torch.float64))
        x, _ = generator.trunk(dense)
    torch.testing.assert_close(found['indexed'], found['plain'], rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(found['auto'], found['plain'], rtol=1e-9, atol=1e-9)
    expected = torch.tanh(generator.to_image(nn.functional.leaky_relu(x, 0.2)))
    torch.testing.assert_close(found['plain'], expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize('per', PER)
def test_a_seed_gives_the_same_picture_in_any_batch(per):
    layout, generator = make_layout(3), make_generator(per, kind=ECGANGenerator, **PARTS)
    with torch.no_grad():
        together = generator(generator.noise(layout, [7, 8, 7]))
        for n, seed in enumerate((7, 8, 7)):
            alone = generator(generator.noise(layout[n : n + 1], [seed]))
            for name in ('image', 'coarse', 'edge'):
                torch.testing.assert_close(alone[name][0], together[name][n], rtol=1e-9, atol=1e-9)
        other = generator(generator.noise(layout, [8, 8, 8]))['image']
    assert torch.allclose(other[1], together['image'][1], rtol=1e-9)
    assert (other[0] - together['image'][0]).abs().max() > 1e-3


@pytest.mark.parametrize('mode', ['plain', 'indexed'])
def test_a_region_drawn_anew_leaves_what_is_out_of_reach(mode):
    # The mask is one column of the bottom. Columns reached: 5 of the bottom (stem and head), then
    # two of each block (16, 16, 8, 4, 2, 1 pixels wide), then one of each convolution behind.
    reach = 5 * 32 + 2 * (16 + 16 + 8 + 4 + 2 + 1)
    layout = make_layout(1, (32, 512))
    generator = make_generator('class', mode, ECGANGenerator, **PARTS)
    first, second = (generator.noise(layout, [seed]) for seed in (1, 2))
    mask = torch.zeros(1, 32, 512, dtype=torch.bool)
    mask[..., :32] = True
    with torch.no_grad():
        before, after = generator(first), generator(first.replaced(mask, second))
    changed = (before['coarse'] - after['coarse']).abs().amax(dim=(0, 1, 2))
    assert changed[:32].min() > 1e-6
    assert changed[reach + 4 :].max() < 1e-12
    # The semantic preserving module weighs classes by averages over the whole picture.
    assert (before['image'] - after['image'])[..., reach + 8 :].abs().max() > 1e-9


def test_noise_at_the_first_convolution_alone():
    layout, generator = make_layout(), make_generator('class', 'indexed', modulates=False)
    trunk = generator.trunk
    assert (trunk.layout_channels, trunk.noise_channels) == (CLASSES, NOISE)
    assert trunk.stem.in_channels == CLASSES + NOISE
    assert trunk.blocks['head'].norm_0.shared.in_channels == CLASSES
    with torch.no_grad():
        joined = generator.noise(layout, [1, 2])
        found = generator(joined)['image']
        # By hand: noise into the stem, the layout into the blocks.
        x = trunk.stem(joined.resized((1, 2)).one_hot(torch.float64))
        for name, block in trunk.blocks.items():
            if name in trunk._doubling:
                x = nn.functional.interpolate(x, scale_factor=2, mode='nearest')
            x = block(x, layout)
        expected = torch.tanh(generator.to_image(nn.functional.leaky_relu(x, 0.2)))
        other = generator(generator.noise(layout, [3, 4]))['image']
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    assert (found - other).abs().max() > 1e-3
    trunk = dict(type='BackboneTrunk', backbone=dict(type='mmseg.ResNetV1c', depth=18))
    with pytest.raises(ConfigError, match=r'takes noise_channels, .*BackboneTrunk does not'):
        noise = dict(type='LayoutNoise', modulates=False)
        SPADEGenerator(CLASSES, 2, trunk=trunk, noise=noise)


def test_noise_adds_nothing_where_it_is_off():
    torch.manual_seed(0)
    plain = SPADEGenerator(CLASSES, 2)
    noisy = make_generator()
    assert plain.noise is None and not any('noise' in name for name in noisy.state_dict())
    assert plain.trunk.layout_channels == CLASSES
    assert noisy.trunk.layout_channels == CLASSES + NOISE
    layout = make_layout()
    with pytest.raises(ConfigError, match='has 5 channels, the network was built for 3'):
        plain(noisy.noise(layout))


def test_noise_that_cannot_be():
    with pytest.raises(ConfigError, match=r"one of \('picture', 'class', 'pixel'\).*per='object'"):
        LayoutNoise(4, 'object')
    with pytest.raises(ConfigError, match='channels=0'):
        LayoutNoise(0)
    layout = make_layout()
    with pytest.raises(ConfigError, match='2 layouts, but 1 seeds'):
        LayoutNoise(NOISE)(layout, [1])
    with pytest.raises(ConfigError, match=r'takes a label map, .*not DenseLayout'):
        make_generator()(layout.one_hot())
