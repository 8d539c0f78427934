"""Betas that a config gives as whole numbers reach Adam as floats."""

import pytest
import torch
from mmagic.registry import OPTIMIZERS as MMAGIC_OPTIMIZERS
from mmengine.config import ConfigDict
from mmengine.registry import OPTIMIZERS
from packaging.version import Version
from stock import stock_module
from torch import nn

from projects.ecgan.compat import _versions, integer_betas

# As in MMagic's styleganv2 configs.
BETAS = (0, 0.99**0.8)


@pytest.mark.skipif(not integer_betas.DEFECT.needed(), reason='this torch takes whole numbers')
def test_stock_registry_fails() -> None:
    stock = stock_module('mmengine.registry.root').OPTIMIZERS
    with pytest.raises(ValueError, match='betas must be either both floats or both Tensors'):
        stock.build(dict(type=torch.optim.Adam, params=[nn.Parameter(torch.ones(1))], betas=BETAS))


@pytest.mark.parametrize('registry', [OPTIMIZERS, MMAGIC_OPTIMIZERS])
@pytest.mark.parametrize('kind', [dict, ConfigDict])
def test_steps_are_those_of_float_betas(registry, kind: type) -> None:
    weights = [nn.Parameter(torch.tensor([1.0, -2.0])) for _ in '12']
    cfg = kind(type='Adam', params=weights[:1], lr=0.1, betas=BETAS)
    ours = registry.build(cfg)
    theirs = torch.optim.Adam(weights[1:], lr=0.1, betas=(0.0, BETAS[1]))
    assert ours.param_groups[0]['betas'] == (0.0, BETAS[1])
    assert cfg['betas'] == BETAS and type(cfg['betas'][0]) is int  # the caller's stays as it is
    for optimizer, weight in zip((ours, theirs), weights):
        for _ in range(3):
            optimizer.zero_grad()
            weight.square().sum().backward()
            optimizer.step()
    assert torch.equal(*weights)


def test_other_optimizers_are_built_as_ever() -> None:
    weight = nn.Parameter(torch.ones(1))
    assert OPTIMIZERS.build(dict(type='SGD', params=[weight], lr=0.1)).defaults['lr'] == 0.1
    adam = OPTIMIZERS.build(dict(type='Adam', params=[weight], betas=(0.5, 0.9)))
    assert adam.defaults['betas'] == (0.5, 0.9)
    with pytest.raises(ValueError, match='Invalid beta parameter at index 1: 1'):
        OPTIMIZERS.build(dict(type='Adam', params=[weight], betas=[0, 1]))


@pytest.mark.parametrize(('version', 'needed'), [('2.6.0', True), ('2.5.1+cpu', False)])
def test_needed_from_torch_2_6_on(
    monkeypatch: pytest.MonkeyPatch, version: str, needed: bool
) -> None:
    for module in (_versions, integer_betas):
        monkeypatch.setattr(module, 'installed', lambda package: Version(version))
    assert integer_betas.DEFECT.needed() is needed
