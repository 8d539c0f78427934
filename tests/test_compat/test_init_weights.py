"""Weights are initialised as in MMagic, without its UnboundLocalError."""

import pytest
import torch
from mmagic.models.utils import generation_init_weights
from mmengine.model import BaseModule
from stock import stock_module
from torch import nn


class Net(BaseModule):
    """A network with layers that are initialised and one that is not."""

    def __init__(self, initialise) -> None:
        super().__init__()
        self.initialise = initialise
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.act = nn.ReLU()

    def init_weights(self) -> None:
        self.initialise(self)


class Model(BaseModule):
    """Holds a network, so that MMEngine keeps a record for each module of it."""

    def __init__(self, initialise) -> None:
        super().__init__()
        self.net = Net(initialise)


def test_stock_function_fails_in_a_model() -> None:
    stock = stock_module('mmagic.models.utils.model_utils').generation_init_weights
    with pytest.raises(UnboundLocalError, match='init_info'):
        Model(stock).init_weights()


def test_model_is_initialised_and_reported() -> None:
    from mmagic.models.archs import patch_disc

    assert patch_disc.generation_init_weights is generation_init_weights
    model = Model(generation_init_weights)
    model.init_weights()
    assert model.net.conv.weight.std() < 0.04
    assert abs(model.net.norm.weight.mean() - 1) < 0.1


@pytest.mark.parametrize('init_type', ['normal', 'xavier', 'kaiming', 'orthogonal'])
def test_weights_equal_those_of_mmagic(init_type: str) -> None:
    # Outside a model nothing is reported and the stock function works.
    stock = stock_module('mmagic.models.utils.model_utils').generation_init_weights
    nets = [nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2)) for _ in '12']
    for net, initialise in zip(nets, [stock, generation_init_weights]):
        torch.manual_seed(1)
        initialise(net, init_type, 0.05)
    for ours, theirs in zip(nets[1].parameters(), nets[0].parameters()):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_unknown_type_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="'uniform'"):
        generation_init_weights(nn.Conv2d(1, 1, 1), 'uniform')


def test_dcgan_discriminator_is_initialised() -> None:
    from mmagic.models.editors.dcgan.dcgan_discriminator import DCGANDiscriminator

    discriminator = DCGANDiscriminator(
        input_scale=16, output_scale=4, out_channels=1, base_channels=8
    )
    discriminator.init_weights()
    convolutions = [layer for layer in discriminator.modules() if isinstance(layer, nn.Conv2d)]
    assert len(convolutions) == 3
    assert all(layer.weight.std() < 0.03 for layer in convolutions)
