"""What a browser keeps of a layout is taken as it was, and anything else is not."""

import json

import numpy as np
import pytest

pytest.importorskip('nicegui')

from projects.ecgan.painting.tab_memory import unpack_layout

ALLOWED = {0, 1, 7, 255}


def kept(**changes: object) -> str:
    return json.dumps(dict(tab='x', width=3, height=2, runs=[7, 4, 0, 1, 255, 1]) | changes)


def test_runs_become_a_layout():
    ids = unpack_layout(kept(), ALLOWED)
    assert ids.dtype == np.uint16
    assert ids.tolist() == [[7, 7, 7], [7, 0, 255]]


@pytest.mark.parametrize(
    'text',
    [
        '',
        '[1]',
        '{"width": 3}',
        '{"width": 3, "height": 2, "runs": ' + '[' * 100_000,
        kept(runs=[7, 4, 0, 1]),
        kept(runs=[7, 4, 0, 3]),
        kept(runs=[7, 4, 0]),
        kept(runs=[7, 7, 0, -1]),
        kept(runs=[2, 6]),
        kept(runs=[7.5, 6]),
        kept(runs=['a', 6]),
        kept(runs=[7, 10**30]),
        kept(runs=[]),
        kept(width=0, height=0, runs=[]),
        kept(width=-3, height=-2),
        kept(width=None),
        kept(width=3000, height=1, runs=[7, 3000]),
        kept(width=2048, height=1024, runs=[7, 2048 * 1024]),
    ],
)
def test_anything_else_is_none(text):
    assert unpack_layout(text, ALLOWED) is None
