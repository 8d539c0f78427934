"""Features are gathered from networks that do not return them."""

import pytest
import torch
from torch import nn

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.parts.feature_capture import capture_features


def test_features_are_copies_and_hooks_go():
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(inplace=True))
    x = torch.randn(1, 1, 4, 4)
    with capture_features(network, ['0']) as features:
        output = network(x)
    assert torch.equal(features['0'], network[0](x))
    assert torch.equal(output, features['0'].relu())
    assert not network[0]._forward_hooks
    features['0'].sum().backward()
    assert network[0].weight.grad is not None


def test_unknown_submodule_is_named():
    with (
        pytest.raises(ConfigError, match=r"Sequential has no submodule \['9'\], there are \['0'\]"),
        capture_features(nn.Sequential(nn.Identity()), ['9']),
    ):
        pass
