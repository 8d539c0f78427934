"""What the demo remembers between runs: which stages are done, and how long each one took."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .stages import Stage


class BusyError(RuntimeError):
    """Another demo runs in the same folder."""


class DemoState:
    """State of the stages in ``state.json`` of the demo's folder.

    For each stage it holds ``key`` (a hash of what is computed), ``seconds`` (over all attempts)
    and ``done``. A stage whose key has changed, or that follows such a stage, starts anew.

    Args:
        folder: Folder of the demo.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / 'state.json'
        try:
            self.stages: dict[str, dict] = json.loads(self.path.read_text(encoding='utf-8'))
        except (FileNotFoundError, ValueError):
            self.stages = {}

    def save(self) -> None:
        """Write the state in one step."""
        partial = self.path.with_suffix('.tmp')
        partial.write_text(json.dumps(self.stages, indent=2) + '\n', encoding='utf-8')
        os.replace(partial, self.path)

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Compare the stages with what was done; forget and remove what no longer fits.

        Args:
            stages: All stages, in order.
        """
        keys: dict[str, str] = {}
        for stage in stages:
            parts = [stage.own_key(), *(keys[name] for name in stage.needs)]
            keys[stage.name] = hashlib.sha256(' '.join(parts).encode()).hexdigest()
            if self.stages.get(stage.name, {}).get('key') != keys[stage.name]:
                shutil.rmtree(stage.work_dir, ignore_errors=True)
                self.stages[stage.name] = {'key': keys[stage.name], 'seconds': 0.0, 'done': False}
        self.save()

    def is_done(self, stage: Stage) -> bool:
        """Whether the stage is finished and its folder is still there."""
        return self.stages[stage.name]['done'] and stage.work_dir.is_dir()

    def seconds(self, name: str) -> float:
        """Seconds that a stage took, over all attempts."""
        return self.stages[name]['seconds']

    def add(self, name: str, seconds: float, done: bool = False) -> None:
        """Add time to a stage, and say whether it is finished."""
        self.stages[name]['seconds'] = round(self.seconds(name) + seconds, 1)
        self.stages[name]['done'] = done
        self.save()


@contextmanager
def only_demo_in(folder: Path) -> Iterator[int]:
    """Hold the folder for one demo.

    The lock is handed down to the tools (``pass_fds``), so that a tool that outlives a killed demo
    still holds the folder.

    Yields:
        File descriptor of the lock.

    Raises:
        BusyError: Another demo, or a tool that it left behind, works in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f'another demo works in {folder}: wait for it, or take --work-dir'
            ) from error
        yield handle
    finally:
        os.close(handle)
