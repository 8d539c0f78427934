"""Samples of several data sets in given shares: photos and made pictures for a segmentor."""

from collections.abc import Iterator, Sequence

import torch
from mmagic.registry import DATA_SAMPLERS
from mmengine.dataset import ConcatDataset, InfiniteSampler

from ..errors import ConfigError


@DATA_SAMPLERS.register_module()
class SourceSampler(InfiniteSampler):
    """Draws from the parts of a ``ConcatDataset`` in given shares, whatever their lengths.

    Parts take turns as evenly as the shares allow: with ``(0.5, 0.5)`` every batch of an even size
    is half of either. Each part is shuffled and drawn whole before any sample of it comes again;
    several processes share every turn.

    Args:
        dataset: The ``ConcatDataset``.
        shares: How much of the samples each part gives; only their ratio counts.
        first_shares: Shares of the first ``first_samples`` samples, such as ``(0, 1)`` for
            made pictures before photos; None: ``shares`` from the start.
        first_samples: Iterations times samples of an update, over all processes.
        shuffle: Whether the parts are shuffled.
        seed: Of the shuffling; None: the run's.

    Raises:
        ConfigError: The data set has no parts, or the shares do not fit them.
    """

    def __init__(
        self,
        dataset: ConcatDataset,
        shares: Sequence[float],
        first_shares: Sequence[float] | None = None,
        first_samples: int = 0,
        shuffle: bool = True,
        seed: int | None = None,
    ) -> None:
        if not hasattr(dataset, 'cumulative_sizes'):
            raise ConfigError(
                'SourceSampler draws from the parts of a ConcatDataset, got '
                f'{type(dataset).__name__}'
            )
        if (first_shares is None) != (first_samples == 0):
            raise ConfigError(
                'first_shares and first_samples belong together, got '
                f'{first_shares} and {first_samples}'
            )
        ends = list(dataset.cumulative_sizes)
        self.parts = list(zip([0, *ends], ends))
        for each in (shares, *([] if first_shares is None else [first_shares])):
            _check_shares(each, self.parts)
        self.shares, self.first_shares = shares, first_shares
        self.first_samples = first_samples
        super().__init__(dataset, shuffle, seed)

    def _infinite_indices(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed)
        sources = [self._of_part(*part, generator) for part in self.parts]
        drawn = 0
        if self.first_shares is not None:
            for part in _turns(self.first_shares):
                if drawn >= self.first_samples:
                    break
                for _ in range(self.world_size):
                    yield next(sources[part])
                drawn += self.world_size
        for part in _turns(self.shares):
            for _ in range(self.world_size):
                yield next(sources[part])

    def _of_part(self, start: int, end: int, generator: torch.Generator) -> Iterator[int]:
        while True:
            if self.shuffle:
                yield from (torch.randperm(end - start, generator=generator) + start).tolist()
            else:
                yield from range(start, end)


def _check_shares(shares: Sequence[float], parts: Sequence[tuple[int, int]]) -> None:
    if len(shares) != len(parts) or min(shares) < 0 or not sum(shares) > 0:
        raise ConfigError(
            f'SourceSampler needs a share of 0 or more for each of {len(parts)} data sets, and one '
            f'above 0, got {shares}'
        )
    for index, (share, (start, end)) in enumerate(zip(shares, parts)):
        if share and start == end:
            raise ConfigError(f'data set {index} is to give a share of {share}, and is empty')


def _turns(shares: Sequence[float]) -> Iterator[int]:
    """Numbers of parts, each as often as its share says: whoever is most behind comes next."""
    total = sum(shares)
    credits = [0.0] * len(shares)
    while True:
        credits = [credit + share / total for credit, share in zip(credits, shares)]
        part = max(range(len(shares)), key=lambda index: round(credits[index], 9))
        credits[part] -= 1
        yield part
