"""Tries the attested checks on change records: on each that falls short, and on each that is merely otherwise."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from assurance.change_records import Change
from assurance.judging.checking import judge
from assurance.verdicts import Verdict, recording_facts
from falsification.azure.judging import ROOT, load_check_file
from falsification.change_records.records import change, closed, planned
from falsification.change_records.shortcomings import CATALOGUE, Attested, Record
from falsification.results import Result

NOUN = "change"
__all__ = ["CATALOGUE", "OTHERWISE", "Otherwise", "attempt_harmless", "attempt_violation", "checks", "is_attested"]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A record that is other than the whole one, and as good: no verdict may change."""

    name: str
    other: str
    record: Callable[[], Record]
    edit: Callable[[Record], Record]


def _elsewhere(record: Record) -> Record:
    """Return a record whose times are told with another offset."""

    def told(value: Any) -> Any:  # noqa: ANN401  (values of TOML)
        if isinstance(value, datetime):
            return value.astimezone(timezone(timedelta(hours=-5)))
        if isinstance(value, dict):
            return {key: told(inner) for key, inner in value.items()}
        return [told(inner) for inner in value] if isinstance(value, list) else value

    changed: Record = told(record)
    return changed


def _with(record: Record, table: str, *items: object) -> Record:
    return record | {table: [*record[table], *items]}


OTHERWISE = (
    Otherwise("attested-times-with-an-offset", "Times are told in another zone.", closed, _elsewhere),
    Otherwise(
        "attested-other-order",
        "Approvals and notifications stand in another order.",
        closed,
        lambda record: (
            record | {"approvals": record["approvals"][::-1], "notifications": record["notifications"][::-1]}
        ),
    ),
    Otherwise(
        "attested-further-approval",
        "The deployment engineer approves as well.",
        planned,
        lambda record: _with(record, "approvals", record["approvals"][0] | {"role": "Deployment Engineer"}),
    ),
    Otherwise(
        "attested-names-in-capitals",
        "The attendees are written in capitals.",
        closed,
        lambda record: (
            record
            | {
                "retrospective": record["retrospective"]
                | {"attendees": [name.upper() for name in record["retrospective"]["attendees"]]}
            }
        ),
    ),
)


@lru_cache(maxsize=1)
def checks() -> tuple[tuple[str, str, Callable[[Change], None]], ...]:
    """Return control, name and function of every check that is judged on a change record."""
    found = []
    for file in sorted((ROOT / "checks" / "deployment").glob("test_*.py")):
        module = load_check_file(file)
        control = next(mark.kwargs["id"] for mark in module.pytestmark if mark.name == "control")
        for name, function in vars(module).items():
            if name.startswith("test_") and list(inspect.signature(function).parameters) == [NOUN]:
                found.append((control, name, function))
    return tuple(found)


def verdicts(record: Record) -> dict[tuple[str, str], Verdict]:
    """Return what every check comes to on a record, by control and check."""
    judged = change(record)
    found = {}
    for control, name, function in checks():
        error: Exception | None = None
        with recording_facts() as facts:
            try:
                function(judged)
            except (AssertionError, ValueError) as raised:
                error = raised
        found[control, name] = judge(facts, error).verdict
    return found


def attempt_violation(name: str) -> list[Result]:
    """Make a record fall short, and see whether the check that is meant for it says so, which did not before."""
    one = _by_name()[name]
    record = one.record()
    before = verdicts(record)[one.control, one.check]
    one.edit(record)
    after = verdicts(record)
    reporters = tuple(sorted({check for (_, check), verdict in after.items() if verdict is Verdict.FAIL}))
    missed = [] if one.check in reporters else [f"not reported by {one.check}"]
    missed += [] if before is Verdict.PASS else [f"{one.check} is {before} on a record that lacks nothing"]
    return [Result("violation", name, one.control, 1, tuple(missed), reporters)]


def attempt_harmless(name: str) -> list[Result]:
    """Make a record otherwise, and see whether any verdict changes."""
    one = next(one for one in OTHERWISE if one.name == name)
    before, after = verdicts(one.record()), verdicts(one.edit(one.record()))
    controls = sorted({control for control, _ in before})
    return [
        Result(
            "harmless",
            name,
            control,
            1,
            tuple(
                f"{check} became {after[place, check]}"
                for place, check in before
                if place == control and before[place, check] is not after[place, check]
            ),
        )
        for control in controls
    ]


def is_attested(control: str) -> bool:
    """Whether a control is judged on change records."""
    return any(control == place for place, _, _ in checks())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Attested]:
    return {one.name: one for one in CATALOGUE}
