"""Calls that the application made while it served requests of ours, known by their trace ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.telemetry.result import ResultRow


@dataclass(frozen=True, slots=True)
class Dependency:
    """One call.

    Attributes:
        at: When it began, in UTC.
        operation_id: The trace id of the request that it served.
        target: Whom it called, as the telemetry names it: a host, or a host and a database.
        type: How: `SQL`, `HTTP`, `Azure blob`, ...
        operation: What it asked for.
        succeeded: Whether it succeeded.
        milliseconds: How long it took; None where the telemetry does not say.
    """

    at: datetime
    operation_id: str
    target: str
    type: str
    operation: str
    succeeded: bool
    milliseconds: float | None


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The calls that had arrived when they were last asked for.

    Attributes:
        operation_ids: The trace ids that were asked for.
        rows: The rows of the answer.
        readings: What it rests on: the last answer.
        asked: How often they were asked for.
    """

    operation_ids: tuple[str, ...]
    rows: Sequence[ResultRow]
    readings: tuple[str, ...]
    asked: int

    @property
    def calls(self) -> tuple[Dependency, ...]:
        """The calls, in order of time."""
        return tuple(
            Dependency(
                at=row.moment("At"),
                operation_id=row.text("OperationId"),
                target=row.text("Target"),
                type=row.text("Type"),
                operation=row.text("Operation"),
                succeeded=row.count("Succeeded") == 1,
                milliseconds=row.number("Milliseconds"),
            )
            for row in self.rows
        )

    def of(self, matches: Callable[[Dependency], bool]) -> tuple[Dependency, ...]:
        """Return those calls for which this is true."""
        return tuple(call for call in self.calls if matches(call))
