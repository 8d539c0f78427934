"""Make a data loader's samples a function of (seed, rank, batch number, place in the batch).

MMEngine seeds a worker once, when it starts: what a transform draws depends on everything the
worker did before, and without workers on the model's random numbers too. To resume exactly, one
would have to load every earlier batch again (which MMEngine does). Here the random numbers of a
sample are seeded from the sample's place in the run, so that a resumed run goes to its batch at
once and sees the same crops and flips, with any number of workers.
"""

from collections.abc import Callable, Iterator
from typing import Any

from mmengine.dataset import InfiniteSampler
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .random_state import preserved_generators, seed_generators


class SeededDataset:
    """A map-style dataset whose random numbers depend on seed, rank, batch number and place only.

    Everything but indexing is forwarded to the wrapped dataset.
    """

    def __init__(self, dataset: Any, seed: int, rank: int) -> None:
        self.dataset = dataset
        self.seed = seed
        self.rank = rank

    def __len__(self) -> int:
        return len(self.dataset)

    def __getattr__(self, name: str) -> Any:
        # Double-underscore names must fail: they are what pickle and torch's fetcher probe for.
        if name.startswith('__') or name == 'dataset':
            raise AttributeError(name)
        return getattr(self.dataset, name)

    def __getitem__(self, key: tuple[int, int, Any] | Any) -> Any:
        """Load a sample.

        Args:
            key: ``(batch number, place in the batch, index)`` as :class:`NumberedBatchSampler`
                gives it, or a plain index, which is not seeded.
        """
        if not isinstance(key, tuple):
            return self.dataset[key]
        batch, place, index = key
        if get_worker_info() is not None:
            seed_generators(self.seed, self.rank, batch, place)
            return self.dataset[index]
        # Without workers the generators are the model's: hand them back as they were.
        with preserved_generators():
            seed_generators(self.seed, self.rank, batch, place)
            return self.dataset[index]


class NumberedBatchSampler:
    """Numbers the batches of a batch sampler through all epochs, and can start in the middle.

    Args:
        batch_sampler: Gives lists of indices.
        number: Number of the first batch that is given out.
        skip: How many batches of the first pass are dropped, unloaded.
    """

    def __init__(self, batch_sampler: Any, number: int = 0, skip: int = 0) -> None:
        self.batch_sampler = batch_sampler
        self.number = number
        self.skip = skip

    @property
    def sampler(self) -> Any:
        """The sampler below: MMEngine looks here for ``set_epoch``."""
        return self.batch_sampler.sampler

    @property
    def batch_size(self) -> int:
        """Samples in a batch."""
        return self.batch_sampler.batch_size

    def __len__(self) -> int:
        return len(self.batch_sampler)

    def __iter__(self) -> Iterator[list[tuple[int, int, Any]]]:
        for indices in self.batch_sampler:
            if self.skip > 0:
                self.skip -= 1
                continue
            number = self.number
            self.number += 1
            yield [(number, place, index) for place, index in enumerate(indices)]


class SkippingIterator:
    """Stands in for the iterator of a train loop whose loader already starts at the right batch.

    MMEngine calls ``next`` once for every batch to be skipped, OneDL's fork ``skip_iter`` once for
    all of them, or nothing (``train_cfg.fast_forward_on_resume``); it costs nothing here.

    Args:
        iterator: Gives the batches from the right one on.
        skip: Number of calls that give None.
        when_done: Called before the first batch.
    """

    def __init__(self, iterator: Iterator, skip: int, when_done: Callable[[], None]) -> None:
        self.iterator = iterator
        self.skip = skip
        self.when_done: Callable[[], None] | None = when_done

    def __iter__(self) -> 'SkippingIterator':
        return self

    def __next__(self) -> Any:
        if self.skip:
            self.skip -= 1
            return None
        if self.when_done is not None:
            self.when_done()
            self.when_done = None
        return next(self.iterator)

    def skip_iter(self, num_iters: int) -> None:
        """Skip batches, as :meth:`__next__` does."""
        self.skip = max(0, self.skip - num_iters)


def is_seedable(loader: DataLoader) -> bool:
    """Whether a loader takes batches of indices from a sampler, as all of MMEngine's do."""
    return loader.batch_sampler is not None and not isinstance(loader.dataset, IterableDataset)


def seed_loader(
    loader: DataLoader, seed: int, rank: int, number: int = 0, by_iteration: bool = True
) -> int:
    """Make the samples of a loader a function of their place in the run; done in place.

    Args:
        loader: A loader for which :func:`is_seedable` holds, and that nobody iterates over.
        seed: Seed of the run.
        rank: Rank of this process.
        number: Batches that this rank has already trained on.
        by_iteration: Whether one iterator goes from pass to pass; otherwise each has its own.

    Returns:
        The epoch (pass over the sampler) in which batch ``number`` lies; 0 for endless samplers.
    """
    sampler = loader.batch_sampler.sampler
    if isinstance(sampler, InfiniteSampler):
        # The sampler is used up by whoever iterated over the loader before: begin anew.
        sampler.indices = sampler._indices_of_rank()
        epoch, skip = 0, number
    else:
        epoch, skip = divmod(number, len(loader))
        if by_iteration and number and not skip:
            # A pass is left when the first batch of the next is asked for, which draws a seed then.
            epoch, skip = epoch - 1, len(loader)
        if hasattr(sampler, 'set_epoch'):
            sampler.set_epoch(epoch)
    batch_sampler = NumberedBatchSampler(loader.batch_sampler, number, skip)
    # DataLoader forbids plain assignment to protect running iterators; there is none.
    object.__setattr__(loader, 'batch_sampler', batch_sampler)
    object.__setattr__(loader, 'dataset', SeededDataset(loader.dataset, seed, rank))
    loader._iterator = None
    return epoch
