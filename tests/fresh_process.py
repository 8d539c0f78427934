"""Run jobs in fresh processes that can be killed, without paying for the imports each time.

A fork server imports the toolbox once (``preloaded.py``); every job is a new process forked from
it, which has its own work dir, environment and output, and dies alone. What is about the start
itself takes a fresh interpreter: imports, ``PYTHON*`` variables, memory allocators, launchers.
"""

import contextlib
import multiprocessing
import os
import runpy
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPO_ROOT = Path(__file__).resolve().parents[1]


def start(
    function: Callable[..., Any],
    *args: Any,
    log: Path,
    env: dict[str, str] | None = None,
) -> multiprocessing.process.BaseProcess:
    """Start ``function(*args)``, a function of a module, in a new process.

    Args:
        function: Module-level function.
        *args: Its arguments.
        log: File that takes what the job prints.
        env: Environment variables of the job.
    """
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['preloaded'])
    paths = [str(REPO_ROOT), str(REPO_ROOT / 'tests')]
    os.environ['PYTHONPATH'] = os.pathsep.join(paths)
    os.environ['OMP_NUM_THREADS'] = '1'
    process = context.Process(target=_job, args=(function, args, str(log), env or {}))
    process.start()
    return process


def run(function: Callable[..., Any], *args: Any, log: Path, timeout: float = 120) -> int:
    """Run a job to its end and return its exit status (negative: number of the signal)."""
    process = start(function, *args, log=log)
    return finish(process, timeout)


def finish(process: multiprocessing.process.BaseProcess, timeout: float = 120) -> int:
    """Wait for a job and return its exit status; kill it if it takes too long."""
    process.join(timeout)
    if process.is_alive():
        process.kill()
        process.join()
        raise TimeoutError(f'job {process.pid} took more than {timeout} s')
    return process.exitcode


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def run_distributed(
    function: Callable[..., Any], *args: Any, log: Path, processes: int = 2
) -> list[int]:
    """Run a job in several processes, with the environment that torchrun would set."""
    port, jobs = free_port(), []
    for rank in range(processes):
        env = {
            'RANK': str(rank),
            'LOCAL_RANK': str(rank),
            'WORLD_SIZE': str(processes),
            'MASTER_ADDR': '127.0.0.1',
            'MASTER_PORT': str(port),
        }
        rank_log = log.with_name(f'{log.stem}_{rank}{log.suffix}')
        jobs.append(start(function, *args, log=rank_log, env=env))
    return [finish(job) for job in jobs]


def run_script(
    script: str, argv: list[str], kill_at: int | None = None, folder: str | None = None
) -> None:
    """Run a script of the repository as ``python SCRIPT ARGV``; a job for the functions above.

    Args:
        script: Path below the repository.
        argv: Arguments.
        kill_at: The process kills itself (SIGKILL) before this iteration of its training.
        folder: Where it runs.
    """
    from mmengine.config import config
    from mmengine.runner import IterBasedTrainLoop

    # MMEngine lays its config out afresh for every checkpoint: half the time of a short run.
    config.FormatCode = lambda text, **style: (text, True)
    if kill_at is not None:
        run_iter = IterBasedTrainLoop.run_iter

        def run_or_die(loop: Any, data_batch: Any) -> None:
            if loop.iter == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            run_iter(loop, data_batch)

        IterBasedTrainLoop.run_iter = run_or_die
    if folder is not None:
        os.chdir(folder)
    sys.argv = [script, *argv]
    runpy.run_path(str(REPO_ROOT / script), run_name='__main__')


def _job(function: Callable[..., Any], args: tuple, log: str, env: dict[str, str]) -> None:
    os.environ.update(env)
    with open(log, 'w', buffering=1) as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                function(*args)
            except Exception:
                traceback.print_exc()
                raise
