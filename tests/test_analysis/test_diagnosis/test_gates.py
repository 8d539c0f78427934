"""Gates whose edge features are known."""

import math

import pytest
import torch
from torch import nn

from projects.ecgan.analysis.diagnosis import recorded_gates
from projects.ecgan.models.generators import AttentionEdgeTransfer


class Network(nn.Module):
    """Uses a transfer twice."""

    def __init__(self, opening=None):
        super().__init__()
        self.transfer = AttentionEdgeTransfer(opening)

    def forward(self, first, second):
        self.transfer(torch.ones_like(first), first)
        return self.transfer(torch.ones_like(second), second)


@pytest.mark.parametrize(('value', 'closed', 'opened'), [(4, 0, 1), (-4, 1, 0), (2.9, 0, 0)])
def test_constant_edge_features(value, closed, opened):
    network = Network()
    with recorded_gates(network) as gates:
        network(torch.full((2, 8, 4, 4), float(value)), torch.zeros(2, 3, 4, 4))
    mean = pytest.approx(1 / (1 + math.exp(-value)))
    saturated = closed + opened
    assert gates == {
        'transfer use 1, 8 channels': dict(
            mean=mean, closed=closed, open=opened, saturated=saturated, opening=None
        ),
        'transfer use 2, 3 channels': dict(mean=0.5, closed=0, open=0, saturated=0, opening=None),
    }


def test_shares_and_the_learned_opening():
    network, edge = Network(opening=0.25), torch.zeros(1, 1, 2, 4)
    edge[..., 0], edge[0, 0, 0, 1] = -9, 9
    with recorded_gates(network) as gates:
        network(edge, edge)
    first = gates['transfer use 1, 1 channels']
    assert (first['closed'], first['open'], first['saturated']) == (0.25, 0.125, 0.375)
    assert first['opening'] == 0.25
    network(edge, edge)
    assert len(gates) == 2, 'the hooks are gone'
    assert not network.transfer._forward_hooks


def test_without_a_transfer():
    with recorded_gates(nn.Conv2d(1, 1, 1)) as gates:
        pass
    assert gates == {}
