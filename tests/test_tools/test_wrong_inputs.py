"""What users get wrong, through the real tools: one line, status 2, no traceback but in the log."""

import shutil
from pathlib import Path

import cv2
import fresh_process
import numpy as np
import pytest
import torch

pytestmark = pytest.mark.slow
SMOKE = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
TRAIN, TEST = 'tools/train.py', 'tools/test.py'
LABELS = 8

# The smoke recipe on photos in folders.
ON_FILES = """
_base_ = '{smoke}'
layout = dict(metainfo=dict(classes=[str(i) for i in range(8)]), data_root='{root}')
load = [dict(type='mmcv.LoadImageFromFile'), dict(type='LoadLabelMap')]
pack = dict(type='PackLayoutInputs', size=(64, 64))
files = dict(
    _delete_=True, type='LayoutImageDataset', img_dir='photos', label_dir='labels', **layout)
model = dict(data_preprocessor=dict(with_boundary=False))
train_dataloader = dict(
    num_workers={workers}, dataset=dict(**files, pipeline=[*load, dict(type='CannyEdges'), pack]))
val_dataloader = dict(dataset=dict(**files, pipeline=[*load, pack]))
test_dataloader = val_dataloader
del layout, load, pack, files
"""


@pytest.fixture(scope='module')
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four photos of 64 x 64 with their label maps."""
    root = tmp_path_factory.mktemp('photos')
    pixels = np.random.default_rng(0)
    for kind, high, shape in (('photos', 256, (64, 64, 3)), ('labels', LABELS, (64, 64))):
        (root / kind).mkdir()
        for index in range(4):
            suffix = 'jpg' if kind == 'photos' else 'png'
            picture = pixels.integers(0, high, shape, dtype=np.uint8)
            cv2.imwrite(str(root / kind / f'{index}.{suffix}'), picture)
    return root


def run(script: str, *argv: str, tmp_path: Path) -> tuple[int, list[str]]:
    log = tmp_path / 'log.txt'
    status = fresh_process.run(fresh_process.run_script, script, list(argv), log=log)
    return status, log.read_text().splitlines()


def check(status: int, lines: list[str], sentence: str) -> None:
    assert status == 2, lines[-20:]
    assert lines[-1].startswith('error: ') and sentence in lines[-1], lines[-1]
    assert not any('Traceback' in line for line in lines)


@pytest.mark.parametrize(
    ('option', 'sentence'),
    [
        ('model.generator.upsampling=deep', "upsampling must be one of ['more', 'most', 'normal']"),
        ('model.generator.widht=4', "unexpected keyword argument 'widht'"),
        ('train_dataloader.dataset.size=(60,60)', 'after the transforms, but size says 64x64'),
        ('train_dataloader.dataset.length=0', 'length must be 1 or more, got 0'),
        ('model.data_preprocessor.num_classes=5', 'label ids [5'),
        ('load_from=absent.pth', 'absent.pth can not be found'),
        ('model.label_generator.base_channels=9', 'must be a multiple of 8, got 9'),
        ('optim_wrapper.generator.optimizer.beta2=2', 'beta2 must lie in [0, 1), got 2'),
        ('default_hooks.samples.interval=0', 'interval and num_samples must be 1 or more'),
        ('model.contrast_loss.feature_names=("up_9","up_3","up_2","up_1")', 'the generator offers'),
    ],
)
def test_wrong_setting(tmp_path: Path, option: str, sentence: str) -> None:
    argv = [SMOKE, '--work-dir', str(tmp_path / 'work'), '--cfg-options', option]
    check(*run(TRAIN, *argv, tmp_path=tmp_path), sentence)


def spoil(root: Path, what: str) -> None:
    label, photo = root / 'labels' / '2.png', root / 'photos' / '2.jpg'
    if what == 'id':
        labels = cv2.imread(str(label), cv2.IMREAD_UNCHANGED)
        labels[0, 0] = 77
        cv2.imwrite(str(label), labels)
    elif what == 'colours':
        cv2.imwrite(str(label), np.zeros((64, 64, 3), np.uint8))
    elif what == 'size':
        cv2.imwrite(str(label), np.zeros((32, 64), np.uint8))
    elif what == 'label':
        label.write_bytes(b'this is no picture')
    elif what == 'photo':
        photo.write_bytes(b'')
    elif what == 'pair':
        label.unlink()


@pytest.mark.parametrize('workers', [0, 1])
@pytest.mark.parametrize(
    ('what', 'sentence'),
    [
        ('id', 'labels/2.png: label ids [77] are out of range, allowed are 0 to 7'),
        ('colours', 'labels/2.png must hold ids in one channel'),
        ('size', 'labels/2.png is 64x32 pixels, but its photo is 64x64'),
        ('label', 'labels/2.png as a picture'),
        ('photo', 'photos/2.jpg'),
        ('pair', '1 of 4 photos have no label map'),
    ],
)
def test_wrong_file(tmp_path: Path, photos: Path, what: str, sentence: str, workers: int) -> None:
    root, config, work = tmp_path / 'data', tmp_path / 'mine.py', tmp_path / 'work'
    shutil.copytree(photos, root)
    spoil(root, what)
    smoke = fresh_process.REPO_ROOT / SMOKE
    config.write_text(ON_FILES.format(smoke=smoke, root=root, workers=workers))
    check(*run(TRAIN, str(config), '--work-dir', str(work), tmp_path=tmp_path), sentence)
    # Where and when it happened is in the log of the run.
    log = next(work.glob('*/*.log')).read_text()
    assert 'Traceback (most recent call last)' in log and sentence in log


@pytest.mark.parametrize(
    ('content', 'sentence'),
    [
        (b'', 'cannot read the checkpoint'),
        (b'no checkpoint', 'cannot read the checkpoint'),
        (Path('a'), 'refused to load the checkpoint'),
    ],
    ids=['empty', 'text', 'code'],
)
def test_wrong_checkpoint(tmp_path: Path, content: object, sentence: str) -> None:
    checkpoint = tmp_path / 'model.pth'
    if isinstance(content, bytes):
        checkpoint.write_bytes(content)
    else:
        torch.save({'state_dict': {}, 'path': content}, checkpoint)
    argv = [SMOKE, str(checkpoint), '--work-dir', str(tmp_path / 'work')]
    check(*run(TEST, *argv, tmp_path=tmp_path), f'{sentence} {checkpoint}')


def test_work_dir_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    argv = [SMOKE, '--work-dir', str(tmp_path / 'file' / 'work')]
    check(*run(TRAIN, *argv, tmp_path=tmp_path), f'Not a directory: {tmp_path / "file"}')


def test_wrong_file_on_one_of_two_ranks(tmp_path: Path, photos: Path) -> None:
    root, config = tmp_path / 'data', tmp_path / 'mine.py'
    shutil.copytree(photos, root)
    spoil(root, 'id')
    smoke = fresh_process.REPO_ROOT / SMOKE
    text = ON_FILES.format(smoke=smoke, root=root, workers=0)
    # One sample a rank and iteration, in the order of the files: rank 0 meets number 2.
    in_order = "sampler=dict(type='InfiniteSampler', shuffle=False)"
    text += f'train_dataloader.update(batch_size=1, {in_order})\n'
    config.write_text(text)
    argv = [str(config), '--work-dir', str(tmp_path / 'work'), '--launcher', 'pytorch']
    log = tmp_path / 'log.txt'
    statuses = fresh_process.run_distributed(fresh_process.run_script, TRAIN, argv, log=log)
    outputs = [(tmp_path / f'log_{rank}.txt').read_text() for rank in (0, 1)]
    assert statuses == [2, 2], outputs
    assert not any('Traceback' in output for output in outputs)
    assert 'error: ' in outputs[0] and 'labels/2.png: label ids [77]' in outputs[0]
    assert 'error (rank 1): another process of this run has ended' in outputs[1]
