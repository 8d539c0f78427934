"""A hub that others wrote (olah) serves what ``ecgan push`` puts together, and names lead to it."""

import socket
import subprocess
import time
from pathlib import Path

import fresh_process
import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from environments import KEPT, environment

from projects.ecgan import ECGANInferencer
from projects.ecgan.commands.push import main
from projects.ecgan.datasets import draw_scene

pytest.importorskip('huggingface_hub')
pytestmark = pytest.mark.campaign
REPOSITORY = 'me/toy'


def git(folder: Path, *words: str) -> None:
    who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false']
    subprocess.run(['git', '-C', str(folder), *who, *words], check=True, capture_output=True)


@pytest.fixture
def served(repo_root, tmp_path):
    """Address of a hub with a repository of two revisions, and the checkpoint of the first."""
    command = environment('hub', Path(KEPT or tmp_path)).with_name('olah-cli')
    if not command.is_file():
        pytest.skip('olah cannot be installed here')
    folder = tmp_path / 'mirrors' / 'models' / REPOSITORY
    folder.mkdir(parents=True)
    git(folder, 'init', '--quiet', '--initial-branch', 'main')
    checkpoint = write_checkpoint(repo_root, tmp_path)
    for branch, weights in (('main', 'float32'), ('half', 'float16')):
        argv = [str(checkpoint), REPOSITORY, '--dry-run', '--folder', str(folder)]
        assert main([*argv, '--weights', weights, '--license', 'mit']) == 0
        git(folder, 'checkout', '--quiet', '-B', branch)
        git(folder, 'add', '.')
        git(folder, 'commit', '--quiet', '--message', weights)
    git(folder, 'checkout', '--quiet', 'main')
    port = fresh_process.free_port()
    (tmp_path / 'olah.toml').write_text(
        f'[basic]\nhost = "127.0.0.1"\nport = {port}\nrepos-path = "{tmp_path / "cache"}"\n'
        f'mirrors-path = ["{tmp_path / "mirrors"}"]\n[accessibility]\noffline = true\n'
    )
    with (tmp_path / 'olah.log').open('w') as log:
        server = subprocess.Popen(
            [str(command), '-c', str(tmp_path / 'olah.toml')], cwd=tmp_path, stdout=log, stderr=log
        )
    try:
        wait_for(port)
        yield f'http://127.0.0.1:{port}', checkpoint
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            return socket.create_connection(('127.0.0.1', port)).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def save_pictures(names: list[str], out: str) -> None:
    from huggingface_hub import ModelCard

    assert ModelCard.load(REPOSITORY).data.license == 'mit'
    labels = draw_scene(0, 1, (64, 64))[1]
    np.save(out, [ECGANInferencer(name, device='cpu')(labels).image for name in names])


def test_names_lead_to_what_was_put_together(served, tmp_path):
    address, checkpoint = served
    env = dict(HF_ENDPOINT=address, HF_HOME=str(tmp_path / 'hf'), HF_HUB_DISABLE_TELEMETRY='1')
    names = [f'hf://{REPOSITORY}{end}' for end in ('', '@main/model.safetensors', '@half')]
    log, out = tmp_path / 'log', tmp_path / 'made.npy'
    job = fresh_process.start(save_pictures, names, str(out), log=log, env=env)
    assert fresh_process.finish(job) == 0, log.read_text()
    first, again, half = np.load(out).astype(int)
    expected = ECGANInferencer(checkpoint, device='cpu')(draw_scene(0, 1, (64, 64))[1]).image
    assert np.array_equal(first, expected) and np.array_equal(again, expected)
    assert 0 < abs(half - expected).max() <= 2
