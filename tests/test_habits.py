"""Habits of the code that no linter holds: each exception from a rule says why, and nothing is left that is unused."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("assurance", "checks", "fixtures", "falsification", "sandbox", "benchmarks", "tests")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
# The reason stands in brackets after a `noqa`, and after a second # where a type is ignored.
WITHOUT_REASON = re.compile(r"# (?:ruff: )?noqa(?::[A-Z0-9, ]*)?$|# type: ignore(?:\[[a-z, -]*\])?$")


def test_every_exception_says_why() -> None:
    """A `noqa` or `type: ignore` names its rule and its reason."""
    assert len(FILES) > 500
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if WITHOUT_REASON.search(line.rstrip())
    ]
    assert bare == []


@pytest.mark.parametrize("line", ["x = 1  # noqa", "x = 1  # noqa: S101", "x = 1  # type: ignore[misc]"])
def test_an_exception_without_a_reason_is_seen(line: str) -> None:
    """The pattern sees what it is there for."""
    assert WITHOUT_REASON.search(line)


def test_no_code_is_dead() -> None:
    """Nothing is imported, bound or written after a return that nobody can reach (vulture)."""
    words = [sys.executable, "-m", "vulture", "--min-confidence", "80", *ROOMS[:5]]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.stdout == "", ended.stdout
    assert ended.returncode == 0, ended.stderr


def test_nothing_stands_at_the_top_but_rooms() -> None:
    """At the top stand packages, errors, verdicts, the door, where the suite is, and the mark that it is typed."""
    files = {path.name for path in (ROOT / "assurance").iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "errors.py", "home.py", "py.typed", "verdicts.py"}
