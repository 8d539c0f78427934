"""The demo: its stages fit the recipes, and one that is stopped or killed goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fresh_process
import pytest
from fake_demo import PAUSE, STEPS, demo_with_stand_ins
from mmengine.config import Config

from projects.ecgan.commands import demo, test, train
from projects.ecgan.engine.configuration import find_config

PARSERS = {'train': train.build_parser, 'test': test.build_parser}


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A file that stands in for the recipe of ECGAN."""
    path = tmp_path / 'recipe.py'
    path.write_text('size = 64\n')
    return path


@pytest.fixture
def start(tmp_path: Path, recipe: Path) -> Callable:
    """Start a demo with stand-ins in the folder ``demo``; gives its process."""

    def start(*arguments: str, recipe: Path = recipe) -> object:
        job = (demo_with_stand_ins, str(tmp_path / 'demo'), str(recipe), *arguments)
        return fresh_process.start(*job, log=tmp_path / 'log.txt')

    return start


@pytest.fixture
def run(tmp_path: Path, start: Callable) -> Callable:
    """Run such a demo to its end; gives its exit status and what it says."""

    def run(*arguments: str, **others: Path) -> tuple[int, str]:
        status = fresh_process.finish(start(*arguments, **others))
        return status, (tmp_path / 'log.txt').read_text()

    return run


