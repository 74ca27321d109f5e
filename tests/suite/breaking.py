"""A pytest plugin that breaks a run in its middle, in a way that the environment names."""

from __future__ import annotations

import os
import resource
import signal

import pytest

VARIABLE = "APEX_TEST_BREAK"
CASES_BEFORE = 3
CASES_BEFORE_STOPPING = 6
LONGEST_FILE_BYTES = 100

_begun: list[str] = []
_set_up: list[str] = []


def pytest_collection_finish() -> None:
    """Let no file be longer than a few bytes, as on a full disk, before the first reading is kept."""
    if os.environ[VARIABLE] == "full":
        _fill()


def _fill() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_FILE_BYTES, resource.RLIM_INFINITY))


def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Break when some cases have ended; `lost` skips a case in silence, so that pytest ends as if all were well."""
    _begun.append(item.nodeid)
    if len(_begun) != CASES_BEFORE + 1:
        return None
    way = os.environ[VARIABLE]
    if way == "exit":
        pytest.exit("broken off")
    if way == "crash":
        raise RuntimeError("a hook broke")
    if way == "die" and os.environ.get("PYTEST_XDIST_WORKER"):
        os.kill(os.getpid(), signal.SIGKILL)
    return True if way == "lost" else None


def pytest_sessionfinish() -> None:
    """Crash when the reports are written, and the pack is not yet sealed; or let the disk be full by then."""
    if os.environ[VARIABLE] == "full at the end":
        _fill()
    if os.environ[VARIABLE] == "finish":
        raise RuntimeError("a hook broke")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop when more cases have ended: by an interrupt, or by a signal that nothing can catch."""
    _set_up.append(item.nodeid)
    if len(_set_up) > CASES_BEFORE_STOPPING:
        way = os.environ[VARIABLE]
        if way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if way == "interrupt":
            raise KeyboardInterrupt
