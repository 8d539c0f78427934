"""Make the virtual environment from a lock file; may be repeated, and goes on after a break."""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Exact versions of each stack: OpenMMLab's releases, and OneDL's forks of them.
LOCKS = {'openmmlab': 'lock.txt', 'onedl': 'lock-onedl.txt'}
VERSIONS = ('3.13', '3.12', '3.11', '3.14', '3.10')  # of Python, in the order of preference
NEEDED_GB = 8.0  # of which the finished environment takes 5.9
# Packages are compiled even where PYTHONDONTWRITEBYTECODE keeps sources clean: uncompiled, they add
# 20 s to each start.
FIRST_IMPORT = (
    'import sys, projects.ecgan; w, sys.dont_write_bytecode = sys.dont_write_bytecode, False; '
    'import cv2, torchvision, mmagic.apis, mmseg.apis, torch.utils.tensorboard, matplotlib.pyplot; '
    'sys.dont_write_bytecode = w; import projects.ecgan.models'
)
ASK = 'from sys import *; print("%d.%d at" % version_info[:2], executable); import ensurepip, venv'
run = partial(subprocess.run, check=True, close_fds=False)  # an installer inherits the lock


def find_python(names: list) -> tuple:
    """Path and version of the first Python that fits; each is run, as a name may be a mere stub."""
    found = {}
    for name in filter(shutil.which, names):
        answer = subprocess.run([name, '-c', ASK], capture_output=True, text=True)
        version, _, path = answer.stdout.strip().partition(' at ')
        if version in VERSIONS and answer.returncode == 0:
            return os.path.realpath(path), version  # real, as the environment around it may go
        lack = f' without venv (apt-get install python{version}-venv)'
        found[answer.stdout.strip() + (lack if version in VERSIONS else '')] = name
    needed = f'Python {" or ".join(VERSIONS)} is needed: make PYTHON=/path/to/python3.13 ...'
    raise RuntimeError(f'{needed} (found: {", ".join(filter(None, found)) or "none"})')


def set_up(folder: Path, wanted: str = '', remove: bool = False, stack: str = 'openmmlab') -> None:
    """Make the environment unless its stamp tells that it is finished, or remove it."""
    lock_file = ROOT / 'requirements' / LOCKS[stack]
    start, python, stamp = time.monotonic(), folder / 'bin' / 'python', folder / 'ecgan_setup.json'
    if folder.exists() and any(folder.iterdir()) and not stamp.exists():
        raise RuntimeError(f'{folder} was not made by this script: make VENV=/other/place ...')
    names = [str(python), sys.executable, *(f'python{v}' for v in VERSIONS), 'python3', 'python']
    base, version = ('', '') if remove else find_python([wanted] if wanted else names)
    # The project's own file tells of the command `ecgan`.
    lock = hashlib.sha256(lock_file.read_bytes() + (ROOT / 'pyproject.toml').read_bytes())
    made = stamp.read_text() if stamp.exists() else ''
    state = {'lock': lock.hexdigest(), 'python': version}
    if python.exists() and all(f'"{value}"' in made for value in state.values()):
        return
    downloads = folder.with_name(folder.name + '.downloads')
    # What is unfinished goes at once: a killed uv leaves half a package that it takes for a whole.
    if stamp.exists() and not (python.exists() and f'"{version}"' in made):
        downloads.mkdir(exist_ok=True)
        shutil.rmtree(folder.rename(downloads / f'old{time.time_ns()}'))
    if remove:
        return shutil.rmtree(downloads, ignore_errors=True)
    kept = (path.lstat() for place in (folder, downloads) for path in place.rglob('*'))
    free = shutil.disk_usage(folder.parent).free + sum(f.st_blocks * 512 / f.st_nlink for f in kept)
    if free < NEEDED_GB * 1e9:
        told = f'{NEEDED_GB} GB of disk are needed, {free / 1e9:.1f} GB are free at {folder.parent}'
        raise RuntimeError(f'{told}: make VENV=/other/disk/venv ...')
    print(f'Setting up {folder} with Python {version} (2 to 3 minutes)', flush=True)
    os.environ.setdefault('UV_CACHE_DIR', str(downloads))
    folder.mkdir(exist_ok=True)
    stamp.write_text('{}')
    run([base, '-m', 'venv', folder])
    run([python, '-m', 'pip', 'install', '--quiet', '--no-input', '-c', lock_file, 'uv'])
    run([python, '-m', 'uv', 'pip', 'sync', '--python', python, lock_file])
    install = [python, '-m', 'uv', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation']
    run([*install, '--python', python, '--editable', ROOT])
    # Shows that everything is there, and compiles it: the toolbox has escapes that Python warns of.
    run([python, '-W', 'ignore', '-c', FIRST_IMPORT], cwd=ROOT, capture_output=True)
    shutil.rmtree(downloads, ignore_errors=True)
    state['setup_seconds'] = round(time.monotonic() - start, 1)
    stamp.write_text(json.dumps(state))
    print(f'Environment ready after {state["setup_seconds"]:.0f} s', flush=True)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.error = lambda message: parser.exit(2, f'error: {message} (--help lists all)\n')
    parser.add_argument('--venv', default=ROOT / '.venv', help='where it goes')
    parser.add_argument('--stack', choices=LOCKS, default='openmmlab', help='whose toolbox')
    parser.add_argument('--python', help='the only interpreter to consider')
    parser.add_argument('--remove', action='store_true', help='remove the environment instead')
    args = parser.parse_args()
    try:
        folder = Path(args.venv).resolve()
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder.parent, os.O_RDONLY)
        os.set_inheritable(lock, True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f'Waiting for another set-up in {folder.parent}', flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        set_up(folder, args.python, args.remove, args.stack)
    except subprocess.CalledProcessError as error:
        last = (error.stderr or b'see above').decode().strip().splitlines()[-1]
        parser.exit(2, f'error: {last}. Check network and system and repeat: downloads are kept\n')
    except (OSError, RuntimeError) as error:
        parser.exit(2, f'error: {error}\n')
    except KeyboardInterrupt:
        parser.exit(130, '\nInterrupted; the same command goes on from here\n')
