"""A training that was killed and resumed equals an undisturbed one, on one process and on two."""

import signal
from pathlib import Path

import fresh_process
import pytest
from toolbox_runs import PIX2PIX, assert_same_weights, logged, pix2pix_options, write_images

pytestmark = pytest.mark.slow
TRAIN = 'tools/train.py'


@pytest.fixture(scope='module')
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('pairs')
    for split in ('train', 'test'):
        write_images(root / split, (64, 128))
    return root


def arguments(work_dir: Path, data_root: Path, *extra: str, workers: int = 0) -> list[str]:
    options = pix2pix_options(data_root, iterations=7, interval=3)
    options.append(f'train_dataloader.num_workers={workers}')
    return [PIX2PIX, '--work-dir', str(work_dir), *extra, '--cfg-options', *options]


@pytest.mark.parametrize('workers', [0, 2])
def test_killed_run_resumes_exactly(tmp_path: Path, data_root: Path, workers: int) -> None:
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    log = tmp_path / 'log.txt'
    args = arguments(whole, data_root, workers=workers)
    assert fresh_process.run(fresh_process.run_script, TRAIN, args, log=log) == 0, log.read_text()

    args = arguments(killed, data_root, workers=workers)
    status = fresh_process.run(fresh_process.run_script, TRAIN, args, 5, log=log)
    assert status == -signal.SIGKILL
    assert [path.name for path in killed.glob('*.pth')] == ['iter_3.pth']
    assert sorted(logged(killed)) == [1, 2, 3, 4, 5]

    args = arguments(killed, data_root, '--resume', workers=workers)
    assert fresh_process.run(fresh_process.run_script, TRAIN, args, log=log) == 0, log.read_text()
    assert 'resumed epoch: 0, iter: 3' in log.read_text()
    assert logged(killed) == logged(whole)
    assert_same_weights(killed / 'iter_7.pth', whole / 'iter_7.pth')


def test_two_processes_over_gloo_resume_exactly(tmp_path: Path, data_root: Path) -> None:
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    log = tmp_path / 'log.txt'
    args = arguments(whole, data_root, '--launcher', 'pytorch')
    status = fresh_process.run_distributed(fresh_process.run_script, TRAIN, args, log=log)
    assert status == [0, 0], (tmp_path / 'log_0.txt').read_text()
    assert 'Distributed training: True' in (tmp_path / 'log_0.txt').read_text()
    assert 'GPU number: 2' in (tmp_path / 'log_0.txt').read_text()

    args = arguments(killed, data_root, '--launcher', 'pytorch')
    status = fresh_process.run_distributed(fresh_process.run_script, TRAIN, args, 5, log=log)
    assert status == [-signal.SIGKILL] * 2

    checkpoint = killed / 'iter_3.pth'
    args = arguments(killed, data_root, '--launcher', 'pytorch', '--resume', str(checkpoint))
    status = fresh_process.run_distributed(fresh_process.run_script, TRAIN, args, log=log)
    assert status == [0, 0], (tmp_path / 'log_0.txt').read_text()
    assert logged(killed) == logged(whole)
    assert_same_weights(killed / 'iter_7.pth', whole / 'iter_7.pth')
