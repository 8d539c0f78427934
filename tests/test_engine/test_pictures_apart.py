"""Pictures of MMagic's hook leave the training's random numbers alone.

With the hook itself: ``tests/test_tools/test_train_toolbox_resume.py``.
"""

import random
from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from projects.ecgan.engine.pictures_apart import draw_apart
from projects.ecgan.engine.random_state import seed_generators


class Pictures:
    """Draws as MMagic's hook does: fixed inputs once, then what the model draws."""

    def __init__(self, fixed: bool, entry: dict) -> None:
        self.fixed_input = fixed
        self.vis_kwargs_list = [entry]
        self.inputs_buffer = defaultdict(list)
        self.drawn: list[list[float]] = []

    def vis_sample(self, runner: SimpleNamespace, batch_idx: int) -> None:
        if not self.inputs_buffer['noise']:
            self.inputs_buffer['noise'].append(torch.rand(1).item())
        self.drawn.append(
            [*self.inputs_buffer['noise'], torch.rand(1).item(), random.random(), np.random.rand()]
        )


def draw(hook: Pictures, *iterations: int) -> list[list[float]]:
    for iteration in iterations:
        hook.vis_sample(SimpleNamespace(iter=iteration), iteration)
    return hook.drawn


def test_the_training_goes_on_as_without_pictures() -> None:
    hook = Pictures(True, {})
    draw_apart(hook, seed=3)
    seed_generators(7)
    expected = torch.rand(1), random.random(), np.random.rand()
    seed_generators(7)
    draw(hook, 5)
    assert (torch.rand(1), random.random(), np.random.rand()) == expected


@pytest.mark.parametrize(
    ('fixed', 'entry'), [(True, {}), (False, dict(fixed_input=True)), (False, {})]
)
def test_a_resumed_run_draws_the_same_pictures(fixed: bool, entry: dict) -> None:
    whole, resumed, other = (Pictures(fixed, entry) for _ in range(3))
    for hook, seed in zip((whole, resumed, other), (3, 3, 4)):
        draw_apart(hook, seed)
    first, second = draw(whole, 4, 9)
    assert (first == second) is (fixed or bool(entry))
    torch.rand(5)
    assert draw(resumed, 9) == [second]
    assert draw(other, 9) != [second]


def test_a_drawing_that_fails_restores_as_well() -> None:
    hook = Pictures(True, {})
    hook.drawn = None  # nothing to append to
    draw_apart(hook, seed=3)
    state = torch.get_rng_state()
    with pytest.raises(AttributeError):
        draw(hook, 1)
    assert torch.equal(torch.get_rng_state(), state)
