"""MMEngine's checkpoints load, on the safe loader; hostile ones are refused and run nothing."""

import builtins
import functools
import http.server
import io
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hostile_checkpoints import Call
from mmengine.logging import HistoryBuffer
from mmengine.runner import checkpoint as checkpoint_module
from mmengine.runner.checkpoint import CheckpointLoader

from projects.ecgan.compat import safe_checkpoints
from projects.ecgan.compat.safe_checkpoints import UnsafeCheckpointError, safe_load

NAMES_OPEN = r"(hostile|bad)\.pth: it holds '(\w+\.)?open', and nothing of it was run"


def checkpoint() -> dict[str, Any]:
    history = HistoryBuffer([1.0, 3.0], [1, 1])
    return {
        'state_dict': {'weight': torch.arange(6.0).reshape(2, 3), 'half': torch.ones(2).half()},
        'message_hub': {'log_scalars': {'train/loss': history}, 'runtime_info': {'iter': 2}},
        'meta': {'best': np.float64(0.5), 'count': np.int64(3), 'palette': np.eye(2, dtype='u1')},
    }


def save(path: Path, content: Any) -> Path:
    torch.save(content, path)
    return path


@pytest.mark.usefixtures('loader')
def test_log_history_and_numpy_numbers_load(tmp_path: Path) -> None:
    loaded = CheckpointLoader.load_checkpoint(str(save(tmp_path / 'a.pth', checkpoint())), 'cpu')
    assert torch.equal(loaded['state_dict']['weight'], torch.arange(6.0).reshape(2, 3))
    assert loaded['state_dict']['half'].dtype == torch.half
    history = loaded['message_hub']['log_scalars']['train/loss']
    assert history.statistics('mean') == 2 and history.statistics('current') == 3
    assert loaded['meta']['best'] == 0.5 and loaded['meta']['count'] == 3
    assert np.array_equal(loaded['meta']['palette'], np.eye(2))


@pytest.mark.skipif(not safe_checkpoints._torch_is_safe(), reason='torch < 2.6 loads anything')
def test_without_the_allow_list_torch_refuses_them(tmp_path: Path) -> None:
    with pytest.raises(pickle.UnpicklingError, match='HistoryBuffer'):
        torch.load(save(tmp_path / 'a.pth', checkpoint()))


def test_what_onedl_loads_from_other_places_is_refused_too(tmp_path: Path) -> None:
    path = save(tmp_path / 'hostile.pth', {'x': Call(builtins.open, str(tmp_path / 'marker'), 'w')})
    # Its own function would load it with the safe loader off.
    with pytest.raises(UnsafeCheckpointError):
        checkpoint_module._safe_torch_load(io.BytesIO(path.read_bytes()), map_location='cpu')
    assert not (tmp_path / 'marker').exists()


@pytest.mark.usefixtures('loader')
@pytest.mark.parametrize('legacy', [False, True], ids=['zip', 'legacy'])
def test_hostile_checkpoint_runs_nothing(tmp_path: Path, legacy: bool) -> None:
    marker = tmp_path / 'marker'
    path = tmp_path / 'hostile.pth'
    content = {'state_dict': {}, 'x': Call(builtins.open, str(marker), 'w')}
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(
        UnsafeCheckpointError, match=r"hostile\.pth: it holds '(\w+\.)?open'"
    ) as info:
        CheckpointLoader.load_checkpoint(str(path), 'cpu')
    assert '\n' not in str(info.value)
    assert not marker.exists()


@pytest.mark.usefixtures('loader')
@pytest.mark.parametrize(
    'content',
    [
        Call(getattr, HistoryBuffer, '__init__'),
        Call(getattr, np.ndarray, 'tofile'),
        Call(getattr, torch.Tensor, 'mean'),
        Call(np.array(0).__reduce__()[0], np.matrix, (0,), b'b'),
        Call(np.float64(0).__reduce__()[0], np.dtype('O'), b''),
        Call(exec, 'raise SystemExit'),
        Call(functools.partial, print),
        Path('a'),
    ],
    ids=lambda content: str(getattr(content, 'call', content))[:50],
)
def test_nothing_beside_the_list_is_allowed(tmp_path: Path, content: Any) -> None:
    with pytest.raises(UnsafeCheckpointError):
        safe_load(save(tmp_path / 'a.pth', content))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'none\.pth can not be found'):
        CheckpointLoader.load_checkpoint(str(tmp_path / 'none.pth'))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Address of a web server on the files of ``tmp_path``."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{httpd.server_address[1]}'
        httpd.shutdown()


def test_downloads_are_checked_too(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'home'))
    marker = tmp_path / 'marker'
    save(tmp_path / 'good.pth', checkpoint())
    save(tmp_path / 'bad.pth', Call(builtins.open, str(marker), 'w'))
    loaded = CheckpointLoader.load_checkpoint(f'{server}/good.pth', 'cpu')
    assert torch.equal(loaded['state_dict']['weight'], torch.arange(6.0).reshape(2, 3))
    with pytest.raises(UnsafeCheckpointError, match=NAMES_OPEN):
        CheckpointLoader.load_checkpoint(f'{server}/bad.pth', 'cpu')
    assert not marker.exists()
