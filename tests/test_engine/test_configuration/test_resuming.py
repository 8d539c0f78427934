"""From which checkpoint a run goes on."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from projects.ecgan.engine import configuration
from projects.ecgan.errors import CheckpointError, MissingFileError


def save(path: Path, legacy: bool = False) -> Path:
    torch.save({'a': torch.arange(999.0)}, path, _use_new_zipfile_serialization=not legacy)
    return path


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-100])
    return path


def rot(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


def test_newest_checkpoint(tmp_path: Path) -> None:
    assert configuration.checkpoints(tmp_path) == []
    for name in ('iter_9.pth', 'iter_10.pth', 'best_score_iter_11.pth'):
        (tmp_path / name).touch()
    assert configuration.checkpoints(tmp_path)[0] == tmp_path / 'iter_10.pth'
    # The folder was moved: what the note names lies beside it now.
    (tmp_path / 'last_checkpoint').write_text('/old/place/iter_9.pth')
    assert configuration.checkpoints(tmp_path)[0] == tmp_path / 'iter_9.pth'


def test_resume(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    cfg = Config(dict(work_dir=str(tmp_path), load_from='weights.pth', resume=False))
    configuration.set_resume(cfg, None)
    assert (cfg.resume, cfg.load_from) == (False, 'weights.pth')
    configuration.set_resume(cfg, 'auto')
    assert (cfg.resume, cfg.load_from) == (False, 'weights.pth')
    assert 'starts from the beginning' in capsys.readouterr().out
    save(tmp_path / 'iter_2.pth')
    configuration.set_resume(cfg, 'auto')
    assert (cfg.resume, cfg.load_from) == (True, str(tmp_path / 'iter_2.pth'))
    assert capsys.readouterr().out == ''
    with pytest.raises(MissingFileError, match=r'gone\.pth does not exist'):
        configuration.set_resume(cfg, 'gone.pth')


def test_checkpoints_that_the_hook_writes_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    work_dir, elsewhere = tmp_path / 'run', tmp_path / 'disk'
    hooks = dict(checkpoint=dict(type='CheckpointHook', out_dir=str(elsewhere)))
    cfg = Config(dict(work_dir=str(work_dir), default_hooks=hooks))
    configuration.set_resume(cfg, 'auto')
    assert f'no checkpoint in {work_dir} nor {elsewhere / "run"}' in capsys.readouterr().out
    (elsewhere / 'run').mkdir(parents=True)
    (elsewhere / 'run' / 'iter_2.pth').write_bytes(b'')
    save(elsewhere / 'run' / 'iter_3.pth')
    configuration.set_resume(cfg, 'auto')
    assert cfg.load_from == str(elsewhere / 'run' / 'iter_3.pth')
    # The note is written to the work dir, with a path from where the run was started.
    work_dir.mkdir()
    (work_dir / 'last_checkpoint').write_text('./disk/run/iter_1.pth')
    save(elsewhere / 'run' / 'iter_1.pth')
    configuration.set_resume(cfg, 'auto')
    assert cfg.load_from == str(elsewhere / 'run' / 'iter_1.pth')


def test_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / 'a.pth'
    for content in (b'', b'PK', b'no checkpoint at all'):
        path.write_bytes(content)
        assert not configuration.is_whole(path)
    assert configuration.is_whole(save(path))
    assert not configuration.is_whole(cut(path))
    assert not configuration.is_whole(rot(save(path)))
    assert configuration.is_whole(save(path, legacy=True))


@pytest.mark.parametrize('damage', [cut, rot])
def test_a_damaged_checkpoint_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture, damage: object
) -> None:
    for iteration in (2, 4, 6, 8):
        save(tmp_path / f'iter_{iteration}.pth')
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'iter_8.pth'))
    for iteration in (6, 8):
        damage(tmp_path / f'iter_{iteration}.pth')
    cfg = Config(dict(work_dir=str(tmp_path)))
    configuration.set_resume(cfg, 'auto')
    assert (cfg.resume, cfg.load_from) == (True, str(tmp_path / 'iter_4.pth'))
    assert capsys.readouterr().out.splitlines() == [
        f'warning: {tmp_path}/iter_{iteration}.pth is cut short or damaged, going on from '
        f'{tmp_path}/iter_4.pth'
        for iteration in (8, 6)
    ]
    # One that was asked for by name is not exchanged.
    with pytest.raises(CheckpointError, match=r'iter_8\.pth is .*beside it is \S+iter_4\.pth'):
        configuration.set_resume(cfg, str(tmp_path / 'iter_8.pth'))


def test_nothing_whole_is_said(tmp_path: Path) -> None:
    cut(save(tmp_path / 'iter_8.pth'))
    cfg = Config(dict(work_dir=str(tmp_path)))
    with pytest.raises(CheckpointError, match=r'every checkpoint of .* \(iter_8\.pth is the '):
        configuration.set_resume(cfg, 'auto')
    with pytest.raises(CheckpointError, match=r'iter_8\.pth is cut short.*; take another one'):
        configuration.set_resume(cfg, str(tmp_path / 'iter_8.pth'))
