"""The operator's command: run without a shell, bounded, and kept without secrets."""

from __future__ import annotations

import sys

import pytest

from assurance.apex.access import _ended


def test_a_command_is_run_without_a_shell() -> None:
    """Its arguments reach it as they are, and its output and exit status come back."""
    status, output, failure = _ended(
        [sys.executable, "-c", "import sys; print(sys.argv[1]); sys.exit(3)", "$HOME;ls"], 20
    )
    assert (status, output.strip(), failure) == (3, "$HOME;ls", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["/nowhere/grant"], "cannot be run"),
        ([sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)"], "within 1 seconds"),
    ],
)
def test_a_command_that_does_not_end_well_says_why(arguments: list[str], told: str) -> None:
    """One that cannot be run, and one that does not end, are failures; what is under it is ended as well."""
    status, _, failure = _ended(arguments, 1)
    assert status is None
    assert told in failure
