"""The progress hook in real runs, on pipes and on pseudo-terminals."""

import gc
import io
import os
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
from fresh_process import REPO_ROOT
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from pseudo_terminal import COLUMNS, Terminal
from rich.file_proxy import FileProxy
from toy_runner import Score, ToyModel, build_runner, loader

from projects.ecgan.engine.hooks import ProgressHook, progress_hook

STATE = r', [\d.e-]+ s/iter, \d+:\d\d left'


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.setenv('TERM', 'xterm')
    monkeypatch.setenv('COLUMNS', str(COLUMNS))
    for name in ('FORCE_COLOR', 'TTY_COMPATIBLE', 'TTY_INTERACTIVE', 'COLORTERM'):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def terminal(monkeypatch):
    """A pseudo-terminal on which every iteration is shown."""
    monkeypatch.setattr(progress_hook, '_SECONDS_BETWEEN_REFRESHES', 0)
    return Terminal()


def _runner(work_dir, interval=0, **settings):
    runner = build_runner(work_dir, **settings)
    hook = ProgressHook(interval)
    runner.register_hook(hook)
    return runner, hook


def _test_runner(work_dir, mode='test', **settings):
    loop = {
        f'{mode}_cfg': dict(),
        f'{mode}_dataloader': loader(0, endless=False, shuffle=False),
        f'{mode}_evaluator': dict(type='Evaluator', metrics=[Score()]),
    }
    return Runner(
        model=ToyModel(),
        work_dir=str(work_dir),
        default_scope='mmengine',
        experiment_name=str(work_dir),
        **{'default_hooks': dict(checkpoint=None), **loop, **settings},
    )


def _progress(capsys):
    return re.findall(r'^(?:train|val|test) .*$', capsys.readouterr().out, re.MULTILINE)


def _log_of_training(work_dir):
    (file,) = work_dir.glob('*/*.log')
    lines = [re.sub(r'^\d{4}/', '', line).rstrip() for line in file.read_text().splitlines()]
    (start,) = (i for i, line in enumerate(lines) if 'Checkpoints will be saved' in line)
    return [line for line in lines[start:] if line]


@pytest.mark.slow
def test_lines_where_there_is_no_terminal(tmp_path, capsys):
    _runner(tmp_path)[0].train()
    lines = _progress(capsys)
    validation = [f'val {done}/5' for done in range(1, 6)]
    assert [line.split(',')[0] for line in lines] == [
        *('train 1/6', 'train 2/6', *validation),
        *('train 3/6', 'train 4/6', *validation),
        *('train 5/6', 'train 6/6', *validation),
    ]
    for line in lines:
        loss = r', loss [\d.]+' if line.startswith('train') else ''
        assert re.fullmatch(rf'\w+ \d/\d{STATE}{loss}', line)
    assert lines[-6].split(', ')[2] == '0:00 left'


def test_one_line_at_the_end_of_what_is_shorter_than_the_interval(tmp_path, capsys):
    _runner(tmp_path, interval=30)[0].train()
    assert [line.split(',')[0] for line in _progress(capsys)] == [
        'val 5/5',
        'val 5/5',
        'train 6/6',
        'val 5/5',
    ]


def test_epochs(tmp_path, capsys):
    _runner(tmp_path, by_epoch=True, endless=False, iterations=2)[0].train()
    train = [line for line in _progress(capsys) if line.startswith('train')]
    assert [line.split(',')[0] for line in train] == [f'train {done}/10' for done in range(1, 11)]


def test_early_stop_is_shown(tmp_path, capsys):
    class Stop(Hook):
        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            runner.train_loop.stop_training = runner.iter == 2

    runner, _ = _runner(tmp_path, interval=30, validate=False)
    runner.register_hook(Stop())
    runner.train()
    assert [line.split(',')[0] for line in _progress(capsys)] == ['train 3/6']


@pytest.mark.parametrize('resume', [False, True])
def test_pace_is_of_the_iterations_of_this_run_alone(tmp_path, capsys, monkeypatch, resume):
    """A training step takes 2 s, 10 s with a checkpoint; a validation step 100 s."""
    if resume:
        build_runner(tmp_path / 'first', iterations=2).train()
        capsys.readouterr()
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress_hook.time, 'perf_counter', lambda: clock.now)

    class Work(Hook):
        def before_train(self, runner):
            clock.now += 1e6

        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            clock.now += 10 if self.every_n_train_iters(runner, 2) else 2

        def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            clock.now += 100

    checkpoint = str(tmp_path / 'first' / 'iter_2.pth') if resume else None
    runner, _ = _runner(tmp_path, load_from=checkpoint, resume=resume)
    runner.register_hook(Work())
    runner.train()
    states = [line.partition(', loss')[0] for line in _progress(capsys)]
    train = [state for state in states if state.startswith('train')]
    beginning = ['train 1/6, 2 s/iter, 0:10 left', 'train 2/6, 6 s/iter, 0:24 left']
    if resume:
        beginning = ['train 3/6, 2 s/iter, 0:06 left', 'train 4/6, 6 s/iter, 0:12 left']
    assert train[:2] == beginning
    assert train[-1] == 'train 6/6, 6 s/iter, 0:00 left'
    assert states[2] == 'val 1/5, 100 s/iter, 6:40 left'


