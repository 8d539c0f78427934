import pytest
import torch

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.generators import SPADETrunk
from projects.ecgan.structures import DenseLayout, Layout

CHANNELS = 4


def make_layout(height, width, batch=1):
    generator = torch.Generator().manual_seed(0)
    return Layout(torch.randint(0, CHANNELS, (batch, height, width), generator=generator), CHANNELS)


@pytest.mark.parametrize(
    ('upsampling', 'size', 'bottom', 'out_channels'),
    [
        ('normal', (64, 64), (2, 2), 2),
        ('normal', (32, 96), (1, 3), 2),
        ('more', (128, 64), (2, 1), 2),
        ('more', (64, 192), (1, 3), 2),
        ('most', (128, 256), (1, 2), 1),
    ],
)
def test_sizes_and_features(upsampling, size, bottom, out_channels):
    trunk = SPADETrunk(CHANNELS, 2, upsampling, hidden_channels=4).eval()
    assert trunk.bottom_size(size) == bottom
    starts = []
    trunk.stem.register_forward_hook(lambda m, inputs, output: starts.append(inputs[0].shape[-2:]))
    with torch.no_grad():
        x, features = trunk(make_layout(*size), trunk.feature_channels)
    assert starts == [bottom]
    assert x.shape == (1, out_channels, *size) and trunk.out_channels == out_channels
    finest = trunk.feature_names_fine_to_coarse[0]
    assert features[finest] is x
    # Halving from the finest block to the stem; with `normal`, middle_1 is as large as middle_0.
    expected_sizes = {'up_4': 1, 'up_3': 1, 'up_2': 2, 'up_1': 4, 'up_0': 8, 'middle_1': 16}
    scale = 2 if upsampling == 'most' else 1
    for name, divisor in expected_sizes.items():
        if name in features:
            divisor = 1 if name == 'up_4' else divisor * scale
            assert features[name].shape[-2:] == (size[0] // divisor, size[1] // divisor), name
    assert features['head'].shape == (1, 32, *bottom)
    double_bottom = (bottom[0] * 2, bottom[1] * 2)
    assert features['middle_0'].shape[-2:] == double_bottom
    assert (features['middle_1'].shape[-2:] == double_bottom) == (upsampling == 'normal')


def test_feature_names():
    trunk = SPADETrunk(CHANNELS, 2, hidden_channels=4)
    assert trunk.feature_names_fine_to_coarse == [
        'up_3', 'up_2', 'up_1', 'up_0', 'middle_1', 'middle_0', 'head'
    ]  # fmt: skip
    assert trunk.feature_channels == dict(
        head=32, middle_0=32, middle_1=32, up_0=16, up_1=8, up_2=4, up_3=2
    )


def test_only_the_wanted_features_are_handed_out():
    trunk = SPADETrunk(CHANNELS, 2, hidden_channels=4).eval()
    layout = make_layout(32, 32)
    assert trunk(layout)[1] == {}
    assert set(trunk(layout, ['up_1', 'head'])[1]) == {'up_1', 'head'}
    with pytest.raises(ConfigError, match=r"no trunk feature \['up_4'\].*'head', 'middle_0'"):
        trunk(layout, ['up_4'])


def test_dense_layout_gives_the_same():
    trunk = SPADETrunk(CHANNELS, 2, hidden_channels=4).eval()
    layout = make_layout(32, 64, batch=2)
    with torch.no_grad():
        torch.testing.assert_close(
            trunk(layout)[0], trunk(DenseLayout(layout.one_hot()))[0], rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(upsampling='much'), "one of .*'more', 'most', 'normal'.*got 'much'"),
        (dict(upsampling='most', base_channels=3), 'halves base_channels, got 3'),
        (dict(layout_mode='fast'), "layout_mode must be one of .*got 'fast'"),
        (
            dict(upsampling_mode='bicubic'),
            r"trunk\.upsampling_mode must be one of \('nearest', 'bilinear'\), got 'bicubic'",
        ),
        (dict(upsampling_mode=['bilinear']), r"upsampling_mode must be .* got \['bilinear'\]"),
    ],
)
def test_options_that_do_not_exist(options, message):
    with pytest.raises(ValueError, match=message):
        SPADETrunk(CHANNELS, **{'base_channels': 2, **options})


