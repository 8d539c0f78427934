"""MMagic imports without its companions; what needs one says so when it is built.

Each case runs in a process of its own, in which the installed companions are hidden and others laid
in their place, so that the tests hold with and without companions in the environment. Most use a
small package in the place of MMagic, which takes seconds to import.
"""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from projects.ecgan.compat import missing_companions
from projects.ecgan.compat._companions import COMPANIONS, Companion
from projects.ecgan.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
# Makes the installed companions absent, as far as Python can tell; those in PYTHONPATH are there.
HIDE = """
import sys
from importlib.machinery import PathFinder
from importlib.metadata import DistributionFinder
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name in {modules!r} and path is None:
            path = {paths!r}
        return PathFinder.find_spec(name, path, target)
    @classmethod
    def find_distributions(cls, context):
        if context.name in {packages!r}:
            context = DistributionFinder.Context(name=context.name, path={paths!r})
        return PathFinder.find_distributions(context)
sys.meta_path[sys.meta_path.index(PathFinder)] = Without
"""
# Imports as MMagic's editors do, in every form.
EDITOR = """
import abc
from dataclasses import dataclass
from typing import Optional, Union
import diffusers
import diffusers.models.attention as attention
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.utils import BaseOutput
from diffusers.utils.import_utils import is_xformers_available
from torch_like import nothing
try:
    import albumentations
except ImportError:
    albumentations = None

@dataclass
class Output(BaseOutput):
    sample: Optional[ModelMixin] = None

class Net(abc.ABC, ModelMixin, ConfigMixin):
    @register_to_config
    def __init__(self, width: int = 4, block: Union[ModelMixin, str, None] = diffusers.Block):
        super().__init__()
        self.width = width

def is_block(value: attention.Attention) -> bool:
    return isinstance(value, attention.Attention)

def late():
    from diffusers.utils import WEIGHTS_NAME
    return WEIGHTS_NAME

has_xformers = is_xformers_available()
"""
SETUP_ENV = """
import importlib

def try_import(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
"""
# What the editor above imports, as diffusers has it.
DIFFUSERS = {
    'diffusers/__init__.py': 'class Block: ...\n',
    'diffusers/configuration_utils.py': """
class ConfigMixin: ...
def register_to_config(function): return function
""",
    'diffusers/models/__init__.py': 'class UNet2DConditionModel: ...\n',
    'diffusers/models/attention.py': 'class Attention: ...\n',
    'diffusers/models/modeling_utils.py': 'class ModelMixin: ...\n',
    'diffusers/utils/__init__.py': "class BaseOutput: ...\nWEIGHTS_NAME = 'weights'\n",
    'diffusers/utils/import_utils.py': 'def is_xformers_available(): return True\n',
}
IMPORT = """
import projects.ecgan
from projects.ecgan.compat._placeholders import MissingCompanionError
from mmagic.models.editors.vico import vico_utils as editor
def said(function, *args):
    try:
        function(*args)
    except MissingCompanionError as error:
        print(error.sentence)
    else:
        print('no error')
"""


