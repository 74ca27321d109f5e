"""Holds a run to what it must judge: every case that was collected, and every subject that its environment declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import prod

import pytest

from assurance.environment import Environment
from assurance.errors import UsageError
from assurance.judging.nouns import DECLARED, subjects


class ExpectedCases:
    """A pytest plugin that notes what was collected, after deselection."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._of_no_control: set[str] = set()

    def ids(self) -> frozenset[str]:
        """Return the ids of the cases that must have a verdict; also of files that could not be collected."""
        return frozenset(self._ids - self._of_no_control)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Miss what could not be collected: nobody knows which cases it holds."""
        if report.failed:
            self._ids.add(report.nodeid)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what runs in this process."""
        self._ids.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note what a worker collected; a worker that dies later has told it by then."""
        self._ids.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Let go of a test that belongs to no control, once it has ended: it has no verdict."""
        # The report that pytest-xdist makes of a case whose worker died has no keywords, and is of no phase.
        if report.when == "teardown" and "control" not in report.keywords:
            self._of_no_control.add(report.nodeid)


class EverySubject:
    """Counts what was collected, before anything is deselected; what the user named by node id is theirs to choose."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Refuse a run in which a check has more or fewer cases than subjects are declared."""
        if any("::" in argument for argument in config.args):
            return
        checks = [item for item in items if isinstance(item, pytest.Function) and item.get_closest_marker("control")]
        collected = Counter((check.nodeid.partition("[")[0], _families(check.fixturenames)) for check in checks)
        for (check, families), count in collected.items():
            refuse_uncounted(check, count, [len(subjects(name, self._environment)) for name in families])


def refuse_uncounted(check: str, count: int, sizes: Iterable[int]) -> None:
    """Refuse a check whose cases are not as many as its subjects; without any, pytest keeps one case to skip.

    Raises:
        UsageError: They are not.
    """
    declared = prod(sizes) or 1
    if count != declared:
        raise UsageError(f"{check}: {declared} subjects are declared, and {count} would be judged; report this defect")


def _families(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name in DECLARED}))
