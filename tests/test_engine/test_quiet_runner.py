"""The quiet runner: what reaches the console, and what the log file."""

import logging

import pytest
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from toy_runner import Score, ToyModel, loader

from projects.ecgan.engine import QuietRunner


def _build(runner_type, work_dir):
    return runner_type(
        model=ToyModel(),
        work_dir=str(work_dir),
        test_cfg=dict(),
        test_dataloader=loader(0, endless=False, shuffle=False),
        test_evaluator=dict(type='Evaluator', metrics=[Score()]),
        default_scope='mmengine',
        experiment_name=str(work_dir),
    )


@pytest.mark.parametrize(('runner_type', 'quiet'), [(QuietRunner, True), (Runner, False)])
def test_console_shows_warnings_and_the_file_everything(tmp_path, capsys, runner_type, quiet):
    runner = _build(runner_type, tmp_path)
    runner.logger.warning('a warning')
    runner.test()
    shown = capsys.readouterr().out
    assert 'a warning' in shown
    assert all((text in shown) != quiet for text in ('INFO', 'System environment'))

    (file,) = tmp_path.glob('*/*.log')
    written = file.read_text()
    for text in ('a warning', 'System environment', 'toy/score: 1.0'):
        assert text in written


def test_other_ranks_keep_to_errors(tmp_path, monkeypatch):
    monkeypatch.setattr('mmengine.logging.logger._get_rank', lambda: 1)
    runner = _build(QuietRunner, tmp_path)
    assert [handler.level for handler in runner.logger.handlers] == [logging.ERROR]


@pytest.mark.parametrize('name', ['QuietRunner', 'mmagic.QuietRunner'])
def test_configs_find_it(name):
    assert RUNNERS.get(name) is QuietRunner
