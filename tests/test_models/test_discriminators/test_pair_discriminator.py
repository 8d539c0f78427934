import pytest
import torch
from mmagic.registry import MODELS

from projects.ecgan.structures import Layout

PATCH = dict(type='PatchDiscriminator', base_channels=4, num_conv=2)
SLIM = dict(type='SlimStyleGAN2Discriminator', in_size=16, base_channels=4, max_channels=8)
NETWORKS = [
    PATCH,
    SLIM,
    dict(type='ADAStyleGAN2Discriminator', in_size=8),
    dict(type='MultiLayerDiscriminator', max_channels=8, num_convs=3),
    dict(type='UNetDiscriminatorWithSpectralNorm', mid_channels=4),
    dict(type='DCGANDiscriminator', input_scale=16, output_scale=4, out_channels=1,
         base_channels=4),
]  # fmt: skip


def build(network, layout_channels=5, **options):
    torch.manual_seed(0)
    config = dict(type='PairDiscriminator', network=network, layout_channels=layout_channels)
    return MODELS.build(config | options)


def make(size=16, batch=2):
    torch.manual_seed(1)
    layout = Layout(torch.randint(0, 4, (batch, size, size)), 4, with_unknown=True)
    return layout, torch.randn(2 * batch, 3, size, size), torch.randn(batch, 3, size, size)


@pytest.mark.parametrize('network', NETWORKS, ids=lambda network: network['type'])
def test_networks_of_mmagic_judge_pairs(network):
    discriminator = build(network)
    discriminator.init_weights()
    layout, photos, fakes = make(network.get('in_size', 16))
    fakes.requires_grad_()
    two, one = discriminator(layout, photos, fakes)
    assert [len(two), len(two[0]), len(one), len(one[0])] == [1, 1, 1, 1]
    assert len(two[0][0]) == 4 and len(one[0][0]) == 2
    (gradient,) = torch.autograd.grad(one[0][0].square().sum(), fakes)
    assert gradient.abs().sum((1, 2, 3)).gt(0).all()


def test_layout_and_picture_are_concatenated_row_by_row():
    discriminator = build(PATCH).eval()
    layout, photos, _ = make()
    ((prediction,),) = discriminator(layout, photos)[0]
    channels = layout.one_hot()
    for row in range(4):
        pair = torch.cat([channels[row % 2], photos[row]])[None]
        torch.testing.assert_close(prediction[row : row + 1], discriminator.network(pair))


@pytest.mark.parametrize('network', [PATCH, SLIM], ids=lambda network: network['type'])
def test_kinds_of_image_never_share_a_batch(network):
    """Batch norm and minibatch standard deviation see one image of each layout at a time."""
    discriminator = build(network).train()
    layout, photos, fakes = make()
    together = discriminator(layout, photos, fakes)
    apart = [discriminator(layout, x)[0][0][0] for x in (photos[:2], photos[2:], fakes)]
    torch.testing.assert_close(together[0][0][0], torch.cat(apart[:2]))
    torch.testing.assert_close(together[1][0][0], apart[2])
    # The layers do look across the batch.
    alone = discriminator(layout[:1], photos[:1])[0][0][0]
    assert not torch.allclose(alone, apart[0][:1])


def test_named_submodules_serve_feature_matching():
    discriminator = build(PATCH, features=('model.0', 'model.2')).eval()
    layout, photos, fakes = make()
    ((first, second, prediction),) = discriminator(layout, photos, fakes)[0]
    assert first.shape == (4, 4, 8, 8) and second.shape == (4, 16, 3, 3)
    pair = torch.cat([layout.one_hot().repeat(2, 1, 1, 1), photos], 1)
    torch.testing.assert_close(first, discriminator.network.model[0](pair))
    torch.testing.assert_close(prediction, discriminator.network(pair))
    with pytest.raises(ValueError, match=r"no submodule \['model.9'\]"):
        build(PATCH, features=('model.9',))(layout, photos)


def test_the_networks_own_initialisation_is_kept():
    discriminator = build(dict(PATCH, base_channels=64, init_cfg=dict(type='normal', gain=0.3)))
    discriminator.init_weights()
    assert discriminator.network.model[1].conv.weight.std().item() == pytest.approx(0.3, rel=0.02)


def test_a_channel_count_of_the_config_stays():
    discriminator = build(dict(PATCH, in_channels=9), layout_channels=5)
    assert discriminator.network.model[0].conv.in_channels == 9


def test_what_does_not_fit_is_refused():
    layout, photos, _ = make()
    with pytest.raises(ValueError, match='3 images do not pair with 2 layouts'):
        build(PATCH)(layout, photos[:3])


def test_slim_stylegan2_has_the_layers_of_mmagics():
    slim, theirs = (
        MODELS.build(dict(type=name, in_size=16, **more))
        for name, more in (
            ('SlimStyleGAN2Discriminator', dict(base_channels=512)),
            ('StyleGAN2Discriminator', {}),
        )
    )
    assert {k: v.shape for k, v in slim.state_dict().items()} == {
        k: v.shape for k, v in theirs.state_dict().items()
    }
    slim.load_state_dict(theirs.state_dict())
    pictures = torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(slim(pictures), theirs(pictures))
    with pytest.raises(ValueError, match='power of two from 8, got 48'):
        MODELS.build(dict(type='SlimStyleGAN2Discriminator', in_size=48))
