"""Known parts are found without an import of the toolbox's; others by one, and none by mistake."""

import subprocess
import sys

import pytest
from mmagic.registry import MODELS

from projects.ecgan.models.parts.registered import from_registered


def test_what_is_known_needs_no_import_and_what_is_not_is_found_all_the_same(repo_root):
    code = (
        'import sys, projects.ecgan\n'
        'from mmagic.registry import MODELS\n'
        'import projects.ecgan.models\n'
        'from projects.ecgan.models.parts.registered import from_registered as get\n'
        'def find(name):\n'
        '    with MODELS.switch_scope_and_registry("mmagic") as registry:\n'
        '        if (found := registry.get(name)) is None: raise KeyError(name)\n'
        '        return found.__module__\n'
        'print(get(lambda: find("ECGANGenerator"), MODELS), "mmagic.models" in sys.modules)\n'
        # MMEngine has an average of that name, too, which is found first where MMagic is not asked.
        'print(get(lambda: find("ExponentialMovingAverage"), MODELS))\n'
    )
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code], cwd=repo_root, capture_output=True, text=True
    )
    assert done.stdout.split() == [
        'projects.ecgan.models.generators.ecgan_generator', 'False',
        'mmagic.models.base_models.average_model',
    ], done.stderr  # fmt: skip


def test_the_registry_is_as_before_whatever_happens():
    before = MODELS._imported, MODELS.parent
    with pytest.raises(KeyError):
        from_registered(lambda: {}['none'], MODELS)
    with pytest.raises(ValueError, match='x'):
        from_registered(lambda: int('x'), MODELS)
    assert (MODELS._imported, MODELS.parent) == before
    assert before[1] is not None
