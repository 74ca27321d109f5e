"""What ends a run before its end: a signal, the death of its controller, or what breaks within a hook."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType

import pytest

from assurance.errors import AssuranceError, NotEvaluated, Unwritable
from assurance.tape.redaction import Redactor

DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""What an error of writing says that names no file."""
IN_WORKER = "worker_internal_error"
"""The function of pytest-xdist that raises in the controller what broke in a worker."""
DEFECT = "Nothing that this run told is a decision. It is a defect of the suite or a plugin: --full-trace shows where."


class Breakdowns:
    """A pytest plugin, in the process that pytest was started in and in each worker.

    Args:
        config: pytest's, of this process.
        redactor: Takes secrets out of an error's words.
    """

    def __init__(self, config: pytest.Config, redactor: Redactor) -> None:
        self._config = config
        self._redactor = redactor
        self._unwritable: pytest.UsageError | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say it in one line; a worker leaves that to its controller, which pytest-xdist tells."""
        if self._is_told_in_one_line():
            self._begin_a_line()
            failure = ending(excinfo.value, self._redactor)
            self._unwritable = failure if isinstance(failure, pytest.UsageError) else None
            raise failure

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Say in one line what breaks while the reports are written."""
        try:
            return (yield)
        except pytest.UsageError:
            raise
        except Exception as error:
            if not self._is_told_in_one_line():
                raise
            self._begin_a_line()
            # Where a reading could not be kept, no report can be written either.
            raise (self._unwritable or ending(error, self._redactor)) from None

    def _is_told_in_one_line(self) -> bool:
        return not hasattr(self._config, "workerinput") and not self._config.option.fulltrace

    def _begin_a_line(self) -> None:
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()


def ending(error: BaseException, redactor: Redactor) -> BaseException:
    """Return what ends pytest in place of an error: with status 4 where the user can mend it, with 3 where not."""
    if isinstance(error, AssuranceError) and not isinstance(error, NotEvaluated):
        return pytest.UsageError(redactor.text(str(error)))
    if isinstance(error, OSError) and (error.errno in DISK or error.filename is not None):
        return pytest.UsageError(redactor.text(str(Unwritable(error))))
    message = f"The run broke down{_place(error)}: {_said(error)}. {DEFECT}"
    return pytest.exit.Exception(redactor.text(message), returncode=3)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or frames[-1].name == IN_WORKER:
        return " in a worker" if frames else ""
    return f" in {frames[-1].name} ({Path(frames[-1].filename).name}:{frames[-1].lineno})"


def _said(error: BaseException) -> str:
    """Return an error's last line; of a worker's, pytest-xdist tells the whole traceback in an assertion."""
    lines = [line for line in str(error).splitlines() if line.strip() not in {"", "assert False"}]
    said = lines[-1] if lines else ""
    return said if _place(error) == " in a worker" else f"{type(error).__name__}: {said}"


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
