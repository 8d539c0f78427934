"""The index of distinct neighbourhoods against a plain walk over all pixels."""

from itertools import accumulate

import pytest
import torch
from sample_layouts import SYNTHETIC, make_layout, read_layouts
from torch.nn import functional as F

from projects.ecgan.structures import Layout, RowBags


def contents(layout, radius):
    """What each pixel's square holds, in the order of the index; -1 outside."""
    values = layout.labels * 2
    if layout.boundary is not None:
        values = values + layout.boundary
    padded = F.pad(values, (radius,) * 4, value=-1)
    side = 2 * radius + 1
    squares = padded.unfold(1, side, 1).unfold(2, side, 1)
    return [tuple(square) for square in squares.reshape(-1, side * side).tolist()]


def check_same_partition(ids, squares, count):
    """Equal ids exactly where squares are equal, and as many ids as distinct squares."""
    assert count == len(set(squares))
    assert sorted(set(ids)) == list(range(count))
    assert len(set(zip(ids, squares))) == count


def check_index(layout):
    index = layout.neighbourhoods()
    check_same_partition(index.pixels_3.tolist(), contents(layout, 1), len(index.windows_3))
    check_same_partition(index.pixels_5.tolist(), contents(layout, 2), len(index.windows_5))
    # Tables say what the pixels hold: channels of the nine neighbours, zeros outside.
    channels = layout.num_channels
    unfolded = F.unfold(layout.one_hot(), 3, padding=1)
    unfolded = unfolded.transpose(1, 2).reshape(-1, channels, 9).transpose(1, 2)
    assert torch.equal(index.codes[index.windows_3[index.pixels_3]], unfolded)
    assert not index.codes[0].any()
    ids = (index.pixels_3 + 1).view(len(layout), 1, *layout.shape).double()
    around = F.unfold(ids, 3, padding=1).transpose(1, 2).reshape(-1, 9).long()
    assert torch.equal(index.windows_5[index.pixels_5], around)
    pixels = len(layout) * layout.shape[0] * layout.shape[1]
    assert index.distinct_share == len(set(contents(layout, 1))) / pixels


@pytest.mark.parametrize('name', SYNTHETIC)
def test_synthetic_layouts(name):
    check_index(make_layout(**SYNTHETIC[name]))


@pytest.mark.parametrize('seed', range(20))
def test_random_small_layouts(seed):
    generator = torch.Generator().manual_seed(seed)
    height, width, classes, batch = (
        torch.randint(low, high, (), generator=generator).item()
        for low, high in ((1, 7), (1, 7), (1, 4), (1, 4))
    )
    check_index(
        make_layout(
            (height, width), classes, batch=batch, unknown=seed % 2, boundary=seed % 3, seed=seed
        )
    )


def test_real_layouts(shared_dir):
    layout = read_layouts(shared_dir)
    check_index(layout)
    assert layout.neighbourhoods().distinct_share < 0.5


def test_counts_by_hand():
    # Columns 0 0 0 0 0 1 1 1 1 1, 10 x 10. Along a row the 3-wide windows are: border 0 0, 0 0 0,
    # 0 0 1, 0 1 1, 1 1 1, 1 1 border: 6; times top, inside, bottom = 18. The 5-wide ones: each
    # column is of its own kind: 2 borders, then 00000? at column 2 only (0 0 0 0 0), 3 to 6 mixed,
    # 7 (1 1 1 1 1), 2 borders = 10; rows: 2 + inside + 2 = 5.
    labels = torch.zeros(1, 10, 10, dtype=torch.int64)
    labels[..., 5:] = 1
    index = Layout(labels, 2).neighbourhoods()
    assert (len(index.codes), len(index.windows_3), len(index.windows_5)) == (3, 18, 50)
    assert index.distinct_share == 0.18


def test_users_of_rows_by_hand():
    users, starts = RowBags(torch.tensor([[0, 2], [2, 2], [4, 0]]), 6).users
    # Row 0 is in bags 0 and 2, row 2 in 0 and twice in 1, row 4 in 2; nobody has 1, 3, 5.
    assert users.tolist() == [0, 2, 0, 1, 1, 2]
    assert starts.tolist() == [0, 2, 2, 5, 5, 6]


@pytest.mark.parametrize('rows', [1, 7, 2**16, 2**16 + 1, 3 * 2**18])
@pytest.mark.parametrize('size', [1, 3])
def test_users_of_many_rows(rows, size):
    ids = torch.randint(0, rows, (500, size), generator=torch.Generator().manual_seed(rows))
    ids[0], ids[-1] = rows - 1, 0
    users, starts = RowBags(ids, rows).users
    expected = [[] for _ in range(rows)]
    for bag, of_bag in enumerate(ids.tolist()):
        for row in of_bag:
            expected[row].append(bag)
    assert users.tolist() == [bag for of_row in expected for bag in of_row]
    assert starts.tolist() == [0, *accumulate(map(len, expected[:-1]))]


@pytest.mark.parametrize('values', [126, 127, 128, 300])
def test_key_bits(values):
    # Nine codes of 7 bits fill a key of 63 bits; the 128th value needs an eighth.
    generator = torch.Generator().manual_seed(1)
    labels = torch.randperm(values, generator=generator).repeat(2)[: 2 * values]
    layout = Layout(labels.view(1, 2, values), values)
    assert len(layout.neighbourhoods().codes) == values + 1
    check_index(layout)


def test_windows_of_any_number_of_ids():
    # Ids of 32 bits and more: two no longer fit into one key.
    from projects.ecgan.structures.neighbourhoods import _joined

    row = [2**40, 5, 2**40, 1, 5, 0, 5, 2**40, 2**40, 5]
    keys, bits = _joined(torch.tensor([row]), 41, (0, 1, 2), dim=1)
    triples = [tuple(row[i : i + 3]) for i in range(len(row) - 2)]
    assert bits <= 63
    # Numbers stand in the order of the triples.
    assert torch.equal(keys[0].argsort(), torch.tensor(sorted(range(8), key=triples.__getitem__)))


def test_index_is_made_once():
    layout = make_layout(**SYNTHETIC['blobs'])
    assert layout.neighbourhoods() is layout.neighbourhoods()
    half = layout.resized((12, 16))
    assert layout.resized((12, 16)).neighbourhoods() is half.neighbourhoods()
