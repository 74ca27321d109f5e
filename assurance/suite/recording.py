"""The end of each case as its verdict.

The verdicts of all processes in one list, and server errors as findings of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict
from typing import Any

import pytest

from assurance.errors import Unwritable
from assurance.judging.checking import case_of, judge, subject_of
from assurance.judging.controls import CONTROLS
from assurance.judging.waivers import Waivers
from assurance.reporting.fit import printable
from assurance.reporting.model import VerdictRecord
from assurance.runs.run import Run
from assurance.suite.not_applicable import beside_today, skipped_case
from assurance.suite.waiving import waived
from assurance.verdicts import Fact, Verdict, recording_facts


def set_outcome(report: pytest.TestReport, record: VerdictRecord) -> None:
    """Give pytest the outcome that the verdict asks for: what could not be judged is an error, as a fixture's."""
    if record.verdict is Verdict.WAIVED:
        report.outcome = "skipped"
        report.wasxfail = record.reason
    if record.verdict in {Verdict.FAIL, Verdict.NOT_EVALUATED}:
        report.outcome = "failed"
        report.when = "setup" if record.verdict is Verdict.NOT_EVALUATED else report.when
        message = record.reason or f"expected {record.expected}; observed {record.observed}"
        report.longrepr = f"{record.statement}\n{message}\n{record.remedy}".strip()


def sendable(record: VerdictRecord) -> dict[str, Any]:
    """Return a record as workers can send it: plain values, and no text that is not Unicode."""
    values = {**asdict(record), "verdict": str(record.verdict)}
    return {name: printable(value) if isinstance(value, str) else value for name, value in values.items()}


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


SERVER_ERRORS = "ERR-01"
REMEDY = "Look for the request's id in the application's log, and mend what broke; bad input is to be answered by 4xx."


class ServerErrorJudge:
    """A pytest plugin that tells of each operation that broke down, after the last case; idle in a worker.

    Args:
        run: The run.
        records: Returns what the cases have come to so far.
        tell: Brings a verdict into the run as if a case had come to it.
    """

    def __init__(
        self, run: Run, records: Callable[[], Sequence[VerdictRecord]], tell: Callable[[VerdictRecord], None]
    ) -> None:
        self._run = run
        self._records = records
        self._tell = tell
        self._told: frozenset[str] = frozenset()

    def expected(self) -> frozenset[str]:
        """Return the ids of the findings."""
        return self._told

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:  # Any: pytest gives an object
        """Tell of server errors when all cases have ended."""
        result = yield
        if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
            failures = self._found()
            for record in failures:
                self._tell(record)
            self._told = frozenset(record.check for record in failures)
        return result

    def _found(self) -> list[VerdictRecord]:
        readings = self._run.tape.readings()
        if not any(reading.call is not None and reading.call.caller for reading in readings):
            return []
        from assurance.apex.client.observations import broken_down

        families = {record.control.partition("-")[0] for record in self._records()}
        return [
            VerdictRecord(
                check=f"apex::server_error[{name}]",
                control=SERVER_ERRORS,
                subject=name,
                statement=CONTROLS[SERVER_ERRORS].requirement,
                duration_seconds=0.0,
                verdict=Verdict.FAIL,
                expected="no answer of APEX is a server error",
                observed=sentence,
                reason="",
                remedy=REMEDY,
                resources=(name,),
                readings=keys,
                measures=(),
            )
            for name, (sentence, keys) in broken_down(readings, families).items()
        ]
