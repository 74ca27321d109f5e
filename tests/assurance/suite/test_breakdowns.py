"""What breaks in a hook becomes one line: with status 4 where the user can mend it, with 3 where not."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from assurance.errors import BaselineRefused, NotEvaluated, Unwritable
from assurance.suite.breakdowns import ending
from assurance.tape.redaction import Redactor

REDACTOR = Redactor("")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BaselineRefused("the baseline is another's"), "the baseline is another's"),
        (Unwritable(OSError(errno.ENOSPC, "No space left"), Path("/r")), "/r: No space left; the run cannot be kept"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; the run cannot be kept: free"),
        (PermissionError(errno.EACCES, "Permission denied", "/r"), "/r: Permission denied; the run cannot be kept"),
    ],
)
def test_what_the_user_can_mend_is_wrong_usage(error: Exception, told: str) -> None:
    """Pytest tells a usage error in one line, with status 4."""
    found = ending(error, REDACTOR)
    assert isinstance(found, pytest.UsageError)
    assert str(found).startswith(told)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("a hook broke"), "The run broke down: RuntimeError: a hook broke. Nothing"),
        (KeyError("manifest"), "The run broke down: KeyError: 'manifest'. Nothing"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "The run broke down: ConnectionResetError: [Errno"),
        (NotEvaluated("Azure did not say."), "The run broke down: NotEvaluated: Azure did not say.. Nothing"),
        (ValueError(), "The run broke down: ValueError: . Nothing"),
        (ValueError("two\nlines"), "The run broke down: ValueError: lines. Nothing"),
    ],
)
def test_all_else_is_a_breakdown(error: Exception, told: str) -> None:
    """It is one line without a traceback, and ends pytest with status 3."""
    found = ending(error, REDACTOR)
    assert isinstance(found, pytest.exit.Exception)
    assert found.msg.startswith(told)
    assert "\n" not in found.msg
    assert found.returncode == 3


def test_where_it_broke_is_told() -> None:
    """The line names the function and the file's line."""
    with pytest.raises(ValueError, match="broke") as raised:
        break_down()
    assert "down in break_down (test_breakdowns.py:" in str(ending(raised.value, REDACTOR))


def break_down() -> None:
    """Raise what nobody foresaw."""
    raise ValueError("broke")


def worker_internal_error(formatted: str) -> None:
    """Raise as pytest-xdist does what broke in a worker."""
    raise AssertionError(f"{formatted}\nassert False")


def test_what_broke_in_a_worker_is_told_by_its_last_line() -> None:
    """The controller has a whole traceback as the text of an assertion."""
    with pytest.raises(AssertionError) as raised:
        worker_internal_error("Traceback (most recent call last):\n  ...\nRuntimeError: a hook broke")
    assert str(ending(raised.value, REDACTOR)).startswith("The run broke down in a worker: RuntimeError: a hook broke.")


def test_secrets_do_not_stand_in_the_line() -> None:
    """An error's words may hold what was sent."""
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    assert secret not in str(ending(RuntimeError(f"Authorization: Bearer {secret}"), REDACTOR))
