"""Batches whose gradients are accumulated: one update of both networks from the mean gradient."""

from itertools import pairwise

import pytest
import torch
from ecgan_toys import build_model, make_batch
from mmagic.engine.optimizers import MultiOptimWrapperConstructor

NETWORKS = ('generator', 'discriminator')
MODULES = dict(
    generator=['generator', 'label_generator', 'contrast_loss'], discriminator=['discriminator']
)


def build(repo_root, count: int, lr: float, kind: str):
    """A model, its optimisers, and the gradients with which each of them makes its steps."""
    model = build_model(repo_root)
    wrappers = MultiOptimWrapperConstructor(
        {
            name: dict(
                type=kind,
                modules=MODULES[name],
                accumulative_counts=count,
                optimizer=dict(type='SGD', lr=lr),
            )
            for name in NETWORKS
        }
    )(model)
    steps = {name: [] for name in NETWORKS}
    for name in NETWORKS:

        def record(optimizer, args, kwargs, name=name) -> None:
            parameters = optimizer.param_groups[0]['params']
            gradients = [p.grad.flatten() for p in parameters if p.grad is not None]
            steps[name].append(torch.cat(gradients))

        wrappers[name].optimizer.register_step_pre_hook(record)
    return model, wrappers, steps


def train(model, wrappers, seed: int) -> None:
    torch.manual_seed(seed)
    model.train_step(make_batch(seed=seed), wrappers)


def weights(module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in module.parameters()])


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['OptimWrapper', 'Bfloat16OptimWrapper'])
def test_two_batches_make_one_update_from_their_mean_gradient(repo_root, kind):
    model, wrappers, steps = build(repo_root, count=2, lr=1e-3, kind=kind)
    # Its weights stay as they are, so that it gives the gradient of each batch by itself.
    twin, twin_wrappers, single = build(repo_root, count=1, lr=0.0, kind=kind)
    before = {name: weights(getattr(model, name)) for name in (*NETWORKS, 'generator_ema')}
    for seed in (0, 1):
        train(model, wrappers, seed)
        train(twin, twin_wrappers, seed)
        moved = {name: not torch.equal(weights(getattr(model, name)), before[name])
                 for name in before}  # fmt: skip
        # The moving average follows with the update, and with it alone.
        assert set(moved.values()) == {seed == 1}, moved
    for name in NETWORKS:
        (found,), (first, second) = steps[name], single[name]
        assert len(found) == len(first) == len(second) > 0
        mean = (first + second) / 2
        assert (found - mean).norm() < 1e-4 * mean.norm()
        # Neither batch alone would do.
        assert min((mean - each).norm() for each in (first, second)) > 1e-2 * mean.norm() > 0


@pytest.mark.slow
def test_accumulation_starts_anew_after_each_update(repo_root):
    model, wrappers, steps = build(repo_root, count=2, lr=1e-3, kind='OptimWrapper')
    averages = []
    for seed in range(5):
        train(model, wrappers, seed)
        averages.append(weights(model.generator_ema))
    assert {name: len(steps[name]) for name in NETWORKS} == dict.fromkeys(NETWORKS, 2)
    changed = [not torch.equal(*pair) for pair in pairwise(averages)]
    assert changed == [True, False, True, False]
