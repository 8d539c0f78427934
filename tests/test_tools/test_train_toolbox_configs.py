"""The toolbox's own configs train through tools/train.py."""

import os
import subprocess
import sys
from pathlib import Path

import fresh_process
import pytest
from toolbox_runs import (
    COMMON,
    CYCLEGAN,
    DCGAN,
    FCN_ON_SCENES,
    PIX2PIX,
    logged,
    pix2pix_options,
    write_images,
)

pytestmark = pytest.mark.slow
TRAIN = 'tools/train.py'


def train(tmp_path: Path, *args: str) -> Path:
    work_dir, log = tmp_path / 'work', tmp_path / 'log.txt'
    argv = [*args[:1], '--work-dir', str(work_dir), *args[1:]]
    assert fresh_process.run(fresh_process.run_script, TRAIN, argv, log=log) == 0, log.read_text()
    assert sorted(logged(work_dir)) == [1, 2]
    assert (work_dir / 'iter_2.pth').is_file()
    return work_dir


def two_small_iterations(tmp_path: Path) -> list[str]:
    loaders = ('train', 'val', 'test')
    roots = [f'{name}_dataloader.dataset.data_root={tmp_path / "data"}' for name in loaders]
    return [*COMMON, *roots, 'model.discriminator.base_channels=4', 'train_cfg.max_iters=2']


def test_cyclegan_takes_two_iterations(tmp_path: Path) -> None:
    for name in ('trainA', 'trainB', 'testA', 'testB'):
        write_images(tmp_path / 'data' / name, (64, 64), count=3)
    small = [
        'model.generator.base_channels=4',
        'model.generator.num_blocks=1',
        'train_dataloader.dataset.pipeline.2.transforms.0.scale=(72,72)',
        'train_dataloader.dataset.pipeline.2.transforms.1.crop_size=(64,64)',
    ]
    options = two_small_iterations(tmp_path)
    work_dir = train(tmp_path, CYCLEGAN, '--cfg-options', *options, *small)
    assert set(logged(work_dir, 'cycle_loss')) == {1, 2}


def test_dcgan_takes_two_iterations(tmp_path: Path) -> None:
    write_images(tmp_path / 'data', (64, 64), count=3)
    options = [*two_small_iterations(tmp_path), 'model.generator.base_channels=16']
    work_dir = train(tmp_path, DCGAN, '--cfg-options', *options)
    assert set(logged(work_dir, 'loss_disc_fake')) == {1, 2}


def test_fcn_of_mmsegmentation_takes_two_iterations_on_scenes(tmp_path: Path) -> None:
    config = tmp_path / 'fcn_scenes.py'
    config.write_text(FCN_ON_SCENES)
    work_dir = train(tmp_path, str(config))
    assert set(logged(work_dir, 'decode.acc_seg')) == {1, 2}


def test_dist_train_script_picks_gloo_without_a_gpu(tmp_path: Path, repo_root: Path) -> None:
    for split in ('train', 'test'):
        write_images(tmp_path / 'data' / split, (64, 128), count=3)
    options = pix2pix_options(tmp_path / 'data', iterations=2, interval=2)
    env = {
        **os.environ,
        'PYTHON': sys.executable,
        'PORT': str(20000 + os.getpid() % 20000),
        'OMP_NUM_THREADS': '1',
        'CUDA_VISIBLE_DEVICES': '-1',
    }
    command = [repo_root / 'tools' / 'dist_train.sh', PIX2PIX, '2', '--work-dir', 'work']
    done = subprocess.run(
        [*command, '--cfg-options', *options],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'work' / 'iter_2.pth').is_file()
    assert sorted(logged(tmp_path / 'work')) == [1, 2]
