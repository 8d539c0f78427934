"""The demo: its stages fit the configs, and real processes that are killed go on."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mmengine.config import Config

from projects.ecgan.commands import demo

ROOT = Path(__file__).resolve().parents[2]

# A stand-in for tools/train.py and tools/test.py: counts to 6, goes on from what it has done, and
# leaves the file that the stage is to leave.
FAKE_TOOL = """
import json, sys, time
from pathlib import Path
folder = Path(sys.argv[sys.argv.index('--work-dir') + 1])
folder.mkdir(parents=True, exist_ok=True)
first = len(list(folder.glob('step_*')))
with open(folder / 'starts.txt', 'a') as starts:
    starts.write(f'{first}\\n')
for step in range(first + 1, 7):
    time.sleep(PAUSE)
    (folder / f'step_{step}').touch()
    while step == 3 and Path(__file__).with_suffix('.hold').exists():
        time.sleep(0.05)
scores = {'generated': 0.7, 'real': 0.96, 'untrained': 0.05}
report = {name: {'mIoU': value, 'aAcc': value + 0.01} for name, value in scores.items()}
(folder / 'report.json').write_text(json.dumps({'protocol': {}, **report}))
(folder / 'report.md').write_text('# Evaluation')
(folder / 'samples.png').write_bytes(b'png')
for name in ('iter_30.pth', 'iter_4.pth'):
    (folder / name).touch()
"""

# Runs the demo with stand-ins for its tools and its configs.
FAKE_DEMO = """
import sys
from pathlib import Path
sys.path.insert(0, TOOLS)
from projects.ecgan.commands import demo
demo.ROOT = Path(ROOT)
sys.exit(demo.main(['--short', '--work-dir', sys.argv[1], *sys.argv[2:]]))
"""


@pytest.fixture
def fake_demo(tmp_path):
    """Command line of a demo whose training of ECGAN and evaluation are slow."""
    tools, configs = tmp_path / 'tools', tmp_path / 'configs'
    for folder in (tools, configs):
        folder.mkdir()
    (tools / 'train.py').write_text(FAKE_TOOL.replace('PAUSE', "0.3 * ('ecgan' in str(folder))"))
    (tools / 'test.py').write_text(FAKE_TOOL.replace('PAUSE', '0'))
    (configs / 'a.py').write_text('size = 64\n')
    script = FAKE_DEMO.replace('TOOLS', repr(str(ROOT / 'tools')))
    script = script.replace('ROOT)', f'{str(tmp_path)!r})')
    (tmp_path / 'run.py').write_text(script)
    return [sys.executable, str(tmp_path / 'run.py'), str(tmp_path / 'demo')]


def wait_for(path: Path, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f'{path} did not appear'
        time.sleep(0.02)


def heed_interrupts() -> None:
    """A test run in the background of a shell ignores SIGINT, and so would its processes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(command: list[str], *more: str) -> subprocess.CompletedProcess:
    return subprocess.run([*command, *more], capture_output=True, text=True, timeout=120)


def starts(folder: Path) -> list[int]:
    return [int(line) for line in (folder / 'starts.txt').read_text().split()]


def test_every_place_of_the_segmentor_is_given():
    config = Config.fromfile(ROOT / demo.ECGAN, import_custom_modules=False)
    config.merge_from_dict({f'{key}.checkpoint': 'HERE' for key in demo.JUDGES})
    # None is left with another checkpoint: the text holds as many as were replaced.
    text = Config(dict(v=config.val_evaluator, t=config.test_evaluator)).pretty_text
    assert text.count('checkpoint=') == text.count("checkpoint='HERE'") == len(demo.JUDGES)


@pytest.mark.parametrize('short', [False, True])
def test_stages_fit_their_configs(short, tmp_path):
    stages = demo.build_stages(tmp_path, short)
    assert list(stages) == ['segmentor', 'ecgan', 'evaluation']
    for name, stage in stages.items():
        tool, path, *rest = map(str, stage.arguments)
        assert (ROOT / 'tools' / tool).is_file()
        assert rest[rest.index('--work-dir') + 1] == str(tmp_path / name)
        config = Config.fromfile(ROOT / path, import_custom_modules=False)
        before = set(config.to_dict())
        options = dict(pair.split('=', 1) for pair in rest[rest.index('--cfg-options') + 1 :])
        config.merge_from_dict(options)
        assert set(config.to_dict()) == before
        if tool == 'train.py':
            assert stage.result == tmp_path / name / f'iter_{options["train_cfg.max_iters"]}.pth'
    assert stages['evaluation'].arguments[2] == stages['ecgan'].result
    if not short:
        config = Config.fromfile(ROOT / demo.ECGAN, import_custom_modules=False)
        assert stages['ecgan'].result.name == f'iter_{config.train_cfg.max_iters}.pth'
        config = Config.fromfile(ROOT / demo.SEGMENTOR, import_custom_modules=False)
        assert stages['segmentor'].result.name == f'iter_{config.train_cfg.max_iters}.pth'


