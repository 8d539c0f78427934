"""OneDL's prebuilt mmcv, whose distribution has a name of its own, knows its version."""

import subprocess
import sys
from pathlib import Path

import packaging
import pytest
import yaml

from projects.ecgan.compat import prebuilt_mmcv

# As in the wheel onedl_mmcv_cu128_torch2_8-2.3.1-cp310-cp310-win_amd64.
VERSION = "from importlib.metadata import version\n\n__version__ = version('onedl-mmcv')\n"
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Folder with the module and the metadata of the prebuilt package."""
    (tmp_path / 'mmcv').mkdir()
    (tmp_path / 'mmcv' / '__init__.py').write_text('from .version import __version__\n')
    (tmp_path / 'mmcv' / 'version.py').write_text(VERSION)
    told = tmp_path / 'onedl_mmcv_cu128_torch2_8-2.3.1.dist-info'
    told.mkdir()
    (told / 'METADATA').write_text(
        'Metadata-Version: 2.4\nName: onedl-mmcv-cu128-torch2.8\nVersion: 2.3.1\n'
    )
    # What importing this project needs.
    for package in (packaging, yaml):
        (tmp_path / package.__name__).symlink_to(Path(package.__file__).parent)
    return tmp_path


def run(folder: Path, code: str) -> str:
    """Run a script in a Python that has no other packages; what it prints, or its last error."""
    paths = f'import sys; sys.path[:0] = [{str(folder)!r}, {str(REPOSITORY)!r}]; '
    command = [sys.executable, '-I', '-S', '-c', paths + code]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.mark.slow
def test_stock_package_does_not_import(wheel: Path) -> None:
    assert 'PackageNotFoundError' in run(wheel, 'import mmcv')


@pytest.mark.slow
def test_it_imports_and_mmagic_takes_it(wheel: Path) -> None:
    code = (
        'from projects.ecgan import compat; import mmcv; states = {d.name: d.state for d in '
        "compat.status()}; print(mmcv.__version__, states['prebuilt_mmcv'])"
    )
    assert run(wheel, code) == '2.3.1 applied'


def test_other_distributions_are_looked_up_as_ever() -> None:
    assert prebuilt_mmcv._version('pytest') == pytest.__version__
