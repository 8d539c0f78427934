"""Comparing what two trainings saved."""

from pathlib import Path
from typing import Any

import torch

from projects.ecgan.compat.safe_checkpoints import safe_load

# What a training goes on from.
PARTS = ('state_dict', 'optimizer', 'param_schedulers')


def differences(first: Any, second: Any, path: str = '') -> list[str]:
    """Places in which two checkpoints differ."""
    if isinstance(first, dict):
        if first.keys() != second.keys():
            return [path]
        return [d for key in first for d in differences(first[key], second[key], f'{path}/{key}')]
    if isinstance(first, list | tuple):
        pairs = zip(first, second, strict=True)
        return [d for i, (a, b) in enumerate(pairs) for d in differences(a, b, f'{path}/{i}')]
    same = torch.equal(first, second) if isinstance(first, torch.Tensor) else first == second
    return [] if same else [path]


def load(work_dir: Path, iteration: int, parts: tuple[str, ...] = PARTS) -> dict:
    """Parts of the checkpoint of an iteration."""
    checkpoint = safe_load(work_dir / f'iter_{iteration}.pth')
    return {key: checkpoint[key] for key in parts}
