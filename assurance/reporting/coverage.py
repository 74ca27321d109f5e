"""What a run says of each clause of ISO/IEC 27001:2022, and of each control's completeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.judging.controls import CONTROLS, Control
from assurance.reporting.iso27001 import CLAUSES, Clause
from assurance.reporting.model import ControlSummary, RunModel
from assurance.verdicts import Verdict

FAMILIES = {
    "SEC": "Security of the deployment",
    "SMK": "Smoke",
    "E2E": "End-to-end workflow",
    "RBAC": "Roles within the application",
    "AACE": "AACE classification",
    "BAD": "Bad input",
    "ERR": "Server errors",
    "SLA": "Service levels",
    "DEP": "Deployment",
    "DRF": "Drift",
    "WVR": "Waivers",
}


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """What the controls that cite one clause came to; a control stands in exactly one of the tuples.

    Attributes:
        clause: The clause.
        supporting: Controls of which every case that applies was judged and holds.
        contradicting: Controls with a failure.
        waived: Controls without failure, with a waiver in the place of one.
        unjudged: Controls with a case that could not be judged, and no failure.
        absent: Controls that this run did not contain, or that did not apply.
    """

    clause: Clause
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    waived: tuple[str, ...]
    unjudged: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many cases of a control were expected, rest on something that was read, and were judged."""

    expected: int
    read: int
    judged: int


def clauses(model: RunModel) -> tuple[ClauseCoverage, ...]:
    """Return every clause that the suite's controls cite, in the standard's order."""
    verdicts = {summary.control.id: summary.verdict for summary in model.controls()}
    cited = {number for control in CONTROLS.values() for number in control.iso_2022}
    found = (CLAUSES[number] if number in CLAUSES else Clause(number, "", ()) for number in cited)
    return tuple(_coverage(clause, verdicts) for clause in sorted(found, key=lambda clause: clause.order))


def uncited() -> tuple[Clause, ...]:
    """Return the clauses of Annex A that no control of the suite cites."""
    cited = {number for control in CONTROLS.values() for number in control.iso_2022}
    return tuple(clause for number, clause in CLAUSES.items() if number not in cited)


def absent_controls(model: RunModel) -> tuple[Control, ...]:
    """Return the controls of the suite that this run did not contain."""
    there = {record.control for record in model.verdicts}
    return tuple(control for control in CONTROLS.values() if control.id not in there)


def by_family(model: RunModel) -> dict[str, tuple[ControlSummary, ...]]:
    """Return the summaries of the controls of this run by family, such as `SEC`, in the order of the catalogue."""
    found: dict[str, list[ControlSummary]] = {}
    for summary in model.controls():
        found.setdefault(family_of(summary.control.id), []).append(summary)
    return {family: tuple(summaries) for family, summaries in found.items()}


def worst_of(some: Sequence[ControlSummary]) -> Verdict | None:
    """Return the worst verdict among controls; None if none has any."""
    order = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
    return next((verdict for verdict in order if any(one.verdict is verdict for one in some)), None)


def family_of(control: str) -> str:
    """Return the family of a control: what stands before the hyphen of its id."""
    return control.partition("-")[0]


def ids_in_words(ids: Sequence[str]) -> str:
    """Return ids of controls with runs of three or more drawn together: `DEP-01, SLA-01 to SLA-08`."""
    runs: list[list[str]] = []
    for one in ids:
        if runs and _next(runs[-1][-1]) == one:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def completeness(model: RunModel) -> dict[str, Completeness]:
    """Return by control how many of its cases were expected, read and judged."""
    judged = {Verdict.PASS, Verdict.FAIL, Verdict.WAIVED}
    on_tape = {reading.key for reading in model.readings if not reading.failure}
    counts: dict[str, list[int]] = {}
    for record in model.verdicts:
        if record.verdict is Verdict.NOT_APPLICABLE:
            continue
        count = counts.setdefault(record.control, [0, 0, 0])
        count[0] += 1
        count[1] += any(key in on_tape for key in record.readings)
        count[2] += record.verdict in judged
    return {control: Completeness(*count) for control, count in counts.items()}


def _next(control: str) -> str:
    family, _, number = control.rpartition("-")
    return f"{family}-{int(number) + 1:02d}" if number.isdecimal() else ""


def _coverage(clause: Clause, verdicts: dict[str, Verdict | None]) -> ClauseCoverage:
    places: dict[Verdict | None, list[str]] = {verdict: [] for verdict in (*Verdict, None)}
    for control in CONTROLS.values():
        if clause.number in control.iso_2022:
            places[verdicts.get(control.id)].append(control.id)
    return ClauseCoverage(
        clause=clause,
        supporting=tuple(places[Verdict.PASS]),
        contradicting=tuple(places[Verdict.FAIL]),
        waived=tuple(places[Verdict.WAIVED]),
        unjudged=tuple(places[Verdict.NOT_EVALUATED]),
        absent=(*places[Verdict.NOT_APPLICABLE], *places[None]),
    )
