"""One training, killed at random moments and resumed each time, equals an undisturbed one."""

import os
import random
import re
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import fresh_process
import pytest
from campaign_results import report, seed
from checkpoints import PARTS, differences, load

from projects.ecgan.engine.configuration import checkpoints, is_whole
from projects.ecgan.errors import COMPLETE_STATUS

pytestmark = pytest.mark.campaign
CONFIG = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
KILLS = int(os.environ.get('ECGAN_CAMPAIGN_KILLS', '20'))
# Iterations by processes, which take longer where two share the cores.
ITERATIONS = {1: 80, 2: 50}
MOST_STARTS = 80
# The longest that a training may take on a slow and busy machine.
PATIENCE = 900
# Until a launcher kills what is left.
SECONDS_TO_NOTICE = 30


def start(work_dir: Path, processes: int, log: Path, *more: str) -> list[BaseProcess]:
    """Start the training as its command line does, in one process or in two that meet over gloo."""
    options = [
        f'train_cfg.max_iters={ITERATIONS[processes]}',
        'train_cfg.val_interval=10000',
        f'param_scheduler.end={ITERATIONS[processes]}',
        'default_hooks.checkpoint.interval=1',
        'default_hooks.checkpoint.max_keep_ckpts=2',
        'default_hooks.samples=None',
        'train_dataloader.num_workers=1',
    ]
    launcher = ['--launcher', 'pytorch'] * (processes > 1)
    argv = [CONFIG, '--work-dir', str(work_dir), *launcher, *more, '--cfg-options', *options]
    port, jobs = fresh_process.free_port(), []
    for rank in range(processes):
        env = dict(RANK=rank, LOCAL_RANK=rank, WORLD_SIZE=processes, MASTER_PORT=port)
        env = {key: str(value) for key, value in env.items()} | {'MASTER_ADDR': '127.0.0.1'}
        rank_log = log.with_name(f'{log.stem}_{rank}.txt')
        arguments = (fresh_process.run_script, 'tools/train.py', argv)
        jobs.append(fresh_process.start(*arguments, log=rank_log, env=env if launcher else {}))
    return jobs


def wait_for_moment(jobs: list[BaseProcess], work_dir: Path, moment: random.Random) -> bool:
    """Wait for a random moment: in the start, in an iteration, or while a checkpoint is written.

    Returns:
        False if a process ended before.
    """
    kind = moment.choice(['start', 'between', 'write', 'write'])
    # A run of 20 kills must not be over before.
    checkpoints, pause = moment.randint(1, 4 // len(jobs)), moment.uniform(0, 0.5)
    seen = {path.name for path in work_dir.glob('iter_*.pth')}
    deadline = time.monotonic() + PATIENCE
    if kind == 'start':
        time.sleep(4 * pause)
    while kind != 'start' and all(job.is_alive() for job in jobs):
        new = {path.name for path in work_dir.glob('iter_*.pth')} - seen
        checkpoints, seen = checkpoints - len(new), seen | new
        if kind == 'write' and checkpoints <= 1 and any(work_dir.glob('.iter_*.tmp')):
            break
        if kind == 'between' and checkpoints <= 0:
            time.sleep(pause)
            break
        assert time.monotonic() < deadline, 'no checkpoint was written'
    return all(job.is_alive() for job in jobs)


@pytest.mark.parametrize('processes', [1, 2])
def test_killed_again_and_again(tmp_path: Path, processes: int, record_property: Callable) -> None:
    moment = random.Random(f'{seed()}, {processes}')
    whole, work, log = tmp_path / 'whole', tmp_path / 'work', tmp_path / 'log.txt'

    def said() -> str:
        return '\n'.join((tmp_path / f'log_{rank}.txt').read_text() for rank in range(processes))

    statuses = [fresh_process.finish(job, PATIENCE) for job in start(whole, processes, log)]
    assert statuses == [0] * processes, said()
    killed = in_write = 0
    for _ in range(MOST_STARTS):
        jobs = start(work, processes, log, '--resume')
        if killed < KILLS and wait_for_moment(jobs, work, moment):
            # One of two is enough: the other one then ends with an error, or, where the two have
            # not met yet, is ended by what started them.
            for job in moment.choice([jobs, jobs[:1], jobs[-1:]]):
                job.kill()
            for job in jobs:
                job.join(SECONDS_TO_NOTICE)
                job.kill()
            statuses = [fresh_process.finish(job, PATIENCE) for job in jobs]
            assert -signal.SIGKILL in statuses and set(statuses) <= {-signal.SIGKILL, 2}, said()[
                -3000:
            ]
            killed += 1
            in_write += any(work.glob('.iter_*.tmp'))
            assert all(is_whole(path) for path in checkpoints(work)[:1])
        else:
            statuses = [fresh_process.finish(job, PATIENCE) for job in jobs]
            # A kill behind the last checkpoint leaves nothing to do.
            assert set(statuses) in ({0}, {COMPLETE_STATUS}), said()
            break
        assert 'cut short' not in said()
    parts = (*PARTS, 'random_state')
    last = ITERATIONS[processes]
    assert differences(load(whole, last, parts), load(work, last, parts)) == []
    assert killed == KILLS, f'the training was over after {killed} kills'
    assert in_write > 0
    name = 'one process' if processes == 1 else 'two processes'
    resumed = len(re.findall('resumed epoch', said()))
    assert resumed >= 1
    report(
        record_property,
        f'kills, {name}',
        f'{killed} of {KILLS} kills of {name} (seed {seed()}), {in_write} of them while a '
        f'checkpoint was written: the end of {last} iterations is that of the undisturbed '
        'training, bit for bit.',
    )
