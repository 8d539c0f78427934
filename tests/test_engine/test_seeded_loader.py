"""Samples are a function of their place in the run."""

import pytest
import torch
from mmengine.dataset import DefaultSampler, InfiniteSampler, pseudo_collate
from torch.utils.data import DataLoader, IterableDataset
from toy_runner import NoisyData

from projects.ecgan.engine.random_state import seed_generators
from projects.ecgan.engine.seeded_loader import SkippingIterator, is_seedable, seed_loader


def batches(workers: int, number: int, count: int, rank: int = 0) -> list[torch.Tensor]:
    data = NoisyData()
    loader = DataLoader(
        data,
        sampler=InfiniteSampler(data, seed=5),
        batch_size=2,
        num_workers=workers,
        collate_fn=pseudo_collate,
    )
    seed_loader(loader, seed=1, rank=rank, number=number)
    iterator = iter(loader)
    return [torch.stack(next(iterator)['inputs']) for _ in range(count)]


def same(first: list, second: list) -> bool:
    return all(torch.equal(left, right) for left, right in zip(first, second))


def test_start_in_the_middle_gives_the_tail() -> None:
    whole = batches(workers=0, number=0, count=7)
    assert same(batches(workers=0, number=4, count=3), whole[4:])
    assert same(batches(workers=2, number=4, count=3), whole[4:])


def test_start_inside_a_later_epoch_of_a_finite_sampler() -> None:
    data = NoisyData()
    sampler = DefaultSampler(data, shuffle=True, seed=5)
    loader = DataLoader(data, sampler=sampler, batch_size=2, collate_fn=pseudo_collate)
    assert seed_loader(loader, seed=1, rank=0, number=7) == 1
    assert sampler.epoch == 1
    assert [torch.stack(batch['inputs']).shape for batch in loader] == [(2, 4)] * 3


def test_ranks_draw_different_noise() -> None:
    # In one process both ranks get the same indices: what differs is the noise.
    assert not same(batches(0, 0, 1, rank=0), batches(0, 0, 1, rank=1))


def test_an_image_is_augmented_anew_in_every_epoch() -> None:
    seen = torch.cat(batches(workers=0, number=0, count=10))[:, 0]
    first = {int(value): value.item() for value in seen[:10]}
    second = {int(value): value.item() for value in seen[10:]}
    assert all(first[key] != second.get(key) for key in first)


def test_loading_leaves_the_generators_of_the_model_alone() -> None:
    data = NoisyData()
    loader = DataLoader(
        data, sampler=InfiniteSampler(data, seed=5), batch_size=2, collate_fn=pseudo_collate
    )
    seed_loader(loader, seed=1, rank=0)
    iterator = iter(loader)
    seed_generators(8)
    expected = torch.rand(3)
    seed_generators(8)
    next(iterator)
    assert torch.equal(torch.rand(3), expected)


def test_attributes_are_those_of_the_data_set() -> None:
    data = NoisyData()
    loader = DataLoader(data, sampler=InfiniteSampler(data, seed=5), batch_size=2)
    sampler = loader.sampler
    seed_loader(loader, seed=1, rank=0)
    assert loader.dataset.metainfo == {'classes': ('a', 'b')}
    assert len(loader.dataset) == 10 and loader.batch_size == 2
    assert loader.batch_sampler.sampler is sampler and loader.batch_sampler.batch_size == 2
    assert loader.dataset[3]['inputs'].shape == (4,)  # a plain index, as a visualisation takes it
    with pytest.raises(AttributeError, match='nothing'):
        _ = loader.dataset.nothing


def test_iterable_data_cannot_be_seeded() -> None:
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(range(3))

    assert not is_seedable(DataLoader(Stream()))
    assert is_seedable(DataLoader(NoisyData()))


@pytest.mark.parametrize('at_once', [False, True])
def test_skipped_batches_cost_nothing(at_once: bool) -> None:
    done = []
    iterator = SkippingIterator(iter('ab'), 2, lambda: done.append(True))
    if at_once:  # as OneDL's MMEngine skips
        iterator.skip_iter(2)
    else:
        assert [next(iterator), next(iterator)] == [None, None]
    assert not done
    assert [next(iterator), next(iterator)] == ['a', 'b']
    assert done == [True]


def test_nothing_to_skip() -> None:
    done = []
    assert next(SkippingIterator(iter('a'), 0, lambda: done.append(True))) == 'a'
    assert done == [True]
