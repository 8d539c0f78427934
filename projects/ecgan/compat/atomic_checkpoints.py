"""Checkpoints are not written safely: a kill while saving can lose the old one and the new one.

Versions: mmengine <= 0.10.7.
Upstream: no report found; the code is ``CheckpointHook`` (the oldest checkpoint is removed *before*
the new one is written, ``last_checkpoint`` is written in place) and ``LocalBackend.put`` (writes in
place).

Here a file is written under a temporary name in the same folder, flushed to the disk and renamed,
so that a name always stands for a whole file; ``last_checkpoint`` is moved on after that, and what
is outdated (old checkpoints, the previous best one) is removed last. A kill between the last two
steps leaves one checkpoint more than ``max_keep_ckpts``, never one less.
"""

import functools
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from ._defect import Defect


def write_atomically(data: bytes, path: str | Path) -> None:
    """Write a file so that ``path`` never names a part of it; the folder is made if needed.

    Raises:
        OSError: The file could not be written; an older file at ``path`` is unharmed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        with open(temporary, 'wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        # Only an error of open() says which file it was.
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable, where the platform can open folders."""
    if not hasattr(os, 'O_DIRECTORY'):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _patch_backend(local_backend: ModuleType) -> None:
    def put(self: Any, obj: bytes, filepath: str | Path) -> None:
        write_atomically(obj, filepath)

    local_backend.LocalBackend.put = put


class _DeferredRemoval:
    """A file backend that remembers what to remove until :meth:`flush`."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._outdated: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def remove(self, path: str) -> None:
        self._outdated.append(('remove', str(path)))

    def rmtree(self, path: str) -> None:
        self._outdated.append(('rmtree', str(path)))

    def flush(self, keep: set[str]) -> None:
        """Remove what was remembered, except for paths that were written anew (``keep``)."""
        for method, path in self._outdated:
            if path not in keep and self._backend.exists(path):
                getattr(self._backend, method)(path)


def _current_checkpoints(hook: Any) -> set[str]:
    """Paths that the hook counts as the last and the best checkpoints."""
    paths = [hook.last_ckpt, getattr(hook, 'best_ckpt_path', None)]
    paths += getattr(hook, 'best_ckpt_path_dict', {}).values()
    return {str(path) for path in paths if path}


def _remove_last(method: Any) -> Any:
    """Let a method of CheckpointHook remove files only after everything was written."""

    @functools.wraps(method)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        if not hasattr(self, 'file_backend'):  # a validation without a training saves nothing
            return method(self, *args, **kwargs)
        backend = self.file_backend
        self.file_backend = deferred = _DeferredRemoval(backend)
        try:
            method(self, *args, **kwargs)
        finally:
            self.file_backend = backend
        deferred.flush(keep=_current_checkpoints(self))

    return wrapped


def _sweep_first(before_train: Any) -> Any:
    """Let a starting run remove the parts of checkpoints that a killed run left behind."""

    @functools.wraps(before_train)
    def wrapped(self: Any, runner: Any) -> None:
        before_train(self, runner)
        if runner.rank == 0 and Path(self.out_dir).is_dir():
            for part in Path(self.out_dir).glob('.*.pth.*.tmp'):
                part.unlink(missing_ok=True)

    return wrapped


def _patch_hook(checkpoint_hook: ModuleType) -> None:
    hook = checkpoint_hook.CheckpointHook
    hook._save_checkpoint_with_step = _remove_last(hook._save_checkpoint_with_step)
    hook._save_best_checkpoint = _remove_last(hook._save_best_checkpoint)
    hook.before_train = _sweep_first(hook.before_train)
    # The hook writes `last_checkpoint` with open(path, 'w'): the name is looked up in its module.
    checkpoint_hook.open = _AtomicTextFile


class _AtomicTextFile:
    """``open(path, 'w')`` as a context manager that writes the file at once, at its end."""

    def __init__(self, path: str, mode: str) -> None:
        if mode != 'w':
            raise ValueError(f"only mode 'w' is replaced in CheckpointHook, got '{mode}'")
        self._path = path
        self._text: list[str] = []

    def __enter__(self) -> '_AtomicTextFile':
        return self

    def write(self, text: str) -> None:
        self._text.append(text)

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            write_atomically(''.join(self._text).encode(), self._path)


DEFECT = Defect(
    name='atomic_checkpoints',
    patches={
        'mmengine.fileio.backends.local_backend': _patch_backend,
        'mmengine.hooks.checkpoint_hook': _patch_hook,
    },
    cured='checkpoints are written whole before an old one goes',
)
