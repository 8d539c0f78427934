"""A run that is asked to stop saves itself, and the resumed one equals an undisturbed one."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fresh_process
import pytest
import torch
import toy_runner
from mmengine.hooks import Hook
from toy_runner import assert_equal_runs, build_runner, disturb

from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.engine.hooks import InterruptionHook, interruption_hook
from projects.ecgan.errors import ConfigError, InterruptionError


class Ask(Hook):
    """Sends signals at one place of a run."""

    def __init__(self, where: str, iteration: int, name: str = 'SIGUSR1', to: str = 'itself'):
        self.where, self.iteration, self.to = where, iteration, to
        self.number = getattr(signal, name)

    def _at(self, where: str, runner: Any) -> None:
        if where == self.where and runner.iter == self.iteration:
            workers = multiprocessing.active_children() if self.to == 'each' else []
            for worker in workers:
                os.kill(worker.pid, self.number)
            # Process 0 is the whole group.
            os.kill(0 if self.to == 'group' else os.getpid(), self.number)

    def before_train_iter(self, runner: Any, *args: Any, **kwargs: Any) -> None:
        self._at('train', runner)

    def after_val_iter(self, runner: Any, *args: Any, **kwargs: Any) -> None:
        self._at('val', runner)


class Validations(Hook):
    """After which iterations a run was validated to the end."""

    def __init__(self, seen: list[int]):
        self.seen = seen

    def after_val_epoch(self, runner: Any, metrics: Any = None) -> None:
        self.seen.append(runner.iter)


def hooks(*more: Hook) -> list:
    return [dict(type='mmagic.InterruptionHook'), *more]


def whole(work: Path, **options: Any) -> dict:
    """The last checkpoint of an undisturbed run."""
    build_runner(work, **options).train()
    return safe_load(work / 'iter_6.pth')


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Whatever happens in a run, signals are what they were."""
    numbers = (signal.SIGTERM, signal.SIGUSR1)
    before = [signal.getsignal(number) for number in numbers]
    yield
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize(
    ('where', 'iteration', 'name', 'accumulate', 'stopped'),
    [
        ('train', 0, 'SIGTERM', 1, 1),
        ('train', 2, 'SIGUSR1', 1, 3),
        ('train', 3, 'SIGUSR1', 1, 4),  # a checkpoint and a validation are due
        ('train', 5, 'SIGUSR1', 1, 6),  # the last iteration
        ('val', 4, 'SIGUSR1', 1, 4),  # in the middle of a validation
        ('train', 2, 'SIGUSR1', 2, 4),  # not before the next update
    ],
)
def test_interrupted_run_resumes_exactly(
    tmp_path: Path,
    where: str,
    iteration: int,
    name: str,
    accumulate: int,
    stopped: int,
) -> None:
    seen: list[int] = []
    options = dict(accumulate=accumulate)
    ask = hooks(Ask(where, iteration, name), Validations(seen))
    with pytest.raises(InterruptionError, match=f'^stopped by {name} after iteration {stopped}: '):
        build_runner(tmp_path, custom_hooks=ask, **options).train()
    checkpoint = tmp_path / f'iter_{stopped}.pth'
    assert (tmp_path / 'last_checkpoint').read_text() == str(checkpoint)
    disturb()
    resumed = hooks(Validations(seen))
    build_runner(
        tmp_path, load_from=str(checkpoint), resume=True, custom_hooks=resumed, **options
    ).train()
    assert_equal_runs(safe_load(tmp_path / 'iter_6.pth'), whole(tmp_path / 'whole', **options))
    assert seen == [2, 4, 6]
    if stopped < 6:
        assert 'interruption' not in safe_load(tmp_path / 'iter_6.pth')


def test_a_loop_by_epochs_ends_without_a_checkpoint(tmp_path: Path) -> None:
    # Five iterations an epoch: the signal comes in the third epoch.
    runner = build_runner(
        tmp_path, 4, endless=False, by_epoch=True, custom_hooks=hooks(Ask('train', 12))
    )
    with pytest.raises(InterruptionError, match='iteration 13: --resume goes on from the last'):
        runner.train()
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'epoch_2.pth')


