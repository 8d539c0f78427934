"""A seed gives the same random numbers after the train loop was built, whatever MMEngine it is."""

import torch
from mmengine.config import Config
from mmengine.runner import loops
from torch.utils.data import DataLoader

from projects.ecgan.compat import late_loader


def numbers_before_and_after_a_loop() -> tuple[torch.Tensor, torch.Tensor]:
    """What comes after the one number that a loader's iterator draws; what comes after a loop."""
    torch.manual_seed(3)
    torch.empty((), dtype=torch.int64).random_()
    expected = torch.rand(4)
    torch.manual_seed(3)
    runner = Config(dict(model=dict()))
    loops.IterBasedTrainLoop(runner, DataLoader(torch.arange(4)), max_iters=2)
    return expected, torch.rand(4)


def test_the_iterator_is_made_with_the_loop() -> None:
    expected, found = numbers_before_and_after_a_loop()
    assert torch.equal(expected, found)


def test_an_iterator_that_is_made_at_once_is_left_alone() -> None:
    before = loops._InfiniteDataloaderIterator.__init__
    applied = late_loader.DEFECT.applied
    assert applied is hasattr(loops._InfiniteDataloaderIterator, '_ensure_iterator')
    if not applied:
        late_loader._patch(loops)
        assert loops._InfiniteDataloaderIterator.__init__ is before
