"""Waivers within a run: a failing case that one covers is waived, and at the end each waiver is judged itself.

Whether a waiver is still needed shows only when all cases have ended, in whatever process. So that judgement is no
pytest item; it enters the run as reports of its own, after the last case, in the process that writes the reports.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from assurance.environment import Environment
from assurance.judging.checking import Case, Outcome, case_of
from assurance.judging.controls import CONTROLS
from assurance.judging.waivers import WAIVERS, AppliedWaiver, Waivers, judge_waivers, load
from assurance.reporting.model import VerdictRecord
from assurance.suite.workplace import workplace
from assurance.verdicts import Verdict

PACKED = "waivers.toml"
"""The waivers of a run, in its evidence pack."""


def waivers_of_run(config: pytest.Config, environment: Environment, replay: Path | None) -> Waivers:
    """Return the waivers of a run, as of today: from `--waivers`, the pack that is replayed, or `waivers/`.

    Raises:
        WaiversRefused: The file is not there though it was named, is not valid, or grants what must not be granted.
    """
    shown = f"waivers/{environment.name}.toml"
    named: Path | None = config.getoption("waivers")
    if named is not None:
        return load(named, environment, shown=shown, needed=True)
    # A pack is judged again by the waivers that it was judged by, or by none; a bare tape knows of none.
    from_pack = replay is not None and (replay / "tape").is_dir()
    path = replay / PACKED if replay is not None and from_pack else workplace(config) / shown
    return load(path, environment, shown=shown)


def waived(record: VerdictRecord, waiver: AppliedWaiver | None) -> VerdictRecord:
    """Return what a case comes to that a waiver covers: a failure is waived, and anything else stays what it is."""
    if waiver is None or record.verdict is not Verdict.FAIL:
        return record
    verdict = Verdict.FAIL if waiver.has_expired else Verdict.WAIVED
    return replace(record, verdict=verdict, reason=str(waiver), waiver=waiver)


class WaiverJudge:
    """A pytest plugin that judges the waivers after the last case; in a worker it only gathers what was collected.

    Args:
        waivers: The waivers of the run.
        environment: What is judged.
        records: Returns what the cases have come to so far.
        tell: Brings a verdict into the run as if a case had come to it.
    """

    def __init__(
        self,
        waivers: Waivers,
        environment: Environment,
        records: Callable[[], Sequence[VerdictRecord]],
        tell: Callable[[VerdictRecord], None],
    ) -> None:
        self._waivers = waivers
        self._environment = environment
        self._records = records
        self._tell = tell
        self._collected: dict[str, Case] = {}
        self._expected = frozenset(self._id(name) for name in waivers.named)

    def expected(self) -> frozenset[str]:
        """Return the ids of the waivers that must have a verdict: of all, until it shows which the run is about."""
        return self._expected

    def collected(self) -> list[dict[str, str]]:
        """Return every case of the files that were collected, as workers can send them."""
        return [asdict(case) for case in self._collected.values()] if self._waivers.named else []

    def add(self, cases: Iterable[dict[str, str]]) -> None:
        """Take in what a worker collected."""
        for values in cases:
            self._collected[values["id"]] = Case(**values)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note all cases of a file, also those that the selection leaves out."""
        report = yield
        for item in report.result or ():
            case = case_of(item, self._environment) if isinstance(item, pytest.Item) else None
            if case is not None:
                self._collected[case.id] = case
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:  # Any: pytest gives an object
        """Judge the waivers when all cases have ended."""
        result = yield
        if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
            verdicts = {record.check: (record.verdict, record.readings) for record in self._records()}
            judged = judge_waivers(self._waivers, self._collected.values(), verdicts)
            for name, outcome in judged.items():
                self._tell(self._record(name, outcome))
            self._expected = frozenset(self._id(name) for name in judged)
        return result

    def _id(self, name: str) -> str:
        return f"{self._waivers.file}::waiver[{name}]"

    def _record(self, name: str, outcome: Outcome) -> VerdictRecord:
        return VerdictRecord(
            check=self._id(name),
            control=WAIVERS,
            subject=name,
            statement=CONTROLS[WAIVERS].requirement,
            duration_seconds=0.0,
            **asdict(outcome),
        )
