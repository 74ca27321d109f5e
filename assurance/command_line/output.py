"""What the commands write: JSON for programs, progress for people who wait, errors in one message.

The exit statuses, the same in every command.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path

from assurance.reporting.fit import for_terminal, lines_for_terminal
from assurance.verdicts import ExitStatus


class CommandStatus(IntEnum):
    """What a command's exit status says."""

    YES = 0
    """Done; or the answer is yes: verified, the same, ready, nothing left."""

    NO = 1
    """The answer is no: not verified, different, not ready, something left."""

    WRONG_USAGE = 2
    """The command line, or a file that it names, is wrong; nothing was done."""

    NOT_JUDGED = 4
    """No decision: of a fleet's environment whose file is wrong, or of a run that broke down or left no evidence."""

    INCONCLUSIVE = int(ExitStatus.INCONCLUSIVE)
    """Not enough could be seen to say yes or no."""

    INTERRUPTED = 130
    """Control-C: the shell's own status for it (128 and SIGINT's number)."""

    BROKEN_PIPE = 141
    """Who read the output went away, as in `apex-assurance history | head` (128 and SIGPIPE's number)."""


BEFORE_TOLD_SECONDS = 2.0
STEP_SECONDS = 1.0


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option by which a command tells the same as JSON."""
    parser.add_argument("--json", action="store_true", dest="as_json", help="tell it as JSON, for a program")


def print_json(document: object) -> None:
    """Print a document as JSON of plain ASCII: whatever it holds, it is fit for a terminal and a pipe."""
    print(json.dumps(document, indent=1, default=_plain))


def print_error(command: str, error: object) -> None:
    """Print an error on standard error: its first line after the command's name, the others below it."""
    first, *more = lines_for_terminal(str(error), most_lines=60) or [""]
    more = [line if line.startswith(" ") else f"  {line}" for line in more]  # what it quotes forges no line
    print("\n".join([f"apex-assurance {command}: {first}", *more]), file=sys.stderr)


@contextmanager
def waiting(told: str) -> Iterator[None]:
    """Say on a terminal, from the second second on, what is being done and for how long; forget it at the end."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_tick, args=(for_terminal(told, 60), done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tick(told: str, done: threading.Event) -> None:
    seconds = BEFORE_TOLD_SECONDS
    if done.wait(BEFORE_TOLD_SECONDS):
        return
    while True:
        line = f"{told}: {seconds:.0f} s"
        sys.stderr.write(f"\r{line}")
        sys.stderr.flush()
        if done.wait(STEP_SECONDS):
            sys.stderr.write(f"\r{' ' * len(line)}\r")
            sys.stderr.flush()
            return
        seconds += STEP_SECONDS


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, frozenset | set | tuple):
        return sorted(value) if isinstance(value, frozenset | set) else list(value)
    return str(value)
