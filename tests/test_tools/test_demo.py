"""The demo: progress from logs, state between runs, real processes that are killed and go on."""

import dataclasses
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mmengine.config import Config

TOOLS = Path(__file__).resolve().parents[2] / 'tools'

# A stand-in for tools/train.py: counts to 6 as a training does, goes on from its checkpoint.
FAKE_TOOL = """
import sys, time
from pathlib import Path
folder = Path(sys.argv[sys.argv.index('--work-dir') + 1])
note = folder / 'last_checkpoint'
first = int(Path(note.read_text()).stem.split('_')[1]) if note.exists() else 0
with open(folder / 'starts.txt', 'a') as starts:
    starts.write(f'{first}\\n')
for step in range(first + 1, 7):
    print(f'mmengine - INFO - Iter(train) [{step}/6]  loss: 1.0', flush=True)
    (folder / f'iter_{step}.pth').touch()
    note.write_text(str(folder / f'iter_{step}.pth'))
    time.sleep(PAUSE)
    while step == 3 and Path(__file__).with_suffix('.hold').exists():
        time.sleep(0.05)
"""

# Runs the demo's own runner on two such stages.
FAKE_DEMO = """
import sys
from pathlib import Path
sys.path.insert(0, TOOLS)
from demo_parts.progress import ProgressDisplay
from demo_parts.runner import StageRunner
from demo_parts.stages import Stage
from demo_parts.state import BusyError, DemoState, only_demo_in
folder, tools = Path(sys.argv[1]), Path(sys.argv[2])
stages = [
    Stage(name, name, (str(tools / f'{name}.py'), str(tools / 'config.py')), folder / name, {}, 9)
    for name in ('first', 'second')
]
try:
    with only_demo_in(folder) as lock:
        state = DemoState(folder)
        state.prepare(stages)
        display = ProgressDisplay(sys.stdout, 0.0)
        StageRunner(stages, state, folder / 'logs', display, lock).run_all()
except BusyError as error:
    sys.exit(f'busy: {error}')
"""


@pytest.fixture
def parts(monkeypatch):
    """The demo's modules, imported as tools/demo.py imports them."""
    monkeypatch.syspath_prepend(str(TOOLS))
    import demo_parts.progress
    import demo_parts.runner
    import demo_parts.stages
    import demo_parts.state
    import demo_parts.summary

    return demo_parts


@pytest.fixture
def fake_demo(tmp_path):
    """Command line of a demo of two stages, the second of which is slow."""
    tools = tmp_path / 'tools'
    tools.mkdir()
    (tools / 'first.py').write_text(FAKE_TOOL.replace('PAUSE', '0'))
    (tools / 'second.py').write_text(FAKE_TOOL.replace('PAUSE', '1.0'))
    (tools / 'config.py').write_text('size = 64\n')
    (tools / 'demo.py').write_text(FAKE_DEMO.replace('TOOLS', repr(str(TOOLS))))
    return [sys.executable, str(tools / 'demo.py'), str(tmp_path / 'demo'), str(tools)]


