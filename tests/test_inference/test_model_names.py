"""Which model a name means."""

import functools
import http.server
import importlib.util
import threading
from pathlib import Path

import pytest
import torch
from ecgan_toys import write_checkpoint

from projects.ecgan import ECGANInferencer
from projects.ecgan.errors import CheckpointError, ConfigError, MissingFileError
from projects.ecgan.inference import box_models, export_checkpoint, find_model
from projects.ecgan.inference.model_names import BOX


def test_a_model_of_the_box(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'scenes').mkdir()  # a folder of that name does not hide it
    assert find_model('scenes') == str(BOX / 'scenes.safetensors')
    assert 'scenes' in box_models()


def test_files(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'a.pth').touch()
    (tmp_path / 'scenes').touch()
    assert find_model(tmp_path / 'a.pth') == find_model('~/a.pth') == str(tmp_path / 'a.pth')
    monkeypatch.chdir(tmp_path)
    assert find_model('./scenes') == 'scenes'


def test_an_unknown_name_says_what_there_is(tmp_path):
    with pytest.raises(MissingFileError) as caught:
        ECGANInferencer('scene')
    assert caught.value.sentence == (
        'no model scene: the box has scenes, and there is no such file, did you mean scenes?'
    )
    with pytest.raises(MissingFileError, match=r'no model .*/x\.pth: .* there is no such file$'):
        find_model(tmp_path / 'x.pth')


@pytest.fixture
def served(tmp_path):
    """A folder, and its address."""
    folder = tmp_path / 'served'
    folder.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    server.server_close()
    thread.join()


def test_addresses_of_one_file_name_are_models_of_their_own(
    served, tmp_path, monkeypatch, repo_root
):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    folder, address = served
    checkpoint = write_checkpoint(repo_root, tmp_path)
    for name in ('a', 'b'):
        (folder / name).mkdir()
    export_checkpoint(checkpoint, folder / 'a' / 'model.safetensors')
    (folder / 'b' / 'model.safetensors').write_bytes(b'another')
    inferencer = ECGANInferencer(f'{address}/a/model.safetensors', device='cpu')
    assert inferencer.model.num_classes == 8
    with pytest.raises(CheckpointError, match='no whole safetensors'):
        ECGANInferencer(f'{address}/b/model.safetensors')
    # Fetched once: it is there when the server has it no more.
    (folder / 'a' / 'model.safetensors').unlink()
    assert Path(find_model(f'{address}/a/model.safetensors')).is_file()
    with pytest.raises(MissingFileError, match=r'cannot fetch http.*/none\.pth \(HTTPError.* put'):
        find_model(f'{address}/none.pth')


def test_the_hub_needs_its_library(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        'projects.ecgan.inference.hub.find_spec',
        lambda name: None if name == 'huggingface_hub' else find_spec(name),
    )
    with pytest.raises(ConfigError, match=r"needs huggingface_hub 1\.13 or newer.*mmagic\[hub\]'"):
        find_model('hf://owner/repo')
    monkeypatch.undo()
    monkeypatch.setattr(
        'projects.ecgan.inference.hub.package_versions', lambda name: {name: '0.25.2'}
    )
    monkeypatch.setattr('projects.ecgan.inference.hub.find_spec', lambda name: True)
    with pytest.raises(
        ConfigError, match=r'needs huggingface_hub 1\.13 or newer, this is 0\.25\.2'
    ):
        find_model('hf://owner/repo')
