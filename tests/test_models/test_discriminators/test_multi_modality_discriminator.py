import pytest
import torch
from mmagic.registry import MODELS
from torch.nn import functional as F

from projects.ecgan.models.discriminators import split_pairs
from projects.ecgan.structures import Layout


def build(**options):
    torch.manual_seed(0)
    config = dict(type='MultiModalityDiscriminator', layout_channels=4, base_channels=3, **options)
    return MODELS.build(config)


def make_layout(height=32, width=48, batch=2):
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 4, (batch, height, width), generator=generator)
    return Layout(labels, 3, with_unknown=True)


def make_images(count, height=32, width=48, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 3, height, width, generator=generator) * 2 - 1


def judge_plainly(discriminator, layout, images):
    """The papers' discriminator on one group, step by step."""
    pairs = torch.cat([layout.one_hot().repeat(len(images) // len(layout), 1, 1, 1), images], 1)
    result = []
    for index, scale in enumerate(discriminator.scales):
        if index:
            pairs = F.avg_pool2d(pairs, 3, 2, 1, count_include_pad=False)
        x = F.leaky_relu(scale.first(pairs), 0.2)
        outputs = [x]
        for conv in scale.stages:
            x = conv(x)
            mean = x.mean((2, 3), keepdim=True)
            var = x.var((2, 3), keepdim=True, unbiased=False)
            x = F.leaky_relu((x - mean) / (var + 1e-5).sqrt(), 0.2)
            outputs.append(x)
        result.append([*outputs, scale.to_prediction(x)])
    return result


def assert_same(found, expected, **tolerance):
    assert [len(scale) for scale in found] == [len(scale) for scale in expected]
    for found_scale, expected_scale in zip(found, expected):
        for ours, theirs in zip(found_scale, expected_scale):
            torch.testing.assert_close(ours, theirs, **(tolerance or dict(rtol=1e-4, atol=1e-5)))


@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
def test_pairs_go_through_two_patch_networks(layout_mode):
    discriminator = build(layout_mode=layout_mode).eval()
    layout, images = make_layout(), make_images(2)
    (found,) = discriminator(layout, images)
    assert_same(found, judge_plainly(discriminator, layout, images))
    # 4 x 4, pad 2: stride 2 gives n // 2 + 1, stride 1 gives n + 1
    assert [tuple(x.shape[1:]) for x in found[0]] == [
        (3, 17, 25), (6, 9, 13), (12, 5, 7), (24, 6, 8), (1, 7, 9)
    ]  # fmt: skip
    assert found[1][0].shape == (2, 3, 9, 13)


def test_one_pass_equals_many():
    discriminator = build().eval()
    layout = make_layout()
    photos, edges, fakes = (make_images(2, seed=seed) for seed in (1, 2, 3))
    together = discriminator(layout, torch.cat([photos, edges]), fakes)
    assert len(together) == 2
    apart = [discriminator(layout, images)[0] for images in (photos, edges, fakes)]
    for found, expected in zip([*split_pairs(together[0], 2), together[1]], apart):
        assert_same(found, expected)


def test_one_power_iteration_for_all_groups():
    layout, images = make_layout(), make_images(2)
    once, thrice = build().train(), build().train()
    once(layout, images)
    thrice(layout, images, images, images)
    for ours, theirs in zip(once.buffers(), thrice.buffers()):
        assert torch.equal(ours, theirs)
    before = [b.clone() for b in once.buffers()]
    once.eval()(layout, images)
    assert all(torch.equal(a, b) for a, b in zip(before, once.buffers()))


def test_gradients_reach_images_and_weights():
    discriminator = build()
    images = make_images(4).requires_grad_()
    (outputs,) = discriminator(make_layout(), images)
    sum(scale[-1].square().sum() for scale in outputs).backward()
    assert images.grad.abs().sum((1, 2, 3)).gt(0).all()
    assert all(p.grad is not None and p.grad.any() for p in discriminator.parameters())


def test_plain_tensor_gives_the_same():
    discriminator = build().eval()
    layout, images = make_layout(), make_images(2)
    assert_same(discriminator(layout.one_hot(), images)[0], discriminator(layout, images)[0])


def test_spectral_norm_of_the_middle_stages():
    discriminator = build()
    for scale in discriminator.scales:
        for conv in scale.stages:
            assert abs(torch.linalg.matrix_norm(conv.weight.flatten(1), 2).item() - 1) < 0.05
            assert conv.bias is None
        assert scale.first.bias is not None and scale.to_prediction.bias is not None


def test_widths_scales_and_their_bound():
    discriminator = MODELS.build(
        dict(type='MultiModalityDiscriminator', layout_channels=4, base_channels=128, num_scales=3)
    )
    assert len(discriminator.scales) == 3
    for scale in discriminator.scales:
        assert scale.first.out_channels == 128
        assert [conv.out_channels for conv in scale.stages] == [256, 512, 512]
        assert [conv.stride[0] for conv in scale.stages] == [2, 2, 1]


def test_initialisation():
    discriminator = build(init_gain=0.3)
    discriminator.init_weights()
    scale = discriminator.scales[0]
    weight = scale.stages[2].parametrizations.weight.original
    assert abs(weight.std().item() / (0.3 * (2 / (36 * 16)) ** 0.5) - 1) < 0.05
    assert not scale.first.bias.any()


@pytest.mark.parametrize(
    ('layout', 'images', 'message'),
    [
        (make_layout(), make_images(3), '3 images of .32, 48. do not pair with 2 layouts'),
        (make_layout(), make_images(2, 48, 32), r'of \(48, 32\) do not pair .* of \(32, 48\)'),
        (
            Layout(torch.zeros(2, 32, 48).long(), 3),
            make_images(2),
            'the layout has 3 channels, the discriminator was built for 4',
        ),
    ],
)
def test_what_does_not_pair_is_refused(layout, images, message):
    with pytest.raises(ValueError, match=message):
        build()(layout, images)
