"""MMagic and MMSegmentation take a newer mmcv, and find in it what they use of it."""

import ast
import builtins
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import mmagic
import mmcv
import pytest
from packaging.version import Version

from projects.ecgan.compat import toolbox_releases

LIBRARIES = ('mmcv', 'mmengine')
# A name of before that a decorator of mmcv takes.
RENAMED = ['FFN(dropout=)']


def run_init(package: str, mmcv_version: str, prepared: bool) -> ModuleType:
    """Run a package's ``__init__`` anew beside an mmcv that says it is of this version."""
    spec = importlib.util.find_spec(package)
    module = importlib.util.module_from_spec(spec)
    other = SimpleNamespace(__version__=mmcv_version)

    def give_other(name, *args, **kwargs):
        found = builtins.__import__(name, *args, **kwargs)
        return other if name == 'mmcv' else found

    vars(module)['__builtins__'] = {**vars(builtins), '__import__': give_other}
    if prepared:
        toolbox_releases._prepare(module)
    exec(compile(Path(spec.origin).read_text(), spec.origin, 'exec'), vars(module))
    return module


@pytest.mark.parametrize('version', ['2.2.0', '2.3.6'])
def test_stock_mmagic_refuses_what_the_prepared_one_takes(version):
    with pytest.raises(AssertionError, match=f'mmcv=={version} is used but incompatible'):
        run_init('mmagic', version, prepared=False)
    assert run_init('mmagic', version, prepared=True).__version__ == mmagic.__version__


def test_everything_else_says_what_is_installed():
    assert mmagic.mmcv is mmcv
    installed = Version(mmcv.__version__).release
    assert tuple(mmagic.mmcv_version)[: len(installed)] == installed
    module = run_init('mmagic', '2.3.6', prepared=True)
    toolbox_releases._restore(module)
    assert module.mmcv is mmcv


@pytest.mark.parametrize(
    ('versions', 'needed'),
    [
        ({'mmagic': '1.2.0', 'mmcv-lite': '2.1.0'}, False),
        ({'mmagic': '1.2.0', 'mmcv-lite': '2.2.0'}, True),
        ({'mmagic': '1.2.0', 'mmcv': '2.2.0'}, True),
        ({'mmagic': '1.2.0', 'mmcv': '2.3.0'}, False),
        ({'mmagic': '1.2.0', 'onedl-mmcv': '2.3.6'}, True),
        ({'mmagic': '1.2.0', 'onedl-mmcv-cu128-torch2-8': '2.3.1'}, True),
        ({'mmagic': '1.2.0', 'onedl-mmcv': '2.4.0'}, False),
        ({'mmsegmentation': '1.2.2', 'mmcv': '2.2.0'}, True),
        ({'mmagic': '1.3.0', 'onedl-mmsegmentation': '1.4.2', 'onedl-mmcv': '2.3.6'}, False),
        ({}, False),
    ],
)
def test_needed_where_the_toolbox_refuses_a_known_release(monkeypatch, versions, needed):
    from projects.ecgan.compat import _versions

    def installed(package):
        return Version(versions[package]) if package in versions else None

    monkeypatch.setattr(_versions, 'installed', installed)
    monkeypatch.setattr(toolbox_releases, 'installed', installed)
    assert toolbox_releases.DEFECT.needed() is needed


def sources(package: str) -> Iterator[tuple[str, ast.Module]]:
    folder = Path(importlib.util.find_spec(package).origin).parent
    for path in sorted(folder.rglob('*.py')):
        if '.mim' not in path.parts:
            yield str(path.relative_to(folder.parent)), ast.parse(path.read_text())


def imported_names(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Module, name in it, and name here of what is imported from the libraries, guarded or not."""
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        absolute = isinstance(node, ast.ImportFrom) and not node.level and id(node) not in guarded
        if absolute and node.module.partition('.')[0] in LIBRARIES:
            for alias in node.names:
                yield node.module, alias.name, alias.asname or alias.name


def look_up(module: str, name: str) -> object:
    found = importlib.import_module(module)
    if hasattr(found, name):
        return getattr(found, name)
    return importlib.import_module(f'{module}.{name}')


@pytest.mark.slow
@pytest.mark.parametrize('package', ['mmagic', 'mmseg'])
def test_what_the_toolbox_uses_is_there(package):
    """Every imported name, every attribute of ``mmcv``, every keyword of a call."""
    lacking = []
    for path, tree in sources(package):
        here = {}
        for module, name, alias in imported_names(tree):
            try:
                here[alias] = look_up(module, name)
            except ImportError:
                lacking.append(f'{path}: {module}.{name}')
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and getattr(node.value, 'id', '') == 'mmcv':
                known = hasattr(mmcv, node.attr) or f'mmcv.{node.attr}' in sys.modules
                lacking += [] if known else [f'{path}: mmcv.{node.attr}']
            if isinstance(node, ast.Call):
                called = here.get(getattr(node.func, 'id', ''))
                if getattr(getattr(node.func, 'value', None), 'id', '') == 'mmcv':
                    called = getattr(mmcv, node.func.attr, None)
                unknown = [name for name in unknown_keywords(called, node) if name not in RENAMED]
                lacking += [f'{path}: {name}' for name in unknown]
    assert lacking == []


def unknown_keywords(called: object, call: ast.Call) -> list[str]:
    """Keywords of a call that a function or class does not take."""
    if not callable(called):
        return []
    try:
        parameters = inspect.signature(called).parameters
    except ValueError:
        return []
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return []
    given = [keyword.arg for keyword in call.keywords if keyword.arg]
    return [f'{called.__name__}({name}=)' for name in given if name not in parameters]
