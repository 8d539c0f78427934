"""Capture and restore the random-number state of this process: Python, NumPy, torch, CUDA.

A captured state is made of plain tensors and numbers, so that the safe checkpoint loader reads it.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

RandomState = dict[str, Any]


def capture_random_state() -> RandomState:
    """State of every global generator of this process.

    Returns:
        ``python`` (625,) int64 and ``python_gauss`` float or None; ``numpy`` (624,) int64,
        ``numpy_position`` int, ``numpy_gauss`` float or None; ``torch`` uint8; ``cuda`` uint8 of
        the current device, or None where CUDA was not used.
    """
    _, words, gauss = random.getstate()
    _, keys, position, has_gauss, cached_gauss = np.random.get_state()
    return {
        'python': torch.tensor(words, dtype=torch.int64),
        'python_gauss': gauss,
        'numpy': torch.from_numpy(keys.astype(np.int64)),
        'numpy_position': int(position),
        'numpy_gauss': float(cached_gauss) if has_gauss else None,
        'torch': torch.get_rng_state(),
        'cuda': torch.cuda.get_rng_state() if _cuda_in_use() else None,
    }


def restore_random_state(state: RandomState) -> None:
    """Set every global generator of this process to what :func:`capture_random_state` gave."""
    random.setstate((3, tuple(state['python'].tolist()), state['python_gauss']))
    gauss = state['numpy_gauss']
    np.random.set_state(
        (
            'MT19937',
            state['numpy'].cpu().numpy().astype(np.uint32),
            state['numpy_position'],
            int(gauss is not None),
            gauss or 0.0,
        )
    )
    torch.set_rng_state(state['torch'].cpu())
    if state['cuda'] is not None and _cuda_in_use():
        torch.cuda.set_rng_state(state['cuda'].cpu())


def seed_generators(*key: int) -> None:
    """Seed the global CPU generators (Python, NumPy, torch) from non-negative integers.

    Different keys of the same length give unrelated random numbers.
    """
    words = np.random.SeedSequence(key).generate_state(3)
    random.seed(int(words[0]))
    np.random.seed(int(words[1]))
    # torch.manual_seed would seed the GPUs as well.
    torch.default_generator.manual_seed(int(words[2]))


@contextmanager
def preserved_generators() -> Iterator[None]:
    """Hand the global CPU generators back as they were; light enough for every sample."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


def _cuda_in_use() -> bool:
    return torch.cuda.is_available() and torch.cuda.is_initialized()
