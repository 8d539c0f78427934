"""The tool that serves the page, as far as it goes without a server."""

import importlib.util

from projects.ecgan.commands import paint
from projects.ecgan.inference import find_model


def test_the_newest_checkpoint_of_the_demo_is_taken(tmp_path):
    folder = tmp_path / paint.DEMO
    folder.mkdir(parents=True)
    for name in ('iter_50.pth', 'iter_600.pth', 'iter_100.pth', 'best_iter_700.pth', 'iter_x.pth'):
        (folder / name).touch()
    assert paint.find_checkpoint(tmp_path / 'elsewhere', tmp_path).name == 'iter_600.pth'


def test_without_a_demo_the_model_of_the_box_is_taken(tmp_path):
    assert paint.find_checkpoint(tmp_path) == 'scenes'
    assert find_model(paint.find_checkpoint(tmp_path)).endswith('box/scenes.safetensors')


def test_without_the_library_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    assert paint.main(['model.pth']) == 2
    assert capsys.readouterr().err == (
        'error: the page needs NiceGUI: `make paint` installs it, `pip install '
        "'ecgan-mmagic[paint]'` does so in an environment of your own\n"
    )


def test_make_installs_what_the_extra_names(repo_root):
    place = 'requirements/paint.txt'
    assert 'nicegui' in (repo_root / place).read_text()
    extra = f'optional-dependencies.paint = {{ file = "{place}" }}'
    assert extra in (repo_root / 'pyproject.toml').read_text()
    assert f'$(INSTALL) -r {place}' in (repo_root / 'Makefile').read_text()
