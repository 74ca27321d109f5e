"""What the ledger keeps of a run's results: each control's verdicts counted, and the figures of the service levels.

So a history of a thousand runs needs the ledger alone, also where packs have gone to an archive, and nobody can edit it
without the chain showing it. Written as text that `jq` and a reader can make out: `SEC-06=pass:4,fail:1`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assurance.environment.suite_tables import Evidence
from assurance.errors import UsageError
from assurance.evidence.pack import PackError
from assurance.tape import Reading
from assurance.tape.moments import recorded
from assurance.verdicts import Source, Verdict

VERDICTS = "verdicts"
FIGURES = "figures"
NIGHTLY = "nightly"
SCOPE = "scope"
Facts = Mapping[str, str | bool]

WITHOUT_MEASURES = "1.1"
"""The schema of results that held neither the run's selection nor measures."""


class OutcomeError(PackError):
    """A ledger's line tells of verdicts or figures in a form that is none."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a service level was, and its threshold, in one unit; lines of the first ledgers name none."""

    value: float
    limit: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    Attributes:
        verdicts: How many cases of each control came to each verdict.
        figures: The figures of the service levels, by control, of the longest window that was judged.
        nightly: Whether the run holds a night: it selected everything that the guide demands every night.
    """

    verdicts: Mapping[str, Mapping[Verdict, int]]
    figures: Mapping[str, Figure]
    nightly: bool


def outcome_of(results: Mapping[str, Any]) -> Outcome:  # Any: JSON, whose schema is checked elsewhere
    """Return what the results of a run come to."""
    counted: dict[str, Counter[Verdict]] = {}
    figures: dict[str, Figure] = {}
    measured: dict[str, list[Mapping[str, Any]]] = {}
    for record in results["verdicts"]:
        counted.setdefault(record["control"], Counter())[Verdict(record["verdict"])] += 1
        measured.setdefault(record["control"], []).extend(record.get("measures", ()))
    for control, measures in measured.items():
        if (
            len({measure["name"] for measure in measures}) == 1
        ):  # a control that measures several things has no one figure
            longest = max(measures, key=lambda measure: measure["window_minutes"])
            figures[control] = Figure(longest["value"], longest["limit"], longest["unit"])
    nightly = "nightly" in results["run"].get("selected", {}).get("everything", ())
    return Outcome(dict(sorted(counted.items())), dict(sorted(figures.items())), nightly)


def facts_of(outcome: Outcome) -> dict[str, str | bool]:
    """Return an outcome as the ledger keeps it."""
    verdicts = (f"{name}={_counts(counts)}" for name, counts in outcome.verdicts.items())
    figures = (f"{name}={_written(figure)}" for name, figure in outcome.figures.items())
    return {VERDICTS: " ".join(verdicts), FIGURES: " ".join(figures), NIGHTLY: outcome.nightly}


def facts_to_hold(results: Mapping[str, Any]) -> dict[str, str | bool]:
    """Return what a ledger's line must say of a run with these results, as far as they tell it."""
    facts = facts_of(outcome_of(results))
    held = {SCOPE: str(results["run"][SCOPE])} if SCOPE in results["run"] else {}
    return {VERDICTS: facts[VERDICTS]} if results["schema"] == WITHOUT_MEASURES else {**facts, **held}


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
        figures = {name: _figure(text) for name, text in _pairs(facts[FIGURES])}
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
    return {Verdict(name): int(number) for name, number in (pair.split(":") for pair in text.split(","))}


def _pairs(text: str | bool) -> list[tuple[str, str]]:
    if isinstance(text, bool):
        raise TypeError("a truth value")
    return [(name, value) for name, value in (pair.split("=") for pair in text.split())]


def _written(figure: Figure) -> str:
    """Return a figure as `value/limit:unit`, such as `1250/2000:ms`."""
    unit = f":{figure.unit}" if figure.unit else ""
    return f"{figure.value:.6g}/{figure.limit:.6g}{unit}"


def _figure(text: str) -> Figure:
    numbers, _, unit = text.partition(":")
    value, limit = map(float, numbers.split("/"))
    return Figure(value, limit, unit)


SECONDS_PER_HOUR = 3600.0


class GateRefused(UsageError):  # noqa: N818  (it says what happened)
    """A gate was asked to decide on what it must not rest on."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run rests on.

    Attributes:
        source: LIVE, RECORDED or SANDBOX.
        oldest_reading: When the oldest reading was begun, UTC, ISO 8601; empty where there is none yet.
    """

    source: Source
    oldest_reading: str = ""


def oldest_of(readings: Iterable[Reading]) -> str:
    """Return when the oldest of some readings was begun; empty if there are none."""
    return min((reading.started for reading in readings), default="")


def age_seconds(oldest_reading: str, at: str) -> float:
    """Return how old a reading was at a time; both in UTC, ISO 8601."""
    return (recorded(at) - recorded(oldest_reading)).total_seconds()


def refuse_as_gate(basis: Basis, declared: Evidence, *, allow_not_live: bool, now: str) -> None:
    """Refuse to let a gate decide on anything but the real environment as it is now.

    An environment that declares `allow_not_live` lets stand-ins and tapes through, but no tape older than its
    `maximum_age_hours`; the command line's `allow_not_live`, meant for rehearsals, lets everything through.

    Args:
        basis: What the run rests on.
        declared: The `[evidence]` table.
        allow_not_live: Whether the command line allows it.
        now: The time, UTC, ISO 8601.

    Raises:
        GateRefused: The run rests on what a gate must not rest on; the message says how to go on.
    """
    if basis.source is Source.LIVE or allow_not_live:
        return
    anyway = "for a rehearsal give --allow-not-live"
    if basis.source is Source.RECORDED:
        _refuse_stale(basis, declared, now, anyway)
    if not declared.allow_not_live:
        what = "stand-ins" if basis.source is Source.SANDBOX else "a tape"
        raise GateRefused(
            f"a gate cannot rest on {what} ({basis.source}): judge the environment itself, as it is; {anyway}, "
            "or set allow_not_live = true under [evidence] in the environment file"
        )


def _refuse_stale(basis: Basis, declared: Evidence, now: str, anyway: str) -> None:
    if not basis.oldest_reading:
        raise GateRefused(f"a gate cannot rest on a tape ({basis.source}) without any reading; {anyway}")
    hours = age_seconds(basis.oldest_reading, now) / SECONDS_PER_HOUR
    if hours > declared.maximum_age_hours:
        raise GateRefused(
            f"a gate cannot rest on a stale tape ({basis.source}): its oldest reading is of {basis.oldest_reading}, "
            f"{hours:.1f} hours ago, and [evidence] maximum_age_hours is {declared.maximum_age_hours:g}; judge the "
            f"environment as it is, without --replay; {anyway}"
        )
