"""The shell launchers build the commands that they promise; echo stands in for what they start."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fresh_process import free_port


def run(script: Path, *args: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [script, *args], env={**os.environ, **env}, capture_output=True, text=True, timeout=60
    )


def test_dist_train(repo_root: Path) -> None:
    script = repo_root / 'tools' / 'dist_train.sh'
    done = run(script, 'a b.py', '4', '--resume', PYTHON='echo')
    tools = script.parent
    assert done.stdout == f'{tools}/run_processes.py 4 {tools}/train.py a b.py --resume\n'


def test_dist_test(repo_root: Path) -> None:
    script = repo_root / 'tools' / 'dist_test.sh'
    done = run(script, 'c.py', 'w.pth', '2', '--out', 'm.json', PYTHON='echo')
    tools = script.parent
    assert done.stdout == f'{tools}/run_processes.py 2 {tools}/test.py c.py w.pth --out m.json\n'


@pytest.mark.slow
def test_processes_meet_and_their_failure_is_no_traceback(repo_root: Path, tmp_path: Path) -> None:
    tool = tmp_path / 'tool.py'
    tool.write_text(
        'import os, sys\n'
        'from torch import distributed\n'
        "distributed.init_process_group('gloo')\n"
        'distributed.barrier()\n'
        "words = [os.environ['RANK'], os.environ['MASTER_PORT'], *sys.argv[1:]]\n"
        # In one write: the processes share the pipe, and print makes several without a buffer.
        "os.write(1, (' '.join(words) + '\\n').encode())\n"
        "if os.environ['RANK'] == sys.argv[1]:\n"
        "    sys.exit('error: no such thing')\n"
    )
    script = repo_root / 'tools' / 'run_processes.py'
    port = str(free_port())
    ends = {'7': 0, '1': 1}
    for failing, status in ends.items():
        done = run(sys.executable, str(script), '2', str(tool), failing, 'a b', PORT=port)
        assert done.returncode == status, done.stderr
        for rank in '01':
            assert f'{rank} {port} {failing} a b --launcher pytorch' in done.stdout
        assert 'Traceback' not in done.stderr
        assert ('error: no such thing' in done.stderr) is (failing == '1')


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_reaches_every_process(repo_root: Path, tmp_path: Path, number: int) -> None:
    tool = tmp_path / 'tool.py'
    tool.write_text(
        'import os, signal, sys, time\n'
        f'signal.signal({int(number)}, lambda *_: sys.exit(75))\n'
        f"open(f'{tmp_path}/{{os.environ[\"RANK\"]}}', 'w').close()\n"
        'time.sleep(100)\n'
    )
    command = [sys.executable, str(repo_root / 'tools' / 'run_processes.py'), '2', str(tool)]
    env = {**os.environ, 'PORT': str(free_port())}
    job = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not all((tmp_path / rank).exists() for rank in '01') and time.monotonic() < deadline:
        time.sleep(0.1)
    job.send_signal(number)
    assert job.wait(60) == 75
    assert 'Traceback' not in job.stderr.read()


@pytest.mark.parametrize(
    ('env', 'resources'),
    [
        ({}, '--gres=gpu:8 --ntasks=8 --ntasks-per-node=8'),
        (
            {'GPUS_PER_NODE': '0', 'GPUS': '4', 'TASKS_PER_NODE': '2'},
            '--ntasks=4 --ntasks-per-node=2',
        ),
    ],
    ids=['gpus', 'cpus'],
)
def test_slurm_train(tmp_path: Path, repo_root: Path, env: dict[str, str], resources: str) -> None:
    srun = tmp_path / 'srun'
    srun.write_text('#!/bin/sh\necho "$MASTER_PORT" "$@"\n')
    srun.chmod(0o755)
    script = repo_root / 'tools' / 'slurm_train.sh'
    env = {**env, 'PATH': f'{tmp_path}:{os.environ["PATH"]}', 'MASTER_PORT': '7', 'PYTHON': 'py'}
    done = run(script, 'part', 'job', 'c.py', 'work', '--amp', SRUN_ARGS='-w n1 -x n2', **env)
    assert done.stdout == (
        f'7 -p part --job-name=job {resources} --cpus-per-task=5 --kill-on-bad-exit=1 -w n1 -x n2 '
        f'py -u {script.parent}/train.py c.py --work-dir=work --launcher=slurm --amp\n'
    ), done.stderr


@pytest.mark.parametrize('name', ['dist_train.sh', 'dist_test.sh', 'slurm_train.sh'])
def test_missing_arguments_are_one_line(repo_root: Path, name: str) -> None:
    done = run(repo_root / 'tools' / name, 'only_one')
    assert done.returncode == 2
    assert done.stderr.startswith('usage: ') and done.stderr.count('\n') == 1
