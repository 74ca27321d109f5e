"""What breaks within a hook, of ours or of another plugin: one line that says what, and an exit status that is not 0.

pytest's own answer is `INTERNALERROR` with a traceback of a hundred lines; `--full-trace` still gives it.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Generator
from pathlib import Path

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
            found = ending(excinfo.value, self._redactor)
            self._unwritable = found if isinstance(found, pytest.UsageError) else None
            raise found

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
    told = f"The run broke down{_place(error)}: {_said(error)}. {DEFECT}"
    return pytest.exit.Exception(redactor.text(told), returncode=3)


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
