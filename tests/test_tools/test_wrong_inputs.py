"""What users get wrong, through the real tools: one line, status 2, no traceback but in the log."""

import shutil
from pathlib import Path

import fresh_process
import pytest
import torch
from bad_inputs import FILES, ON_FILES, SETTINGS, SMOKE, spoil, write_photos

pytestmark = pytest.mark.slow
TRAIN, TEST = 'tools/train.py', 'tools/test.py'


@pytest.fixture(scope='module')
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('photos')
    write_photos(root)
    return root


def run(script: str, *argv: str, tmp_path: Path) -> tuple[int, list[str]]:
    log = tmp_path / 'log.txt'
    status = fresh_process.run(fresh_process.run_script, script, list(argv), log=log)
    return status, log.read_text().splitlines()


def check(status: int, lines: list[str], sentence: str) -> None:
    assert status == 2, lines[-20:]
    assert lines[-1].startswith('error: ') and sentence in lines[-1], lines[-1]
    assert not any('Traceback' in line for line in lines)


@pytest.mark.parametrize(('option', 'sentence'), SETTINGS)
def test_wrong_setting(tmp_path: Path, option: str, sentence: str) -> None:
    argv = [SMOKE, '--work-dir', str(tmp_path / 'work'), '--cfg-options', option]
    check(*run(TRAIN, *argv, tmp_path=tmp_path), sentence)


@pytest.mark.parametrize('workers', [0, 1])
@pytest.mark.parametrize(('what', 'sentence'), FILES)
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
    # The look before the first iteration would find it on both.
    argv += ['--cfg-options', 'default_hooks.preflight=None']
    log = tmp_path / 'log.txt'
    statuses = fresh_process.run_distributed(fresh_process.run_script, TRAIN, argv, log=log)
    outputs = [(tmp_path / f'log_{rank}.txt').read_text() for rank in (0, 1)]
    assert statuses == [2, 2], outputs
    assert not any('Traceback' in output for output in outputs)
    assert 'error: ' in outputs[0] and 'labels/2.png: label ids [77]' in outputs[0]
    assert 'error (rank 1): another process of this run has ended' in outputs[1]
