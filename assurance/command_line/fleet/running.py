"""The processes of a fleet: a run each, some at once, all of which end when the fleet is told to.

Or a matrix, so that each environment is judged on a machine of its own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from assurance.command_line.fleet.outcomes import Outcome, outcome_of
from assurance.errors import UsageError
from assurance.runs.basis import new_run_id

MAX_JOBS = 256
"""GitHub generates no more jobs of a matrix (its documentation, "Running variations of jobs in a workflow")."""
PLAIN = re.compile(r"[\w./\\:@+-]+", re.ASCII)


def matrix(service: str, files: Sequence[Path]) -> str:
    """Return the matrix on one line, as an output of a step must be.

    Args:
        service: `github`, for `strategy.matrix: ${{ fromJSON(...) }}`, or `azure`, for `strategy: matrix: $[ ... ]`.
        files: The environment files.

    Raises:
        UsageError: A pipeline could not run it: too many, or a path that a shell would not take as it is.
    """
    for file in files:
        # A pipeline puts values into its scripts as they are: a file's name must not be able to be a command.
        if not PLAIN.fullmatch(file.as_posix()):
            raise UsageError(
                f"{str(file)!r}: a pipeline's script cannot take this path as it is; letters, digits and . _ / @ + - "
                "were expected: rename the file"
            )
    if service == "github" and len(files) > MAX_JOBS:
        raise UsageError(f"{len(files)} environments: GitHub runs at most {MAX_JOBS} jobs of a matrix; split them")
    names = _names(files)
    entries = [{"environment": name, "file": file.as_posix()} for name, file in zip(names, files, strict=True)]
    document = {"include": entries} if service == "github" else dict(zip(names, entries, strict=True))
    return json.dumps(document)


def _names(files: Sequence[Path]) -> list[str]:
    """Return a name for each job: letters, digits and underscores, none twice, as Azure DevOps demands it."""
    names: list[str] = []
    for file in files:
        plain = re.sub(r"\W", "_", file.stem, flags=re.ASCII)
        name = stem = (plain if plain[0].isalpha() else f"env_{plain}")[:90]
        number = 2
        while name.casefold() in {each.casefold() for each in names}:
            name, number = f"{stem}_{number}", number + 1
        names.append(name)
    return names


ENDING_SECONDS = 4.7
"""How long a run may take to write that it is INCOMPLETE: by itself it takes 4.5, and a user is promised 5."""
LOOK_SECONDS = 0.05
MAX_LINES, MAX_LINE_CHARACTERS = 60, 2000
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = "the fleet was interrupted before this run had ended"


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """How a fleet is judged.

    Attributes:
        reports: Where evidence packs go.
        jobs: How many environments are judged at once.
        longest_seconds: How long one run may take.
        pytest_arguments: What is handed on to pytest, with a path.
        places: Where pytest finds the suite.
    """

    reports: Path
    jobs: int
    longest_seconds: float
    pytest_arguments: tuple[str, ...]
    places: tuple[str, ...]


class Fleet:
    """Judges environments, each in a process of its own.

    Attributes:
        was_interrupted: Whether a signal has ended it.
    """

    def __init__(self, options: FleetOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = threading.Event()

    @property
    def was_interrupted(self) -> bool:
        """Whether a signal has ended it."""
        return self._stopped.is_set()

    def judge(self, files: Sequence[Path]) -> tuple[Outcome, ...]:
        """Judge the environments of these files; after a signal, say of those that had not ended that they had not."""
        with _signals(self._stopped), ThreadPoolExecutor(self._options.jobs) as pool:
            judged = [pool.submit(self._judge_one, file) for file in files]
            while not self.was_interrupted and not all(future.done() for future in judged):
                self._stopped.wait(LOOK_SECONDS)
            if self.was_interrupted:
                self._end_all()
            return tuple(future.result() for future in judged)

    def _judge_one(self, file: Path) -> Outcome:
        run_id, began = new_run_id(), time.monotonic()
        try:
            process = self._start(file, run_id)
        except OSError as error:
            return Outcome(file, reason=f"its process cannot be started: {error}")
        if process is None:
            return Outcome(file, reason=INTERRUPTED)
        output = _Told(process.stderr)
        try:
            process.wait(self._options.longest_seconds)
        except subprocess.TimeoutExpired:
            _end([process])
            minutes = self._options.longest_seconds / 60
            after = f"{minutes:g} minute{'' if minutes == 1 else 's'}"
            reason = f"it had not ended after {after} (--timeout), and was ended"
            return Outcome(file, reason=reason, seconds=time.monotonic() - began)
        finally:
            with self._lock:
                self._running.discard(process)
        packs = list(self._options.reports.glob(f"*/{run_id}"))
        outcome = outcome_of(file, process.returncode, output.lines(), packs, time.monotonic() - began)
        interrupted = self.was_interrupted and outcome.decision is None
        return Outcome(file, outcome.environment, reason=INTERRUPTED) if interrupted else outcome

    def _start(self, file: Path, run_id: str) -> subprocess.Popen[bytes] | None:
        """Start the run of one environment; None if the fleet is to end."""
        given = (f"--env={file}", f"--reports={self._options.reports}", f"--run-id={run_id}")
        command = [sys.executable, "-m", "pytest", *self._options.places, *given, *self._options.pytest_arguments]
        with self._lock:
            if self.was_interrupted:
                return None
            # Its output is not kept: nothing has redacted it, and the pack has all that is. In a session of its own,
            # so that Control-C comes to the fleet alone, which ends each run once.
            process = subprocess.Popen(  # noqa: S603  (this Python, and what its user typed)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def _end_all(self) -> None:
        with self._lock:
            running = list(self._running)
        _end(running)


class _Told:
    """The last lines that a process writes to standard error, whatever their number and length."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._lines: deque[str] = deque(maxlen=MAX_LINES)
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[bytes] | None) -> None:
        if stream is not None:
            with stream:
                while line := stream.readline(MAX_LINE_CHARACTERS):
                    self._lines.append(line.decode("utf-8", "replace").rstrip())

    def lines(self) -> list[str]:
        """Return the lines of a process that has ended; what it started may hold the stream open for longer."""
        self._thread.join(1.0)
        return [line for line in self._lines.copy() if line]


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End runs: each is asked to, and what has not ended in time is killed with all that it started."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + ENDING_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _signals(stopped: threading.Event) -> Iterator[None]:
    """Have the signals that end a process set an event instead, for as long as this runs."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
