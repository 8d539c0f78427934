"""Jobs that run in two processes on the CPU, each with and without the compatibility modules."""

import copy
import os

import torch
import torch.distributed as dist
from torch import nn


class ToyTranslator(nn.Module):
    """As MMagic's translation models: generators by domain, chosen past the wrapper."""

    def __init__(self) -> None:
        super().__init__()
        self.generators = nn.ModuleDict({'photo': nn.Linear(2, 1)})
        self.critic = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))

    def generate(self, inputs: torch.Tensor) -> torch.Tensor:
        group = self.generators
        group = group.module if hasattr(group, 'module') else group
        return group['photo'](inputs)


def wrap(stock: bool) -> tuple[nn.Module, ToyTranslator]:
    """A wrapped toy model with the same weights in both processes."""
    from mmengine.model import MMSeparateDistributedDataParallel as Wrapper

    torch.manual_seed(0)
    model = ToyTranslator()
    if not stock:
        return Wrapper(model, device_ids=[int(os.environ['LOCAL_RANK'])]), model
    wrapped = Wrapper.__new__(Wrapper)
    Wrapper.__init__.__wrapped__.__wrapped__(wrapped, model)
    return wrapped, model


def set_up_process_group() -> None:
    """The stock function asks for a CUDA device; ours takes gloo, where the config says nccl."""
    from mmengine.dist import init_dist

    try:
        init_dist.__wrapped__('pytorch', backend='gloo')
    except (RuntimeError, AssertionError):
        pass
    else:
        raise AssertionError('the stock init_dist works without a GPU')
    init_dist('pytorch', backend='nccl')
    assert dist.get_backend() == 'gloo' and dist.get_world_size() == 2


def wrap_a_cpu_module() -> None:
    """DistributedDataParallel refuses device_ids for a module on the CPU."""
    set_up_process_group()
    from mmengine.model import MMDistributedDataParallel as Wrapper

    ids = [int(os.environ['LOCAL_RANK'])]
    try:
        Wrapper.__init__.__wrapped__(Wrapper.__new__(Wrapper), nn.Linear(1, 1), device_ids=ids)
    except ValueError as error:
        assert 'device_ids' in str(error)
    else:
        raise AssertionError('the stock wrapper takes device_ids on the CPU')
    assert Wrapper(nn.Linear(1, 1), device_ids=ids).device_ids is None


def gradients_are_averaged() -> None:
    """Rank r sees inputs of r + 1: the averaged gradient is 1.5, the stock one r + 1."""
    set_up_process_group()
    rank = dist.get_rank()
    for stock, expected in ((True, rank + 1.0), (False, 1.5)):
        _, model = wrap(stock)
        model.generate(torch.full((1, 2), rank + 1.0)).sum().backward()
        gradient = next(model.generators.parameters()).grad
        assert torch.equal(gradient, torch.full((1, 2), expected)), (stock, gradient)


def keys_are_those_of_one_process() -> None:
    """A checkpoint of the wrapped model loads in both, by MMEngine's loader and by torch's."""
    set_up_process_group()
    from mmengine.runner.checkpoint import load_state_dict

    plain = ToyTranslator()
    _, stock = wrap(stock=True)
    assert 'critic.module.0.weight' in stock.state_dict()
    _, model = wrap(stock=False)
    state = model.state_dict()
    assert list(state) == list(plain.state_dict())
    assert set(state._metadata) == set(plain.state_dict()._metadata)
    plain.load_state_dict(state)

    changed = copy.deepcopy(state)
    for value in changed.values():
        value.add_(1)
    for load in (nn.Module.load_state_dict, load_state_dict):
        _, model = wrap(stock=False)
        load(model, changed)
        assert all(torch.equal(model.state_dict()[key], changed[key]) for key in changed)
