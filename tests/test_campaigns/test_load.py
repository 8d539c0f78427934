"""Many maps and many iterations: nothing is lost, and memory stays level."""

import os
import re
from pathlib import Path

import cv2
import fresh_process
import numpy as np
import pytest
from campaign_results import report
from ecgan_toys import write_checkpoint
from memory import resident, slope

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import draw_scene
from projects.ecgan.inference import generate_files

pytestmark = pytest.mark.campaign
WHOLE = bool(os.environ.get('ECGAN_LOAD_WHOLE'))
MAPS = 500 if WHOLE else 200
ITERATIONS = 2000 if WHOLE else 300
CONFIG = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
# Of sizes that differ, so that buffers of one are not those of the next.
SIZES = ((64, 64), (64, 96), (96, 64), (50, 75))
MOST_MB = 3.0
# In few iterations what a step takes for itself, some MB more or less, shows.
MOST_MB_OF_TRAINING = 2.0 if WHOLE else 15.0


def test_many_maps(repo_root, tmp_path, record_property, monkeypatch) -> None:
    inferencer = ECGANInferencer(write_checkpoint(repo_root, tmp_path), device='cpu')
    (tmp_path / 'maps').mkdir()
    for index in range(MAPS):
        labels = draw_scene(index, 1, SIZES[index % len(SIZES)])[1]
        cv2.imwrite(str(tmp_path / f'maps/{index:03}.png'), labels)
    done, memory, generate = [], [], inferencer.generate

    def counted(layouts):
        pictures = generate(layouts)
        done.append(len(pictures) + (done[-1] if done else 0))
        memory.append(resident())
        return pictures

    monkeypatch.setattr(inferencer, 'generate', counted)
    outcome = generate_files(inferencer, [tmp_path / 'maps'], tmp_path / 'out', batch_size=4)
    assert (outcome.written, outcome.kept, outcome.failures) == (MAPS, 0, [])
    assert len(list((tmp_path / 'out').glob('*.png'))) == MAPS == done[-1]
    for index in range(0, MAPS, MAPS // 5):
        expected = inferencer(tmp_path / f'maps/{index:03}.png').image
        written = cv2.imread(str(tmp_path / f'out/{index:03}.png'))[..., ::-1]
        assert abs(written.astype(int) - expected).max() <= 1  # a batch rounds otherwise
    grown = slope(done, memory)
    assert grown < MOST_MB
    report(
        record_property,
        'load, inferencer',
        f'{MAPS} label maps of {len(SIZES)} sizes through the inferencer: as many pictures; '
        f'memory {memory[-1]:.0f} MB, by the second half {max(grown, 0):.2f} MB more for 100 maps.',
    )


def train(work_dir: str, told: str) -> None:
    """A job: train, and write iteration and memory down."""
    from mmengine.hooks import LoggerHook

    after = LoggerHook.after_train_iter

    def watched(self, runner, *args, **kwargs):
        after(self, runner, *args, **kwargs)
        if runner.iter % 5 == 0:
            with Path(told).open('a') as file:
                file.write(f'{runner.iter} {resident():.3f}\n')

    LoggerHook.after_train_iter = watched
    options = [
        f'train_cfg.max_iters={ITERATIONS}',
        f'train_cfg.val_interval={ITERATIONS // 4}',
        f'param_scheduler.end={ITERATIONS}',
        f'default_hooks.checkpoint.interval={ITERATIONS // 10}',
        'default_hooks.checkpoint.max_keep_ckpts=2',
        f'default_hooks.samples.interval={ITERATIONS // 10}',
    ]
    argv = [CONFIG, '--work-dir', work_dir, '--cfg-options', *options]
    fresh_process.run_script('tools/train.py', argv)


def test_a_long_training(tmp_path: Path, record_property) -> None:
    log, told = tmp_path / 'log.txt', tmp_path / 'memory.txt'
    job = fresh_process.start(train, str(tmp_path / 'work'), str(told), log=log)
    assert fresh_process.finish(job, 3600) == 0, log.read_text()[-3000:]
    done, memory = np.loadtxt(told).T.tolist()
    assert done[-1] >= ITERATIONS - 5
    (scalars,) = (tmp_path / 'work').glob('*/vis_data/scalars.json')
    logged = re.findall(r'"loss_gen":.*"step": (\d+)', scalars.read_text())
    assert list(map(int, logged)) == list(range(1, ITERATIONS + 1)), 'iterations were lost'
    grown = slope(done, memory)
    assert grown < MOST_MB_OF_TRAINING
    report(
        record_property,
        'load, training',
        f'{ITERATIONS} iterations of a training with validations, checkpoints and samples: every '
        f'one logged; memory {memory[-1]:.0f} MB, by the second half '
        f'{max(grown, 0):.2f} MB more for 100 iterations.',
    )
