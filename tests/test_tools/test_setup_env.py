"""The set-up script: which Python, how much disk, when it is finished, how it goes on."""

import json
import shutil
import stat
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / 'tools'
DiskUsage = namedtuple('DiskUsage', 'total used free')


@pytest.fixture
def setup_env(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    import setup_env as module

    return module


@pytest.fixture
def setup_checks(setup_env):
    import setup_checks as module

    return module


@pytest.fixture
def small_lock(tmp_path):
    """A lock file whose packages are all there: none but the installers themselves."""
    lock = tmp_path / 'lock.txt'
    lock.write_text('opencv-python-headless==4.11.0.86\nuv==0.13.9\n')
    return lock


def script(path: Path, body: str) -> str:
    path.write_text(f'#!/bin/sh\n{body}\n')
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return str(path)


def fake_python(folder: Path, version: str, venv: bool = True) -> str:
    answer = json.dumps({'version': version, 'path': str(folder / f'py{version}'), 'venv': venv})
    return script(folder / f'py{version}', f"echo '{answer}'")


@pytest.mark.parametrize(
    'version, fits',
    [('3.9.18', False), ('3.10.0', True), ('3.11.7', True), ('3.12.12', True), ('3.13.0', False)],
)
def test_supported_versions(setup_checks, version, fits):
    assert setup_checks.is_supported(version) is fits


def test_running_python_is_probed(setup_checks):
    probe = setup_checks.probe_python(sys.executable)
    assert probe['version'] == '.'.join(map(str, sys.version_info[:3]))
    assert probe['venv'] is True


def test_stub_on_the_path_is_no_python(setup_checks, tmp_path):
    stub = script(tmp_path / 'python3.10', 'echo "python3.10: command not found" >&2; exit 127')
    assert setup_checks.probe_python(stub) is None
    assert setup_checks.probe_python(str(tmp_path / 'absent')) is None


def test_python_of_another_version_is_named(setup_checks, tmp_path):
    python = fake_python(tmp_path, '3.13.1')
    with pytest.raises(setup_checks.SetupError) as error:
        setup_checks.find_python(python)
    message = str(error.value)
    assert f'3.13.1 at {python}' in message and '3.10, 3.11 or 3.12 is needed' in message
    assert '\n' not in message


def test_later_candidate_is_taken(setup_checks, tmp_path, monkeypatch):
    pythons = (fake_python(tmp_path, '3.13.1'), fake_python(tmp_path, '3.12.4'))
    monkeypatch.setattr(setup_checks, 'CANDIDATES', pythons)
    monkeypatch.setattr(setup_checks.sys, 'executable', str(tmp_path / 'absent'))
    assert setup_checks.find_python()['version'] == '3.12.4'


def test_python_without_venv_says_what_to_install(setup_checks, tmp_path):
    with pytest.raises(setup_checks.SetupError, match=r'apt-get install python3\.11-venv'):
        setup_checks.find_python(fake_python(tmp_path, '3.11.2', venv=False))


def test_small_disk_is_told_with_figures(setup_checks, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: DiskUsage(50e9, 48e9, 2e9))
    with pytest.raises(setup_checks.SetupError) as error:
        setup_checks.check_disk(tmp_path / 'not' / 'yet', already=int(1.5e9))
    message = str(error.value)
    assert '9.0 GB' in message and '3.5 GB are free' in message and '5.5 GB more' in message
    assert str(tmp_path) in message and '\n' not in message


def test_what_an_interrupted_set_up_left_counts_as_room(setup_checks, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: DiskUsage(50e9, 48e9, 2e9))
    setup_checks.check_disk(tmp_path, already=int(7e9))


def test_hard_links_are_counted_once(setup_checks, tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'b').mkdir()
    (tmp_path / 'a' / 'file').write_bytes(b'x' * 40960)
    once = setup_checks.bytes_used(tmp_path / 'a')
    (tmp_path / 'b' / 'file').hardlink_to(tmp_path / 'a' / 'file')
    assert once == 40960
    assert setup_checks.bytes_used(tmp_path / 'a', tmp_path / 'b') == once


def test_last_error_prefers_the_telling_line(setup_checks):
    log = (
        'Collecting torch\nERROR: Could not find a version\n'
        '  \u00d7 Failed to fetch\n  ╰─▶ Connection refused (os error 111)\nnotice: a new pip\n'
    )
    assert setup_checks.last_error(log) == 'Failed to fetch'
    assert setup_checks.last_error('  \nplain end\n') == 'plain end'
    assert setup_checks.last_error('') == 'no output'


def test_locked_version(setup_env):
    text = 'uvicorn==0.30\nuv==0.13.9\ntorch==2.12.1 ; python_version < "3.11"\n'
    assert setup_env.locked_version('uv', text) == '0.13.9'
    assert setup_env.locked_version('torch', text) == '2.12.1'
    with pytest.raises(setup_env.SetupError, match='does not pin ruff'):
        setup_env.locked_version('ruff', text)


def test_real_lock_pins_what_the_script_asks_for(setup_env):
    text = setup_env.LOCK_FILE.read_text()
    for package in ('uv', 'opencv-python-headless', 'torch', 'mmagic', 'mmcv-lite', 'pytest'):
        assert setup_env.locked_version(package, text)
    assert 'http' not in text


def finished(setup_env, folder: Path, lock: Path, python: str = '3.11'):
    env = setup_env.Environment(folder, lock)
    (folder / 'bin').mkdir(parents=True)
    env.python.touch()
    env.write_stamp({'lock': env.lock_hash(), 'python': python, 'setup_seconds': 1.0})
    return env


def test_stamp_recognises_a_finished_environment(setup_env, tmp_path, small_lock):
    env = finished(setup_env, tmp_path / 'venv', small_lock)
    assert env.is_ready() and env.is_ready('3.11') and not env.is_ready('3.12')
    assert setup_env.set_up(env) is False


def test_stamp_of_another_lock_does_not_count(setup_env, tmp_path, small_lock):
    env = finished(setup_env, tmp_path / 'venv', small_lock)
    small_lock.write_text(small_lock.read_text() + 'ruff==1.0\n')
    assert not setup_env.Environment(env.folder, small_lock).is_ready()


def test_removed_python_or_torn_stamp_does_not_count(setup_env, tmp_path, small_lock):
    env = finished(setup_env, tmp_path / 'venv', small_lock)
    env.python.unlink()
    assert not env.is_ready()
    env.python.touch()
    env.stamp.write_text('{"lock": "')
    assert not env.is_ready()
    env.check_ours()


def test_foreign_folder_is_left_alone(setup_env, tmp_path, small_lock):
    folder = tmp_path / 'venv'
    folder.mkdir()
    (folder / 'thesis.txt').write_text('years of work')
    env = setup_env.Environment(folder, small_lock)
    for act in (lambda: setup_env.set_up(env, sys.executable), env.remove):
        with pytest.raises(setup_env.SetupError, match='not made by this script'):
            act()
    assert (folder / 'thesis.txt').read_text() == 'years of work'


def test_installer_failures_end_in_one_line(setup_env, tmp_path, small_lock, monkeypatch, capsys):
    monkeypatch.setattr(setup_env, 'LOCK_FILE', small_lock)
    env = setup_env.Environment(tmp_path / 'venv', small_lock)
    env.folder.mkdir()
    (env.folder / 'bin').mkdir()
    script(env.python, 'echo "ERROR: no route to the index (venv of $1 $2)"; exit 1')
    with pytest.raises(setup_env.SetupError) as error:
        setup_env.install_locked(env)
    message = str(error.value)
    assert 'no route to the index' in message and 'repeat the command' in message
    assert str(env.log) in message and '\n' not in message
    assert 'trying pip' in capsys.readouterr().out


def test_failing_import_is_told(setup_env, tmp_path, small_lock):
    env = setup_env.Environment(tmp_path / 'venv', small_lock)
    (env.folder / 'bin').mkdir(parents=True)
    script(env.python, 'echo "ImportError: libGL.so.1: cannot open shared object file"; exit 1')
    with pytest.raises(setup_env.SetupError, match=r'does not load.*libGL\.so\.1'):
        setup_env.check_imports(env)


@pytest.mark.slow
def test_interrupted_set_up_is_made_anew_from_its_downloads(
    setup_env, tmp_path, small_lock, monkeypatch
):
    """The installers are replaced: the first run is cut off in the middle, the second is not."""
    env = setup_env.Environment(tmp_path / 'venv', small_lock)
    monkeypatch.setattr(setup_env, 'check_disk', lambda *args: None)
    monkeypatch.setattr(setup_env, 'prefer_headless_opencv', lambda env: None)
    monkeypatch.setattr(setup_env, 'check_imports', lambda env: env.log.touch())

    def cut_off(env):
        env.downloads.mkdir()
        (env.downloads / 'wheel').write_text('kept')
        (env.folder / 'half').write_text('half a package')
        raise KeyboardInterrupt

    monkeypatch.setattr(setup_env, 'install_locked', cut_off)
    with pytest.raises(KeyboardInterrupt):
        setup_env.set_up(env, sys.executable)
    assert not env.is_ready() and env.read_stamp() == {'state': 'being made'}

    def go_on(env):
        assert (env.downloads / 'wheel').read_text() == 'kept'
        assert not (env.folder / 'half').exists()

    monkeypatch.setattr(setup_env, 'install_locked', go_on)
    assert setup_env.set_up(env, sys.executable) is True
    assert env.is_ready() and not env.downloads.exists()
    assert env.read_stamp()['setup_seconds'] > 0
    assert subprocess.run([env.python, '-c', 'import pip']).returncode == 0

    env.remove()
    assert not env.folder.exists()


def test_command_line_prints_one_line(tmp_path):
    python = fake_python(tmp_path, '3.9.1')
    command = [sys.executable, str(TOOLS / 'setup_env.py'), '--venv', str(tmp_path / 'v')]
    answer = subprocess.run([*command, '--python', python], capture_output=True, text=True)
    assert answer.returncode == 1 and answer.stdout == ''
    assert answer.stderr.startswith('Set-up stopped: Python 3.10, 3.11 or 3.12 is needed')
    assert answer.stderr.count('\n') == 1 and not (tmp_path / 'v').exists()
