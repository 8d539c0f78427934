"""The layout of one user: strokes, fill, undo and redo."""

import numpy as np
import pytest

from projects.ecgan.errors import DataError
from projects.ecgan.painting import LayoutSession, session


def new(height: int = 3, width: int = 4) -> LayoutSession:
    return LayoutSession(np.zeros((height, width), np.uint8), {0, 1, 2, 255})


def test_a_stroke_gives_pixels_a_label():
    layout = new()
    before = layout.ids
    assert layout.paint([1, 2, 6, 4], 2)
    assert layout.ids.tolist() == [[0, 2, 2, 0], [0, 0, 2, 2], [2, 2, 0, 0]]
    assert layout.ids.dtype == np.uint16
    assert not before.any()
    assert layout.paint([0, 12, 3, 1, 0, 12], 255) and (layout.ids == 255).all()
    assert not layout.paint([0, 12], 255) and not layout.paint([], 1)


def test_fill_stops_at_other_classes_and_at_corners():
    layout = new(3, 3)
    layout.paint([1, 1, 3, 1, 8, 1], 1)
    assert layout.fill(2, 1, 2)
    assert layout.ids.tolist() == [[0, 1, 2], [1, 2, 2], [2, 2, 1]]
    assert not layout.fill(2, 1, 2)


def test_undo_and_redo():
    layout = new()
    assert not layout.undo() and not layout.redo()
    layout.paint([0, 2], 1)
    layout.fill(3, 2, 2)
    layout.replace(np.ones((5, 6), np.int64))
    assert layout.can_undo and not layout.can_redo
    states = [layout.ids]
    while layout.undo():
        states.append(layout.ids)
    assert [state.shape for state in states] == [(5, 6), (3, 4), (3, 4), (3, 4)]
    assert not layout.can_undo and not layout.ids.any()
    for state in states[-2::-1]:
        assert layout.redo() and np.array_equal(layout.ids, state)
    layout.undo()
    layout.paint([0, 1], 0)
    assert not layout.can_redo, 'another change forgets what was undone'


def test_history_is_bounded(monkeypatch):
    monkeypatch.setattr(session, 'MAX_STEPS', 5)
    layout = new()
    for index in range(12):
        layout.paint([index, 1], 1)
    assert sum(iter(layout.undo, False)) == 5
    monkeypatch.setattr(session, 'MAX_HISTORY_BYTES', 100)
    layout = new()
    for index in range(12):
        layout.paint([index, 1], 1)
    assert sum(iter(layout.undo, False)) == 100 // (12 * 2)


@pytest.mark.parametrize(
    ('runs', 'label'),
    [
        ([0, 1], 3),
        ([0, 1], True),
        ([0, 1], '1'),
        ([0, 1], [1]),
        ([0, 13], 1),
        ([12, 1], 1),
        ([-1, 1], 1),
        ([0, 0], 1),
        ([0, 2**62], 1),
        ([0, 2**80], 1),
        ([0, 1, 2], 1),
        (['a', 'b'], 1),
        ([[0, 1], [2]], 1),
        (None, 1),
    ],
)
def test_strokes_that_no_page_sends(runs, label):
    layout = new()
    with pytest.raises(DataError):
        layout.paint(runs, label)
    assert not layout.ids.any() and not layout.can_undo


@pytest.mark.parametrize('place', [(4, 0), (0, 3), (-1, 0), (0.5, 0), ('0', 0), (None, 0)])
def test_fills_that_no_page_sends(place):
    with pytest.raises(DataError, match='no pixel'):
        new().fill(*place, 1)
