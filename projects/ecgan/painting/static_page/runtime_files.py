"""The files of onnxruntime-web that a page carries: from a copy at hand, or from npm."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...compat.atomic_checkpoints import write_atomically
from ...errors import MissingFileError

PACKAGE = 'onnxruntime-web'
VERSION = '1.30.0'
# Of the archive at npm, as its registry gives it.
_ALGORITHM = 'sha512'
DIGEST = 'q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=='
#: Names a folder of the package or its archive.
VARIABLE = 'ECGAN_ONNXRUNTIME_WEB'
# The smallest build computes on the processor, in every browser; the one that has WebGPU as well
# is nearly twice as large.
_BUILDS = {
    False: ('ort.wasm.min.js', 'ort-wasm-simd-threaded'),
    True: ('ort.webgpu.min.js', 'ort-wasm-simd-threaded.asyncify'),
}
_DESCRIPTION = 'package.json'


@dataclass(frozen=True)
class RuntimeFiles:
    """What runs a model in a browser.

    Attributes:
        version: Of the package.
        ort: The library, a classic script.
        glue: What the library loads the WebAssembly with, a module.
        wasm: The WebAssembly.
    """

    version: str
    ort: bytes
    glue: bytes
    wasm: bytes


def _files(webgpu: bool) -> dict[str, str]:
    ort, name = _BUILDS[webgpu]
    return dict(ort=f'dist/{ort}', glue=f'dist/{name}.mjs', wasm=f'dist/{name}.wasm')


def find_runtime(place: str | Path | None = None, webgpu: bool = False) -> RuntimeFiles:
    """The runtime from a place that is named, a ``node_modules`` above, the cache, or npm.

    Only what is named may be of another version than :data:`VERSION`. What npm gives is kept in
    the user's cache.

    Args:
        place: Folder of the package or its archive (``npm pack onnxruntime-web``); None: that of
            the environment variable ``ECGAN_ONNXRUNTIME_WEB``.
        webgpu: Whether it can compute on a GPU, too.

    Raises:
        MissingFileError: It is not there, or cannot be fetched.
    """
    named, wanted = place or os.environ.get(VARIABLE), _files(webgpu)
    if named:
        return _named(Path(named).expanduser(), wanted)
    cache = _cache()
    above = (folder / 'node_modules' / PACKAGE for folder in (Path.cwd(), *Path.cwd().parents))
    for folder in (*above, cache):
        is_whole = all((folder / file).is_file() for file in wanted.values())
        if is_whole and _version(folder) == VERSION:
            return _of_folder(folder, wanted)
    _fetch(cache, wanted)
    return _of_folder(cache, wanted)


def _named(place: Path, wanted: Mapping[str, str]) -> RuntimeFiles:
    try:
        if place.is_dir():
            inner = place / 'node_modules' / PACKAGE
            return _of_folder(inner if inner.is_dir() else place, wanted)
        with tempfile.TemporaryDirectory() as folder:
            _unpack(place.read_bytes(), Path(folder), wanted)
            return _of_folder(Path(folder), wanted)
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise MissingFileError(
            f'{place} is no folder or archive of {PACKAGE} with {", ".join(wanted.values())}: '
            f'`npm pack {PACKAGE}@{VERSION}` makes one'
        ) from error


def _of_folder(folder: Path, wanted: Mapping[str, str]) -> RuntimeFiles:
    files = {name: (folder / file).read_bytes() for name, file in wanted.items()}
    description = json.loads((folder / _DESCRIPTION).read_text(encoding='utf-8'))
    return RuntimeFiles(str(description['version']), **files)


def _version(folder: Path) -> str:
    try:
        return json.loads((folder / _DESCRIPTION).read_text(encoding='utf-8'))['version']
    except (OSError, ValueError, KeyError, TypeError):
        return ''


def _cache() -> Path:
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(base) / 'ecgan' / f'{PACKAGE}-{VERSION}'


def _fetch(cache: Path, wanted: Mapping[str, str]) -> None:
    """Put the package's files into the cache, by npm and its settings."""
    npm = shutil.which('npm')
    offer = f'name a folder or an archive of it with --runtime (or {VARIABLE})'
    if npm is None:
        raise MissingFileError(
            f'a page needs {PACKAGE} {VERSION}, and there is no npm to fetch it: {offer}'
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, 'pack', '--silent', f'{PACKAGE}@{VERSION}', '--pack-destination', folder]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        archives = [*Path(folder).glob('*.tgz')]
        if done.returncode or not archives:
            lines = (done.stderr or done.stdout).strip().splitlines() or ['no archive came']
            raise MissingFileError(
                f'npm cannot fetch {PACKAGE} {VERSION} ({lines[-1].strip()}): {offer}'
            )
        content = archives[0].read_bytes()
    found = base64.b64encode(hashlib.new(_ALGORITHM, content).digest()).decode()
    if found != DIGEST:
        raise MissingFileError(
            f'npm gave another {PACKAGE} {VERSION} than is known: its {_ALGORITHM} is {found}, '
            f'not {DIGEST}'
        )
    _unpack(content, cache, wanted)


def _unpack(content: bytes, folder: Path, wanted: Mapping[str, str]) -> None:
    """The few files of the archive that a page needs; the description last: then all are there."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for file in (*wanted.values(), _DESCRIPTION):
            member = archive.extractfile(f'package/{file}')
            if member is None:
                raise KeyError(file)
            write_atomically(member.read(), folder / file)
