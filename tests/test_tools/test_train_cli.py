"""tools/train.py and tools/test.py on the command line: dry runs, refusals, a stop, a test."""

import builtins
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fresh_process
import pytest
import torch
from toolbox_runs import DCGAN, FCN_ON_SCENES, PIX2PIX, pix2pix_options, write_images

from projects.ecgan.errors import RESUME_STATUS

pytestmark = pytest.mark.slow
TRAIN, TEST = 'tools/train.py', 'tools/test.py'
JUDGE = 'configs/segmentor/unet-s3-c16_1xb8-800iters_scenes-64x64.py'


@pytest.fixture(scope='module')
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('pairs')
    for split in ('train', 'test'):
        write_images(root / split, (64, 128), count=3)
    return root


def run(script: str, *argv: str, tmp_path: Path) -> tuple[int, str]:
    log = tmp_path / 'log.txt'
    status = fresh_process.run(fresh_process.run_script, script, list(argv), log=log)
    return status, log.read_text()


def test_from_any_directory_a_bad_config_is_one_line(tmp_path: Path, repo_root: Path) -> None:
    done = subprocess.run(
        [sys.executable, repo_root / TRAIN, DCGAN, '--cfg-options', 'model.type=DCGANN'],
        cwd=tmp_path,
        env={**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH': ''},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: model.type: 'DCGANN' is not registered in model")
    assert list(tmp_path.iterdir()) == []


def test_dry_run_prints_the_resolved_config_and_makes_nothing(tmp_path: Path) -> None:
    work_dir = tmp_path / 'work'
    argv = [DCGAN, '--work-dir', str(work_dir), '--dry-run', '--cfg-options', 'train_cfg.a=5']
    status, output = run(TRAIN, *argv, tmp_path=tmp_path)
    assert status == 0
    assert "type='DCGAN'" in output and 'a=5' in output and 'RandomStateHook' in output
    assert not work_dir.exists()


def test_rates_of_another_batch_are_said_and_taken(tmp_path: Path) -> None:
    recipe = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
    argv = [recipe, '--dry-run', '--auto-scale-lr', '--cfg-options']
    argv += ['train_dataloader.batch_size=3', 'optim_wrapper.generator.accumulative_counts=4']
    status, output = run(TRAIN, *argv, tmp_path=tmp_path)
    assert status == 0, output
    assert (
        '--auto-scale-lr: rates made for 2 samples an update are now: generator 0.024 (12 samples '
        'an update), discriminator 0.0048 (3 samples an update)'
    ) in output
    assert 'lr=0.024' in output and 'enable=False' in output


class Hostile:
    """Unpickles by opening a file for writing."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return builtins.open, (self.path, 'w')


@pytest.mark.parametrize('script', [TRAIN, TEST])
def test_hostile_checkpoint_is_refused(tmp_path: Path, data_root: Path, script: str) -> None:
    marker, checkpoint = tmp_path / 'marker', tmp_path / 'hostile.pth'
    torch.save({'state_dict': {}, 'meta': Hostile(marker)}, checkpoint)
    options = ['--cfg-options', *pix2pix_options(data_root, 1, 1), 'test_evaluator.metrics=[]']
    given = ['--resume', str(checkpoint)] if script == TRAIN else [str(checkpoint)]
    argv = [PIX2PIX, *given, '--work-dir', str(tmp_path / 'work'), *options]
    status, output = run(script, *argv, tmp_path=tmp_path)
    assert status == 2
    assert output.splitlines()[-1].startswith(f'error: refused to load the checkpoint {checkpoint}')
    assert not marker.exists()


@pytest.mark.parametrize('recipe', [PIX2PIX, JUDGE])
def test_sigterm_ends_a_training_well(recipe: str, tmp_path: Path, data_root: Path) -> None:
    work_dir, log = tmp_path / 'work', tmp_path / 'log.txt'
    options = ['train_cfg.max_iters=100000', 'default_hooks.checkpoint.interval=1']
    if recipe == PIX2PIX:
        options = pix2pix_options(data_root, iterations=100000, interval=1)
    argv = [recipe, '--work-dir', str(work_dir), '--cfg-options', *options]
    job = fresh_process.start(fresh_process.run_script, TRAIN, argv, log=log)
    deadline = time.monotonic() + 120
    while not (work_dir / 'last_checkpoint').exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(job.pid, signal.SIGTERM)
    assert fresh_process.finish(job) == RESUME_STATUS
    last = log.read_text().splitlines()[-1]
    saved = re.fullmatch(
        r'stopped by SIGTERM after iteration (\d+): saved (\S+), --resume .*', last
    )
    assert Path(saved[2]) == work_dir / f'iter_{saved[1]}.pth' and Path(saved[2]).is_file()
    assert 'Traceback' not in log.read_text()


def test_metrics_of_a_trained_model_are_written(tmp_path: Path) -> None:
    config, work_dir, out = tmp_path / 'fcn.py', tmp_path / 'work', tmp_path / 'metrics.json'
    config.write_text(FCN_ON_SCENES)
    argv = [str(config), '--work-dir', str(work_dir)]
    status, output = run(TRAIN, *argv, tmp_path=tmp_path)
    assert status == 0, output
    argv = [str(config), str(work_dir / 'iter_2.pth'), '--work-dir', str(tmp_path / 'test')]
    status, output = run(TEST, *argv, '--out', str(out), tmp_path=tmp_path)
    assert status == 0, output
    metrics = json.loads(out.read_text())
    assert 0 <= metrics['mIoU'] <= 100 and 0 < metrics['aAcc'] <= 100


def test_compiled_blocks_in_a_training(tmp_path: Path) -> None:
    recipe = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
    argv = [recipe, '--work-dir', str(tmp_path / 'work'), '--compile', '--cfg-options']
    # Compiles no C++; on a CPU only blocks on one-hot layouts are compiled.
    argv += ['compile.backend=aot_eager', 'model.generator.trunk.layout_mode=plain']
    status, output = run(TRAIN, *argv, tmp_path=tmp_path)
    assert status == 0, output
    assert 'torch.compile: 7 of 7 blocks' in output
    assert (tmp_path / 'work' / 'iter_2.pth').is_file()
