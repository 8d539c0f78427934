"""Networks from elsewhere are tried while a model is built, and stay as they are."""

import pytest
import torch
from torch import nn

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.parts.probing import at_rest, check_layout, find_divisor, probe_size
from projects.ecgan.structures import DenseLayout


def test_trying_a_network_changes_nothing():
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.5))
    network[1].eval()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    state = torch.get_rng_state()
    with at_rest(network) as copy:
        assert not copy.training and not copy[2].training
        assert not copy(torch.rand(2, 1, 4, 4)).requires_grad
        copy.train()(torch.rand(2, 1, 4, 4))
    assert torch.equal(torch.get_rng_state(), state)
    assert [module.training for module in network] == [True, False, True]
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key])


def test_probe_sizes_are_odd_multiples():
    assert [probe_size(2**p) for p in range(9)] == [33, 34, 36, 40, 48, 32, 64, 128, 256]


@pytest.mark.parametrize(('multiple', 'least', 'divisor'), [(1, 1, 1), (4, 1, 4), (4, 6, 8)])
def test_divisor_is_the_least_whose_multiples_are_taken(multiple, least, divisor):
    def attempt(size):
        if size % multiple or size < least:
            raise RuntimeError('sizes differ')

    assert find_divisor(attempt, 'U-Net') == divisor


def test_network_of_one_odd_size_is_refused_with_its_reason():
    def attempt(size):
        if size != 48:
            raise ValueError('must be 48')

    message = r'^ViT does not take layouts of 256 x 256: ValueError: must be 48$'
    with pytest.raises(ConfigError, match=message):
        find_divisor(attempt, 'ViT')


def test_layouts_that_do_not_fit():
    check_layout(DenseLayout(torch.zeros(1, 3, 8, 16)), 3, 8, 'never said')
    with pytest.raises(ConfigError, match='the layout has 3 channels, the network was built for 4'):
        check_layout(DenseLayout(torch.zeros(1, 3, 8, 16)), 4, 8, 'never said')
    with pytest.raises(ConfigError, match=r'size 8 x 12 .* divisible by 8; .* or weep$'):
        check_layout(DenseLayout(torch.zeros(1, 3, 8, 12)), 3, 8, 'weep')
