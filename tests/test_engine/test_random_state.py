"""Random-number states are captured, saved and restored."""

import random
from pathlib import Path

import numpy as np
import torch

from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.engine.random_state import (
    capture_random_state,
    preserved_generators,
    restore_random_state,
    seed_generators,
)


def draw() -> list[float]:
    return [
        random.random(),
        random.gauss(0, 1),
        np.random.rand(),
        np.random.randn(),
        torch.rand(()).item(),
        torch.randn(3).sum().item(),
    ]


def test_state_comes_back_from_a_checkpoint(tmp_path: Path) -> None:
    seed_generators(7)
    random.gauss(0, 1)  # leaves half a pair behind, as does randn
    np.random.randn()
    torch.save(capture_random_state(), tmp_path / 'state.pth')
    expected = draw()
    restore_random_state(safe_load(tmp_path / 'state.pth'))
    assert draw() == expected


def test_keys_give_unrelated_numbers() -> None:
    numbers = set()
    for key in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        seed_generators(*key)
        numbers.update(draw())
    assert len(numbers) == 24
    seed_generators(1, 0)
    assert set(draw()) <= numbers


def test_generators_are_handed_back() -> None:
    seed_generators(1)
    with preserved_generators():
        inside = draw()
    assert draw() == inside
