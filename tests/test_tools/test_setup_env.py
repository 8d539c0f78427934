"""The set-up script: which Python, how much disk, when it is finished, how it goes on.

Most tests run it with a shell script that answers like Python, pip and uv.
"""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / 'tools' / 'setup_env.py'
REQUIREMENTS = SCRIPT.parents[1] / 'requirements'
STAMP = 'ecgan_setup.json'
DiskUsage = namedtuple('DiskUsage', 'total used free')

# Notes what it is told to do. AT_SYNC is what uv does, AT_IMPORT what the first import does.
FAKE = """
case "$*" in *ensurepip*) echo "{version} at {path}"; exit {status} ;; esac
echo "$*" >> "{log}"
case "$*" in
    '-m venv'*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    *'uv pip sync'*) mkdir -p "$UV_CACHE_DIR"; cd "$(dirname "$0")/.."; eval "$AT_SYNC" ;;
    *'import cv2'*) eval "$AT_IMPORT" ;;
esac
"""


def script(path: Path, body: str) -> str:
    path.write_text(f'#!/bin/sh\n{body}\n')
    path.chmod(0o755)
    return str(path)


def fake_python(folder: Path, version: str = '3.11', venv: bool = True) -> str:
    path = folder / f'python{version}'
    parts = {'version': version, 'path': path, 'status': 0 if venv else 1}
    return script(path, FAKE.format(log=folder / 'log', **parts))


