"""Where a page's onnxruntime-web comes from."""

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from projects.ecgan.errors import MissingFileError
from projects.ecgan.painting.static_page import runtime_files
from projects.ecgan.painting.static_page.runtime_files import VERSION, find_runtime

FILES = {
    'dist/ort.wasm.min.js': b'library',
    'dist/ort-wasm-simd-threaded.mjs': b'glue',
    'dist/ort-wasm-simd-threaded.wasm': b'wasm',
}


def write_package(folder: Path, version: str = VERSION) -> Path:
    files = {**FILES, 'package.json': json.dumps(dict(version=version)).encode()}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def write_archive(path: Path, version: str = VERSION) -> Path:
    files = {**FILES, 'package.json': json.dumps(dict(version=version)).encode()}
    with tarfile.open(path, 'w:gz') as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f'package/{name}')
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch) -> None:
    """No copy at hand, and an npm of the test's own, if any."""
    for name in ('work', 'bin'):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / 'work')
    monkeypatch.delenv(runtime_files.VARIABLE, raising=False)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    monkeypatch.setenv('PATH', str(tmp_path / 'bin'))


def write_npm(tmp_path: Path, script: str) -> None:
    npm = tmp_path / 'bin' / 'npm'
    npm.write_text(f'#!/bin/sh\n{script}\n')
    npm.chmod(0o755)


def test_what_is_named_may_be_of_any_version(tmp_path, monkeypatch):
    folder = write_package(tmp_path / 'named', '1.99.0')
    archive = write_archive(tmp_path / 'named.tgz', '1.98.0')
    found = find_runtime(folder)
    assert (found.version, found.ort, found.glue, found.wasm) == (
        '1.99.0', b'library', b'glue', b'wasm',
    )  # fmt: skip
    assert find_runtime(archive).version == '1.98.0'
    monkeypatch.setenv(runtime_files.VARIABLE, str(archive))
    assert find_runtime().version == '1.98.0' and find_runtime(folder).version == '1.99.0'
    write_package(tmp_path / 'project' / 'node_modules' / 'onnxruntime-web', '1.97.0')
    assert find_runtime(tmp_path / 'project').version == '1.97.0'


def test_a_copy_above_is_taken_if_it_is_of_the_known_version(tmp_path):
    above = tmp_path / 'node_modules' / 'onnxruntime-web'
    write_package(above)
    assert find_runtime().version == VERSION
    (above / 'dist/ort-wasm-simd-threaded.wasm').unlink()
    with pytest.raises(MissingFileError, match=f'needs onnxruntime-web {VERSION}, and there is no'):
        find_runtime()
    write_package(above, '1.2.3')
    with pytest.raises(MissingFileError, match='no npm to fetch it: name a folder'):
        find_runtime()


def test_what_is_no_package_is_refused(tmp_path):
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'text.tgz').write_text('no archive')
    with tarfile.open(tmp_path / 'other.tgz', 'w:gz'):
        pass
    for name in ('empty', 'text.tgz', 'other.tgz', 'none'):
        with pytest.raises(MissingFileError, match=rf'{name} is no folder or archive of onnx'):
            find_runtime(tmp_path / name)


def test_npm_fetches_once_and_the_digest_is_checked(tmp_path, monkeypatch):
    archive = write_archive(tmp_path / 'onnxruntime-web.tgz')
    # `npm pack --silent NAME@VERSION --pack-destination FOLDER`
    write_npm(tmp_path, f'[ "$3" = "onnxruntime-web@{VERSION}" ] && /bin/cp {archive} "$5"')
    with pytest.raises(MissingFileError, match='npm gave another onnxruntime-web'):
        find_runtime()
    assert not (tmp_path / 'cache').exists()
    content = archive.read_bytes()
    digest = runtime_files.base64.b64encode(runtime_files.hashlib.sha512(content).digest())
    monkeypatch.setattr(runtime_files, 'DIGEST', digest.decode())
    assert find_runtime().wasm == b'wasm'
    os.remove(tmp_path / 'bin' / 'npm')
    assert find_runtime().wasm == b'wasm', 'from the cache'


def test_what_npm_says_is_passed_on(tmp_path):
    write_npm(tmp_path, 'echo "npm error network unreachable" >&2; exit 1')
    with pytest.raises(MissingFileError, match=r'\(npm error network unreachable\): name a folder'):
        find_runtime()