@pytest.mark.parametrize('validate', [True, False])
def test_an_undisturbed_run_gives_signals_back(tmp_path: Path, validate: bool) -> None:
    runner = build_runner(tmp_path, 2, validate=validate, custom_hooks=hooks())
    runner.train()
    assert not next(h for h in runner.hooks if isinstance(h, InterruptionHook))._signals.caught


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match='interval must be 1 or more iterations, got 0'):
        InterruptionHook(interval=0)


def test_processes_on_gpus_ask_each_other_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def everyone(flag: torch.Tensor, operation: str) -> None:
        assert operation == 'max'
        asked.append(int(flag))
        flag.fill_(1)  # another process got the signal

    monkeypatch.setattr(interruption_hook, 'get_world_size', lambda: 2)
    monkeypatch.setattr(interruption_hook, 'get_backend', lambda: 'nccl')
    monkeypatch.setattr(interruption_hook, 'all_reduce', everyone)
    hook = InterruptionHook(interval=4)
    assert [hook._is_asked(None, step) for step in range(1, 7)] == [False] * 3 + [True] * 3
    assert asked == [0]


def train_in_a_job(work: str, resume: str | None, ask: dict | None, workers: int):
    """A job that ends with 75 where its run was interrupted."""
    os.setpgid(0, 0)
    if 'RANK' in os.environ:
        torch.distributed.init_process_group('gloo')
        ask = ask if os.environ['RANK'] == '1' else None
    more = [Ask(**ask)] if ask else []
    runner = build_runner(
        work,
        workers=workers,
        load_from=resume,
        resume=resume is not None,
        custom_hooks=hooks(*more),
    )
    try:
        runner.train()
    except InterruptionError as error:
        print(error)
        sys.exit(75)


@pytest.mark.slow
def test_two_processes_stop_together(tmp_path: Path) -> None:
    def run(work: Path, resume: str | None = None, ask: dict | None = None) -> list[int]:
        args = (str(work), resume, ask, 0)
        return fresh_process.run_distributed(train_in_a_job, *args, log=tmp_path / 'log.txt')

    assert run(tmp_path / 'whole') == [0, 0], (tmp_path / 'log_0.txt').read_text()
    parts = tmp_path / 'parts'
    assert run(parts, ask=dict(where='train', iteration=2)) == [75, 75]
    logs = [(tmp_path / f'log_{rank}.txt').read_text() for rank in (0, 1)]
    assert 'stopped by a signal to another process after iteration 3' in logs[0]
    assert 'stopped by SIGUSR1 after iteration 3' in logs[1]
    assert run(parts, str(parts / 'iter_3.pth')) == [0, 0]
    assert_equal_runs(safe_load(parts / 'iter_6.pth'), safe_load(tmp_path / 'whole' / 'iter_6.pth'))


@pytest.mark.slow
@pytest.mark.parametrize('name', ['SIGTERM', 'SIGUSR1'])
@pytest.mark.parametrize('to', ['group', 'each'])
def test_workers_survive_a_signal_to_all(tmp_path: Path, name: str, to: str) -> None:
    ask, log = dict(where='train', iteration=2, name=name, to=to), tmp_path / 'log.txt'
    args = (str(tmp_path), None, ask, 2)
    assert fresh_process.run(train_in_a_job, *args, log=log) == 75, log.read_text()
    assert f'stopped by {name} after iteration 3' in log.read_text()
    build_runner(tmp_path, load_from=str(tmp_path / 'iter_3.pth'), resume=True).train()
    assert_equal_runs(safe_load(tmp_path / 'iter_6.pth'), whole(tmp_path / 'whole'))


@pytest.mark.slow
def test_the_toy_without_the_hook_is_not_saved(tmp_path: Path) -> None:
    work, log = tmp_path / 'work', tmp_path / 'log.txt'
    status = fresh_process.run(train_without_the_hook, str(work), log=log)
    assert status == -signal.SIGUSR1
    assert not (work / 'iter_3.pth').exists()


def train_without_the_hook(work: str) -> None:
    toy_runner.build_runner(work, custom_hooks=[Ask('train', 2)]).train()