def test_time_left_in_hours():
    stage = progress_hook._Stage(0, done=10, total=1000, ended=0, shown=0)
    stage.durations.append(123.4)
    assert stage.text() == ', 123 s/iter, 33:56:06 left'


@pytest.mark.parametrize(
    ('outputs', 'shown'),
    [
        ({'loss': torch.tensor(0.5, requires_grad=True)}, ', loss 0.5'),
        (
            {'loss_disc_real': 9.0, 'loss_disc': torch.tensor([1.25]), 'loss_gen': 12.34567},
            ', loss_gen 12.35, loss_disc 1.25',
        ),
        (
            {'score': 1, 'loss_d': 1, 'G_loss': 2.0, 'decode.loss_ce': 3.0, 'loss_x': 4.0},
            ', loss_d 1, G_loss 2, decode.loss_ce 3',
        ),
        ({'psnr': 30.0}, ''),
        (None, ''),
    ],
)
def test_main_losses(tmp_path, capsys, outputs, shown):
    runner, _ = _runner(tmp_path, iterations=1, validate=False)
    runner.model.train_step = lambda data, optim_wrapper: outputs
    runner.train()
    assert re.fullmatch(rf'train 1/1{STATE}{re.escape(shown)}', _progress(capsys)[0])


@pytest.mark.parametrize('mode', ['val', 'test'])
def test_validation_or_test_alone(tmp_path, capsys, mode):
    getattr(_test_runner(tmp_path, mode, custom_hooks=[ProgressHook(0)]), mode)()
    states = [line.split(',')[0] for line in _progress(capsys)]
    assert states == [f'{mode} {done}/5' for done in range(1, 6)]


def test_loops_with_several_data_loaders(tmp_path, capsys):
    class SampledScore(Score):
        SAMPLER_MODE, sample_model = 'normal', 'ema'

        def prepare(self, module, dataloader):
            pass

        def get_metric_sampler(self, model, dataloader, metrics):
            return dataloader

        def evaluate(self, size=10):
            return super().evaluate(size)

    parts = [SampledScore(), SampledScore()]
    parts[1].prefix = 'other'
    runner = _test_runner(
        tmp_path,
        test_cfg=dict(type='mmagic.MultiTestLoop'),
        test_dataloader=[loader(0, endless=False), loader(0, endless=False)],
        test_evaluator=[dict(type='mmagic.Evaluator', metrics=part) for part in parts],
        log_processor=dict(type='mmagic.LogProcessor', by_epoch=False),
        custom_hooks=[ProgressHook(0)],
    )
    runner.test()
    assert [line.split(',')[0] for line in _progress(capsys)] == [
        f'test {i}/10' for i in range(1, 11)
    ]


