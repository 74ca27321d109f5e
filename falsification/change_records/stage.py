"""The stage of change records.

The attested checks judge each, and records that are other than the whole one and as good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.environment import load
from assurance.judging.harness import collect
from assurance.verdicts import Verdict
from falsification.azure.stage import ENVIRONMENT, ROOT
from falsification.catalogue import Harmless, Inability, Violation
from falsification.change_records.records import Record, RecordWorld, change, closed, planned, starting_from
from falsification.change_records.shortcomings import VIOLATIONS
from falsification.judge import Judged

WEST = timezone(timedelta(hours=-5))


def _in_another_zone(record: Record) -> None:
    record.update(_moved(record))


def _moved(value: Any) -> Any:  # noqa: ANN401  (values of TOML)
    if isinstance(value, datetime):
        return value.astimezone(WEST)
    if isinstance(value, dict):
        return {key: _moved(inner) for key, inner in value.items()}
    return [_moved(inner) for inner in value] if isinstance(value, list) else value


def _in_another_order(record: Record) -> None:
    record["approvals"].reverse()
    record["notifications"].reverse()


def _approved_further(record: Record) -> None:
    record["approvals"].append(record["approvals"][0] | {"role": "Deployment Engineer"})


def _in_capitals(record: Record) -> None:
    record["retrospective"]["attendees"] = [name.upper() for name in record["retrospective"]["attendees"]]


HARMLESS: tuple[Harmless[RecordWorld], ...] = (
    Harmless(
        "attested-times-with-an-offset", "Times are given in another zone.", starting_from(closed, _in_another_zone)
    ),
    Harmless(
        "attested-other-order",
        "Approvals and notifications stand in another order.",
        starting_from(closed, _in_another_order),
    ),
    Harmless(
        "attested-further-approval",
        "The deployment engineer approves as well.",
        starting_from(planned, _approved_further),
    ),
    Harmless(
        "attested-names-in-capitals",
        "The attendees are written in capitals.",
        starting_from(closed, _in_capitals),
    ),
)


NOUN = "change"


class ChangeRecordStage:
    """Has the attested checks judge a change record.

    Attributes:
        cases: Every check that rests on a change record and on nothing else.
        violations: How a record can fall short, by name.
        harmless: What must not matter, by name.
    """

    violations: Mapping[str, Violation[RecordWorld]] = MappingProxyType(
        {violation.name: violation for violation in VIOLATIONS}
    )
    harmless: Mapping[str, Harmless[RecordWorld]] = MappingProxyType({harmless.name: harmless for harmless in HARMLESS})

    def __init__(self) -> None:
        cases = collect((ROOT / "checks" / "deployment",), load(ENVIRONMENT), frozenset({NOUN}))
        self.cases = tuple(case for case in cases if not case.subjects)

    def outcomes(self, edit: Callable[[RecordWorld], object], family: str = "") -> Judged:  # noqa: ARG002  (one family)
        """Return what the checks come to that pass on the whole record: the others prove nothing by failing."""
        world = RecordWorld()
        edit(world)
        passing = {case.id for case, outcome in self._judged(world.whole) if outcome.verdict is Verdict.PASS}
        return [(case, outcome) for case, outcome in self._judged(world.record) if case.id in passing]

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[RecordWorld]]:  # noqa: ARG002  (none)
        """Return nothing: a record is a file that is read, whose faults the stage of Azure tries."""
        return {}

    def outcomes_resting_on(self, fault: Inability[RecordWorld]) -> Judged:
        """Return what the checks come to."""
        return self.outcomes(fault.change)

    def rest(self) -> None:
        """Nothing runs that a forked process would miss."""

    def _judged(self, record: Record) -> Judged:
        return [(case, case.outcome({NOUN: change(record)})) for case in self.cases]
