"""``ecgan check`` reports versions, devices and compatibility, and says what to do."""

from pathlib import Path
from types import ModuleType

import fresh_process
import pytest
import torch

from projects.ecgan.commands import check
from projects.ecgan.compat import missing_companions

ONE_STACK = {'openmmlab': 'mmcv-lite', 'onedl': 'onedl-mmcv'}


def fitting(stack: str = 'openmmlab') -> dict[str, str]:
    """Versions of a sound environment: the first that fits of what goes with the stack."""
    first = {name: first for name, first, *_ in check.PACKAGES}
    chosen = [check._of_stack(names, stack == 'onedl') for names in check.OWNERS.values()]
    others = {name for names in check.OWNERS.values() for name in names} - {*chosen}
    assert ONE_STACK[stack] in chosen
    return {name: version for name, version in first.items() if name not in others}


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
    ('stack', 'versions', 'advice'),
    [
        ('openmmlab', {'mmagic': None}, "install mmagic: pip install 'mmagic>=1.2'"),
        ('openmmlab', {'mmcv-lite': None}, "install mmcv-lite: pip install 'mmcv-lite>=2.0,<2.3'"),
        ('openmmlab', {'mmcv-lite': '2.3.0'}, 'mmcv-lite 2.3.0 does not fit (newer ones were not'),
        ('openmmlab', {'torch': '2.0.1+cpu'}, 'torch 2.0.1+cpu does not fit: pip install '),
        ('onedl', {'onedl-mmcv': None}, "install onedl-mmcv: pip install 'onedl-mmcv>=2.3,<2.4'"),
        ('onedl', {'onedl-mmsegmentation': '1.5.0'}, 'onedl-mmsegmentation 1.5.0 does not fit'),
    ],
)
def test_advice(
    monkeypatch: pytest.MonkeyPatch, stack: str, versions: dict[str, str | None], advice: str
) -> None:
    monkeypatch.setattr(check, '_version', {**fitting(stack), **versions}.get)
    (line,) = check.report_packages()
    assert line.startswith(advice)


@pytest.mark.parametrize(
    ('stack', 'others'),
    [
        ('openmmlab', {}),
        ('onedl', {}),
        ('openmmlab', {'mmcv-lite': None, 'mmcv': '2.2.0'}),
        ('onedl', {'onedl-mmcv': None, 'onedl-mmcv-cu128-torch2-8': '2.3.1'}),
        ('openmmlab', {'opencv-python-headless': '4.5'}),
    ],
)
def test_each_stack_alone_needs_nothing(
    monkeypatch: pytest.MonkeyPatch, stack: str, others: dict[str, str | None]
) -> None:
    monkeypatch.setattr(check, '_version', {**fitting(stack), **others}.get)
    assert check.report_packages() == []


def test_without_a_toolbox_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    bare = {name: first for name, first in fitting().items() if not name.startswith('mm')}
    monkeypatch.setattr(check, '_version', bare.get)
    monkeypatch.setattr(check, 'installed_owners', lambda: {key: [] for key in check.OWNERS})

    def absent(name: str) -> ModuleType:
        raise ModuleNotFoundError(f'No module named {name!r}', name='mmengine')

    monkeypatch.setattr(check.importlib, 'import_module', absent)
    (line,) = check.report_stack() + check.report_packages() + check.report_imports()
    assert line.startswith('mmengine is not installed: pip install ') and '[onedl]' in line
    assert 'Stack\n  no toolbox\n' in capsys.readouterr().out


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
