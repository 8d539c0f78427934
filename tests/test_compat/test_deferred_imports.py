"""What few parts of the toolbox need is imported by those that use it."""

import ast
import importlib
import importlib.util
import pickle
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from mmagic.datasets.transforms import blur_kernels
from scipy import ndimage, special

from projects.ecgan.compat import deferred_imports
from projects.ecgan.compat.deferred_imports import Deferred

HEAVY = {'scipy', 'lpips', 'av', 'ftfy'}


def test_every_module_that_imports_them_is_known() -> None:
    """By the statements in the source of the toolbox that an import runs."""
    found = {}
    for package in ('mmagic', 'mmseg'):
        root = Path(importlib.util.find_spec(package).origin).parent
        for path in root.rglob('*.py'):
            name = '.'.join([package, *path.relative_to(root).with_suffix('').parts])
            if '.mim' in path.parts or name.startswith('mmagic.apis'):
                continue
            # Those of a function run later anyhow.
            body = [*ast.parse(path.read_text()).body]
            for node in body:
                body += node.body if isinstance(node, ast.Try) else []
            names = {
                each.name for node in body if isinstance(node, ast.Import) for each in node.names
            }
            names |= {node.module for node in body if isinstance(node, ast.ImportFrom)} - {None}
            heavy = {each for each in names if each.split('.')[0] in HEAVY}
            if heavy:
                found[name] = tuple(sorted(heavy))
    assert found == deferred_imports._DEFERRED


def test_the_real_functions_are_called() -> None:
    values = np.arange(9.0).reshape(3, 3)
    # The package has a function of the name of the module.
    niqe = importlib.import_module('mmagic.evaluation.metrics.niqe')
    assert isinstance(niqe.convolve, Deferred)
    assert (niqe.convolve(values, values) == ndimage.convolve(values, values)).all()
    assert niqe.gamma(5) == 24
    assert blur_kernels.special.j1 is special.j1
    assert Deferred('scipy').signal.windows.hann(3)[1] == 1


def test_a_deferred_name_that_does_not_exist_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match='no_such'):
        Deferred('scipy.ndimage').no_such()
    with pytest.raises(AttributeError, match='is imported when it is used'):
        Deferred('scipy').__wrapped__()


def test_an_absent_package_is_absent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deferred_imports._DEFERRED, 'of_a_toolbox', ('no_such_package', 'scipy'))
    module = ModuleType('of_a_toolbox')
    deferred_imports._give_import(module)
    with pytest.raises(ModuleNotFoundError, match='no_such_package'):
        exec('import no_such_package', vars(module))
    exec('import scipy, json', vars(module))
    assert isinstance(module.scipy, Deferred)
    assert module.json is importlib.import_module('json')
    assert pickle.loads(pickle.dumps(module.scipy.ndimage.convolve)) is ndimage.convolve


def test_the_import_system_knows_nothing_of_it() -> None:
    code = (
        'import sys, projects.ecgan\n'
        'import mmagic.models, mmagic.datasets.transforms, mmagic.evaluation, mmseg.models\n'
        f'print(sorted({HEAVY} & set(sys.modules)))\n'
        'import scipy\n'
        'print(scipy is sys.modules["scipy"], scipy.__version__ != "")\n'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout == '[]\nTrue True\n', done.stderr
