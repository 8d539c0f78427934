"""Directions and lengths of gradients, of losses whose gradients are known."""

import math

import pytest
import torch

from projects.ecgan.analysis.diagnosis import term_gradients

# Beside these gradients by F the term `all` has (6, 1).
TERMS = dict(two=(2, 0), five=(5, 0), back=(-1, 0), across=(0, 1))


@pytest.fixture
def measured():
    weights = [torch.tensor([1.0], requires_grad=True), torch.tensor([2.0], requires_grad=True)]
    features = torch.stack([3 * weights[0], 4 * weights[1]])
    terms = {name: (features.squeeze() * torch.tensor(g)).sum() for name, g in TERMS.items()}
    terms['constant'] = torch.tensor(7.0)
    terms['of_other_weights'] = torch.tensor(1.0, requires_grad=True) * 2
    found = term_gradients(terms, features, weights)
    assert all(weight.grad is None for weight in weights)
    # The graph is still there.
    sum(terms.values()).backward()
    return found


def test_parallel_opposite_orthogonal(measured):
    cosines = measured['cosines']
    assert cosines['two']['five'] == pytest.approx(1)
    assert cosines['two']['back'] == pytest.approx(-1)
    assert cosines['five']['across'] == 0
    assert cosines['across']['all'] == pytest.approx(1 / math.sqrt(37))
    assert cosines['two']['all'] == pytest.approx(6 / math.sqrt(37))
    assert all(cosines[a][b] == cosines[b][a] for a in cosines for b in cosines)


def test_directions_by_the_weights(measured):
    cosines = measured['cosines_by_weights']
    # (6, 0), (-3, 0), (0, 4), and of all (18, 4).
    assert cosines['two']['back'] == pytest.approx(-1)
    assert cosines['two']['across'] == 0
    assert cosines['across']['all'] == pytest.approx(4 / math.hypot(18, 4))
    assert cosines['constant']['all'] is None


def test_norms_and_values(measured):
    # F is (3 w_0, 4 w_1), so the gradient (6, 1) by F is (18, 4) by the weights.
    expected = dict(two=2, five=5, back=1, across=1, constant=0, of_other_weights=0)
    assert measured['features'] == pytest.approx(expected | dict(all=math.sqrt(37)))
    of_weights = dict(two=6, five=15, back=3, across=4, constant=0, of_other_weights=0)
    assert measured['weights'] == pytest.approx(of_weights | dict(all=math.hypot(18, 4)))
    losses = dict(two=6, five=15, back=-3, across=8, constant=7, of_other_weights=2)
    assert measured['loss'] == pytest.approx(losses | dict(all=35))


def test_what_has_no_gradient_has_no_direction(measured):
    for name in ('constant', 'of_other_weights'):
        assert set(measured['cosines'][name].values()) == {None}
        assert measured['cosines']['two'][name] is None


def test_small_gradients_have_directions():
    features = torch.ones(1000, requires_grad=True)
    terms = dict(small=1e-28 * features.sum(), large=features.sum())
    found = term_gradients(terms, features, [])
    assert found['cosines']['small']['large'] == pytest.approx(1, abs=1e-5)
    assert found['weights'] == dict(small=0, large=0, all=0)
