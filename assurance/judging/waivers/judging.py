"""Judges the waivers themselves: each must be in force, match a case, and still be needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assurance.judging.cases import Case
from assurance.judging.checking import Outcome
from assurance.judging.waivers.model import Waiver, Waivers
from assurance.verdicts import Verdict

EXPECTED = "in force, about a case that there is, and still needed"
Verdicts = Mapping[str, tuple[Verdict, tuple[str, ...]]]
"""What each case came to that ran, and the readings behind it, by the case's id."""


def judge_waivers(waivers: Waivers, collected: Iterable[Case], verdicts: Verdicts) -> dict[str, Outcome]:
    """Return what each waiver comes to, by its name; without those that the run's selection does not cover.

    Args:
        waivers: The waivers.
        collected: Every case of the files that were collected, whether it ran or not.
        verdicts: What the cases came to that ran.
    """
    cases = tuple(collected)
    judged = {name: _judge(name, one, waivers, cases, verdicts) for name, one in sorted(waivers.named.items())}
    return {name: outcome for name, outcome in judged.items() if outcome is not None}


def _judge(name: str, waiver: Waiver, waivers: Waivers, cases: tuple[Case, ...], verdicts: Verdicts) -> Outcome | None:
    of_control = [case for case in cases if case.control == waiver.control]
    if not of_control:
        return None
    matching = [case for case in of_control if waiver.covers(case)]
    if not matching:
        return _finding(name, waivers, _unmatched(waiver, of_control), "correct or remove it")
    ran = {case.id: verdicts[case.id] for case in matching if case.id in verdicts}
    came_to = [verdict for verdict, _ in ran.values()]
    readings = tuple(dict.fromkeys(key for _, keys in ran.values() for key in keys))
    failing = sum(verdict in {Verdict.FAIL, Verdict.WAIVED} for verdict in came_to)
    applied = waiver.applied(name, waivers.today)
    if failing and not applied.has_expired:
        observed = f"covers {failing} of {_counted(matching)}. {applied}"
        return Outcome(Verdict.PASS, EXPECTED, observed, resources=(waiver.control,), readings=readings)
    if failing:
        return _finding(name, waivers, str(applied), "mend what fails, or have it approved again", readings)
    if len(ran) < len(matching):
        return None
    if Verdict.NOT_EVALUATED in came_to:
        reason = f"Whether the waiver {name!r} is still needed cannot be told: what it is about could not be judged."
        return Outcome(Verdict.NOT_EVALUATED, reason=reason, remedy="See what kept it from that.", readings=readings)
    observed = f"no longer needed: of {_counted(matching)} that it is about none fails"
    return _finding(name, waivers, observed, "remove it", readings)


def _finding(name: str, waivers: Waivers, observed: str, what: str, readings: tuple[str, ...] = ()) -> Outcome:
    remedy = f"In {waivers.file}, [waivers.{name}]: {what}."
    return Outcome(Verdict.FAIL, EXPECTED, observed, remedy=remedy, resources=(waivers.file,), readings=readings)


def _unmatched(waiver: Waiver, cases: Iterable[Case]) -> str:
    """Say what a waiver names that there is not, with what there is in its place."""
    checks = {case.check for case in cases}
    if waiver.check is not None and waiver.check not in checks:
        return f"matches nothing: {waiver.control} has no check {waiver.check!r}, but {', '.join(sorted(checks))}"
    subjects = {case.subject for case in cases if waiver.check in {None, case.check}}
    return f"matches nothing: there is no subject {waiver.subject!r}, but {', '.join(sorted(subjects))}"


def _counted(cases: list[Case]) -> str:
    return "1 case" if len(cases) == 1 else f"{len(cases)} cases"
