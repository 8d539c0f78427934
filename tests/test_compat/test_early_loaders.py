"""The iterator of a train loop is made with the loop, also in OneDL's MMEngine."""

from collections.abc import Callable

import pytest
import torch
from mmengine.runner.loops import _InfiniteDataloaderIterator
from torch.utils.data import DataLoader

from projects.ecgan.compat import early_loaders


def next_number(make: Callable[[DataLoader], object]) -> float:
    """The first number that is drawn after something was done with a loader."""
    loader = DataLoader([1, 2])
    torch.manual_seed(3)
    make(loader)
    return torch.rand(1).item()


def test_making_it_draws_a_number() -> None:
    drawn = next_number(iter)
    assert next_number(_InfiniteDataloaderIterator) == drawn != next_number(id)


@pytest.mark.skipif(not early_loaders.DEFECT.needed(), reason='MMEngine draws it by itself')
def test_the_stock_fork_draws_none() -> None:
    class Stock(_InfiniteDataloaderIterator):
        __init__ = _InfiniteDataloaderIterator.__init__.__wrapped__

    assert next_number(Stock) == next_number(id)
