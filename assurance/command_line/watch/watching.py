"""The watch itself: look, judge, tell, wait; its live line, and what it says at its end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from assurance.command_line.watch.judging import Conclusion, Judge
from assurance.command_line.watch.plan import Clock, WatchPlan
from assurance.command_line.watch.sight import MINUTES_TOLD, Look, Sight
from assurance.errors import NotEvaluated
from assurance.telemetry.timeline import Minute
from assurance.verdicts import Decision

LOOKS = "looks.jsonl"
RECORD = "watch.json"


class Teller:
    """Tells each look on one line, and writes it down; the line is renewed on a terminal, and a new one elsewhere.

    Args:
        plan: The watch.
        directory: Where the looks are written down.
        stream: Where the line goes.
    """

    def __init__(self, plan: WatchPlan, directory: Path, stream: TextIO = sys.stdout) -> None:
        self._plan = plan
        self._directory = directory
        self._stream = stream
        self._renews = stream.isatty()

    def tell(self, look: Look) -> None:
        """Tell one look."""
        line = line_of(look, self._plan)
        self._stream.write(f"\r\x1b[K{line}" if self._renews else f"{line}\n")
        self._stream.flush()
        with (self._directory / LOOKS).open("a", encoding="utf-8") as looks:
            looks.write(f"{json.dumps(look.document())}\n")

    def conclude(self, conclusion: Conclusion, rollback: tuple[str, ...]) -> None:
        """Tell what it came to, with the commands to go back where that is demanded, and write it down."""
        self._stream.write("\n" if self._renews else "")
        self._stream.write(f"{conclusion.decision}{' (ended early)' if conclusion.is_early else ''}\n")
        self._stream.writelines(f"  {reason}\n" for reason in conclusion.reasons)
        if rollback:
            self._stream.write("Roll back (guide, Step 24):\n")
            self._stream.writelines(f"  {command}\n" for command in rollback)
        document = {
            "started": self._plan.started.isoformat(),
            "until": self._plan.until.isoformat(),
            "decision": str(conclusion.decision),
            "ended_early": conclusion.is_early,
            "reasons": list(conclusion.reasons),
            "rollback": list(rollback),
        }
        (self._directory / RECORD).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        self._stream.flush()


def line_of(look: Look, plan: WatchPlan) -> str:
    """Return what one look saw, on one line."""
    watched = max(look.at - plan.started, look.at - look.at)
    waiting = "  waiting for the last telemetry" if look.at > plan.until else ""
    health = look.health.state if look.health.state == "healthy" else f"{look.health.state} ({look.health.told})"
    alerts = look.alerts.alerts
    told_alerts = f"not seen ({look.alerts.told})" if alerts is None else f"{len(alerts)} critical"
    elapsed = str(watched).partition(".")[0]
    span = str(plan.until - plan.started).partition(".")[0]
    return (
        f"{look.at:%H:%M:%S} UTC  {elapsed} of {span}  health {health}  {_traffic(look)}  alerts {told_alerts}{waiting}"
    )


def _traffic(look: Look) -> str:
    minutes = look.traffic.minutes
    if minutes is None:
        return f"traffic not seen ({look.traffic.told})"
    latest: tuple[Minute, ...] = minutes[-MINUTES_TOLD:]
    requests, failed = sum(minute.requests for minute in latest), sum(minute.failed for minute in latest)
    if not requests:
        return "traffic none yet"
    high = max((minute.p95_milliseconds for minute in latest if minute.p95_milliseconds is not None), default=None)
    p95 = "unknown" if high is None else f"up to {high:,.0f} ms"
    return f"errors {100 * failed / requests:.1f} % of {requests:,}  P95 {p95} a minute"


INTERRUPTED = "the watch was interrupted before its end"
Tell = Callable[[Look], None]


def watch(plan: WatchPlan, sight: Sight, clock: Clock, tell: Tell) -> Conclusion:
    """Watch, and return what it came to.

    The readings of a look are kept where it is the first, the last, or sees something else than the one before.

    Args:
        plan: How long, and what ends it.
        sight: What looks.
        clock: What tells the time.
        tell: Is given each look; its `tape` is empty where its readings were not kept.
    """
    judge = Judge(plan)
    before: Look | None = None
    try:
        while True:
            look = sight.look(clock.now())
            triggers = judge.follow(look)
            is_last = bool(triggers) or look.at >= plan.ends
            if before is not None and not is_last and not look.differs_from(before):
                sight.drop(look)
                look = replace(look, tape="")
            tell(look)
            before = look
            if triggers:
                return Conclusion(Decision.NO_GO, triggers, is_early=True)
            if is_last:
                break
            _pause(plan, clock, look)
    except KeyboardInterrupt:
        return judge.conclude("it did not end", INTERRUPTED)
    try:
        return judge.conclude(sight.level(plan))
    except NotEvaluated as error:
        return judge.conclude(str(error))


def _pause(plan: WatchPlan, clock: Clock, look: Look) -> None:
    """Wait until the next look is due, counted from when the last was begun."""
    due = min(look.at + plan.every, plan.ends)
    clock.sleep(max((due - clock.now()) / timedelta(seconds=1), 0.0))
