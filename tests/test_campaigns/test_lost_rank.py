"""Two processes under tools/dist_train.sh: one that dies ends the job, a signal saves it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from campaign_results import report
from fresh_process import free_port

from projects.ecgan.errors import RESUME_STATUS

pytestmark = pytest.mark.campaign
CONFIG = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
SECONDS = 60
PATIENCE = 400  # of the imports of three processes on a busy machine


def start(repo_root: Path, work_dir: Path, iterations: int, *more: str) -> subprocess.Popen:
    options = [
        f'train_cfg.max_iters={iterations}',
        'train_cfg.val_interval=100000',
        'default_hooks.checkpoint.interval=2',
        'default_hooks.samples=None',
    ]
    script, config = repo_root / 'tools' / 'dist_train.sh', repo_root / CONFIG
    command = [script, config, '2', '--work-dir', work_dir, *more, '--cfg-options', *options]
    env = {**os.environ, 'PYTHON': sys.executable, 'PORT': str(free_port()), 'OMP_NUM_THREADS': '1'}
    return subprocess.Popen(
        [str(word) for word in command],
        env=env,
        cwd=repo_root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_checkpoint(job: subprocess.Popen, work_dir: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (work_dir / 'last_checkpoint').exists():
        assert job.poll() is None, job.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_rank_that_dies_ends_the_job(
    repo_root: Path, tmp_path: Path, record_property: Callable
) -> None:
    took = []
    for rank in (0, 1):
        work_dir = tmp_path / f'work_{rank}'
        job = start(repo_root, work_dir, 100000)
        wait_for_checkpoint(job, work_dir)
        children = Path(f'/proc/{job.pid}/task/{job.pid}/children').read_text().split()
        # The launcher's children are the ranks, in their order.
        assert len(children) == 2
        os.kill(int(children[rank]), signal.SIGKILL)
        killed_at = time.monotonic()
        status = job.wait(SECONDS)
        took.append(time.monotonic() - killed_at)
        said = job.stderr.read()
        # Torchrun names the process that ended first, or the one that noticed it.
        assert status in (2, 128 + signal.SIGKILL), said
        assert re.search(r'error: rank \d was ended by signal 9|another process of this run', said)
        assert 'Traceback' not in said
        assert not any(Path(f'/proc/{child}').exists() for child in children)
    report(
        record_property,
        'rank',
        f'One of two processes that is killed ends the job after {max(took):.0f} seconds at most.',
    )


def test_a_signal_to_the_launcher_saves_the_job(repo_root: Path, tmp_path: Path) -> None:
    work_dir = tmp_path / 'work'
    job = start(repo_root, work_dir, 100000)
    wait_for_checkpoint(job, work_dir)
    job.send_signal(signal.SIGUSR1)
    assert job.wait(SECONDS) == RESUME_STATUS
    said = job.stderr.read()
    stopped = re.search(r'stopped by SIGUSR1 after iteration (\d+): saved (\S+), --resume', said)
    assert stopped and Path(stopped[2]).name == f'iter_{stopped[1]}.pth'
    assert 'Traceback' not in said
    job = start(repo_root, work_dir, int(stopped[1]) + 3, '--resume')
    assert job.wait(PATIENCE) == 0, job.stderr.read()
    assert (work_dir / f'iter_{int(stopped[1]) + 3}.pth').is_file()