@pytest.mark.slow
def test_result_and_times(fake_demo, tmp_path):
    done = run(fake_demo)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / 'demo' / 'report.json').read_text())
    assert report['train_seconds'] >= 6 * 0.3 and report['generated']['mIoU'] == 0.7
    assert report['total_seconds'] >= report['train_seconds'] + report['segmentor_seconds']
    assert demo.SHORT_NOTE in (tmp_path / 'demo' / 'report.md').read_text()
    assert '3 of 3 stages to go' in done.stdout and '| mIoU | 0.7000 | 0.9600 |' in done.stdout
    for name in demo.REPORT_FILES:
        assert str(tmp_path / 'demo' / name) in done.stdout and (tmp_path / 'demo' / name).is_file()
    # A second run shows the result and runs nothing; other recipes, or --fresh, begin anew.
    again = run(fake_demo)
    assert '0 of 3 stages' in again.stdout and '| mIoU | 0.7000 | 0.9600 |' in again.stdout
    assert starts(tmp_path / 'demo' / 'ecgan') == [0]
    assert run(fake_demo, '--fresh').returncode == 0
    assert starts(tmp_path / 'demo' / 'ecgan') == [0]
    (tmp_path / 'configs' / 'a.py').write_text('size = 65\n')
    assert '3 of 3 stages to go' in run(fake_demo).stdout


@pytest.mark.slow
def test_killed_demo_goes_on(fake_demo, tmp_path):
    ecgan = tmp_path / 'demo' / 'ecgan'
    hold = tmp_path / 'tools' / 'train.hold'
    process = subprocess.Popen(fake_demo, stdout=subprocess.PIPE, text=True)
    wait_for(tmp_path / 'demo' / 'segmentor' / 'iter_30.pth')
    hold.touch()
    wait_for(ecgan / 'step_3')
    time.sleep(demo.SAVE_SECONDS + 0.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # The tool has outlived the demo and still holds the folder.
    busy = run(fake_demo)
    assert busy.returncode == 2
    assert busy.stderr.startswith('error: another demo works in') and busy.stderr.count('\n') == 1
    hold.unlink()
    wait_for(ecgan / 'iter_4.pth')
    time.sleep(0.5)
    again = run(fake_demo)
    assert again.returncode == 0, again.stderr
    assert '1 of 3 stages to go' in again.stdout
    report = json.loads((tmp_path / 'demo' / 'report.json').read_text())
    assert report['train_seconds'] >= demo.SAVE_SECONDS
    assert starts(tmp_path / 'demo' / 'segmentor') == starts(ecgan) == [0]


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_stopped_demo_stops_its_tool_and_resumes(fake_demo, tmp_path, number):
    ecgan = tmp_path / 'demo' / 'ecgan'
    process = subprocess.Popen(
        fake_demo, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    )
    wait_for(ecgan / 'step_2')
    process.send_signal(number)
    assert process.wait() == 128 + number
    reached = len(list(ecgan.glob('step_*')))
    assert 2 <= reached < 6
    again = run(fake_demo)
    assert again.returncode == 0, again.stderr
    assert starts(ecgan)[0] == 0 and starts(ecgan)[1] >= 2
    times = json.loads((tmp_path / 'demo' / 'times.json').read_text())
    assert times['ecgan'] >= 6 * 0.3 - 0.3


def test_failing_tool_ends_the_demo(fake_demo, tmp_path):
    (tmp_path / 'tools' / 'train.py').write_text('raise SystemExit("error: no such class: 9")')
    failed = run(fake_demo)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[0] == 'error: no such class: 9'
    assert failed.stderr.splitlines()[1].startswith('error: could not train the segmentor; see')
    assert not (tmp_path / 'demo' / 'ecgan').exists()
