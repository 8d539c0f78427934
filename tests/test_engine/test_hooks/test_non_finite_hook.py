"""Losses, gradients and weights that are not finite end a training, or their update is left out."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmengine.hooks import Hook
from toy_runner import build_runner

from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.engine.hooks import NonFiniteHook
from projects.ecgan.errors import ConfigError, DivergenceError


class Spoil(Hook):
    """Makes the input, and with it loss and gradients, or a weight not finite."""

    def __init__(self, *iterations: int, weight: bool = False, value: float = math.nan):
        self.iterations, self.weight, self.value = iterations, weight, value

    def before_train_iter(self, runner: Any, batch_idx: int, data_batch: Any = None) -> None:
        if runner.iter in self.iterations and not self.weight:
            data_batch['inputs'][0].fill_(self.value)

    def after_train_iter(self, runner: Any, *args: Any, **kwargs: Any) -> None:
        if runner.iter in self.iterations and self.weight:
            runner.model.layer.bias.data[1] = self.value


def hooks(*more: Any, **settings: Any) -> list:
    return [dict(type='mmagic.NonFiniteHook', **settings), *more]


@pytest.mark.parametrize('value', [math.nan, math.inf])
def test_the_training_ends_with_name_iteration_and_checkpoint(tmp_path: Path, value: float) -> None:
    # The checkpoint of iteration 4 is due when its loss is wrong.
    runner = build_runner(tmp_path, custom_hooks=hooks(Spoil(3, value=value)))
    with pytest.raises(DivergenceError) as error:
        runner.train()
    said = error.value.sentence
    good = tmp_path / 'iter_2.pth'
    assert re.match(rf'loss is (nan|inf) at iteration 4; the last good checkpoint is {good}', said)
    assert {path.name for path in tmp_path.glob('*.pth')} == {'iter_2.pth'}
    assert safe_load(tmp_path / 'iter_2.pth')['state_dict']['layer.weight'].isfinite().all()


def test_without_the_hook_it_is_saved(tmp_path: Path) -> None:
    build_runner(tmp_path, 4, custom_hooks=[Spoil(3)]).train()
    assert not safe_load(tmp_path / 'iter_4.pth')['state_dict']['layer.weight'].isfinite().all()


def test_before_the_first_checkpoint_and_after_a_resume(tmp_path: Path) -> None:
    with pytest.raises(DivergenceError, match='at iteration 1; no checkpoint was saved before'):
        build_runner(tmp_path, custom_hooks=hooks(Spoil(0))).train()
    build_runner(tmp_path, 2).train()
    start = str(tmp_path / 'iter_2.pth')
    runner = build_runner(tmp_path, load_from=start, resume=True, custom_hooks=hooks(Spoil(2)))
    with pytest.raises(DivergenceError, match=f'iteration 3; the last good checkpoint is {start}'):
        runner.train()


def test_weights_that_finite_losses_led_to_are_not_saved(tmp_path: Path) -> None:
    runner = build_runner(tmp_path, custom_hooks=hooks(Spoil(3, weight=True)))
    match = r'the weights layer\.bias are not finite at iteration 4; .* is \S+iter_2\.pth'
    with pytest.raises(DivergenceError, match=match):
        runner.train()
    assert {path.name for path in tmp_path.glob('*.pth')} == {'iter_2.pth'}


@pytest.mark.parametrize('accumulate', [1, 2])
def test_an_update_is_left_out(tmp_path: Path, accumulate: int) -> None:
    seen: list[dict] = []

    class Watch(Hook):
        def after_train_iter(self, runner: Any, *args: Any, **kwargs: Any) -> None:
            weight = runner.model.layer.weight.detach().clone()
            state = runner.optim_wrapper.optimizer.state[runner.model.layer.weight]
            seen.append(dict(weight=weight, step=int(state.get('step', 0))))

    runner = build_runner(
        tmp_path,
        accumulate=accumulate,
        validate=False,
        custom_hooks=hooks(Spoil(2, value=math.inf), Watch(), action='skip'),
    )
    runner.train()
    assert torch.equal(seen[3 if accumulate == 2 else 2]['weight'], seen[1]['weight'])
    steps = [1, 2, 2, 3, 4, 5] if accumulate == 1 else [0, 1, 1, 1, 1, 2]
    assert [entry['step'] for entry in seen] == steps
    assert all(entry['weight'].isfinite().all() for entry in seen)
    assert not torch.equal(seen[-1]['weight'], seen[1]['weight'])
    assert runner.message_hub.get_scalar('train/skipped_updates').current() == 1
    assert not runner.optim_wrapper.optimizer._optimizer_step_pre_hooks


def test_too_many_in_a_row_end_the_training(tmp_path: Path) -> None:
    spoil = Spoil(0, 1, 3, 4, 5)
    runner = build_runner(tmp_path, custom_hooks=hooks(spoil, action='skip', max_skips=2))
    match = 'the gradients of 3 updates in a row are not finite at iteration 6'
    with pytest.raises(DivergenceError, match=match):
        runner.train()


def test_each_optimiser_of_ecgan_judges_its_own(tmp_path: Path, repo_root: Path) -> None:
    model = build_model(repo_root)
    wrappers = build_optimizers(repo_root, model)
    runner = build_runner(tmp_path, 1)
    runner.optim_wrapper = wrappers
    hook = NonFiniteHook(action='skip')
    assert runner.train_loop.iter == 0
    hook.before_train(runner)
    # A loss that concerns the generator alone.
    model.direct_losses = lambda inputs, outputs: dict(loss_x=outputs['image'].sum() * math.nan)
    before = {name: value.clone() for name, value in model.named_parameters()}
    logs = model.train_step(make_batch(), wrappers)
    changed = {
        name for name, value in model.named_parameters() if not torch.equal(value, before[name])
    }
    assert math.isnan(logs['loss_x']) and changed
    assert all(name.startswith('discriminator.') for name in changed)
    assert hook._in_a_row == {'discriminator': 0, 'generator': 1}


@pytest.mark.parametrize('settings', [dict(action='go'), dict(max_skips=0)])
def test_wrong_settings_are_refused(settings: dict) -> None:
    with pytest.raises(ConfigError, match=r'action must be one of .* and max_skips 1 or more, got'):
        NonFiniteHook(**settings)
