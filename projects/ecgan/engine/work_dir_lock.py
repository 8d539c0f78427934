"""One training at a time in a work dir: two would overwrite each other's checkpoints."""

import errno
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import WorkDirError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

LOCK_NAME = '.lock'
_TAKEN = (errno.EACCES, errno.EAGAIN)


@contextmanager
def locked_work_dir(work_dir: str | Path) -> Iterator[None]:
    """Hold a work dir, which is made if needed, for the training inside.

    The lock is one of the kernel (``fcntl.lockf``) on ``WORK_DIR/.lock``: it ends with the process,
    also where that is killed, holds between machines that share the folder, and does not pass to
    data-loader workers, which may outlive the training by some seconds. The file names process and
    machine for whoever comes second. Where a file system has no locks these two decide: a process
    of this machine that no longer runs holds nothing, and one of another machine is believed to be
    gone, because it cannot be asked.

    Args:
        work_dir: The folder.

    Raises:
        WorkDirError: Another training holds it.
        OSError: The folder cannot be made or written.
    """
    path = Path(work_dir) / LOCK_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'a+', encoding='utf-8') as file:
        file.seek(0)
        holder = file.read().strip()
        if not _take(file.fileno(), holder):
            raise WorkDirError(
                f'another training ({holder or "unnamed"}) writes into the work dir {work_dir}; '
                'wait for its end, stop it, or give this one another --work-dir'
            )
        file.truncate(0)
        file.write(f'process {os.getpid()} on {socket.gethostname()}\n')
        file.flush()
        try:
            yield
        finally:
            # A full disk must not hide what ended the training.
            with suppress(OSError):
                file.truncate(0)


def _take(descriptor: int, holder: str) -> bool:
    """Take the kernel's lock; where the file system has none, see whether the holder is gone."""
    if fcntl is not None:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno in _TAKEN:
                return False
    return not _runs_here(holder)


def _runs_here(holder: str) -> bool:
    """Whether the file of a lock names another process of this machine, and one that runs."""
    named = re.fullmatch(r'process (\d+) on (.+)', holder)
    if named is None or named[2] != socket.gethostname() or int(named[1]) == os.getpid():
        return False
    try:
        os.kill(int(named[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
