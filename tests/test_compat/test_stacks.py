"""Whose toolbox is there is read from the files that installers have noted."""

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from projects.ecgan.compat import _stacks
from projects.ecgan.version import TOOLBOX_PACKAGES, package_versions


def record(site: Path, name: str, version: str, *files: str, installed: bool = True) -> None:
    """Files of a distribution in a folder of packages, and the note of them."""
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(f'{name} = {version!r}\n')
    told = site / f'{name.replace("-", "_")}-{version}.dist-info'
    told.mkdir()
    (told / 'METADATA').write_text(f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n')
    if installed:
        (told / 'RECORD').write_text(''.join(f'{file},,\n' for file in files))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages, the only one that is looked at."""
    folder = tmp_path / 'site'
    folder.mkdir()
    monkeypatch.setattr(sys, 'path', [str(folder)])
    return folder


OPENMMLAB = (('mmengine', '0.10.7'), ('mmcv_lite', '2.1.0'), ('mmsegmentation', '1.2.2'))
ONEDL = (
    ('onedl-mmengine', '0.10.12'),
    ('onedl-mmcv', '2.3.6'),
    ('onedl_mmsegmentation', '1.4.2'),
)

MIX = "a mix: onedl-mmcv of OneDL's with mmengine, mmsegmentation"


def put(site: Path, packages: tuple) -> None:
    for (name, version), module in zip(packages, _stacks.FORKED):
        record(site, name, version, f'{module}/__init__.py', f'{module}/version.py')


@pytest.mark.parametrize(
    ('packages', 'words'),
    [
        (OPENMMLAB, "OpenMMLab's releases"),
        (ONEDL, "OneDL's forks"),
        (
            (ONEDL[0], OPENMMLAB[1], ONEDL[2]),
            "a mix: onedl-mmengine, onedl-mmsegmentation of OneDL's with mmcv-lite",
        ),
        ((), ''),
    ],
)
def test_a_stack_is_named(site: Path, packages: tuple, words: str) -> None:
    put(site, packages)
    # Another name of a module's folder, and files beside it, are no sign of it.
    record(site, 'docs-of-mmcv', '1.0', 'docs/mmcv/__init__.py', 'mmcv_tools/__init__.py')
    owners = _stacks.installed_owners()
    assert _stacks.stack_of(owners) == words and _stacks.repairs(owners) == []


def test_two_that_own_the_same_files_are_named_with_the_commands(site: Path) -> None:
    put(site, ONEDL)
    record(site, 'mmengine', '0.10.7', 'mmengine/__init__.py')
    record(site, 'mmcv', '2.2.0', 'mmcv/__init__.py', 'mmcv/_ext.so')
    record(site, 'mmcv-lite', '2.1.0', 'mmcv/__init__.py')
    owners = _stacks.installed_owners()
    assert _stacks.stack_of(owners) == "OneDL's forks"
    assert _stacks.repairs(owners) == [
        'mmengine and onedl-mmengine own the same files (mmengine/): pip uninstall -y mmengine '
        'onedl-mmengine && pip install --no-deps onedl-mmengine==0.10.12',
        'mmcv-lite and mmcv and onedl-mmcv own the same files (mmcv/): pip uninstall -y mmcv-lite '
        'mmcv onedl-mmcv && pip install --no-deps onedl-mmcv==2.3.6',
    ]


def test_an_unknown_name_counts_by_its_files(site: Path) -> None:
    put(site, OPENMMLAB)
    record(site, 'my-build.of_mmcv', '2.1.0', 'mmcv/__init__.py')
    (line,) = _stacks.repairs(_stacks.installed_owners())
    assert line.startswith('my-build-of-mmcv and mmcv-lite own the same files (mmcv/)')


def test_wheels_of_one_opencv_differ_by_windows_only(site: Path) -> None:
    for name in ('opencv-python', 'opencv-python-headless'):
        record(site, name, '5.0.0.93', 'cv2/__init__.py')
    assert _stacks.repairs(_stacks.installed_owners()) == []
    record(site, 'opencv-contrib-python', '5.1.0.95', 'cv2/__init__.py')
    (line,) = _stacks.repairs(_stacks.installed_owners())
    assert line.endswith('pip install --no-deps opencv-python-headless==5.0.0.93')


def test_of_two_folders_the_one_that_is_imported_counts(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(site, OPENMMLAB)
    other = site.parent / 'other'
    other.mkdir()
    record(other, 'onedl-mmengine', '0.10.12', 'mmengine/__init__.py')
    monkeypatch.setattr(sys, 'path', [str(site), str(other), str(site)])
    owners = _stacks.installed_owners()
    assert [each.name for each in owners['mmengine']] == ['mmengine']
    monkeypatch.setattr(sys, 'path', [str(other), str(site)])
    assert [each.name for each in _stacks.installed_owners()['mmengine']] == ['onedl-mmengine']


def make_wheel(folder: Path, name: str, version: str) -> Path:
    """A wheel that owns ``mmengine/__init__.py``."""
    stem = f'{name.replace("-", "_")}-{version}'
    files = {
        'mmengine/__init__.py': f'owner = {name!r}\n',
        f'{stem}.dist-info/METADATA': f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n',
        f'{stem}.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }
    lines = [f'{stem}.dist-info/RECORD,,']
    path = folder / f'{stem}-py3-none-any.whl'
    with zipfile.ZipFile(path, 'w') as archive:
        for file, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            lines.append(f'{file},sha256={digest.rstrip(b"=").decode()},{len(text)}')
            archive.writestr(file, text)
        archive.writestr(f'{stem}.dist-info/RECORD', '\n'.join(lines) + '\n')
    return path


@pytest.mark.slow
def test_the_commands_mend_what_pip_has_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two wheels, one over the other, by the real pip; then what is said is run."""
    environment = tmp_path / 'venv'
    subprocess.run([sys.executable, '-m', 'venv', environment], check=True)
    wheels = [make_wheel(tmp_path, *each) for each in (ONEDL[0], OPENMMLAB[0])]
    python = environment / 'bin' / 'python'
    offline = {**os.environ, 'PIP_NO_INDEX': '1', 'PIP_FIND_LINKS': str(tmp_path)}
    for wheel in wheels:
        subprocess.run([python, '-m', 'pip', 'install', '-q', wheel], check=True, env=offline)
    (folder,) = environment.glob('lib/python*/site-packages')
    owner = folder / 'mmengine' / '__init__.py'
    assert owner.read_text() == "owner = 'mmengine'\n"
    monkeypatch.setattr(sys, 'path', [str(folder)])
    (line,) = _stacks.repairs(_stacks.installed_owners())
    commands = line.partition(': ')[2].replace('pip ', f'{python} -m pip ')
    subprocess.run(commands, shell=True, check=True, env=offline, capture_output=True)
    assert owner.read_text() == "owner = 'onedl-mmengine'\n"
    assert _stacks.repairs(_stacks.installed_owners()) == []


def test_reports_name_every_distribution_of_a_toolbox() -> None:
    owners = {name for module in _stacks.FORKED for name in _stacks.OWNERS[module]}
    assert owners | {'mmagic'} == {*TOOLBOX_PACKAGES}
    there = {each[-1].name for each in _stacks.installed_owners().values() if each}
    assert there & owners <= package_versions(*TOOLBOX_PACKAGES).keys()
