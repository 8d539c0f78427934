"""Checkpoints that were made to do harm, by form: each function writes one."""

import builtins
import functools
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch


class Call:
    """Unpickles by calling a function."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = function, args

    def __reduce__(self) -> tuple:
        return self.call


def plain() -> dict[str, bytes]:
    """Records of a sound checkpoint by name."""
    torch.save({'state_dict': {'a': torch.arange(4.0)}}, file := io.BytesIO())
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, records: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, 'w', compression) as archive:
        for name, content in records.items():
            archive.writestr(name, content)


def pickled(path: Path, content: bytes) -> None:
    """A checkpoint with another pickle."""
    records = plain()
    name = next(name for name in records if name.endswith('data.pkl'))
    write(path, {**records, name: content})


def edited(path: Path, old: bytes, new: bytes) -> None:
    records = plain()
    content = next(content for name, content in records.items() if name.endswith('data.pkl'))
    assert content.count(old) == 1
    pickled(path, content.replace(old, new))


def code(path: Path) -> None:
    torch.save({'state_dict': {}, 'x': Call(builtins.open, str(path.with_name('ran')), 'w')}, path)


def code_by_its_name(path: Path) -> None:
    pickled(path, b'\x80\x02cposix\nsystem\nX\x05\x00\x00\x00touch\x85R.')


@functools.cache
def _bomb() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'bomb.pth'
        write(path, {**plain(), 'archive/data/1': bytes(2**28)}, zipfile.ZIP_DEFLATED)
        return path.read_bytes()


def bomb(path: Path) -> None:
    path.write_bytes(_bomb())


def small_bomb(path: Path) -> None:
    records = plain()
    with zipfile.ZipFile(path, 'w') as archive:
        for name, content in records.items():
            archive.writestr(name, content)
        archive.writestr('archive/x', bytes(2000) + bytes(range(256)) * 99)
    # The directory says that it is larger than the whole file: records that overlap do the same.
    raw = path.read_bytes()
    size = (2000 + 256 * 99).to_bytes(4, 'little')
    path.write_bytes(raw.replace(size, (2**31).to_bytes(4, 'little')))


def compressed(path: Path) -> None:
    write(path, plain())
    with zipfile.ZipFile(path, 'a', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('archive/x', b'0123456789')


def traversal(path: Path) -> None:
    write(path, {**plain(), '../../outside': b'x'})


def absolute(path: Path) -> None:
    write(path, {**plain(), '/tmp/outside': b'x'})


def twice(path: Path) -> None:
    records = plain()
    write(path, records)
    with zipfile.ZipFile(path, 'a') as archive, pytest.warns(UserWarning):
        archive.writestr(next(iter(records)), b'x')


def tensor_past_its_storage(path: Path) -> None:
    edited(path, b'K\x04\x85', b'M\x00\x10\x85')


def storage_past_its_record(path: Path) -> None:
    edited(path, b'K\x04t', b'J\x00\x00\x00\x10t')


def negative_size(path: Path) -> None:
    edited(path, b'K\x04\x85', b'J\xff\xff\xff\xff\x85')


def huge_array(path: Path) -> None:
    torch.save(Call(np.array(0).__reduce__()[0], np.ndarray, (2**45,), b'b'), path)


def huge_text(path: Path) -> None:
    pickled(path, b'\x80\x02X\xff\xff\xff\x7fshort.')


def huge_record(path: Path) -> None:
    edited(path, b'K\x04t', b'\x8a\x06\x00\x00\x00\x00\x00\x10t')


def deep(path: Path) -> None:
    pickled(path, b'\x80\x02' + b'(' * 200_000 + b't' * 200_000 + b'R.')


FORMS: dict[str, tuple[Callable[[Path], None], ...]] = {
    'code that unpickling would run': (code, code_by_its_name),
    'zip bomb': (bomb, small_bomb, compressed),
    'path out of the archive': (traversal, absolute, twice),
    'tensors that do not fit their storage': (
        tensor_past_its_storage, storage_past_its_record, negative_size,
    ),
    'huge allocation declared': (huge_array, huge_text, huge_record),
    'deeply nested': (deep,),
}  # fmt: skip
