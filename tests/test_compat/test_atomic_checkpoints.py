"""A kill while saving leaves a checkpoint to go on from."""

import signal
from pathlib import Path

import fresh_process
import pytest
import toy_runner
from mmengine.fileio import LocalBackend

from projects.ecgan.compat import atomic_checkpoints
from projects.ecgan.compat.atomic_checkpoints import write_atomically
from projects.ecgan.compat.safe_checkpoints import safe_load


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file() and path.suffix != '.py'}


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / 'new' / 'a.pth'
    write_atomically(b'old', path)

    def no_space(descriptor: int) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(atomic_checkpoints.os, 'fsync', no_space)
    with pytest.raises(OSError, match='No space left'):
        LocalBackend().put(b'new', path)
    assert path.read_bytes() == b'old'
    assert files(path.parent) == {'a.pth'}


def test_validation_without_a_training(tmp_path: Path) -> None:
    metrics = toy_runner.build_runner(tmp_path).val()
    assert metrics == {'toy/score': 1.0}


def test_old_checkpoint_goes_only_after_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    write = atomic_checkpoints.write_atomically

    def watch(data: bytes, path: str | Path) -> None:
        seen.append(files(tmp_path) | {f'writing {Path(path).name}'})
        write(data, path)

    monkeypatch.setattr(atomic_checkpoints, 'write_atomically', watch)
    toy_runner.build_runner(tmp_path, iterations=4, validate=False, max_keep_ckpts=1).train()
    assert seen == [
        {'writing iter_2.pth'},
        {'iter_2.pth', 'writing last_checkpoint'},
        {'iter_2.pth', 'last_checkpoint', 'writing iter_4.pth'},
        {'iter_2.pth', 'iter_4.pth', 'last_checkpoint', 'writing last_checkpoint'},
    ]
    assert files(tmp_path) == {'iter_4.pth', 'last_checkpoint'}
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'iter_4.pth')


def test_previous_best_checkpoint_goes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[tuple[str, set[str]]] = []
    remove = LocalBackend.remove

    def watch(self: LocalBackend, path: str) -> None:
        removed.append((Path(path).name, files(tmp_path)))
        remove(self, path)

    monkeypatch.setattr(LocalBackend, 'remove', watch)
    toy_runner.build_runner(
        tmp_path, iterations=4, save_best='toy/score', rule='greater', max_keep_ckpts=1
    ).train()
    names = [name for name, _ in removed]
    assert sorted(names) == ['best_toy_score_iter_2.pth', 'iter_2.pth']
    there = dict(removed)['best_toy_score_iter_2.pth']
    assert {'best_toy_score_iter_4.pth', 'iter_4.pth'} <= there
    assert files(tmp_path) == {'best_toy_score_iter_4.pth', 'iter_4.pth', 'last_checkpoint'}


def test_best_checkpoint_written_anew_under_its_name_stays(tmp_path: Path) -> None:
    runner = toy_runner.build_runner(tmp_path, iterations=2, save_best='toy/score', rule='greater')
    runner.train()
    runner.val_loop.run()  # a better score at the same iteration
    assert 'best_toy_score_iter_2.pth' in files(tmp_path)


def test_a_new_run_sweeps_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / '.iter_2.pth.123.tmp').write_bytes(b'part')
    toy_runner.build_runner(tmp_path, iterations=2, validate=False).train()
    assert files(tmp_path) == {'iter_2.pth', 'last_checkpoint'}


@pytest.mark.slow
@pytest.mark.parametrize('stage', ['serialise', 'write'])
@pytest.mark.parametrize('stock', [True, False], ids=['stock', 'patched'])
def test_kill_while_saving(tmp_path: Path, stage: str, stock: bool) -> None:
    work, log = tmp_path / 'work', tmp_path / 'log.txt'
    job = toy_runner.train_and_die_while_saving
    status = fresh_process.run(job, str(work), stage, stock, log=log)
    assert status == -signal.SIGKILL, log.read_text()
    if stock:
        # This is the defect: the only whole checkpoint is gone.
        assert not (work / 'iter_2.pth').exists()
        return
    assert (work / 'last_checkpoint').read_text() == str(work / 'iter_2.pth')
    assert safe_load(work / 'iter_2.pth')['meta']['iter'] == 2
    runner = toy_runner.build_runner(work, validate=False, max_keep_ckpts=1, resume=True)
    runner.train()
    assert runner.iter == 6
    assert files(work) == {'iter_6.pth', 'last_checkpoint'}
