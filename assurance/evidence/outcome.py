"""What the ledger keeps of a run's results: each control's verdicts counted, and the figures of the service levels.

So a history of a thousand runs needs the ledger alone, also where packs have gone to an archive, and nobody can edit it
without the chain showing it. Written as text that `jq` and a reader can make out: `SEC-06=pass:4,fail:1`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from assurance.evidence.pack import PackError
from assurance.verdicts import Verdict

VERDICTS = "verdicts"
FIGURES = "figures"
NIGHTLY = "nightly"
Facts = Mapping[str, str | bool]

_MARKS = re.compile(r"(?:^|\s)-m[\s=]*(.*?)(?=\s--?\w|$)")
_NIGHTLY = re.compile(r"(?<!not )\bnightly\b")
_WINDOW = re.compile(r"\[last-(\d+)-(hours|minutes)\]")
_NUMBER = r"([\d,]+(?:\.\d+)?)"
# By control, where its figure stands in what was observed, and its threshold in what was expected.
_FORMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "SLA-01": (rf"passed, {_NUMBER} %", rf"at least {_NUMBER} %"),
        "SLA-02": (rf"P50 is {_NUMBER} ms", rf"below {_NUMBER} ms"),
        "SLA-03": (rf"P95 is {_NUMBER} ms", rf"below {_NUMBER} ms"),
        "SLA-04": (rf"P99 is {_NUMBER} ms", rf"below {_NUMBER} ms"),
        "SLA-05": (rf"failed, {_NUMBER} %", rf"below {_NUMBER} %"),
        "SLA-06": (rf"{_NUMBER} failed (?:in the worst hour|an hour)", rf"fewer than {_NUMBER} failed"),
        "SLA-08": (rf"P95 {_NUMBER} ms of", rf"P95 below {_NUMBER} ms"),
    }
)


class OutcomeError(PackError):
    """A ledger's line tells of verdicts or figures in a form that is none."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a service level was, and its threshold, in the control's own unit (percent, milliseconds, or a count)."""

    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    Attributes:
        verdicts: How many cases of each control came to each verdict.
        figures: The figures of the service levels, by control, of the longest window that was judged.
        nightly: Whether the run was one of the nightly series: it selected the marker `nightly`.
    """

    verdicts: Mapping[str, Mapping[Verdict, int]]
    figures: Mapping[str, Figure]
    nightly: bool


def outcome_of(results: Mapping[str, Any]) -> Outcome:  # Any: JSON, whose schema is checked elsewhere
    """Return what the results of a run come to."""
    counted: dict[str, Counter[Verdict]] = {}
    figures: dict[str, Figure] = {}
    for record in sorted(results["verdicts"], key=_minutes):
        counted.setdefault(record["control"], Counter())[Verdict(record["verdict"])] += 1
        found = _figure(record)
        if found is not None:
            figures[record["control"]] = found  # of the longest window, which comes last
    marks = _MARKS.findall(results["run"]["selection"])
    nightly = any(_NIGHTLY.search(one) for one in marks)
    return Outcome(dict(sorted(counted.items())), dict(sorted(figures.items())), nightly)


def facts_of(outcome: Outcome) -> dict[str, str | bool]:
    """Return an outcome as the ledger keeps it."""
    verdicts = (f"{name}={_counts(counts)}" for name, counts in outcome.verdicts.items())
    figures = (f"{name}={one.value:g}/{one.limit:g}" for name, one in outcome.figures.items())
    return {VERDICTS: " ".join(verdicts), FIGURES: " ".join(figures), NIGHTLY: outcome.nightly}


def parsed(facts: Facts) -> Outcome | None:
    """Return the outcome that a ledger's line holds; None for a line that was written before lines held one.

    Raises:
        OutcomeError: It holds something else under these names.
    """
    present = {VERDICTS, FIGURES, NIGHTLY} & facts.keys()
    if not present:
        return None
    if len(present) < 3:
        raise OutcomeError(
            f"the line has {', '.join(sorted(present))}; all of verdicts, figures, nightly were expected"
        )
    try:
        verdicts = {name: _counted(text) for name, text in _pairs(facts[VERDICTS])}
        figures = {name: Figure(*map(float, text.split("/"))) for name, text in _pairs(facts[FIGURES])}
    except (ValueError, TypeError) as error:
        raise OutcomeError(f"the line's verdicts or figures are in no form that a run writes ({error})") from error
    nightly = facts[NIGHTLY]
    if not isinstance(nightly, bool):
        raise OutcomeError("the line's nightly is no truth value")
    return Outcome(verdicts, figures, nightly)


def _counts(counts: Mapping[Verdict, int]) -> str:
    return ",".join(f"{verdict}:{counts[verdict]}" for verdict in Verdict if counts.get(verdict))


@lru_cache(maxsize=4096)
def _counted(text: str) -> Mapping[Verdict, int]:
    """Return counts; remembered, since the nights of a control are much the same."""
    return {Verdict(name): int(number) for name, number in (one.split(":") for one in text.split(","))}


def _pairs(text: str | bool) -> list[tuple[str, str]]:
    if isinstance(text, bool):
        raise TypeError("a truth value")
    return [(name, value) for name, value in (one.split("=") for one in text.split())]


def _minutes(record: Mapping[str, Any]) -> int:
    """Return how long a window a case is about, in minutes; 0 if about none."""
    found = _WINDOW.search(record["check"])
    return int(found.group(1)) * (60 if found.group(2) == "hours" else 1) if found is not None else 0


def _figure(record: Mapping[str, Any]) -> Figure | None:
    """Return the figure that a judged case of a service level tells; None for any other case."""
    forms = _FORMS.get(record["control"])
    if forms is None:
        return None
    value, limit = (re.search(form, record[where]) for form, where in zip(forms, ("observed", "expected"), strict=True))
    if value is None or limit is None:
        return None
    return Figure(_number(value), _number(limit))


def _number(found: re.Match[str]) -> float:
    return float(found.group(1).replace(",", ""))
