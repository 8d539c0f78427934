"""The tool that serves the page, as far as it goes without a server."""

import importlib.util

import paint
import pytest

from projects.ecgan.errors import MissingFileError


def test_the_newest_checkpoint_of_the_demo_is_taken(tmp_path):
    for name in ('iter_50.pth', 'iter_600.pth', 'iter_100.pth', 'best_iter_700.pth', 'iter_x.pth'):
        (tmp_path / name).touch()
    assert paint.find_checkpoint(tmp_path).name == 'iter_600.pth'


def test_without_a_demo_it_says_what_to_do(tmp_path):
    with pytest.raises(MissingFileError, match='run `make demo` first, or name a checkpoint'):
        paint.find_checkpoint(tmp_path)


def test_without_the_library_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    assert paint.main(['model.pth']) == 2
    assert capsys.readouterr().err == (
        "error: the page needs NiceGUI: `make paint` installs it, `pip install '.[paint]'` does so "
        'in an environment of your own\n'
    )


def test_make_installs_what_the_extra_names(repo_root):
    """The Makefile reads the line of pyproject.toml, which has to stay one line."""
    line = next(
        x for x in (repo_root / 'pyproject.toml').read_text().splitlines() if 'paint =' in x
    )
    assert line == 'paint = ["nicegui>=3.18,<4"]'
    assert '^paint = ' in (repo_root / 'Makefile').read_text()
