"""Each reported situation is held by an entry of the catalogue or by a test, and the page of them says by which."""

from __future__ import annotations

import re
from pathlib import Path

from falsification.azure import harmless, violations

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "field-cases.md"
MIN_ROWS = 28


def _rows() -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    return [row for row in rows if row[-1].strip() != "Held by"]


def test_each_row_is_held() -> None:
    """What a row names exists: entries of the catalogue are judged by test_catalogues, tests by themselves."""
    entries = {one.name for one in violations.CATALOGUE} | {one.name for one in harmless.CATALOGUE}
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    tests = set(re.findall(r"^(?:async )?def (test_\w+)", written, re.MULTILINE))
    rows = _rows()
    assert len(rows) >= MIN_ROWS
    for row in rows:
        named = set(re.findall(r"`([^`]+)`", row[-1]))
        assert named, row[0]
        assert named - entries - tests == set(), row[0]
