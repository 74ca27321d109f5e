"""The verdicts of two runs, case by case; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assurance.verdicts import Verdict

Records = Sequence[Mapping[str, Any]]
"""The verdicts of `results.json`, whose schema is checked elsewhere."""


@dataclass(frozen=True, slots=True)
class CaseDifference:
    """A case that came to another verdict, or that only one run has.

    Attributes:
        control: Its control.
        case: Function and subject, with names replaced by their roles.
        before: Its verdict in the first run; None if that has no such case.
        after: Its verdict in the second run; None likewise.
        told: What the second run observed or could not judge; the first, where the second has no such case.
    """

    control: str
    case: str
    before: Verdict | None
    after: Verdict | None
    told: str


def differing_cases(
    first: Records, second: Records, first_roles: Callable[[str], str], second_roles: Callable[[str], str]
) -> tuple[CaseDifference, ...]:
    """Return the cases whose verdicts differ: those that now fail first, then by control and case.

    Args:
        first: The first run's verdicts.
        second: The second run's.
        first_roles: Replaces names of the first run's environment by their roles.
        second_roles: Those of the second's.
    """
    before, after = _by_case(first, first_roles), _by_case(second, second_roles)
    found: list[CaseDifference] = []
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        verdicts = [Verdict(one["verdict"]) if one is not None else None for one in (was, now)]
        if verdicts[0] is not verdicts[1]:
            shown = now if now is not None else was
            told = (shown["reason"] or shown["observed"]) if shown is not None else ""
            found.append(CaseDifference(key[0], key[1], verdicts[0], verdicts[1], told))
    return tuple(sorted(found, key=_rank))


def _by_case(records: Records, roles: Callable[[str], str]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return records by control and case; cases that roles make alike are numbered, so that none is lost."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for record in records:
        case = roles(record["check"].partition("::")[2] or record["check"])
        key, number = (record["control"], case), 1
        while key in found:
            number += 1
            key = (record["control"], f"{case} #{number}")
        found[key] = record
    return found


def _rank(one: CaseDifference) -> tuple[bool, bool, bool, str, str]:
    one_sided = one.before is None or one.after is None
    return (one_sided, one.after is not Verdict.FAIL, one.before is not Verdict.FAIL, one.control, one.case)
