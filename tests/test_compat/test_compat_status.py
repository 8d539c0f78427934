"""apply_all, status and the import hook."""

import copy
import importlib
import sys
from pathlib import Path

import pytest

from projects.ecgan import compat
from projects.ecgan.compat._import_hook import rebind, when_imported


def test_every_module_has_a_record_and_names_versions_and_upstream() -> None:
    folder = Path(compat.__file__).parent
    names = {path.stem for path in folder.glob('*.py') if not path.name.startswith('_')}
    records = {record.name: record for record in compat.status()}
    assert set(records) == names
    for name, record in records.items():
        docstring = importlib.import_module(f'projects.ecgan.compat.{name}').__doc__
        assert 'Versions:' in docstring and 'Upstream:' in docstring
        assert record.upstream in docstring
        assert record.state in ('applied', 'not needed')
        assert record.versions and record.detail


def test_state_follows_need() -> None:
    for record in compat.status():
        module = importlib.import_module(f'projects.ecgan.compat.{record.name}')
        assert (record.state == 'applied') is module.DEFECT.needed()


def test_apply_all_twice_changes_nothing() -> None:
    from mmcv.utils import ext_loader

    before = ext_loader.load_ext, copy.deepcopy(compat.status())
    compat.apply_all()
    assert (ext_loader.load_ext, compat.status()) == before


def test_patch_runs_after_import_and_at_once_if_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / 'patched_later.py').write_text('value = 1\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    when_imported('patched_later', lambda module: setattr(module, 'value', module.value + 1))
    assert 'patched_later' not in sys.modules
    module = importlib.import_module('patched_later')
    assert module.value == 2
    assert type(module.__spec__.loader) is importlib.machinery.SourceFileLoader
    when_imported('patched_later', lambda module: setattr(module, 'value', module.value + 10))
    assert module.value == 12
    del sys.modules['patched_later']


def test_rebind_reaches_copies_of_a_name() -> None:
    from mmagic.models.archs import patch_disc
    from mmagic.models.utils import model_utils

    def other() -> None: ...

    original = patch_disc.generation_init_weights
    assert model_utils.generation_init_weights is original
    try:
        assert rebind(original, other, ['mmagic']) >= 2
        assert patch_disc.generation_init_weights is other
    finally:
        rebind(other, original, ['mmagic'])
