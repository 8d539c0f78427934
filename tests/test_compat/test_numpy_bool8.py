"""numpy.bool8 is there on every numpy."""

import dataclasses
import warnings

import numpy as np
import pytest
from packaging.version import Version

from projects.ecgan.compat import _versions, numpy_bool8


def test_alias_is_there() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)  # numpy 1.24 to 1.26
        assert np.dtype(np.bool8) == np.dtype(bool)


@pytest.mark.parametrize(('version', 'needed'), [('2.0.0', True), ('1.26.4', False)])
def test_needed_from_numpy_2_on(
    monkeypatch: pytest.MonkeyPatch, version: str, needed: bool
) -> None:
    monkeypatch.setattr(_versions, 'installed', lambda package: Version(version))
    assert numpy_bool8.DEFECT.needed() is needed


def test_apply_sets_the_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, 'bool8', None, raising=False)
    defect = dataclasses.replace(numpy_bool8.DEFECT, needed=lambda: True)
    defect.apply()
    assert np.bool8 is np.bool_
    assert defect.applied
