"""What looks come to: whether one of the guide's rollback triggers has fired, and what is concluded at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.command_line.watch.plan import TRIGGER_AFTER, TRIGGER_ERROR_PERCENT, WatchPlan
from assurance.command_line.watch.sight import Alert, Look
from assurance.telemetry.timeline import MINUTE, Minute
from assurance.verdicts import Decision, Fact


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a watch came to.

    Attributes:
        decision: GO only where all was seen and all was well.
        reasons: Why it is not GO; where it is, what was seen.
        is_early: Whether a rollback trigger ended the watch.
    """

    decision: Decision
    reasons: tuple[str, ...]
    is_early: bool = False


class Judge:
    """Follows the looks of one watch, in order, and remembers of them what triggers and conclusion need.

    Attributes:
        looks: How many looks it has followed.
    """

    def __init__(self, plan: WatchPlan) -> None:
        self._plan = plan
        self._known_alerts: frozenset[str] | None = None
        self._has_answered = False
        self._failing_since: datetime | None = None
        self._failing_told = ""
        self._health_seen = plan.started
        self._longest_blind = timedelta()
        self._last: Look | None = None
        self.looks = 0

    def follow(self, look: Look) -> tuple[str, ...]:
        """Take the next look in, and return the rollback triggers that have fired by now, in words."""
        self.looks += 1
        self._last = look
        self._follow_health(look)
        triggers = [self._health_trigger(look), self._error_trigger(look), self._alert_trigger(look)]
        return tuple(trigger for trigger in triggers if trigger)

    def conclude(self, level: Sequence[Fact] | str, interruption: str = "") -> Conclusion:
        """Return what the watch came to, after its last look.

        Args:
            level: The facts about the traffic of the whole span, or why there are none.
            interruption: Why the watch ended before its time; empty if it did not.
        """
        broken = self._broken(level)
        if broken:
            return Conclusion(Decision.NO_GO, tuple(broken))
        unseen = self._unseen(level, interruption)
        if unseen:
            return Conclusion(Decision.INCONCLUSIVE, tuple(unseen))
        facts = [fact.observed for fact in level] if not isinstance(level, str) else []
        return Conclusion(Decision.GO, ("health never failed for longer than it may; no new critical alert", *facts))

    def _broken(self, level: Sequence[Fact] | str) -> list[str]:
        failing = [] if isinstance(level, str) else [fact for fact in level if not fact.holds]
        broken = [f"{fact.observed}; {fact.expected} is demanded" for fact in failing]
        if self._failing_since is not None:
            broken.append(f"health was failing when the watch ended: {self._failing_told}")
        return broken

    def _unseen(self, level: Sequence[Fact] | str, interruption: str) -> list[str]:
        if self._last is None:
            return ["nothing was looked at"]
        blind = max(self._longest_blind, self._last.at - self._health_seen)
        unseen = [interruption] if interruption else []
        if blind > self._plan.longest_unseen or not self._has_answered:
            unseen.append(f"health went unseen for {_told(blind)}: {self._last.health.told}")
        if isinstance(level, str):
            unseen.append(f"the traffic of the span could not be judged: {level}")
        elif not level:
            unseen.append("nothing was judged of the traffic")
        if self._last.alerts.alerts is None:
            unseen.append(f"the alerts could not be read at the end: {self._last.alerts.told}")
        return unseen

    def _follow_health(self, look: Look) -> None:
        state = look.health.state
        # Silence is the application's own only where it has been heard before, and where Azure is heard now.
        if state == "silent" and self._has_answered and look.sees_azure:
            state = "failing"
        if state not in {"healthy", "failing"}:
            return
        self._has_answered = True
        self._longest_blind = max(self._longest_blind, look.at - self._health_seen)
        self._health_seen = look.at
        if state == "healthy":
            self._failing_since = None
        elif self._failing_since is None:
            self._failing_since = look.at
        self._failing_told = look.health.told

    def _health_trigger(self, look: Look) -> str:
        if self._failing_since is None or look.at - self._failing_since <= TRIGGER_AFTER:
            return ""
        return f"health has been failing for {_told(look.at - self._failing_since)}: {self._failing_told}"

    def _error_trigger(self, look: Look) -> str:
        minutes = [minute for minute in look.traffic.minutes or () if minute.at >= self._plan.window.since]
        bad = latest_bad(minutes)
        if not bad or bad[-1].at + MINUTE - bad[0].at <= TRIGGER_AFTER:
            return ""
        requests, failed = sum(minute.requests for minute in bad), sum(minute.failed for minute in bad)
        span = _told(bad[-1].at + MINUTE - bad[0].at)
        counts = f"{failed:,} of {requests:,} requests failed"
        return f"the error rate has been above {TRIGGER_ERROR_PERCENT:g} % for {span}: {counts}"

    def _alert_trigger(self, look: Look) -> str:
        alerts = look.alerts.alerts
        if alerts is None:
            return ""
        if self._known_alerts is None:
            # What was there when the watch first looked is not its doing, unless it was fired since.
            self._known_alerts = frozenset(alert.id for alert in alerts if not self._is_since(alert))
        new = [alert for alert in alerts if alert.id not in self._known_alerts]
        return f"new alert: {'; '.join(alert.told for alert in new)}" if new else ""

    def _is_since(self, alert: Alert) -> bool:
        return alert.at is not None and alert.at >= self._plan.started


def latest_bad(minutes: Sequence[Minute]) -> list[Minute]:
    """Return the latest minutes whose error rate is above the trigger's, without a better one between or after them.

    Minutes without requests are neither good nor bad, so they do not end such a run.
    """
    bad: list[Minute] = []
    for minute in reversed(minutes):
        if not minute.error_rate_percent > TRIGGER_ERROR_PERCENT:
            break
        bad.insert(0, minute)
    return bad


def _told(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes} min {seconds:02d} s"