@pytest.mark.parametrize(
    ('upsampling', 'size', 'divisor'), [('normal', (48, 64), 32), ('more', (64, 96), 64)]
)
def test_size_that_does_not_divide(upsampling, size, divisor):
    trunk = SPADETrunk(CHANNELS, 2, upsampling, hidden_channels=4)
    message = rf'{size[0]} x {size[1]} \(h x w\) is not divisible by {divisor}'
    with pytest.raises(ValueError, match=message):
        trunk(make_layout(*size))


def test_layout_of_another_data_set():
    trunk = SPADETrunk(CHANNELS + 1, 2, hidden_channels=4)
    with pytest.raises(ValueError, match='the layout has 4 channels, the network was built for 5'):
        trunk(make_layout(32, 32))


def stages_by_hand(trunk, layout, enlarge):
    """Outputs of the trunk's blocks; ``enlarge``: between blocks of different size."""
    x = trunk.stem(layout.resized(trunk.bottom_size(layout.shape)).one_hot())
    outputs = {}
    for name, block in trunk.blocks.items():
        if name in ('middle_0', 'up_0', 'up_1', 'up_2', 'up_3'):
            x = enlarge(x)
        x = outputs[name] = block(x, layout)
    return outputs


def doubled(x):
    """Bilinear, corners not aligned, along both axes: 3/4 of a pixel and 1/4 of its neighbour."""
    for dim in (2, 3):
        before = torch.cat([x.narrow(dim, 0, 1), x.narrow(dim, 0, x.shape[dim] - 1)], dim)
        after = torch.cat([x.narrow(dim, 1, x.shape[dim] - 1), x.narrow(dim, -1, 1)], dim)
        pairs = torch.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], dim + 1)
        x = pairs.flatten(dim, dim + 1)
    return x


def test_features_are_enlarged_by_the_nearest_rule_unless_told_otherwise():
    def by_the_nearest_rule(x):
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3)

    layout = make_layout(64, 96)
    trunks = {}
    for options in ({}, dict(upsampling_mode='nearest'), dict(upsampling_mode='bilinear')):
        torch.manual_seed(0)
        trunk = SPADETrunk(CHANNELS, 2, hidden_channels=4, **options).eval()
        trunks[trunk.upsampling_mode, bool(options)] = trunk
    papers, named, bilinear = trunks.values()
    with torch.no_grad():
        expected = stages_by_hand(papers, layout, by_the_nearest_rule)
        for trunk in (papers, named):
            found = trunk(layout, expected)[1]
            assert all(torch.equal(found[name], value) for name, value in expected.items())
        expected = stages_by_hand(bilinear, layout, doubled)
        found = bilinear(layout, expected)[1]
        for name, value in expected.items():
            torch.testing.assert_close(found[name], value, rtol=1e-5, atol=1e-6)
    assert torch.equal(found['head'], papers(layout, ['head'])[1]['head'])
    assert not torch.allclose(found['middle_0'], named(layout, ['middle_0'])[1]['middle_0'])


@pytest.mark.parametrize('mode', ['nearest', 'bilinear'])
def test_indexed_norms_do_not_mind_how_features_are_enlarged(mode):
    torch.manual_seed(0)
    options = dict(hidden_channels=4, upsampling_mode=mode)
    plain = SPADETrunk(CHANNELS, 2, layout_mode='plain', **options).eval()
    indexed = SPADETrunk(CHANNELS, 2, layout_mode='indexed', **options).eval()
    indexed.load_state_dict(plain.state_dict())
    layout = make_layout(64, 64, batch=2)
    with torch.no_grad():
        torch.testing.assert_close(indexed(layout)[0], plain(layout)[0], rtol=1e-4, atol=1e-6)