def lay(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    """Lay a package with a version into a folder, as an installer would."""
    meta = f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n'
    for path, text in {f'{name}-{version}.dist-info/METADATA': meta, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.fixture
def toolbox(tmp_path: Path) -> Path:
    """A folder with a package in the place of MMagic that has one editor."""
    folder = tmp_path / 'toolbox'
    packages = ('', 'models/', 'models/editors/', 'models/editors/vico/', 'utils/')
    files = {f'mmagic/{package}__init__.py': '' for package in packages}
    files['mmagic/utils/setup_env.py'] = SETUP_ENV
    files['mmagic/models/editors/vico/vico_utils.py'] = EDITOR
    files['mmagic/models/archs.py'] = """
from mmagic.utils.setup_env import try_import
found = try_import('diffusers')
"""
    files['torch_like.py'] = 'nothing = None\n'
    lay(folder, 'mmagic', '1.2.0', files)
    return folder


def run(code: str, *folders: Path) -> str:
    """What code prints in a new process with these folders on its path."""
    paths = [str(folder) for folder in folders]
    packages = {companion.package for companion in COMPANIONS.values()}
    hide = HIDE.format(modules=set(COMPANIONS), packages=packages, paths=paths)
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', hide + code],
        env={**os.environ, 'PYTHONPATH': os.pathsep.join([*paths, str(ROOT)])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_this_module_the_import_stops(toolbox: Path) -> None:
    code = """
from unittest import mock
with mock.patch('importlib.metadata.version', lambda name: '9'):  # a release without the defect
    import projects.ecgan
    try:
        import mmagic.models.editors.vico.vico_utils
    except ModuleNotFoundError as error:
        print(projects.ecgan.compat.missing_companions.DEFECT.state, error)
"""
    assert run(code, toolbox) == "not needed No module named 'diffusers'\n"


def test_absent_companion_is_asked_for_when_it_is_used(toolbox: Path) -> None:
    use = """
said(editor.Net)
said(editor.is_block, 3)
said(editor.Output)
said(editor.Net.from_pretrained, 'weights')
said(editor.albumentations.Compose, [])
print(editor.late().__name__, editor.has_xformers)
"""
    lines = run(IMPORT + use, toolbox).splitlines()
    where = 'but it is not installed: pip install -r requirements/companions.txt into an environ'
    vico = 'mmagic.models.editors.vico.vico_utils'
    users = [f'{vico}.Net', 'diffusers.models.attention.Attention', f'{vico}.Output']
    for line, user in zip(lines, [*users, 'diffusers.models.modeling_utils.ModelMixin.from_pre']):
        assert line.startswith(user) and f' needs diffusers 0.24.0, {where}' in line
    assert lines[4].startswith(f'albumentations.Compose needs albumentations 1.4.3, {where}')
    assert lines[5:] == ['WEIGHTS_NAME False']


@pytest.mark.parametrize('version', ['0.36.0', '0.11.1'])
def test_unfit_release_is_named_and_not_imported(toolbox: Path, version: str) -> None:
    lay(toolbox, 'diffusers', version, {'diffusers/__init__.py': "print('imported')\n"})
    told = run(IMPORT + 'said(editor.Net)', toolbox)
    assert f'needs diffusers 0.24.0, but {version} is installed: pip install' in told
    assert 'imported' not in told


def test_fitting_release_is_used_untouched(toolbox: Path) -> None:
    lay(toolbox, 'diffusers', '0.24.0', DIFFUSERS)
    use = """
import diffusers, mmagic.models.archs
print(editor.Net(5).width, editor.has_xformers, editor.late(), editor.is_block(3))
print(editor.diffusers is diffusers is mmagic.models.archs.found)
print(type(editor.Net.__mro__[2]).__name__, editor.Net.__mro__[2].__module__)
"""
    told = run(IMPORT + use, toolbox).splitlines()
    assert told == ['5 True weights False', 'True', 'type diffusers.models.modeling_utils']


@pytest.mark.parametrize(
    ('file', 'text', 'told'),
    [
        ('__init__.py', "raise RuntimeError('no hub')\n", 'RuntimeError: no hub'),
        ('utils/__init__.py', '', "no attribute 'BaseOutput'"),
    ],
)
def test_fitting_release_that_does_not_import_says_why(
    toolbox: Path, file: str, text: str, told: str
) -> None:
    lay(toolbox, 'diffusers', '0.24.0', {**DIFFUSERS, f'diffusers/{file}': text})
    line = run(IMPORT + 'said(editor.Output)', toolbox)
    assert 'needs diffusers 0.24.0, but the installed one does not import (' in line
    assert told in line


def test_source_tree_without_a_version_is_tried(toolbox: Path) -> None:
    (toolbox / 'diffusers').mkdir()
    for path, text in DIFFUSERS.items():
        (toolbox / path).parent.mkdir(parents=True, exist_ok=True)
        (toolbox / path).write_text(text)
    assert run(IMPORT + 'print(editor.Net().width)', toolbox) == '4\n'


def test_nothing_is_hidden_from_others(toolbox: Path) -> None:
    lay(toolbox, 'diffusers', '0.36.0', {'diffusers/__init__.py': "__version__ = '0.36.0'\n"})
    use = """
import builtins, importlib.util, sys
import mmagic.models.archs
from mmagic.utils.setup_env import try_import
print('diffusers' in sys.modules, importlib.util.find_spec('diffusers').origin is not None)
import diffusers
print(diffusers.__version__, try_import('diffusers') is diffusers, try_import('transformers'))
print(importlib.util.find_spec('transformers'))
try:
    import transformers
except ModuleNotFoundError as error:
    print(error)
said(mmagic.models.archs.found.models.Any)
print(builtins.__import__.__module__ if hasattr(builtins.__import__, '__module__') else None)
"""
    told = run(IMPORT + use, toolbox).splitlines()
    assert told[:4] == [
        'False True',
        '0.36.0 True None',
        'None',
        "No module named 'transformers'",
    ]
    assert told[4].startswith('diffusers.models.Any needs diffusers 0.24.0, but 0.36.0 is')
    assert told[5] == 'builtins'


REAL = """
import projects.ecgan
import mmagic.apis, mmagic.datasets, mmagic.engine, mmagic.evaluation, mmagic.models
import mmagic.visualization
from mmagic.models.archs import AttentionInjection, TokenizerWrapper
from mmagic.models.editors.disco_diffusion.guider import pd
from mmagic.registry import DIFFUSION_SCHEDULERS, MODELS, TRANSFORMS
from torch import nn
from projects.ecgan.errors import UserError

def said(build, *args):
    try:
        build(*args)
    except UserError as error:
        print(type(error).__mro__[2].__name__, error.sentence)

net = dict(type='mmagic.UNet2DConditionModel', subfolder='unet', from_pretrained='nowhere')
vae = dict(type='mmagic.AutoencoderKL')
parts = dict(vae=vae, unet=net, text_encoder=None, tokenizer='x', scheduler=None)
parts['data_preprocessor'] = dict(type='mmagic.DataPreprocessor')
albu = dict(type='mmagic.Albumentations', keys=['img'], transforms=[dict(type='Blur')])
said(MODELS.build, dict(type='mmagic.StableDiffusion', **parts))
said(MODELS.build, dict(type='mmagic.AnimateDiff', **parts))
said(MODELS.build, net)
said(MODELS.build, dict(type='mmagic.UNet3DConditionMotionModel'))
said(DIFFUSION_SCHEDULERS.build, dict(type='mmagic.DDIMScheduler'))
said(AttentionInjection, nn.Identity())
said(TRANSFORMS.build, dict(type='mmagic.AlbuTransForms', size=3, keys=['img']))
said(TRANSFORMS.build, albu)
said(TokenizerWrapper, 'x')
said(MODELS.build, dict(type='mmagic.CLIPLoss'))
said(pd.Series, [])
said(mmagic.apis.inferencers.controlnet_animation_inferencer.HEDdetector.from_pretrained, 'x')
"""


@pytest.mark.slow
def test_mmagic_imports_and_its_editors_ask_for_what_they_need() -> None:
    lines = [line for line in run(REAL).splitlines() if ' needs ' in line]
    wanted = ['diffusers 0.24.0'] * 6 + ['albumentations 1.4.3'] * 2
    wanted += ['transformers 4.36.2', 'clip', 'pandas', 'controlnet-aux 0.0.10']
    assert len(lines) == len(wanted)
    for line, package in zip(lines, wanted):
        assert f' needs {package}, but it is not installed: pip install -r requirements' in line
    assert lines[0].startswith('ImportError diffusers.models.AutoencoderKL')


@pytest.mark.slow
@pytest.mark.filterwarnings('ignore::SyntaxWarning')
def test_every_importer_of_mmagic_is_known() -> None:
    folder = Path(importlib.util.find_spec('mmagic').origin).parent
    importers = set()
    for path in folder.rglob('*.py'):
        if '.mim' in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            if any(name.partition('.')[0] in COMPANIONS for name in names):
                importers.add('.'.join(['mmagic', *path.relative_to(folder).parts])[:-3])
    assert importers - set(missing_companions._IMPORTERS) == set()


@pytest.mark.parametrize(
    ('version', 'lack'),
    [('0.24.0', ''), ('0.28.9', ''), ('0.29.0', '0.29.0 is installed'), ('0.22', '0.22 is inst')],
)
def test_limits_of_a_companion(monkeypatch: pytest.MonkeyPatch, version: str, lack: str) -> None:
    monkeypatch.setattr('importlib.metadata.version', lambda name: version)
    found = Companion('diffusers', 'diffusers', '0.24.0', '0.23', '0.29').lack
    assert found.startswith(lack) and bool(found) is bool(lack)


def test_requirements_name_the_releases_that_errors_name() -> None:
    lines = (ROOT / 'requirements' / 'companions.txt').read_text().splitlines()
    pins = dict(line.split('==') for line in lines if '==' in line and not line.startswith('#'))
    for companion in COMPANIONS.values():
        if companion.works:
            assert pins[companion.package] == companion.works


def test_error_is_one_of_the_users() -> None:
    from projects.ecgan.compat._placeholders import MissingCompanionError

    assert issubclass(MissingCompanionError, UserError)
    assert issubclass(MissingCompanionError, ImportError)
