"""Models of MMagic that nobody here wrote are trained, killed and resumed, from its own configs."""

import signal
from pathlib import Path

import fresh_process
import pytest
from toolbox_runs import RUNS, assert_same_weights, logged

# StyleGAN2's channels are not to be set: 30 million weights, and checkpoints of 400 MB.
MARKS = {'stylegan2': pytest.mark.campaign}


def train(config: str, work_dir: Path, *rest: str, kill_at: int | None = None) -> int:
    argv = [config, '--work-dir', str(work_dir), *rest]
    log = work_dir.with_suffix('.txt')
    job = (fresh_process.run_script, 'tools/train.py', argv, kill_at, str(work_dir.parent))
    return fresh_process.run(*job, log=log, timeout=600)


@pytest.mark.parametrize(
    'name', [pytest.param(name, marks=MARKS.get(name, pytest.mark.slow)) for name in RUNS]
)
def test_killed_run_resumes_exactly(tmp_path: Path, name: str) -> None:
    config, options = RUNS[name].config, RUNS[name].prepare(tmp_path / 'data')
    options += ['train_cfg.max_iters=20', 'default_hooks.checkpoint.interval=8']
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    status = train(config, whole, '--cfg-options', *options)
    assert status == 0, (tmp_path / 'whole.txt').read_text()

    status = train(config, killed, '--cfg-options', *options, kill_at=13)
    assert status == -signal.SIGKILL
    assert [path.name for path in killed.glob('iter_*.pth')] == ['iter_8.pth']
    status = train(config, killed, '--resume', '--cfg-options', *options)
    log = (tmp_path / 'killed.txt').read_text()
    assert status == 0, log
    assert 'resumed epoch: 0, iter: 8' in log
    assert sorted(logged(killed)) == list(range(1, 21))
    assert logged(killed) == logged(whole)
    assert_same_weights(killed / 'iter_20.pth', whole / 'iter_20.pth')
