"""What people attest is judged where a run belongs to a change; elsewhere it is left out, and pytest says how much.

A gate always belongs to a change: there, a run without one is not left out but "not evaluated".
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assurance.change_records import parse
from assurance.change_records.given import FOLDER, find_record, read_record
from assurance.judging.nouns import roots
from assurance.judging.selection import Selection
from assurance.suite.workplace import workplace

ROOT = "change"


class AttestedSelection:
    """Leaves attestations out of runs that belong to no change.

    Args:
        selection: What the run selects.
        is_given: Whether the run was given a change.
    """

    def __init__(self, selection: Selection, is_given: Callable[[], bool]) -> None:
        self._selection = selection
        self._is_given = is_given

    def leaves_out(self, item: pytest.Item) -> bool:
        """Whether an item rests on a change where there is none, and no gate is asked for."""
        return not self._selection.belongs_to_a_change and not self._is_given() and rests_on_a_change(item)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect such items."""
        left_out = [item for item in items if self.leaves_out(item)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if not self.leaves_out(item)]


def rests_on_a_change(item: pytest.Item) -> bool:
    """Whether an item is judged on a change record."""
    return any(ROOT in roots(name) for name in getattr(item, "fixturenames", ()))


def change_record_of(config: pytest.Config) -> Path | None:
    """Return the record of the change that the run belongs to, once it is known to be valid.

    Raises:
        UsageError: There is no such record, or it is not valid.
    """
    named: str | None = config.getoption("change")
    if named is None:
        return None
    path = find_record(named, workplace(config) / FOLDER)
    parse(read_record(path), str(path))
    return path
