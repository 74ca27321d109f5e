"""The end of each case as its verdict, and the verdicts of all processes in one list."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import asdict
from typing import Any

import pytest

from assurance.errors import Unwritable
from assurance.judging.cases import case_of, subject_of
from assurance.judging.checking import judge
from assurance.judging.waivers import Waivers
from assurance.reporting.model import VerdictRecord
from assurance.runs.run import Run
from assurance.suite.excused import skipped_case
from assurance.suite.outcomes import sendable, set_outcome
from assurance.suite.planned import beside_today
from assurance.suite.waiving import waived
from assurance.verdicts import Fact, recording_facts

PROPERTY = "apex_verdict"
FACTS = pytest.StashKey[Sequence[Fact]]()


class VerdictRecorder:
    """A pytest plugin, in the process that pytest was started in and in each worker.

    Args:
        config: pytest's, of this process.
        run: The run.
        waivers: The waivers of the run.

    Attributes:
        records: What the cases have come to so far.
    """

    def __init__(self, config: pytest.Config, run: Run, waivers: Waivers) -> None:
        self.records: list[VerdictRecord] = []
        self._config = config
        self._run = run
        self._waivers = waivers

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Record the facts that a check asserts."""
        with recording_facts() as facts:
            item.stash[FACTS] = facts
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the end of a case into its verdict, and the verdict into pytest's outcome."""
        report = yield
        mark = item.get_closest_marker("control")
        if mark is None or (call.when != "call" and report.passed):
            return report
        if call.excinfo is not None and isinstance(call.excinfo.value, Unwritable):
            raise call.excinfo.value  # no further case could be judged either
        record = self._record(item, call, report, mark.kwargs["id"])
        set_outcome(report, record)
        report.user_properties.append((PROPERTY, sendable(record)))
        return report

    def tell(self, record: VerdictRecord) -> None:
        """Bring a verdict that no pytest item came to into the run, as the report of one."""
        place = (record.check.partition("::")[0], None, record.check.partition("::")[2])
        report = pytest.TestReport(record.check, place, {}, "passed", None, "call")
        set_outcome(report, record)
        report.user_properties.append((PROPERTY, sendable(record)))
        self._config.hook.pytest_runtest_logreport(report=report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect verdicts, from this process and from workers."""
        for name, values in report.user_properties:
            if name == PROPERTY and isinstance(values, dict):
                self.records.append(VerdictRecord.from_values(dict(values)))

    def _record(
        self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, control: str
    ) -> VerdictRecord:
        error = call.excinfo.value if call.excinfo is not None else None
        statement = " ".join((getattr(item, "obj").__doc__ or item.name).split())  # noqa: B009  (pytest types no `obj`)
        skipped = skipped_case(item, self._run) if report.skipped else None
        values: dict[str, Any] = skipped or asdict(judge(item.stash.get(FACTS, []), error))
        record = VerdictRecord(
            check=item.nodeid,
            control=control,
            subject=subject_of(item, self._run.environment),
            statement=statement,
            duration_seconds=round(call.duration, 6),
            **values,
        )
        if self._run.given_plan is not None:
            without = {**self._run.roots(), "estate": lambda: self._run.estate_today}
            record = beside_today(record, item, without)
        case = case_of(item, self._run.environment)
        return waived(record, self._waivers.covering(case) if case is not None else None)
