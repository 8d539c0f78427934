"""Pictures along a training that do not touch the training's random numbers.

Versions concerned: mmagic <= 1.2.0. ``VisualizationHook`` draws the inputs of its pictures from the
generators of the training; those that it keeps for all its pictures are drawn once a process. So a
resumed run draws other numbers than an undisturbed one, for its pictures and for all that follows,
and another interval of pictures makes other losses.
"""

import functools
from typing import Any

import torch
from mmagic.engine.hooks import VisualizationHook
from mmengine.runner import Runner

from .random_state import capture_random_state, restore_random_state, seed_generators


def draw_apart(hook: VisualizationHook, seed: int) -> None:
    """Let MMagic's hook draw from generators of its own.

    Args:
        hook: Changed in place. With fixed inputs each picture, also after a resume, is drawn from
            the same random numbers, without from those of its iteration.
        seed: Seed of the training.
    """
    draw = hook.vis_sample
    entries = hook.vis_kwargs_list or ()
    fixed = any(entry.get('fixed_input', hook.fixed_input) for entry in entries)

    @functools.wraps(draw)
    def vis_sample(runner: Runner, *args: Any, **kwargs: Any) -> None:
        state = capture_random_state()
        iteration = 0 if fixed else runner.iter
        # Drawn anew they are the same, and so is what is drawn after them: dropout, noise.
        hook.inputs_buffer.clear()
        seed_generators(seed, iteration)
        torch.cuda.manual_seed(seed + iteration)
        try:
            draw(runner, *args, **kwargs)
        finally:
            restore_random_state(state)

    hook.vis_sample = vis_sample
