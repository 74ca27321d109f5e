"""What ends a run from outside: Control-C, SIGTERM and SIGHUP, and the death of the process that started a worker.

The first signal breaks the run off as Control-C does, and later ones wait: what the run came to is written, as
INCOMPLETE, and what it made is archived or told. All of it has `LONGEST_SECONDS`; then the process ends wherever it is,
and the mark on its pack says so. No signal changes what a run is: whether it is whole shows by its cases alone.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator
from types import FrameType

import pytest

LONGEST_SECONDS = 4.5
"""From the first signal to the end; a terminal's user is promised five."""
TIDYING_SECONDS = 2.0
"""How much of that the application gets to archive what the run made."""
WATCH_SECONDS = 0.25
TOLD = b"\nThe run was interrupted, and ended before it could tell more: its pack says INCOMPLETE and is no evidence.\n"
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interruptions:
    """Takes the signals of the process that pytest was started in.

    Attributes:
        withdraw: Takes back what a run claims whose end was cut short; called in another thread, at the very end.
        sweep: Removes what this process would leave on the disk beside its pack; called after that.
    """

    def __init__(self) -> None:
        self.withdraw: Callable[[], None] = _nothing_to_withdraw
        self.sweep: Callable[[], object] = _nothing_to_withdraw
        self._is_ending = False
        self._since: float | None = None
        self._before: dict[int, signal.Handlers | Callable[[int, FrameType | None], object] | int | None] = {}

    @property
    def came(self) -> bool:
        """Whether a signal has come."""
        return self._since is not None

    def install(self) -> None:
        """Take the signals from now on; only a main thread can."""
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                self._before[number] = signal.signal(number, self._take)

    def uninstall(self) -> None:
        """Give the signals back, unless one has come: then the process is to end, and no further one changes that."""
        if not self.came:
            for number, handler in self._before.items():
                signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def seconds_left(self) -> float:
        """Return how long tidying may still take; endless where nothing has come."""
        return threading.TIMEOUT_MAX if self._since is None else self._since + TIDYING_SECONDS - time.monotonic()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Let signals wait while the run ends: that must not stop halfway."""
        self._is_ending = True
        if self.came:
            _hurry_workers(session)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Leave out of what pytest shows the places that have no line: it would break down at them.

        A signal may come between two lines, where CPython knows of none (`tb_lineno` is None).
        """
        excinfo.traceback = excinfo.traceback.filter(lambda entry: entry._rawentry.tb_lineno is not None)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if self.came:
            return
        self._since = time.monotonic()
        # Also for threads that still wait for an answer when all else has ended.
        threading.Thread(target=self._end_at_last, name="end at last", daemon=True).start()
        if not self._is_ending:
            raise KeyboardInterrupt

    def _end_at_last(self) -> None:
        time.sleep(LONGEST_SECONDS)
        self.withdraw()
        self.sweep()
        os.write(2, TOLD)
        os._exit(int(pytest.ExitCode.INTERRUPTED))


def _nothing_to_withdraw() -> None:
    """Do nothing: the run has not begun."""


def end_with_parent() -> None:
    """End this worker when the process that started it has ended, however that came; and leave signals to that one.

    A terminal sends Control-C to both: the controller tells its workers when to end.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        os._exit(int(pytest.ExitCode.INTERRUPTED))

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if number != signal.SIGTERM:  # by which its controller may end it
                signal.signal(number, _wait)


def _wait(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: unlike SIG_IGN, which processes that are started meanwhile would inherit."""


def _hurry_workers(session: pytest.Session) -> None:
    """Have pytest-xdist wait one second for its workers, not ten."""
    manager = getattr(session.config.pluginmanager.get_plugin("dsession"), "nodemanager", None)
    if manager is not None:
        manager.EXIT_TIMEOUT = 1