def test_silent_on_other_ranks(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr('mmengine.dist.utils.get_rank', lambda group=None: 1)
    _runner(tmp_path, hook=False, validate=False)[0].train()
    assert _progress(capsys) == []


def test_one_entry_turns_it_off(tmp_path, capsys):
    base = dict(default_hooks=dict(progress=dict(type='mmagic.ProgressHook', interval=0)))
    for name, options in (('on', {}), ('off', {'default_hooks.progress.enabled': False})):
        cfg = Config(base)
        cfg.merge_from_dict(options)
        _test_runner(tmp_path / name, **cfg).test()
        assert bool(_progress(capsys)) == (name == 'on')


def test_a_negative_interval_is_refused():
    with pytest.raises(ValueError, match='interval must be 0 or more seconds, got -1'):
        ProgressHook(interval=-1)


def test_shows_progress_is_said():
    assert ProgressHook.shows_progress


def test_the_training_is_the_same(tmp_path, capsys):
    weights = []
    for name in ('with', 'without'):
        runner = build_runner(tmp_path / name)
        if name == 'with':
            runner.register_hook(ProgressHook(0))
        weights.append(runner.train().layer.weight)
    torch.testing.assert_close(*weights, rtol=0, atol=0)


def test_bar_below_whole_log_lines(tmp_path, terminal):
    with terminal.as_stdout() as stdout:
        runner, _ = _runner(tmp_path)
        runner.train()
        assert sys.stdout is stdout and runner.logger.handlers[0].stream is stdout

    *log, bar = terminal.lines()
    assert re.fullmatch(rf'train 6/6{STATE}, loss [\d.]+ ━+', bar)
    assert len(bar) == COLUMNS - 2
    expected = _log_of_training(tmp_path)
    assert len(expected) > 20 and log[-len(expected) :] == expected
    assert not terminal.cursor_is_hidden
    shown = re.sub(r'\x1b\[[\d;]*m', '', terminal.text)
    for state in ('train 0/6 ', 'train 1/6, ', 'val 0/5 ', 'val 5/5, '):
        assert state in shown


def test_print_and_brackets_stay_above_the_bar(tmp_path, terminal):
    class Talk(Hook):
        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            assert isinstance(sys.stdout, FileProxy)
            print(f'[red]{batch_idx}[/] :smile:', '.' * 2 * COLUMNS)

    with terminal.as_stdout():
        runner, _ = _runner(tmp_path, iterations=2, validate=False)
        runner.register_hook(Talk())
        runner.train()
    lines = terminal.lines()
    for index in range(2):
        assert f'[red]{index}[/] :smile: {"." * 2 * COLUMNS}\r\n' in terminal.text
    assert lines[-1].startswith('train 2/2, ')


def test_bar_of_a_test_stays(tmp_path, terminal):
    with terminal.as_stdout():
        _test_runner(tmp_path, custom_hooks=[ProgressHook()]).test()
    assert re.fullmatch(rf'test 5/5{STATE} ━+', terminal.lines()[-1])


def test_a_dumb_terminal_gets_lines(tmp_path, terminal, monkeypatch):
    monkeypatch.setenv('TERM', 'dumb')
    with terminal.as_stdout():
        _test_runner(tmp_path, custom_hooks=[ProgressHook(0)]).test()
    assert any(line.startswith('test 3/5, ') for line in terminal.lines())
    assert '\x1b[2K' not in terminal.text


class _Fail(Hook):
    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if batch_idx == 2:
            raise RuntimeError('no more')


def test_everything_is_given_back_after_an_error(tmp_path, terminal):
    with terminal.as_stdout() as stdout:
        runner, hook = _runner(tmp_path, validate=False)
        runner.register_hook(_Fail())
        handler = runner.logger.handlers[0]
        with pytest.raises(RuntimeError):
            runner.train()
        assert isinstance(handler.stream, FileProxy)
        del runner, hook
        gc.collect()
        assert sys.stdout is stdout and handler.stream is stdout
    assert terminal.lines()[-1].startswith('train 2/6, ')


def test_a_second_run_ends_what_the_failed_one_left(tmp_path, terminal):
    with terminal.as_stdout() as stdout:
        runner, _ = _runner(tmp_path, validate=False)
        failing = _Fail()
        runner.register_hook(failing)
        with pytest.raises(RuntimeError):
            runner.train()
        runner._hooks.remove(failing)
        runner.train()
        assert sys.stdout is stdout
    bars = [line.split(',')[0] for line in terminal.lines() if line.startswith('train')]
    assert bars == ['train 2/6', 'train 6/6']


@pytest.mark.parametrize('is_terminal', [False, True])
def test_the_run_goes_on_when_nobody_reads(tmp_path, monkeypatch, is_terminal):
    class Gone(io.StringIO):
        def isatty(self):
            return is_terminal

        def write(self, text):
            raise OSError('hung up')

    runner, hook = _runner(tmp_path)
    gone = Gone()
    monkeypatch.setattr(sys, 'stdout', gone)
    runner.train()
    assert runner.iter == 6 and not hook.enabled and sys.stdout is gone


SCRIPT = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
import projects.ecgan
from mmengine.hooks import Hook
from projects.ecgan.engine.hooks import ProgressHook, progress_hook
from toy_runner import build_runner

class Slow(Hook):
    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if batch_idx == 2 and sys.argv[2] == 'fail':
            raise RuntimeError('no more')
        time.sleep(0 if batch_idx < 3 else 60)

progress_hook._SECONDS_BETWEEN_REFRESHES = 0
runner = build_runner(sys.argv[1], validate=False)
runner.register_hook(ProgressHook())
runner.register_hook(Slow())
runner.train()
"""


@pytest.mark.slow
@pytest.mark.parametrize('end', ['fail', 'SIGINT', 'SIGTERM'])
def test_the_terminal_is_sound_whatever_ends_the_process(tmp_path, end):
    terminal = Terminal()
    environment = {**os.environ, 'PYTHONPATH': f'{REPO_ROOT}:{REPO_ROOT / "tests"}'}
    process = subprocess.Popen(
        [sys.executable, '-W', 'ignore', '-c', SCRIPT, str(tmp_path / 'work'), end],
        env=environment,
        stdin=terminal.slave,
        stdout=terminal.slave,
        stderr=terminal.slave,
        start_new_session=True,
    )
    if end != 'fail':
        terminal.wait_for('train 3/6')
        process.send_signal(getattr(signal, end))
    status = process.wait(60)
    assert status == (1 if end == 'fail' else -getattr(signal, end))

    lines = terminal.lines()
    assert not terminal.cursor_is_hidden
    bar = [index for index, line in enumerate(lines) if line.startswith('train ')]
    assert bar == [len(lines) - 1]
    log = _log_of_training(tmp_path / 'work')
    assert [line for line in lines if line in log] == log
    if end == 'SIGTERM':
        return  # nobody catches it: Python has no chance to write a last line
    assert terminal.text.endswith('\n')
    assert lines[-2] == ('RuntimeError: no more' if end == 'fail' else 'KeyboardInterrupt')
