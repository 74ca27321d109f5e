"""Which cases a run must reach a verdict on: all that were collected, by id, in whatever process they run.

Whether a run is whole is found by comparing these ids with its verdicts: an interruption may come at a moment at which
pytest ends with the status of a run that has ended.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest


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
