"""Samples of several data sets in given shares."""

from itertools import islice
from unittest import mock

import pytest
from mmengine.dataset import BaseDataset, ConcatDataset
from mmengine.registry import DATA_SAMPLERS, init_default_scope

import projects.ecgan.datasets.source_sampler as module
from projects.ecgan.datasets import SourceSampler
from projects.ecgan.errors import ConfigError


class Numbers(BaseDataset):
    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(serialize_data=False)

    def load_data_list(self) -> list[dict]:
        return [dict(number=index) for index in range(self.length)]


def of(*lengths: int) -> ConcatDataset:
    return ConcatDataset([Numbers(length) for length in lengths])


def drawn(count: int, *lengths: int, **settings) -> list[int]:
    return list(islice(SourceSampler(of(*lengths), **settings), count))


def test_every_batch_is_half_of_either():
    indices = drawn(40, 3, 10, shares=(0.5, 0.5), seed=0)
    for start in range(0, 40, 8):
        assert sum(index < 3 for index in indices[start : start + 8]) == 4
    photos = [index for index in indices if index < 3]
    # Each part is drawn whole before it begins anew.
    for start in range(0, 18, 3):
        assert sorted(photos[start : start + 3]) == [0, 1, 2]
    assert sorted(index for index in indices if index >= 3)[::2] == list(range(3, 13))


def test_turns_are_as_even_as_the_shares_allow():
    # One of four, by hand: whoever is most behind.
    indices = drawn(12, 1, 1, shares=(3, 1), shuffle=False, seed=0)
    assert indices == [0, 0, 1, 0] * 3
    assert drawn(6, 2, 2, shares=(0, 1), shuffle=False, seed=0) == [2, 3] * 3


def test_generated_pictures_first_and_photos_then():
    settings = dict(shares=(1, 0), first_shares=(0, 1), first_samples=5, shuffle=False, seed=0)
    assert drawn(9, 4, 3, **settings) == [4, 5, 6, 4, 5, 0, 1, 2, 3]


def test_the_seed_decides_and_processes_share_every_turn():
    one, same, other = (drawn(30, 5, 9, shares=(1, 2), seed=seed) for seed in (3, 3, 4))
    assert one == same != other
    of_rank = []
    for rank in range(2):
        with mock.patch('mmengine.dataset.sampler.get_dist_info', return_value=(rank, 2)):
            of_rank.append(drawn(30, 50, 90, shares=(1, 2), seed=3))
    is_photo = [[index < 50 for index in indices] for indices in of_rank]
    assert is_photo[0] == is_photo[1] and sum(is_photo[0]) == 10
    both = of_rank[0] + of_rank[1]
    assert len(set(both)) == len(both)


def test_a_config_builds_it():
    init_default_scope('mmseg')
    cfg = dict(type='mmagic.SourceSampler', shares=(1, 1), dataset=of(2, 2))
    assert type(DATA_SAMPLERS.build(cfg)) is module.SourceSampler


@pytest.mark.parametrize(
    ('settings', 'sentence'),
    [
        (dict(shares=(1,)), 'for each of 2 data sets'),
        (dict(shares=(1, -1)), 'a share of 0 or more'),
        (dict(shares=(0, 0)), 'one above 0'),
        (dict(shares=(1, 1), first_shares=(1, 0)), 'belong together'),
        (dict(shares=(1, 1), first_samples=3), 'belong together'),
        (dict(shares=(1, 1), first_samples=3, first_shares=(1,)), 'for each of 2 data sets'),
    ],
)
def test_shares_that_do_not_fit_are_one_sentence(settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        SourceSampler(of(2, 2), **settings)


def test_other_data_sets_and_empty_ones_are_refused():
    with pytest.raises(ConfigError, match='parts of a ConcatDataset, got Numbers'):
        SourceSampler(Numbers(3), shares=(1, 1))
    with pytest.raises(ConfigError, match=r'data set 1 is to give a share of 1, and is empty'):
        SourceSampler(ConcatDataset([Numbers(2), Numbers(0)]), shares=(1, 1))
