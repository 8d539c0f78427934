"""The command ``ecgan``: its words, its end, its other names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from projects.ecgan.commands import main
from projects.ecgan.version import __version__


def end_of(capsys: pytest.CaptureFixture, *argv: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main.main(argv)
    return (end.value.code or 0, *capsys.readouterr())


def test_help_names_every_command(capsys: pytest.CaptureFixture) -> None:
    status, told, _ = end_of(capsys, '--help')
    assert status == 0 and told.startswith('usage: ecgan COMMAND')
    assert [line.split()[0] for line in told.splitlines()[2:]] == list(main.COMMANDS)
    assert end_of(capsys) == (status, told, '')


def test_version(capsys: pytest.CaptureFixture) -> None:
    assert end_of(capsys, '--version') == (0, f'ecgan {__version__}\n', '')


def test_a_word_that_is_none(capsys: pytest.CaptureFixture) -> None:
    status, _, told = end_of(capsys, 'trian')
    assert status == 2 and told.startswith("error: no command 'trian', there are train, test,")


@pytest.mark.parametrize('word', main.COMMANDS)
def test_every_command_tells_its_arguments(
    word: str, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, 'argv', ['ecgan', word])
    status, told, _ = end_of(capsys, word, '--help')
    assert status == 0 and told.startswith(f'usage: ecgan {word} ')


def test_the_status_is_that_of_the_command(capsys: pytest.CaptureFixture) -> None:
    status, _, told = end_of(capsys, 'train', 'no_such_recipe.py')
    assert status == 2 and told.startswith('error: ') and told.count('\n') == 1


@pytest.mark.parametrize('package', ['ecgan', 'projects.ecgan.commands'])
def test_a_launcher_may_run_it_as_a_module(package: str, repo_root: Path) -> None:
    command = [sys.executable, '-m', package, '--version']
    done = subprocess.run(command, capture_output=True, text=True, cwd=repo_root)
    assert done.stdout == f'ecgan {__version__}\n', done.stderr


def test_a_shell_completes_its_words(repo_root: Path, tmp_path: Path) -> None:
    pytest.importorskip('argcomplete')
    for line, expected in (('ecgan tr', 'train '), ('ecgan train --amp --res', '--resume ')):
        place = {'COMP_LINE': line, 'COMP_POINT': str(len(line)), '_ARGCOMPLETE': '1'}
        environment = os.environ | place | {'_ARGCOMPLETE_STDOUT_FILENAME': str(tmp_path / 'out')}
        subprocess.run([sys.executable, '-m', 'ecgan'], env=environment, cwd=repo_root, timeout=60)
        assert (tmp_path / 'out').read_text() == expected


def test_the_alias_is_the_package() -> None:
    import ecgan
    import projects.ecgan

    assert ecgan.compat is projects.ecgan.compat
    assert ecgan.__version__ == __version__
