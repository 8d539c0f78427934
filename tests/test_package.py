"""What pip installs: built from a copy of the checkout, used from an empty folder."""

import os
import re
import shutil
import subprocess
import sys
from email.parser import Parser
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def installed(tmp_path_factory: pytest.TempPathFactory, repo_root: Path) -> Path:
    """Folder that the package was installed into; its wheel came from a source distribution."""
    folder = tmp_path_factory.mktemp('package')
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        cwd=repo_root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.split('\0')[:-1]:
        if (repo_root / name).is_file():
            (folder / 'source' / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repo_root / name, folder / 'source' / name)
    build = 'import setuptools.build_meta as b; print(b.build_sdist(".."))'
    run(folder / 'source', '-c', build)
    archive = next(folder.glob('*.tar.gz'))
    options = ['--quiet', '--no-deps', '--no-build-isolation', '--target', folder / 'site']
    run(folder, '-m', 'pip', 'install', *options, archive)
    return folder / 'site'


def run(folder: Path, *argv: object, **environment: str) -> str:
    command = [sys.executable, '-W', 'ignore', *map(str, argv)]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=os.environ | environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ecgan(folder: Path, site: Path, *words: object) -> str:
    return run(folder, site / 'bin' / 'ecgan', *words, PYTHONPATH=str(site))


def test_it_holds_the_recipes_and_the_page(installed: Path, repo_root: Path) -> None:
    recipes = installed / 'projects/ecgan/.mim/configs'
    names = {path.relative_to(recipes) for path in recipes.rglob('*.py')}
    source = repo_root / 'configs'
    assert names == {path.relative_to(source) for path in source.rglob('*.py')}
    assert (installed / 'projects/ecgan/.mim/model-index.yml').is_file()
    for kind in ('*.js', '*.css', 'browser/*', 'static_page/browser/*'):
        names = {path.name for path in (repo_root / 'projects/ecgan/painting').glob(kind)}
        assert names == {path.name for path in (installed / 'projects/ecgan/painting').glob(kind)}
        assert names
    box = 'projects/ecgan/inference/box/scenes.safetensors'
    assert (installed / box).read_bytes() == (repo_root / box).read_bytes()


def test_it_asks_for_what_the_lists_name(installed: Path, repo_root: Path) -> None:
    told = Parser().parsestr(next(installed.glob('*.dist-info/METADATA')).read_text())
    needed = [line.replace(' ', '') for line in told.get_all('Requires-Dist')]
    extras = ('export', 'features', 'hub', 'notebook', 'onedl', 'openmmlab', 'paint', 'volumes')
    for name in ('package', *extras):
        lines = (repo_root / f'requirements/{name}.txt').read_text().splitlines()
        extra = '' if name == 'package' else f';extra=="{name}"'
        for line in lines:
            distribution = line.partition('>')[0].partition('=')[0]
            assert line.startswith('#') or any(
                each.startswith(distribution) and each.endswith(extra) for each in needed
            ), line
    # A toolbox owns the files of another one: only who asks for one gets one.
    owning = [line for line in needed if line.startswith(('mm', 'onedl', 'opencv'))]
    assert all(line.endswith((';extra=="openmmlab"', ';extra=="onedl"')) for line in owning)


def test_the_command_works_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert ecgan(tmp_path, installed, '--help').startswith('usage: ecgan COMMAND')
    code = 'import ecgan, projects.ecgan as p; print(p.__file__, ecgan.__version__)'
    assert run(tmp_path, '-c', code, PYTHONPATH=str(installed)).startswith(str(installed))


def test_the_model_of_the_box_makes_pictures_at_once(installed: Path, tmp_path: Path) -> None:
    said = ecgan(tmp_path, installed, 'infer', 'scenes')
    assert 'layouts/ has 8' in said and '8 pictures in pictures' in said
    assert len([*(tmp_path / 'pictures').glob('*.png')]) == 8


HIDE_TOOLBOX = """
import sys
from projects.ecgan.errors import TOOLBOX

class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name in TOOLBOX:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)

sys.meta_path.insert(0, Hiding())
"""


@pytest.mark.parametrize('words', ['train ecgan_smoke_1xb2-2iters_scenes-64x64', 'test a.py b.pth'])
def test_without_a_toolbox_one_sentence_says_what_to_install(
    installed: Path, tmp_path: Path, words: str
) -> None:
    code = HIDE_TOOLBOX + 'from projects.ecgan.commands.main import main; main()'
    done = subprocess.run(
        [sys.executable, '-c', code, *words.split()], cwd=tmp_path, capture_output=True,
        text=True, env=os.environ | {'PYTHONPATH': str(installed)},
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.count('\n') == 1, done.stderr
    assert re.match(r"error: mm\w+ is not installed: pip install 'ecgan-mmagic\[ope", done.stderr)
    assert "pip install 'ecgan-mmagic[onedl]'" in done.stderr


def test_nor_does_the_inferencer_import(installed: Path, tmp_path: Path) -> None:
    code = HIDE_TOOLBOX + 'from ecgan import ECGANInferencer'
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {'PYTHONPATH': str(installed)},
    )  # fmt: skip
    assert 'MissingToolboxError: mm' in done.stderr.splitlines()[-1]


def test_it_trains_and_makes_a_picture(installed: Path, tmp_path: Path) -> None:
    ecgan(tmp_path, installed, 'train', 'ecgan_smoke_1xb2-2iters_scenes-64x64', '--quiet')
    folder = tmp_path / 'work_dirs' / 'ecgan_smoke_1xb2-2iters_scenes-64x64'
    (tmp_path / 'my.py').write_text(
        "_base_ = 'ecgan::ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'\n"
        'train_cfg = dict(max_iters=1, val_interval=1)\n'
    )
    ecgan(tmp_path, installed, 'train', 'my.py', '--quiet')
    assert (tmp_path / 'work_dirs' / 'my' / 'iter_1.pth').is_file()
    write = (
        'import numpy as np; from PIL import Image; '
        "Image.fromarray(np.zeros((64, 64), np.uint8)).save('layout.png')"
    )
    run(tmp_path, '-c', write)
    ecgan(tmp_path, installed, 'infer', folder / 'iter_2.pth', 'layout.png', '--out', 'pictures')
    assert (tmp_path / 'pictures' / 'layout.png').is_file()
