"""Compares the verdicts that a pack holds with those that its tape gives again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# What a judgement is; how long it took is not part of it.
COMPARED = (
    "verdict", "expected", "observed", "reason", "remedy", "statement", "control", "subject", "resources", "readings",
)  # fmt: skip
SCOPE = ("whole", "part", "cases", "of_cases", "everything")
LONGEST_SHOWN = 90


def unreached(collected: Iterable[str], reached: Iterable[str]) -> list[str]:
    """Return the ids, sorted, of the cases that were collected and came to no verdict."""
    return sorted(set(collected).difference(reached))


def uncollected(results: Mapping[str, Any]) -> list[str]:
    """Return, one sentence each, how the verdicts of results are not those of the cases that were collected.

    Results of schema 1.1 and before do not tell what was collected: of them nothing is said.
    """
    if "collected" not in results:
        return []
    reached = [record["check"] for record in results["verdicts"]]
    missing = (f"{one}: was collected, and has no verdict" for one in unreached(results["collected"], reached))
    added = (f"{one}: has a verdict, and was never collected" for one in unreached(reached, results["collected"]))
    return [*missing, *added]


def misselected(results: Mapping[str, Any], collected: Iterable[str], selected: Mapping[str, Any]) -> list[str]:
    """Return, one sentence each, how what results say was selected is not what that selection collects.

    Args:
        results: Of a pack.
        collected: The ids of the cases that its selection collects again.
        selected: Which controls those are.
    """
    if "collected" not in results:
        return []
    again, mine = set(collected), set(results["collected"])
    held = results["run"]["selected"]
    left_out = (f"{one}: is selected, and the results leave it out" for one in sorted(again - mine))
    added = (f"{one}: is not selected, and the results hold it" for one in sorted(mine - again))
    scope = (
        f"selected.{name} is {_shown(held[name])}; the checks give {_shown(selected[name])}"
        for name in SCOPE
        if held[name] != selected[name]
    )
    return [*left_out, *added, *scope]


def undeclared(results: Mapping[str, Any], left_out: Sequence[str], *, by_number: bool) -> list[str]:
    """Return, one sentence each, how what results leave out against the guide is not what their environment file does.

    Args:
        results: Of a pack.
        left_out: What its environment file leaves out.
        by_number: Whether only their number tells: under pseudonyms the words differ.
    """
    held = results["run"].get("left_out")
    if held is None or list(held) == list(left_out) or (by_number and len(held) == len(left_out)):
        return []
    return [f"left_out has {len(held)} entries; the environment file gives {len(left_out)}: {'; '.join(left_out)}"]


def differences(held: Sequence[Mapping[str, Any]], again: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return, one sentence each, how verdicts held by a pack differ from those derived again.

    Args:
        held: The records of `results.json`.
        again: The records derived from the tape, by check.
    """
    told: list[str] = []
    seen: set[str] = set()
    for record in held:
        check = record["check"]
        if check in seen:
            told.append(f"{check}: stands twice in the results")
        elif check not in again:
            told.append(f"{check}: the tape gives no such verdict; the results say {record['verdict']!r}")
        else:
            told += _difference(record, again[check])
        seen.add(check)
    left_out = [check for check in again if check not in seen]
    return told + [
        f"{check}: the tape gives {again[check]['verdict']!r}; the results leave it out" for check in left_out
    ]


def _difference(record: Mapping[str, Any], derived: Mapping[str, Any]) -> list[str]:
    for name in COMPARED:
        if record[name] != derived[name]:
            return [f"{record['check']}: {name} is {_shown(record[name])}, the tape gives {_shown(derived[name])}"]
    return []


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
