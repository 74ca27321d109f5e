"""A pytest plugin that stops a run in its middle: by an interrupt, or by a signal that nothing can catch."""

from __future__ import annotations

import os
import signal

import pytest

VARIABLE = "APEX_TEST_STOP"
CASES_BEFORE = 6

_begun: list[str] = []


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop when some cases have ended."""
    _begun.append(item.nodeid)
    if len(_begun) > CASES_BEFORE:
        if os.environ[VARIABLE] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise KeyboardInterrupt
