"""``ecgan check`` reports versions, devices and compatibility, and says what to do."""

from pathlib import Path
from types import ModuleType

import fresh_process
import pytest
import torch

from projects.ecgan.commands import check
from projects.ecgan.compat import missing_companions

# Distributions that stand in for another one of the same import name.
OTHERS = ('mmcv', 'onedl-mmcv', 'onedl-mmengine', 'opencv-python-headless')


@pytest.mark.slow
def test_sound_environment(tmp_path: Path) -> None:
    log = tmp_path / 'log.txt'
    status = fresh_process.run(fresh_process.run_script, 'tools/check_env.py', [], log=log)
    report = log.read_text()
    assert status == 0, report
    assert torch.__version__.partition('+')[0] in report
    assert 'CPU: ' in report and 'gloo' in report
    for name in ('missing_ops', 'safe_checkpoints', 'atomic_checkpoints', 'cpu_distributed'):
        assert f'  {name} ' in report
    assert 'nothing: everything is there' in report


@pytest.mark.parametrize(
    ('versions', 'advice'),
    [
        ({'mmagic': None}, "install mmagic: pip install 'mmagic>=1.2'"),
        ({'mmcv': None, 'mmcv-lite': None}, "install mmcv-lite: pip install 'mmcv-lite>=2.0,<2.2'"),
        (
            {'mmcv-lite': '2.2.0'},
            'mmcv-lite 2.2.0 does not fit (MMagic and MMSegmentation refuse',
        ),
        ({'torch': '2.0.1+cpu'}, "torch 2.0.1+cpu does not fit: pip install 'torch>=2.1'"),
        ({'mmcv': '2.1.0', 'mmcv-lite': '2.1.0'}, 'mmcv-lite and mmcv share one folder'),
        ({'opencv-python-headless': '5.0.0.93'}, 'opencv-python and opencv-python-headless share'),
        ({'onedl-mmengine': '0.10.12'}, 'mmengine and onedl-mmengine share one folder'),
        ({'mmcv-lite': None, 'onedl-mmcv': '2.3.6'}, 'onedl-mmcv 2.3.6 does not fit (MMagic and'),
    ],
)
def test_advice(
    monkeypatch: pytest.MonkeyPatch,
    versions: dict[str, str | None],
    advice: str,
) -> None:
    fitting = {name: first for name, first, *_ in check.PACKAGES if name not in OTHERS}
    monkeypatch.setattr(check, '_version', lambda name: {**fitting, **versions}.get(name))
    lines = check.report_packages()
    assert len(lines) == 1 and lines[0].startswith(advice)


def test_full_mmcv_alone_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {*OTHERS, 'mmcv-lite'} - {'mmcv'}
    fitting = {name: first for name, first, *_ in check.PACKAGES if name not in others}
    monkeypatch.setattr(check, '_version', fitting.get)
    assert check.report_packages() == []


def test_two_wheels_of_one_opencv_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fitting = {name: first for name, first, *_ in check.PACKAGES if name not in OTHERS}
    monkeypatch.setattr(check, '_version', {**fitting, check.OPENCV[1]: '4.5'}.get)
    assert check.report_packages() == []


def test_fork_of_mmengine_alone_needs_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    others = {*OTHERS, 'mmengine'} - {'onedl-mmengine'}
    fitting = {name: first for name, first, *_ in check.PACKAGES if name not in others}
    monkeypatch.setattr(check, '_version', fitting.get)
    assert check.report_packages() == []
    assert 'onedl-mmengine         0.10 (a fork: what holds of mmengine' in capsys.readouterr().out


def test_companions_are_optional_and_those_that_do_not_fit_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    versions = {'diffusers': '0.36.0', 'transformers': '4.36.2'}
    monkeypatch.setattr(check, '_version', versions.get)
    for companion in missing_companions.COMPANIONS.values():
        lack = 'it is 0.36.0' if companion.module == 'diffusers' else ''
        monkeypatch.setitem(vars(companion), 'lack', lack)
    assert check.report_companions() is None
    lines = [' '.join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert 'diffusers 0.36.0 does not fit, 0.24.0 does' in lines
    assert 'transformers 4.36.2 fits' in lines and 'albumentations -' in lines


def test_torch_that_does_not_import_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def broken(name: str) -> ModuleType:
        raise ImportError('libcudart is missing')

    monkeypatch.setattr(check.importlib, 'import_module', broken)
    assert check.report_devices() == ['make torch import, see above']
    assert 'libcudart is missing' in capsys.readouterr().out
