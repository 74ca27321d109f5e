"""Facts, verdicts and the decision of a run."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Verdict(StrEnum):
    """What one case of a check came to (design, "Verdicts")."""

    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    FAIL = "fail"
    NOT_EVALUATED = "not_evaluated"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"


class Decision(StrEnum):
    """What a run came to."""

    GO = "GO"
    NO_GO = "NO-GO"
    INCONCLUSIVE = "INCONCLUSIVE"


class ExitStatus(IntEnum):
    """Exit statuses of a run that reached a decision; pytest's own 2 to 5 stand for the rest."""

    GO = 0
    NO_GO = 1
    INCONCLUSIVE = 10


class Source(StrEnum):
    """What a run rests on; only LIVE is audit evidence."""

    LIVE = "LIVE"
    RECORDED = "RECORDED"
    SANDBOX = "SANDBOX"
    PLANNED = "PLANNED"


def decide(verdicts: Iterable[Verdict]) -> Decision:
    """Return the decision of a run with these verdicts; none at all is INCONCLUSIVE, never GO."""
    seen = set(verdicts)
    if Verdict.FAIL in seen:
        return Decision.NO_GO
    if Verdict.NOT_EVALUATED in seen or not seen & {Verdict.PASS, Verdict.WAIVED}:
        return Decision.INCONCLUSIVE
    return Decision.GO


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that was measured and held against a limit, as charts and histories read it.

    Attributes:
        name: What was measured, such as `P95 of the response times`.
        value: What was measured.
        limit: What it was held against.
        unit: The unit of both: `ms`, `%` or `requests`.
        window_minutes: Over how many minutes of telemetry it was measured; 0 where it is no window of telemetry.
    """

    name: str
    value: float
    limit: float
    unit: str
    window_minutes: float = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """A judged statement about the estate; a check asserts it.

    Being asserted, it enters the record of the running check, so that a pass is as well documented as a failure.

    Attributes:
        holds: Whether the requirement is met.
        expected: What was required.
        observed: What was found.
        subject: The resource (its id) or name that was judged.
        readings: Keys of the readings that this rests on; an empty tuple makes the check "not evaluated".
        remedy: What an engineer does about it, as a command where there is one.
        measure: The number that it rests on; None where it rests on none.
    """

    holds: bool
    expected: str
    observed: str
    subject: str
    readings: tuple[str, ...]
    remedy: str = ""
    measure: Measure | None = None

    def __bool__(self) -> bool:
        asserted = _ASSERTED.get()
        if asserted is not None and self not in asserted:
            asserted.append(self)
        return self.holds

    def __repr__(self) -> str:
        return f"expected {self.expected}; observed {self.observed}"


_ASSERTED: ContextVar[list[Fact] | None] = ContextVar("asserted_facts", default=None)


@contextmanager
def recording_facts() -> Iterator[list[Fact]]:
    """Collect the facts that are asserted within, in order."""
    asserted: list[Fact] = []
    token = _ASSERTED.set(asserted)
    try:
        yield asserted
    finally:
        _ASSERTED.reset(token)