def wait_for(path: Path, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f'{path} did not appear'
        time.sleep(0.02)


def starts(folder: Path) -> list[int]:
    return [int(line) for line in (folder / 'starts.txt').read_text().split()]


def read_recipe(name: str) -> Config:
    return Config.fromfile(find_config(name), import_custom_modules=False)


def test_every_place_of_the_judge_is_known():
    config = read_recipe(demo.ECGAN)
    config.merge_from_dict({f'{key}.checkpoint': 'HERE' for key in demo.JUDGES})
    # None is left with another checkpoint: as many as there are judges.
    text = Config(dict(v=config.val_evaluator, t=config.test_evaluator)).pretty_text
    judges = text.count(demo.JUDGE)
    assert text.count("checkpoint='HERE'") == text.count('checkpoint=') == judges
    assert judges == len(demo.JUDGES)


@pytest.mark.parametrize('judge', [False, True])
@pytest.mark.parametrize('short', [False, True])
def test_stages_fit_their_recipes(short, judge, tmp_path):
    stages = demo.build_stages(tmp_path, short, judge)
    assert list(stages) == ['segmentor'] * judge + ['ecgan', 'evaluation']
    for name, stage in stages.items():
        args = PARSERS[stage.command]().parse_args(stage.arguments)
        assert args.work_dir == str(tmp_path / name) and args.quiet
        config, options = read_recipe(args.config), dict(o.split('=', 1) for o in args.cfg_options)
        before = set(config.to_dict())
        config.merge_from_dict(options)
        assert set(config.to_dict()) == before
        judged = str(stages['segmentor'].result) if judge else None
        if name != 'segmentor':
            assert {options.get(f'{key}.checkpoint') for key in demo.JUDGES} == {judged}
        if stage.command == 'train':
            assert args.resume == 'auto'
            assert stage.result == tmp_path / name / f'iter_{options["train_cfg.max_iters"]}.pth'
            length = read_recipe(args.config).train_cfg.max_iters
            assert (int(options['train_cfg.max_iters']) == length) is not short
        else:
            assert args.checkpoint == str(stages['ecgan'].result)


def test_the_training_leaves_measuring_to_the_evaluation(tmp_path):
    args = train.build_parser().parse_args(demo.build_stages(tmp_path)['ecgan'].arguments)
    options = dict(option.split('=', 1) for option in args.cfg_options)
    assert int(options['train_cfg.val_begin']) > int(options['train_cfg.max_iters'])


def test_a_finished_demo_needs_no_torch(tmp_path):
    """It is shown at once; and torch finds how its threads are to wait when it is imported."""
    code = (
        'import sys; from pathlib import Path; from projects.ecgan.commands import demo;'
        f'assert demo.describe(demo.build_stages(Path({str(tmp_path)!r})));'
        'assert "torch" not in sys.modules'
    )
    subprocess.run([sys.executable, '-c', code], cwd=fresh_process.REPO_ROOT, check=True)


@pytest.mark.slow
def test_result_and_times(run, recipe, tmp_path):
    status, told = run()
    assert status == 0, told
    report = json.loads((tmp_path / 'demo' / 'report.json').read_text())
    assert report['train_seconds'] >= STEPS * PAUSE and report['generated']['mIoU'] == 0.7
    assert report['total_seconds'] >= report['train_seconds']
    assert 'segmentor_seconds' not in report
    assert demo.SHORT_NOTE in (tmp_path / 'demo' / 'report.md').read_text()
    lines = ['[1/3] set up: done', '[2/3] train ECGAN: about', '[3/3] evaluate: about']
    assert all(line in told for line in lines) and '| mIoU | 0.7000 | 0.9600 |' in told
    for name in demo.REPORT_FILES:
        assert str(tmp_path / 'demo' / name) in told and (tmp_path / 'demo' / name).is_file()
    # A second run shows the result and does nothing; --fresh, other recipes or stages begin anew.
    again = run()[1]
    assert '[2/3] train ECGAN: done in' in again and '[3/3] evaluate: done in' in again
    assert '| mIoU | 0.7000 | 0.9600 |' in again
    assert starts(tmp_path / 'demo' / 'ecgan') == [0]
    assert 'done in' not in run('--fresh')[1].replace('set up: done in', '')
    assert starts(tmp_path / 'demo' / 'ecgan') == [0]
    recipe.write_text('size = 65\n')
    assert '[2/3] train ECGAN: about' in run()[1]
    judged = run('--judge')[1]
    assert '[2/4] train the judge: about' in judged and '[3/4] train ECGAN: about' in judged
    report = json.loads((tmp_path / 'demo' / 'report.json').read_text())
    assert report['segmentor_seconds'] >= STEPS * PAUSE


@pytest.mark.slow
def test_killed_demo_goes_on(start, run, tmp_path):
    ecgan, hold = tmp_path / 'demo' / 'ecgan', tmp_path / 'hold'
    hold.touch()
    first = start()
    wait_for(ecgan / 'step_3')
    time.sleep(demo.SAVE_SECONDS + 0.5)
    status, told = run()
    assert status == 2 and told.count('\n') == 1
    assert told.startswith(f'error: another training (process {first.pid} on ')
    first.kill()
    first.join()
    hold.unlink()
    status, told = run()
    assert status == 0, told
    report = json.loads((tmp_path / 'demo' / 'report.json').read_text())
    assert report['train_seconds'] >= demo.SAVE_SECONDS + 3 * PAUSE
    assert starts(ecgan) == [0, 3]


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_stopped_demo_goes_on(start, run, tmp_path, number):
    ecgan = tmp_path / 'demo' / 'ecgan'
    process = start()
    wait_for(ecgan / 'step_2')
    os.kill(process.pid, number)
    assert fresh_process.finish(process) == 128 + number
    reached = len(list(ecgan.glob('step_*')))
    assert 2 <= reached < STEPS
    status, told = run()
    assert status == 0, told
    assert starts(ecgan) == [0, reached]
    times = json.loads((tmp_path / 'demo' / 'times.json').read_text())
    assert times['ecgan'] >= STEPS * PAUSE - PAUSE


def test_failing_command_ends_the_demo(run, tmp_path):
    wrong = tmp_path / 'wrong.py'
    wrong.write_text('size = 64\n')
    status, told = run(recipe=wrong)
    assert status == 2 and told.splitlines()[-1] == 'error: no such class: 9'
    assert not (tmp_path / 'demo' / 'evaluation').exists()
