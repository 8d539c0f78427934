"""Every tool reads its arguments at once and ends well."""

import argparse
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from projects.ecgan.commands.command_line import (
    ToolParser,
    positive,
    run_parser,
    run_tool,
    starting,
)
from projects.ecgan.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
TOOLS = [
    path
    for path in sorted((ROOT / 'tools').rglob('*.py'))
    if "__name__ == '__main__'" in path.read_text()
]
# What --help and wrong arguments must not wait for.
LAUNCHERS = ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK')
HEAVY = ('torch', 'numpy', 'mmengine', 'mmagic', 'asyncio')


@pytest.mark.parametrize('tool', TOOLS, ids=lambda path: path.stem)
def test_help_and_wrong_arguments_import_nothing_heavy(tool: Path) -> None:
    code = (
        'import runpy, sys\n'
        'tool = sys.argv[1]\n'
        "for argument in ('--help', '--no-such-thing'):\n"
        '    sys.argv = [tool, argument]\n'
        '    try:\n'
        "        runpy.run_path(tool, run_name='__main__')\n"
        '    except SystemExit as end:\n'
        f'        print(end.code, [name for name in {HEAVY} if name in sys.modules])\n'
    )
    command = [sys.executable, '-c', code, str(tool)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('usage: ') and done.stdout.endswith('\n0 []\n2 []\n')
    assert done.stderr.startswith('error: ') and done.stderr.count('\n') == 1


def test_option_without_a_value_is_one_line(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        run_parser('test').parse_args(['a.py', '--cfg-options', 'model.type'])
    assert "--cfg-options takes key=value pairs, got 'model.type'" in capsys.readouterr().err


def run(work, *argv: str) -> int:
    return run_tool(lambda: ToolParser('test'), work, argv)


def test_errors_and_signals_end_well(capsys: pytest.CaptureFixture) -> None:
    def fail(args: argparse.Namespace) -> None:
        raise ConfigError('no such thing')

    def interrupt(args: argparse.Namespace) -> None:
        raise KeyboardInterrupt

    def terminate(args: argparse.Namespace) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()

    before = signal.getsignal(signal.SIGTERM)
    assert run(lambda args: None) == 0
    assert run(lambda args: 1) == 1
    assert run(fail) == 2
    assert capsys.readouterr().err == 'error: no such thing\n'
    assert run(interrupt) == 130
    assert run(terminate) == 143
    assert 'stopped by SIGTERM; a training goes on' in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) is before


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture) -> None:
    def fail(args: argparse.Namespace) -> None:
        raise ConfigError('no such thing')

    assert run(fail, '--debug') == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith('Traceback') and lines[-1] == 'error: no such thing'


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda args: 1 / 0)


def test_another_rank_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def fail(args: argparse.Namespace) -> None:
        raise ConfigError('no such thing')

    monkeypatch.setenv('RANK', '3')
    assert run(fail) == 2
    assert capsys.readouterr().err == 'error (rank 3): no such thing\n'


@pytest.mark.parametrize(('rank', 'apart'), [(None, ['apart']), ('0', []), ('1', [])])
@pytest.mark.parametrize('status', [0, 2])
def test_one_of_several_ends_without_taking_python_apart(
    rank: str | None, apart: list[str], status: int
) -> None:
    code = (
        'import atexit\n'
        'from projects.ecgan.commands.command_line import leave\n'
        'class Kept:\n'
        '    def __del__(self):\n'
        "        print('apart')\n"
        'kept = Kept()\n'
        "atexit.register(print, 'exit')\n"
        f'leave({status})\n'
    )
    env = {key: value for key, value in os.environ.items() if key not in LAUNCHERS}
    env |= {} if rank is None else {'RANK': rank}
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, cwd=ROOT, env=env)
    assert done.returncode == status, done.stderr
    assert done.stdout.decode().split() == ['exit', *apart]


@pytest.mark.parametrize(
    ('text', 'kind', 'number'),
    [('3', int, 3), ('0.5', float, 0.5), ('0', int, None), ('-1', float, None), ('2.5', int, None)]
    + [(text, float, None) for text in ('nan', 'inf', 'many')],
)
def test_a_positive_number(text, kind, number):
    if number is not None:
        assert positive(text, kind) == number
        return
    with pytest.raises(argparse.ArgumentTypeError, match=r'is not a (whole )?number above 0'):
        positive(text, kind)


def test_a_start_looks_for_no_garbage() -> None:
    gc.unfreeze()
    with starting():
        assert not gc.isenabled()
    assert gc.isenabled() and gc.get_freeze_count() > 10_000
    with pytest.raises(KeyError), starting():
        raise KeyError
    assert gc.isenabled()


# What a training does not use: each takes a tenth of a second or more.
UNUSED = ('av', 'diffusers', 'ftfy', 'lpips', 'matplotlib', 'pandas', 'scipy', 'transformers')


@pytest.mark.slow
def test_the_first_iteration_waits_for_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    code = (
        'import gc, os, sys\n'
        'import projects.ecgan\n'
        'from projects.ecgan.compat._import_hook import when_imported\n'
        'def show(loop, batch):\n'
        f'    print([name for name in {UNUSED} if name in sys.modules])\n'
        '    print(gc.isenabled(), gc.get_freeze_count() > 100_000)\n'
        '    print("GOMP_SPINCOUNT" in os.environ)\n'
        '    sys.stdout.flush()\n'
        '    os._exit(0)\n'
        'def patch(loops):\n'
        '    loops.IterBasedTrainLoop.run_iter = show\n'
        "when_imported('mmengine.runner.loops', patch)\n"
        'from projects.ecgan.commands.main import main\n'
        'main(sys.argv[1:])\n'
    )
    words = ['train', 'ecgan_smoke_1xb2-2iters_scenes-64x64', '--work-dir', str(tmp_path)]
    environment = {k: v for k, v in os.environ.items() if k != 'GOMP_SPINCOUNT'}
    done = subprocess.run(
        [sys.executable, '-c', code, *words, '--quiet'],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith('[]\nTrue True\nFalse\n'), done.stderr