def wait_for(path: Path, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f'{path} did not appear'
        time.sleep(0.02)


def heed_interrupts() -> None:
    """A test run in the background of a shell ignores SIGINT, and so would its processes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def starts(folder: Path) -> list[int]:
    return [int(line) for line in (folder / 'starts.txt').read_text().split()]


def test_log_reader_reads_what_was_added(parts, tmp_path):
    log = tmp_path / 'log'
    reader = parts.progress.LogReader(log)
    reader.update()
    assert (reader.done, reader.total) == (0, 0)
    log.write_text('Iter(train) [  5/400]  lr: 1\nIter(train) [ 10/4')
    reader.update()
    assert (reader.done, reader.total) == (5, 400)
    with open(log, 'a') as more:
        more.write('00]  größe\nIter(val) [32/32]\n')
    reader.update()
    assert (reader.done, reader.total) == (10, 400)


def test_estimate_is_the_pace_since_the_first_iteration_seen(parts):
    estimate = parts.progress.Estimate(expected_seconds=100, started=0.0)
    assert estimate.seconds_left(0, 0, now=30.0) == 70
    assert estimate.seconds_left(0, 0, now=130.0) is None
    assert estimate.seconds_left(50, 100, now=40.0) == 60
    # 10 iterations in 5 s: the other 40 take 20 s, of which 2 s are over at 47 s.
    assert estimate.seconds_left(60, 100, now=45.0) == 20
    assert estimate.seconds_left(60, 100, now=47.0) == 18
    assert estimate.seconds_left(100, 100, now=70.0) == 0


def test_progress_line(parts):
    line = parts.progress.progress_line('[2/3] train ECGAN', 100, 400, 200.0, 65.9)
    assert line == (
        '[2/3] train ECGAN         [######..................]  25 %  100/400  '
        '3:20 left, 4:25 in all'
    )
    line = parts.progress.progress_line('x', 0, 0, None, 60.0)
    assert 'loading' in line and line.endswith('?:?? left, ?:?? in all')


def test_display_without_a_terminal_is_sparse(parts):
    stream = io.StringIO()
    display = parts.progress.ProgressDisplay(stream, every_seconds=20)
    for now in (0.0, 5.0, 19.0, 21.0):
        display.show(f'at {now}', now)
    display.close('done')
    assert stream.getvalue() == 'at 0.0\nat 21.0\ndone\n'


def test_every_place_of_the_segmentor_is_found(parts):
    stages = parts.stages
    config = Config.fromfile(stages.ROOT / stages.FULL.ecgan, import_custom_modules=False)
    keys = list(stages.segmentor_keys(config))
    assert 'test_evaluator.metrics.0.segmentor' in keys
    assert any(key.startswith('val_evaluator.') for key in keys)
    config.merge_from_dict({f'{key}.checkpoint': 'HERE' for key in keys})
    # None is left with another checkpoint: the text holds as many as were replaced.
    evaluators = Config(dict(v=config.val_evaluator, t=config.test_evaluator)).pretty_text
    assert evaluators.count('checkpoint=') == evaluators.count("checkpoint='HERE'") == len(keys)


@pytest.mark.parametrize('name', ['FULL', 'SHORT'])
def test_recipes_fit_their_configs(parts, name, tmp_path):
    recipe = getattr(parts.stages, name)
    for stage in parts.stages.build_stages(recipe, tmp_path):
        config = Config.fromfile(stage.config, import_custom_modules=False)
        for key, value in stage.options.items():
            config.merge_from_dict({key: value})
            assert Config(config.to_dict()).get(key.split('.')[0]) is not None
        assert (parts.stages.ROOT / stage.arguments[0]).is_file()


def test_command_names_the_trained_checkpoints(parts, tmp_path):
    stages = parts.stages.build_stages(parts.stages.FULL, tmp_path)
    with pytest.raises(FileNotFoundError, match='no checkpoint in'):
        stages[1].command()
    for stage, name in zip(stages, ('iter_300.pth', 'iter_400.pth')):
        stage.work_dir.mkdir()
        (stage.work_dir / name).touch()
        (stage.work_dir / 'last_checkpoint').write_text(f'/moved/since/{name}')
    train, evaluate = stages[1].command(), stages[2].command()
    judge = tmp_path / 'segmentor' / 'iter_300.pth'
    assert f'test_evaluator.metrics.0.segmentor.checkpoint={judge}' in train
    judge_config = parts.stages.FULL.segmentor
    assert f'test_evaluator.metrics.0.segmentor.config={judge_config}' in train
    assert '--resume' in train and '--resume' not in evaluate
    assert str(tmp_path / 'ecgan' / 'iter_400.pth') in evaluate
    assert evaluate[evaluate.index('--work-dir') + 1] == str(tmp_path / 'evaluation')


def test_changed_options_start_their_stage_and_later_ones_anew(parts, tmp_path):
    stages = parts.stages.build_stages(parts.stages.FULL, tmp_path)
    state = parts.state.DemoState(tmp_path)
    state.prepare(stages)
    for stage in stages:
        stage.work_dir.mkdir()
        state.add(stage.name, 10.0, done=True)

    again = parts.state.DemoState(tmp_path)
    again.prepare(stages)
    assert [again.is_done(stage) for stage in stages] == [True, True, True]

    options = {**parts.stages.FULL.options, 'ecgan': {'train_cfg.max_iters': 7}}
    changed = dataclasses.replace(parts.stages.FULL, options=options)
    stages = parts.stages.build_stages(changed, tmp_path)
    again.prepare(stages)
    assert [again.is_done(stage) for stage in stages] == [True, False, False]
    assert [stage.work_dir.is_dir() for stage in stages] == [True, False, False]
    assert again.seconds('segmentor') == 10 and again.seconds('ecgan') == 0


@pytest.mark.slow
def test_killed_demo_goes_on(fake_demo, tmp_path):
    second = tmp_path / 'demo' / 'second'
    process = subprocess.Popen(fake_demo, stdout=subprocess.PIPE, text=True)
    hold = tmp_path / 'tools' / 'second.hold'
    hold.touch()
    wait_for(second / 'iter_3.pth')
    process.send_signal(signal.SIGKILL)
    process.wait()
    # The tool has outlived the demo and still holds the folder.
    busy = subprocess.run(fake_demo, capture_output=True, text=True)
    assert busy.returncode == 1 and 'another demo works in' in busy.stderr

    hold.unlink()
    wait_for(second / 'iter_6.pth')
    time.sleep(1.5)
    again = subprocess.run(fake_demo, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert 'first: done before' in again.stdout and '[2/2] second: done in' in again.stdout
    assert starts(tmp_path / 'demo' / 'first') == [0]
    assert starts(second) == [0, 6]


@pytest.mark.slow
def test_terminated_demo_stops_its_tool_and_resumes(fake_demo, tmp_path):
    second = tmp_path / 'demo' / 'second'
    process = subprocess.Popen(
        fake_demo,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    wait_for(second / 'iter_2.pth')
    process.send_signal(signal.SIGINT)
    process.wait()
    reached = len(list(second.glob('iter_*.pth')))
    assert 2 <= reached < 6
    again = subprocess.run(fake_demo, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert starts(second)[0] == 0 and starts(second)[1] >= 2
    state = json.loads((tmp_path / 'demo' / 'state.json').read_text())
    assert state['second']['done'] and state['second']['seconds'] > 6 * 1.0 - 1


def test_failing_tool_shows_the_end_of_its_log(fake_demo, tmp_path):
    (tmp_path / 'tools' / 'first.py').write_text('raise SystemExit("no such class: 9")')
    failed = subprocess.run(fake_demo, capture_output=True, text=True)
    assert failed.returncode == 1
    assert 'ended with status 1' in failed.stderr and '| no such class: 9' in failed.stderr
    assert not (tmp_path / 'demo' / 'second').exists()


def make_evaluation(folder: Path) -> None:
    scores = {'generated': 0.7, 'real': 0.96, 'untrained': 0.05}
    report = {name: {'mIoU': value, 'aAcc': value + 0.01} for name, value in scores.items()}
    (folder / 'evaluation').mkdir(parents=True)
    (folder / 'evaluation' / 'report.json').write_text(json.dumps({'protocol': {}, **report}))
    (folder / 'evaluation' / 'report.md').write_text('# Evaluation\n')
    (folder / 'evaluation' / 'samples.png').write_bytes(b'png')


@pytest.mark.parametrize('short', [False, True])
def test_report_gets_the_times(parts, tmp_path, monkeypatch, short):
    prefix = tmp_path / 'venv'
    prefix.mkdir()
    (prefix / 'ecgan_setup.json').write_text('{"setup_seconds": 80.5}')
    monkeypatch.setattr(sys, 'prefix', str(prefix))
    folder = tmp_path / 'demo'
    make_evaluation(folder)
    state = parts.state.DemoState(folder)
    state.stages = {
        name: {'key': '', 'seconds': seconds, 'done': True}
        for name, seconds in (('segmentor', 60.0), ('ecgan', 240.0), ('evaluation', 30.0))
    }
    assert not parts.summary.is_finished(folder, state)
    parts.summary.finish_report(folder, state, short)
    assert parts.summary.is_finished(folder, state)

    report = json.loads((folder / 'report.json').read_text())
    assert report['train_seconds'] == 240 and report['total_seconds'] == 410.5
    assert report['generated']['mIoU'] == 0.7 and report['short'] is short
    note = 'Not the real result'
    assert (note in (folder / 'report.md').read_text()) is short

    text = parts.summary.summary(folder)
    assert (note in text) is short
    assert 'generated by ECGAN             0.700   0.710' in text
    assert 'took 4:00, everything together 6:50' in text
    assert all(str(folder / name) in text for name in parts.summary.REPORT_FILES)


def test_set_up_time_may_be_unknown(parts, tmp_path):
    assert parts.summary.setup_seconds(tmp_path) is None


def test_second_demo_offers_the_result_at_once(parts, tmp_path, monkeypatch):
    """A finished folder is made by hand; the real command line shows it and runs nothing."""
    folder = tmp_path / 'demo'
    folder.mkdir()
    stages = parts.stages.build_stages(parts.stages.FULL, folder)
    state = parts.state.DemoState(folder)
    state.prepare(stages)
    make_evaluation(folder)
    for stage in stages:
        stage.work_dir.mkdir(exist_ok=True)
        state.add(stage.name, 1.0, done=True)
    parts.summary.finish_report(folder, state, short=False)

    command = [sys.executable, str(TOOLS / 'demo.py'), '--work-dir', str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert 'finished already' in answer.stdout and '0.700' in answer.stdout
    assert not (folder / 'logs').exists()
