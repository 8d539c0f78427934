"""Two trainings do not share a work dir, and a dead one holds none."""

import errno
import os
import signal
import socket
import time
from pathlib import Path

import fresh_process
import pytest

from projects.ecgan.engine import launch, work_dir_lock
from projects.ecgan.engine.work_dir_lock import LOCK_NAME, locked_work_dir
from projects.ecgan.errors import WorkDirError

HERE = socket.gethostname()
NOBODY = 2**22 + 1  # more than the kernel gives out


def hold(work_dir: str, ready: str) -> None:
    with locked_work_dir(work_dir):
        if os.fork() == 0:  # as a data-loader worker, which outlives the training
            time.sleep(5)
            os._exit(0)
        Path(ready).touch()
        time.sleep(100)


@pytest.mark.slow
def test_a_second_training_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    work, ready = tmp_path / 'new' / 'work', tmp_path / 'ready'
    job = fresh_process.start(hold, str(work), str(ready), log=tmp_path / 'log.txt')
    while not ready.exists():
        time.sleep(0.05)
    named = f'another training (process {job.pid} on {HERE}) writes into the work dir {work}'
    for _ in range(2):
        with pytest.raises(WorkDirError) as error, locked_work_dir(work):
            pass
        assert named in error.value.sentence
    job.kill()
    assert fresh_process.finish(job) == -signal.SIGKILL
    with locked_work_dir(work):
        assert (work / LOCK_NAME).read_text() == f'process {os.getpid()} on {HERE}\n'


def test_the_file_is_empty_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with locked_work_dir(tmp_path):
            pass
        assert (tmp_path / LOCK_NAME).read_text() == ''


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    with (
        pytest.raises(OSError, match='Not a directory'),
        locked_work_dir(tmp_path / 'file' / 'work'),
    ):
        pass


@pytest.mark.parametrize(
    ('holder', 'free'),
    [
        (f'process 1 on {HERE}', False),
        (f'process {NOBODY} on {HERE}', True),
        (f'process {os.getpid()} on {HERE}', True),
        ('process 1 on elsewhere', True),
        ('', True),
        ('?', True),
    ],
    ids=['another', 'gone', 'itself', 'elsewhere', 'empty', 'unknown'],
)
def test_without_locks_of_the_kernel_the_holder_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: str, free: bool
) -> None:
    def no_locks(*args: int) -> None:
        raise OSError(errno.ENOLCK, 'No locks available')

    monkeypatch.setattr(work_dir_lock.fcntl, 'lockf', no_locks)
    (tmp_path / LOCK_NAME).write_text(holder)
    if free:
        with locked_work_dir(tmp_path):
            assert (tmp_path / LOCK_NAME).read_text() == f'process {os.getpid()} on {HERE}\n'
    else:
        with pytest.raises(WorkDirError, match='process 1 on'), locked_work_dir(tmp_path):
            pass


@pytest.mark.parametrize('name', ['RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK'])
def test_one_process_of_several_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for rank, made in (('1', False), ('0', True)):
        monkeypatch.setenv(name, rank)
        with launch.sole_training(tmp_path / 'work'):
            assert (tmp_path / 'work' / LOCK_NAME).exists() is made
