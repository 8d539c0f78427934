"""Features inside U-Nets: their names, and their channels without a run on data."""

import pytest
import torch
from pix2pix_toys import build_in_scope
from torch import nn

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.parts.feature_capture import capture_features
from projects.ecgan.models.parts.unet_features import probe_channels, unet_blocks

BLOCK = '.model.1'


@pytest.fixture
def unet():
    return build_in_scope(
        dict(type='UnetGenerator', in_channels=7, out_channels=3, num_down=5, base_channels=4)
    )


def test_blocks_come_fine_to_coarse_without_the_one_that_gives_the_image(unet):
    names = unet_blocks(unet)
    assert names == tuple('model' + BLOCK * depth for depth in range(1, 5))
    with capture_features(unet.eval(), names) as features:
        unet(torch.rand(1, 7, 64, 64))
    assert [features[name].shape[-1] for name in names] == [32, 16, 8, 4]
    # A block gives its input beside as many channels of its decoder.
    assert probe_channels(unet, names, 7) == {n: f.shape[1] for n, f in features.items()}
    assert list(probe_channels(unet, names, 7).values()) == [8, 16, 32, 64]


def test_a_network_without_blocks_has_none():
    assert unet_blocks(nn.Conv2d(1, 1, 1)) == ()


def test_probing_leaves_network_and_random_numbers_alone(unet):
    state = {key: value.clone() for key, value in unet.state_dict().items()}
    random = torch.get_rng_state()
    probe_channels(unet.train(), unet_blocks(unet), 7)
    assert unet.training and torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(value, state[key]) for key, value in unet.state_dict().items())
    assert not any(module._forward_hooks for module in unet.modules())


def test_a_submodule_without_features_is_named(unet):
    with pytest.raises(ConfigError, match='UnetGenerator has no submodule'):
        probe_channels(unet, ['up_9'], 7)
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Flatten())
    with pytest.raises(ConfigError, match=r"Sequential gives no feature .* at \['1'\]"):
        probe_channels(network, ['0', '1'], 1)
