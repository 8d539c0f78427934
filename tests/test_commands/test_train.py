"""``ecgan train`` refuses before it makes anything what can be known from the config."""

import importlib.util
from pathlib import Path

import pytest

from projects.ecgan.commands.train import main

SCENES = 'ecgan_base16_1xb4-600iters_scenes-64x64'


def said(capsys: pytest.CaptureFixture, work_dir: Path, *argv: str) -> str:
    """The one line of a refusal."""
    assert main([SCENES, '--work-dir', str(work_dir), *argv]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('error: ') and not work_dir.exists()
    return line


@pytest.mark.parametrize('dry', [['--dry-run'], []])
def test_a_slip_in_save_best(capsys: pytest.CaptureFixture, tmp_path: Path, dry: list[str]) -> None:
    option = 'default_hooks.checkpoint.save_best=generated/IoU.cra'
    line = said(capsys, tmp_path / 'work', *dry, '--cfg-options', option)
    assert "no result 'generated/IoU.cra'; did you mean 'generated/IoU.car'" in line


def test_a_visualizer_without_its_package(
    capsys: pytest.CaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        'find_spec',
        lambda name, *rest: None if name == 'aim' else find(name, *rest),
    )
    option = 'visualizer.vis_backends.1.type=AimVisBackend'
    line = said(capsys, tmp_path / 'work', '--cfg-options', option)
    assert 'AimVisBackend needs a package that is not installed: pip install aim' in line


def test_a_class_by_its_name_passes(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    argv = ['--dry-run', '--cfg-options', 'default_hooks.checkpoint.save_best=generated/IoU.car']
    assert main([SCENES, '--work-dir', str(tmp_path / 'work'), *argv]) == 0
    assert "save_best='generated/IoU.car'" in capsys.readouterr().out
