"""A watch without a world: a clock that only this moves, and a sight that sees what a script says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from assurance.command_line.watch.judging import Conclusion
from assurance.command_line.watch.plan import WatchPlan
from assurance.command_line.watch.sight import Alert, AlertLook, HealthLook, Look, TrafficLook
from assurance.command_line.watch.watching import watch
from assurance.environment.application_tables import Thresholds
from assurance.errors import NotEvaluated
from assurance.telemetry.timeline import MINUTE, Minute
from assurance.verdicts import Fact

STARTED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
GOOD = Fact(True, "error rate below 1 %", "0 of 1,000 requests failed", "component", ("reading",))
BAD = Fact(False, "error rate below 1 %", "30 of 1,000 requests failed, 3 %", "component", ("reading",))


class ScriptedClock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.time = STARTED

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, at once."""
        self.time += timedelta(seconds=seconds)


def minutes(at: datetime, failed: Callable[[datetime], int] = lambda _: 0) -> tuple[Minute, ...]:
    """Return the last fifteen minutes before `at`, each of a hundred requests, of which so many failed."""
    end = at.replace(second=0)
    begins = [end - MINUTE * number for number in range(15, 0, -1)]
    return tuple(Minute(begin, 100, 100, failed(begin), 200.0) for begin in begins)


@dataclass
class ScriptedSight:
    """Sees what functions of the minutes since the beginning say.

    Attributes:
        health: The state of health.
        failed: How many of a hundred requests fail in the minute that began then.
        alerts: The alerts; None where they cannot be read.
        traffic: Whether the traffic can be read.
        level_facts: What the span comes to at the end; a text is why that is not known.
        looks: When it looked.
        dropped: How many looks it was told to drop.
    """

    health: Callable[[float], str] = lambda _: "healthy"
    failed: Callable[[float], int] = lambda _: 0
    alerts: Callable[[float], Sequence[Alert] | None] = lambda _: ()
    traffic: Callable[[float], bool] = lambda _: True
    level_facts: tuple[Fact, ...] | str = (GOOD,)
    looks: list[datetime] = field(default_factory=list)
    dropped: int = 0

    def look(self, at: datetime) -> Look:
        """Return what the script says."""
        self.looks.append(at)
        passed = (at - STARTED) / MINUTE
        state, alerts = self.health(passed), self.alerts(passed)
        traffic = minutes(at, lambda begin: self.failed((begin - STARTED) / MINUTE)) if self.traffic(passed) else None
        assert state in {"healthy", "failing", "silent", "unseen"}
        return Look(
            at,
            HealthLook(state, f"scripted {state}"),  # type: ignore[arg-type]  # asserted above
            TrafficLook(traffic, "" if traffic is not None else "no permission"),
            AlertLook(None if alerts is None else tuple(alerts), "" if alerts is not None else "no permission"),
        )

    def level(self, plan: WatchPlan) -> tuple[Fact, ...]:
        """Return the facts of the script.

        Raises:
            NotEvaluated: The script has none.
        """
        if isinstance(self.level_facts, str):
            raise NotEvaluated(f"{self.level_facts} ({plan.window.minutes} minutes)")
        return self.level_facts

    def drop(self, look: Look) -> None:
        """Count."""
        assert look.at == self.looks[-1]
        self.dropped += 1

    def rollback(self) -> tuple[str, ...]:
        """Return none."""
        return ()


def watched(sight: ScriptedSight, length: timedelta = timedelta(minutes=10)) -> Conclusion:
    """Watch what the script says, every thirty seconds."""
    plan = WatchPlan(STARTED, STARTED + length, timedelta(seconds=30), timedelta(minutes=5), Thresholds())
    return watch(plan, sight, ScriptedClock(), lambda _: None)
