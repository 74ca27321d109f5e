"""The map of the house cannot lie: each room stands on it, and each path that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_LINES = {"README.md": 120, "ARCHITECTURE.md": 70, "CONTRIBUTING.md": 45}


def test_every_room_is_on_the_map() -> None:
    """Each package of the suite is a row of the table."""
    rooms = {path.parent.name for path in (ROOT / "assurance").glob("*/__init__.py")}
    rows = set(re.findall(r"^\| `(\w+)/` \|", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.M))
    assert rows == rooms


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/decisions.md", "docs/running.md"])
def test_paths_that_documents_name_are_there(name: str) -> None:
    """A path in code marks exists, from the top or from within the suite."""
    paths = re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.(?:py|toml|json|css|js))?)`", (ROOT / name).read_text("utf-8"))
    missing = [path for path in paths if not (ROOT / path).exists() and not (ROOT / "assurance" / path).exists()]
    assert missing == []


@pytest.mark.parametrize("name", sorted(MAX_LINES))
def test_documents_stay_short(name: str) -> None:
    """What is read first is read whole."""
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= MAX_LINES[name]
