"""Checkpoints that were made to do harm, in six forms: nothing runs, and one sentence says so."""

import io
import pickle
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hostile_checkpoints import FORMS, bomb, pickled, plain, write

from projects.ecgan.compat import safe_checkpoints
from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.errors import CheckpointError

# Of memory and time, for a file of some kilobytes.
MOST_BYTES, MOST_SECONDS = 200 * 2**20, 20


CASES = [pytest.param(make, id=make.__name__) for makers in FORMS.values() for make in makers]


@pytest.fixture
def frugal() -> Iterator[None]:
    """Whatever runs takes little memory and time."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    yield
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < MOST_BYTES and time.monotonic() - start < MOST_SECONDS


@pytest.mark.usefixtures('loader', 'frugal')
@pytest.mark.parametrize('make', CASES)
def test_nothing_runs_and_one_sentence_says_so(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(path := tmp_path / 'hostile.pth')
    before = sorted(tmp_path.rglob('*'))
    with pytest.raises(CheckpointError) as error:
        safe_load(path, 'cpu')
    sentence = error.value.sentence
    assert str(path) in sentence and '\n' not in str(error.value)
    assert sentence.startswith(('refused to load the checkpoint', 'cannot read the checkpoint'))
    assert sorted(tmp_path.rglob('*')) == before


@pytest.mark.usefixtures('loader', 'frugal')
def test_nesting_of_plain_lists_is_no_harm(tmp_path: Path) -> None:
    depth = 100_000
    pickled(path := tmp_path / 'deep.pth', b'\x80\x02' + b']' * depth + b'a' * (depth - 1) + b'.')
    assert isinstance(safe_load(path), list)


@pytest.mark.usefixtures('loader')
def test_an_open_file_is_looked_at_too(tmp_path: Path) -> None:
    bomb(path := tmp_path / 'bomb.pth')
    with open(path, 'rb') as file, pytest.raises(CheckpointError, match='bytes when unpacked'):
        safe_load(file)
    write(path, plain())
    with open(path, 'rb') as file:
        assert torch.equal(safe_load(file)['state_dict']['a'], torch.arange(4.0))


def test_a_storage_is_no_larger_than_its_record() -> None:
    """What torch before 2.6 does not look at itself; today's refuses the files above without it."""
    unpickler = safe_checkpoints._pickle_module({'data/0': 16}).Unpickler(io.BytesIO())
    unpickler.persistent_load = lambda saved: saved[4]
    floats = SimpleNamespace(dtype=torch.float32)
    assert unpickler.persistent_load(('storage', floats, '0', 'cpu', 4)) == 4
    assert unpickler.persistent_load(('storage', torch.UntypedStorage, '0', 'cpu', 16)) == 16
    for key, number in (('0', 5), ('0', -1), ('1', 1)):
        with pytest.raises(pickle.UnpicklingError, match=r'numbers of -?\d+ bytes in a record'):
            unpickler.persistent_load(('storage', floats, key, 'cpu', number))


def test_the_bomb_would_go_off(tmp_path: Path) -> None:
    bomb(path := tmp_path / 'bomb.pth')
    assert path.stat().st_size < 2**20
    assert zipfile.ZipFile(path).getinfo('archive/data/1').file_size == 2**28