class Project:
    """A copy of the script with a lock file of its own, and a place for its environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / 'tools').mkdir()
        (folder / 'requirements').mkdir()
        text = SCRIPT.read_text().replace('NEEDED_GB = 8.0', 'NEEDED_GB = 0.0')
        (folder / 'tools' / SCRIPT.name).write_text(text)
        (folder / 'pyproject.toml').write_text('')
        self.lock = folder / 'requirements' / 'lock.txt'
        self.lock.write_text('opencv-python-headless==5.0\nuv==0.13.9\n')
        self.lock_of_forks = self.lock.with_name('lock-onedl.txt')
        self.lock_of_forks.write_text('onedl-mmengine==0.10.12\nuv==0.13.9\n')
        self.venv = folder / 'place' / 'venv'
        self.downloads = folder / 'place' / 'venv.downloads'
        self.python = fake_python(folder)

    def start(self, *options: str, **variables: str) -> subprocess.Popen:
        """Start a set-up in a process group of its own."""
        inherited = {name: value for name, value in os.environ.items() if name != 'UV_CACHE_DIR'}
        return subprocess.Popen(
            [sys.executable, self.folder / 'tools' / SCRIPT.name, '--venv', self.venv, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**inherited, **variables},
            text=True,
            start_new_session=True,
            # Python heeds SIGINT only where it was not ignored at its start.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *options: str, status: int = 0, **variables: str) -> tuple[str, str]:
        """Run to the end; returns what it wrote to the two outputs."""
        options = options or ('--python', self.python)
        process = self.start(*options, **variables)
        output, errors = process.communicate(timeout=60)
        assert process.returncode == status, errors
        assert 'Traceback' not in errors
        return output, errors

    def steps(self) -> list[str]:
        """What the fake interpreter was told to do since this was last asked."""
        log = self.folder / 'log'
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def stamp(self) -> dict:
        return json.loads((self.venv / STAMP).read_text())


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture
def setup_env(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    import setup_env as module

    return module


def wait_for(path: Path) -> None:
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end, f'{path} does not come'
        time.sleep(0.02)


def test_old_python_can_read_the_script():
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 8))
    # Annotations are evaluated, and those of a function must exist in 3.8 as well.
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            notes = [argument.annotation for argument in node.args.args] + [node.returns]
            assert all(isinstance(note, (ast.Name, ast.Constant)) for note in notes)


@pytest.mark.parametrize(
    'version, fits',
    [('3.9', False), ('3.10', True), ('3.12', True), ('3.14', True), ('3.15', False)],
)
def test_supported_versions(setup_env, tmp_path, version, fits):
    python = fake_python(tmp_path, version)
    if fits:
        assert setup_env.find_python([python]) == (python, version)
    else:
        with pytest.raises(RuntimeError, match=f'{version} at {python}'):
            setup_env.find_python([python])


def test_activated_environment_stands_for_the_python_below_it(setup_env):
    version = '{}.{}'.format(*sys.version_info)
    expected = (os.path.realpath(sys.executable), version)
    assert setup_env.find_python([sys.executable]) == expected


def test_stub_on_the_path_is_passed_over(setup_env, tmp_path):
    stub = script(tmp_path / 'stub', 'echo "python3.10: command not found" >&2; exit 127')
    names = [stub, str(tmp_path / 'absent'), fake_python(tmp_path, '3.15')]
    with pytest.raises(RuntimeError, match=r'\(found: 3\.15 at \S+\)$'):
        setup_env.find_python(names)
    with pytest.raises(RuntimeError, match=r'\(found: none\)$'):
        setup_env.find_python(names[:2])
    assert setup_env.find_python([*names, fake_python(tmp_path, '3.12')])[1] == '3.12'


def test_python_without_venv_says_what_to_install(setup_env, tmp_path):
    bare = fake_python(tmp_path, '3.11', venv=False)
    with pytest.raises(RuntimeError, match=r'apt-get install python3\.11-venv'):
        setup_env.find_python([bare])
    assert setup_env.find_python([bare, fake_python(tmp_path, '3.10')])[1] == '3.10'


def test_running_python_comes_first_then_the_best_tested(setup_env, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(setup_env, 'find_python', lambda names: asked.extend(names) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        setup_env.set_up(tmp_path / 'venv')
    named = [*(f'python{version}' for version in setup_env.VERSIONS), 'python3', 'python']
    assert asked[1:] == [sys.executable, *named]


def test_command_line_prints_one_line(project):
    python = fake_python(project.folder, '3.9')
    output, errors = project.run('--python', python, status=2)
    assert output == '' and errors.count('\n') == 1
    assert errors.startswith('error: Python 3.13 or 3.12 or 3.11 or 3.14 or 3.10 is needed')
    assert f'3.9 at {python}' in errors and 'make PYTHON=' in errors
    assert not project.venv.exists()


def test_small_disk_is_told_with_figures(setup_env, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: DiskUsage(50e9, 48e9, 2.5e9))
    with pytest.raises(RuntimeError) as error:
        setup_env.set_up(tmp_path / 'venv', fake_python(tmp_path))
    message = str(error.value)
    assert '8.0 GB of disk are needed' in message and f'2.5 GB are free at {tmp_path}' in message
    assert 'make VENV=' in message and '\n' not in message
    assert not (tmp_path / 'venv').exists()


def test_what_an_interrupted_set_up_left_counts_as_room_once(setup_env, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: DiskUsage(50e9, 50e9, 0))
    monkeypatch.setattr(setup_env, 'NEEDED_GB', 300e-6)
    downloads = tmp_path / 'venv.downloads'
    downloads.mkdir()
    (downloads / 'package').write_bytes(os.urandom(200_000))
    (downloads / 'link').hardlink_to(downloads / 'package')
    python = fake_python(tmp_path)
    with pytest.raises(RuntimeError, match='of disk are needed'):
        setup_env.set_up(tmp_path / 'venv', python)
    (downloads / 'other').write_bytes(os.urandom(200_000))
    monkeypatch.setattr(setup_env, 'print', lambda *args, **options: 1 / 0, raising=False)
    with pytest.raises(ZeroDivisionError):  # the next thing is to say what is being made
        setup_env.set_up(tmp_path / 'venv', python)


def test_set_up_from_nothing(project, setup_env):
    output, errors = project.run()
    assert errors == ''
    begin, end = output.splitlines()
    assert begin == f'Setting up {project.venv} with Python 3.11 (2 to 3 minutes)'
    assert end.startswith('Environment ready after ')
    python = f'{project.venv}/bin/python'
    assert project.steps() == [
        f'-m venv {project.venv}',
        f'-m pip install --quiet --no-input -c {project.lock} uv',
        f'-m uv pip sync --python {python} {project.lock}',
        '-m uv pip install --quiet --no-deps --no-build-isolation '
        f'--python {python} --editable {project.folder}',
        f'-W ignore -c {setup_env.FIRST_IMPORT}',
    ]
    assert set(project.stamp()) == {'lock', 'python', 'setup_seconds'}
    assert project.stamp()['python'] == '3.11' and not project.downloads.exists()


def test_finished_environment_is_recognised(project):
    project.run()
    project.steps()
    assert project.run() == project.run('--python', project.python) == ('', '')
    # Without a name, its own Python counts, whichever runs the script.
    assert project.run('--venv', str(project.venv)) == ('', '')
    assert project.steps() == []


def test_stamp_of_older_layout_still_counts(project):
    project.run()
    project.steps()
    (project.venv / STAMP).write_text(json.dumps(project.stamp(), indent=2) + '\n')
    assert project.run() == ('', '') and project.steps() == []


def test_another_lock_changes_only_what_differs(project):
    project.run()
    project.steps()
    (project.venv / 'package').touch()
    project.lock.write_text('uv==0.14\n')
    project.run()
    assert any('uv pip sync' in step for step in project.steps())
    assert (project.venv / 'package').exists()


def test_the_stack_chooses_the_lock(project):
    project.run('--python', project.python, '--stack', 'onedl')
    steps = project.steps()
    assert any(
        step.endswith(f'uv pip sync --python {project.venv}/bin/python {project.lock_of_forks}')
        for step in steps
    )
    assert project.run('--python', project.python, '--stack', 'onedl') == ('', '')
    # The other stack in the same place: what differs is exchanged.
    project.run()
    assert any(step.endswith(str(project.lock)) for step in project.steps())


def test_unknown_stack_ends_in_one_line(project):
    output, errors = project.run('--stack', 'mmlab', status=2)
    assert output == '' and errors.count('\n') == 1
    assert "invalid choice: 'mmlab' (choose from" in errors


@pytest.mark.parametrize('fault', ['version', 'python', 'stamp'])
def test_unfit_environment_is_made_anew(project, fault):
    project.run()
    (project.venv / 'package').touch()
    if fault == 'version':
        project.python = fake_python(project.folder, '3.12')
    elif fault == 'python':
        (project.venv / 'bin' / 'python').unlink()
    else:
        (project.venv / STAMP).write_text('{"lock": "')
    assert 'Environment ready' in project.run()[0]
    assert not (project.venv / 'package').exists() and not project.downloads.exists()
    assert project.stamp()['python'] == ('3.12' if fault == 'version' else '3.11')


def test_foreign_folder_is_left_alone(project):
    project.venv.mkdir(parents=True)
    (project.venv / 'thesis.txt').write_text('years of work')
    for options in ([], ['--remove']):
        output, errors = project.run(*options, status=2)
        assert output == '' and errors.count('\n') == 1
        assert errors.startswith('error:') and 'was not made by this script' in errors
    assert (project.venv / 'thesis.txt').read_text() == 'years of work'


def test_link_to_another_disk_is_followed(project):
    disk = project.folder / 'disk'
    disk.mkdir()
    project.venv.parent.mkdir()
    project.venv.symlink_to(disk / 'venv')
    project.run(AT_SYNC='exit 1', status=2)
    assert (disk / 'venv.downloads').is_dir()
    project.run()
    assert (disk / 'venv' / STAMP).exists() and project.venv.is_symlink()
    project.run('--remove')
    assert list(disk.iterdir()) == []


def test_installer_failure_ends_in_one_line(project):
    fails = 'echo "error: no route to the index" >&2; echo wheel > "$UV_CACHE_DIR/a"; exit 1'
    _, errors = project.run(AT_SYNC=fails, status=2)
    said, told = errors.splitlines()
    assert said == 'error: no route to the index'
    assert told.startswith('error: see above. Check network') and 'downloads are kept' in told
    assert project.stamp() == {} and (project.downloads / 'a').exists()


def test_failing_import_is_told(project):
    fails = 'printf "Traceback:\\nImportError: libGL.so.1: cannot open\\n" >&2; exit 1'
    output, errors = project.run(AT_IMPORT=fails, status=2)
    assert (
        errors.startswith('error: ImportError: libGL.so.1: cannot open') and 'ready' not in output
    )
    assert errors.count('\n') == 1 and project.stamp() == {}
    project.run()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGKILL])
def test_interrupted_set_up_goes_on_from_its_downloads(project, number):
    half = 'echo wheel > "$UV_CACHE_DIR/a"; touch half; sleep 30'
    process = project.start('--python', project.python, AT_SYNC=half)
    wait_for(project.venv / 'half')
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=10)
    assert project.stamp() == {}
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert errors.strip() == 'Interrupted; the same command goes on from here'
    output, _ = project.run(AT_SYNC='test -e "$UV_CACHE_DIR/a" && test ! -e half')
    assert 'Environment ready' in output and not project.downloads.exists()


def test_cache_of_the_user_is_used_and_kept(project, tmp_path):
    cache = tmp_path / 'cache'
    project.run(AT_SYNC='touch "$UV_CACHE_DIR/a"', UV_CACHE_DIR=str(cache))
    assert (cache / 'a').exists() and not project.downloads.exists()


def test_second_set_up_waits_for_the_first_and_for_its_installer(project):
    busy = 'touch begun; sleep 1; touch end'
    first = project.start('--python', project.python, AT_SYNC=busy)
    wait_for(project.venv / 'begun')
    first.kill()  # the script alone: what it has started lives on, and holds the lock
    output, _ = project.run(AT_SYNC='test ! -e begun')
    assert output.startswith(f'Waiting for another set-up in {project.venv.parent}\nSetting up')
    first.communicate(timeout=10)
    assert not (project.venv / 'end').exists()


def test_remove(project):
    assert project.run('--remove') == ('', '')
    project.run(AT_SYNC='exit 1', status=2)
    assert project.venv.exists() and project.downloads.exists()
    assert project.run('--remove') == ('', '')
    assert list(project.venv.parent.iterdir()) == []


OF_BOTH = ('uv', 'opencv-python-headless', 'torch', 'mmagic', 'pytest')


@pytest.mark.parametrize(
    'name, stack',
    [
        ('lock.txt', ('mmengine', 'mmcv-lite', 'mmsegmentation')),
        ('lock-onedl.txt', ('onedl-mmengine', 'onedl-mmcv', 'onedl-mmsegmentation')),
    ],
)
def test_locks_pin_what_the_script_asks_for(name, stack):
    text = '\n' + (REQUIREMENTS / name).read_text()
    for package in (*OF_BOTH, *stack):
        assert f'\n{package}==' in text
    assert 'http' not in text
    # One wheel owns the folder cv2, and it needs no libGL.
    assert text.count('\nopencv') == 1


def test_locks_differ_by_their_stacks_only():
    first, second = (
        set((REQUIREMENTS / name).read_text().splitlines())
        for name in ('lock.txt', 'lock-onedl.txt')
    )
    assert len(first - second) == len(second - first) == 3
    assert all(line.startswith('mm') for line in first - second)
    assert all(line.startswith('onedl-mm') for line in second - first)


@pytest.mark.slow
def test_real_environment_has_pip(setup_env, tmp_path, monkeypatch):
    """Python's own part is real; what would be downloaded is left out."""
    monkeypatch.setattr(setup_env, 'NEEDED_GB', 0.0)
    monkeypatch.setenv('UV_CACHE_DIR', str(tmp_path / 'cache'))
    real, commands = setup_env.run, []

    def run(command, **options):
        commands.append(command)
        if command[2] == 'venv':
            real(command, **options)

    monkeypatch.setattr(setup_env, 'run', run)
    folder = tmp_path / 'venv'
    setup_env.set_up(folder, sys.executable)
    assert len(commands) == 5
    assert subprocess.run([folder / 'bin' / 'python', '-c', 'import pip']).returncode == 0
    setup_env.set_up(folder)
    assert len(commands) == 5
    setup_env.set_up(folder, remove=True)
    assert not folder.exists()
