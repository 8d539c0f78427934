"""Models of the hub, by the real library against a server that speaks the hub's interface."""

import subprocess
import sys
from pathlib import Path

import fresh_process
import hub_server
import numpy as np
import pytest
from ecgan_toys import write_checkpoint

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import draw_scene
from projects.ecgan.errors import UserError

pytest.importorskip('huggingface_hub')
pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory) -> Path:
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture
def hub(tmp_path):
    """Environment of a client of a hub that is empty, with a cache of its own; its server."""
    script = Path(hub_server.__file__)
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        address = server.stdout.readline().strip()
        # Xet, the hub's newer way of large files, has servers of its own.
        yield dict(
            HF_ENDPOINT=address, HF_HOME=str(tmp_path / 'hf'), HF_TOKEN='',
            HF_HUB_DISABLE_XET='1', HF_HUB_DISABLE_TELEMETRY='1', NO_PROXY='127.0.0.1',
        ), server  # fmt: skip
        server.kill()


def run(function, *args, env: dict[str, str], log: Path) -> str:
    status = fresh_process.finish(fresh_process.start(function, *args, log=log, env=env))
    assert status == 0, log.read_text()
    return log.read_text()


def command(name: str, argv: list[str], expected: int) -> None:
    import importlib

    main = importlib.import_module(f'projects.ecgan.commands.{name}').main
    assert main(argv) == expected


def upload(folder: str, repository: str, names: list[str]) -> None:
    """Some files to a repository, by the library alone."""
    from huggingface_hub import HfApi

    HfApi().create_repo(repository, exist_ok=True)
    for name in names:
        Path(folder, name).write_bytes(b'none')
        HfApi().upload_file(
            path_or_fileobj=str(Path(folder, name)), path_in_repo=name, repo_id=repository
        )


def save_picture(name: str, out: str) -> None:
    labels = draw_scene(0, 1, (64, 64))[1]
    np.save(out, ECGANInferencer(name, device='cpu')(labels).image)


def print_sentences(names: list[str]) -> None:
    for name in names:
        try:
            ECGANInferencer(name)
        except UserError as error:
            print(f'SENTENCE {error.sentence}')


def sentences(names: list[str], env: dict[str, str], log: Path) -> list[str]:
    text = run(print_sentences, names, env=env, log=log)
    return [line.partition('SENTENCE ')[2] for line in text.splitlines() if 'SENTENCE ' in line]


def test_pushed_fetched_and_at_hand_offline(hub, checkpoint, tmp_path):
    env, server = hub
    log, known = tmp_path / 'log', env | dict(HF_TOKEN=hub_server.TOKEN)
    argv = [str(checkpoint), 'me/toy', '--folder', str(tmp_path / 'up'), '--license', 'mit']
    said = run(command, 'push', argv, 2, env=env, log=log)
    assert f'uploading to {env["HF_ENDPOINT"]} needs a token of yours: set HF_TOKEN or run' in said
    wrong = env | dict(HF_TOKEN='hf_wrong')
    said = run(command, 'push', argv, 2, env=wrong, log=log)
    assert 'status 401): set HF_TOKEN or run `hf auth login`' in said
    said = run(command, 'push', argv, 0, env=known, log=log)
    assert f'{env["HF_ENDPOINT"]}/me/toy: its name is hf://me/toy' in said
    labels = draw_scene(0, 1, (64, 64))[1]
    expected = ECGANInferencer(checkpoint, device='cpu')(labels).image
    for name in ('hf://me/toy', 'hf://me/toy@main/model.safetensors'):
        run(save_picture, name, str(tmp_path / 'made.npy'), env=env, log=log)
        assert np.array_equal(np.load(tmp_path / 'made.npy'), expected)
    blobs = [*(tmp_path / 'hf/hub/models--me--toy/blobs').iterdir()]
    assert len(blobs) == 1  # only the model, and once
    server.kill()
    server.wait()
    for offline in ({}, dict(HF_HUB_OFFLINE='1')):
        (tmp_path / 'made.npy').unlink()
        run(save_picture, 'hf://me/toy', str(tmp_path / 'made.npy'), env=env | offline, log=log)
        assert np.array_equal(np.load(tmp_path / 'made.npy'), expected)
    told = sentences(['hf://me/other'], env | dict(HF_HUB_OFFLINE='1'), log)
    assert told == [
        f'model.safetensors of hf://me/other is not in the cache {tmp_path}/hf/hub, and '
        'HF_HUB_OFFLINE keeps the hub from being asked'
    ]
    (told,) = sentences(['hf://me/other'], env, log)
    assert f'and {env["HF_ENDPOINT"]} cannot be reached (' in told


def test_what_is_missing_is_said_in_a_sentence(hub, tmp_path):
    env, _ = hub
    log, known = tmp_path / 'log', env | dict(HF_TOKEN=hub_server.TOKEN)
    for repository in ('me/a', 'me/secret-a', 'me/gated-a'):
        names = ['iter_5.pth', 'notes.txt']
        run(upload, str(tmp_path), repository, names, env=known, log=log)
    address = env['HF_ENDPOINT']
    told = sentences(
        ['hf://me/none', 'hf://me/secret-a', 'hf://me/gated-a', 'hf://me/a@v2', 'hf://me/a',
         'hf://me/a/iter_5.pth', 'hf://me', 'hf://datasets/me/a'], env, log,
    )  # fmt: skip
    nowhere = (
        f'{address} has no model repository me/NAME, or it is private and the token does not open '
        'it: check the name, or set HF_TOKEN or run `hf auth login`'
    )
    assert told[0] == nowhere.replace('NAME', 'none')
    assert told[1] == nowhere.replace('NAME', 'secret-a')
    assert told[2] == (
        f'hf://me/gated-a is gated: accept its terms at {address}/me/gated-a, and set HF_TOKEN or '
        'run `hf auth login`'
    )
    assert told[3] == 'hf://me/a has no revision v2, it has main'
    assert told[4] == 'hf://me/a has no file model.safetensors, it has iter_5.pth, notes.txt'
    assert 'iter_5.pth' in told[5] and 'hf/hub' in told[5]  # fetched, and no checkpoint
    assert told[6].startswith('hf://me is no model of the hub, hf://OWNER/REPO[@REVISION][/FILE]: ')
    assert told[7] == 'hf://datasets/me/a is a dataset of the hub, not a model'
    assert len(told) == 8
    # With a token the private one opens.
    (told,) = sentences(['hf://me/secret-a'], known, log)
    assert told.startswith('hf://me/secret-a has no file model.safetensors, it has iter_5.pth')
