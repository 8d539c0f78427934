"""Generated edges whose place is known."""

import math

import numpy as np
import pytest
import torch

from projects.ecgan.datasets.transforms.edges import canny_edges
from projects.ecgan.evaluation import EdgeAccuracy, count_edges, edge_accuracy

NOTHING = dict(precision=None, recall=None, F1=None)


def columns(*places, channels=3):
    """Edges (1, C, 4, 8): columns of 1 in -1."""
    edges = torch.full((1, channels, 4, 8), -1.0)
    edges[..., list(places)] = 1
    return edges


def measure(generated, photo):
    return edge_accuracy(count_edges(generated, photo))


def test_the_same_edges():
    right = dict(precision=1, recall=1, F1=1)
    expected = {'generated': 1 / 8, 'photo': 1 / 8, 'exact': right, 'within a pixel': right}
    assert measure(columns(3), columns(3)) == expected


@pytest.mark.parametrize('place', [2, 4])
def test_edges_shifted_by_a_pixel(place):
    found = measure(columns(place), columns(3))
    assert found['exact'] == dict(precision=0, recall=0, F1=0)
    assert found['within a pixel'] == dict(precision=1, recall=1, F1=1)


def test_edges_shifted_by_two_pixels():
    assert measure(columns(1), columns(3))['within a pixel']['F1'] == 0


def test_too_many_edges():
    found = measure(columns(0, 3, 4), columns(3))
    assert found['exact'] == dict(precision=pytest.approx(1 / 3), recall=1, F1=pytest.approx(0.5))
    assert found['within a pixel']['precision'] == pytest.approx(2 / 3)
    assert (found['generated'], found['photo']) == (3 / 8, 1 / 8)


def test_across_a_corner():
    generated, photo = (torch.full((1, 1, 4, 4), -1.0) for _ in range(2))
    generated[0, 0, 1, 1] = photo[0, 0, 2, 2] = 1
    assert measure(generated, photo)['within a pixel']['F1'] == 1


def test_the_threshold_is_halfway_in_the_mean_over_the_channels():
    generated = torch.full((1, 3, 1, 2), -0.5)
    generated[0, :, 0, 0] = torch.tensor([0.9, -0.4, -0.4])
    photo = torch.full((1, 3, 1, 2), -1.0)
    photo[..., 0] = 1
    assert measure(generated, photo)['exact'] == dict(precision=1, recall=1, F1=1)


def test_nothing_to_take_a_share_of():
    empty = columns()
    assert measure(empty, empty)['exact'] == NOTHING
    assert measure(empty, columns(1))['exact'] == dict(precision=None, recall=0, F1=0)
    assert measure(columns(1), empty)['within a pixel'] == dict(precision=0, recall=None, F1=0)


def drawn(places):
    """A photo (3, 16, 16) with a bright column at each place, and Canny's edges of it."""
    photo = np.full((16, 16, 3), 40, np.uint8)
    photo[:, list(places)] = 220
    edges = canny_edges(photo)
    assert edges.any()
    return torch.from_numpy(photo).permute(2, 0, 1), torch.from_numpy(edges).expand(3, 16, 16)


def judged(*samples):
    metric = EdgeAccuracy()
    metric.dataset_length = len(samples)
    metric.process({}, samples)
    return metric.evaluate(), metric.remarks


def test_metric_of_the_photos_own_edges():
    (photo, edge), (other, its) = drawn([7]), drawn([3, 11])
    values, remarks = judged(dict(gt_img=photo, fake_edge=edge), dict(gt_img=other, fake_edge=its))
    share = (edge.float().mean() + its.float().mean()).item() / 255 / 2
    expected = {'edge-precision': 1, 'edge-recall': 1, 'edge-F1': 1, 'edge-share': share}
    assert values == pytest.approx(expected)
    assert not remarks


@pytest.mark.parametrize(('level', 'said'), [(0, '0.000'), (255, '1.000')])
def test_edges_that_are_none_are_told(level, said):
    photo, _ = drawn([7])
    values, remarks = judged(dict(gt_img=photo, fake_edge=torch.full_like(photo, level)))
    assert values['edge-F1'] < 0.6
    assert len(remarks) == 1
    assert f'edges are {said} of the generated pixels' in remarks[0]


def test_without_edges_there_are_no_numbers():
    photo, edge = drawn([7])
    assert judged(dict(gt_img=photo)) == ({}, [])
    # Pictures of layouts that hold none count as pictures, not as edges.
    assert judged(dict(gt_img=photo, fake_edge=edge), dict(gt_img=photo))[0]['edge-F1'] == 1


def test_calculate_by_hand():
    generated, photo = (torch.zeros(1, 3, 4, 8, dtype=torch.uint8) for _ in range(2))
    generated[..., [0, 3]] = 255
    photo[..., [4, 7]] = 255
    # Column 3 is beside column 4; columns 0 and 7 have none near.
    half = {'edge-precision': 0.5, 'edge-recall': 0.5, 'edge-F1': 0.5, 'edge-share': 0.25}
    assert EdgeAccuracy.calculate(generated, photo) == half
    assert math.isnan(EdgeAccuracy.calculate(photo * 0, photo * 0)['edge-F1'])
