"""Runs the stages one after the other, each as a process of its own, and shows how far they are."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .progress import Estimate, LogReader, ProgressDisplay, clock, progress_line
from .stages import ROOT, Stage
from .state import DemoState

POLL_SECONDS = 0.5
# The state is written this often, so that a killed demo loses little of the measured time.
SAVE_SECONDS = 5.0
STOP_SECONDS = 20.0


class StageError(RuntimeError):
    """A tool ended with an error; the message says where its log is."""


class Terminated(BaseException):
    """The demo was asked to end (SIGTERM)."""


def raise_on_sigterm() -> None:
    """End on SIGTERM as on Ctrl-C: the running tool is stopped, too."""

    def stop(number: int, frame: object) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, stop)


def stop_process(process: subprocess.Popen) -> None:
    """Ask a tool to end, and make it end if it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    content = path.read_text(encoding='utf-8', errors='replace').splitlines()
    return '\n'.join(f'  | {line}' for line in content[-lines:])


class StageRunner:
    """Runs stages that are not done yet.

    Args:
        stages: All stages, in order.
        state: What is done; updated.
        logs: Folder of the tools' output.
        display: Where progress is shown.
        lock: File descriptor that the tools inherit.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        state: DemoState,
        logs: Path,
        display: ProgressDisplay,
        lock: int,
    ) -> None:
        self.stages = stages
        self.state = state
        self.logs = logs
        self.display = display
        self.lock = lock

    def run_all(self) -> None:
        """Run every stage that is not done.

        Raises:
            StageError: A tool failed.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        for number, stage in enumerate(self.stages):
            title = f'[{number + 1}/{len(self.stages)}] {stage.title}'
            if self.state.is_done(stage):
                self.display.close(f'{title}: done before')
                continue
            later = sum(
                other.expected_seconds
                for other in self.stages[number + 1 :]
                if not self.state.is_done(other)
            )
            self.run(stage, title, later)

    def run(self, stage: Stage, title: str, later_seconds: float) -> None:
        """Run one stage.

        Args:
            stage: The stage.
            title: What the user reads.
            later_seconds: Expected seconds of the stages after it.

        Raises:
            StageError: The tool failed.
        """
        log = self.logs / f'{stage.name}.log'
        stage.work_dir.mkdir(parents=True, exist_ok=True)
        with open(log, 'wb') as output:
            process = subprocess.Popen(
                stage.command(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, 'PYTHONUNBUFFERED': '1'},
                pass_fds=(self.lock,),
            )
            try:
                self._watch(process, stage, LogReader(log), title, later_seconds)
            finally:
                stop_process(process)
        if process.returncode != 0:
            raise StageError(
                f'{stage.title}: {stage.arguments[0]} ended with status {process.returncode}; '
                f'the end of {log}:\n{tail(log)}'
            )
        self.state.add(stage.name, 0.0, done=True)
        self.display.close(f'{title}: done in {clock(self.state.seconds(stage.name))}')

    def _watch(
        self,
        process: subprocess.Popen,
        stage: Stage,
        reader: LogReader,
        title: str,
        later_seconds: float,
    ) -> None:
        estimate = Estimate(stage.expected_seconds)
        saved = time.monotonic()
        try:
            while process.poll() is None:
                time.sleep(POLL_SECONDS)
                now = time.monotonic()
                reader.update()
                left = estimate.seconds_left(reader.done, reader.total, now)
                line = progress_line(title, reader.done, reader.total, left, later_seconds)
                self.display.show(line, now)
                if now - saved > SAVE_SECONDS:
                    self.state.add(stage.name, now - saved)
                    saved = now
        finally:
            self.state.add(stage.name, time.monotonic() - saved)


def announce(stages: Sequence[Stage], state: DemoState) -> str:
    """Say what is ahead."""
    open_stages = [stage for stage in stages if not state.is_done(stage)]
    seconds = sum(stage.expected_seconds for stage in open_stages)
    minutes = max(1, round(seconds / 60))
    return (
        f'{len(open_stages)} of {len(stages)} stages to go, about {minutes} min on two cores '
        f'(this machine has {os.cpu_count()}); an interrupted demo goes on where it was'
    )
