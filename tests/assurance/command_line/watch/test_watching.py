"""What a watch concludes: each rollback trigger ends it early, and what was not seen is never GO."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from assurance.command_line.watch.judging import latest_bad
from assurance.command_line.watch.look import Alert
from assurance.telemetry.minutes import Minute
from assurance.verdicts import Decision
from tests.assurance.command_line.watch.scripted import BAD, STARTED, ScriptedSight, watched

OLD = Alert("/alerts/old", "an old alert (Sev1, Azure Monitor)", STARTED - timedelta(hours=1))
NEW = Alert("/alerts/new", "Errors (Sev0, Azure Monitor)", STARTED + timedelta(minutes=3))


def test_a_good_canary_is_go() -> None:
    """Ten minutes in which all is seen and well are GO, after the telemetry of the last one has arrived."""
    sight = ScriptedSight(alerts=lambda _: (OLD,))
    conclusion = watched(sight)

    assert conclusion.decision is Decision.GO
    assert not conclusion.is_early
    assert sight.looks[-1] - STARTED == timedelta(minutes=15)


def test_a_day_is_watched_in_a_second() -> None:
    """The clock is a seam: 24 hours of looks every thirty seconds are made, and most leave no readings."""
    began = time.monotonic()
    sight = ScriptedSight()
    conclusion = watched(sight, timedelta(hours=24))

    assert conclusion.decision is Decision.GO
    assert len(sight.looks) == 24 * 120 + 11
    assert sight.dropped == len(sight.looks) - 2
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(("lasting", "is_early"), [(4.5, False), (5.0, False), (6.0, True)])
def test_health_may_fail_for_five_minutes(lasting: float, is_early: bool) -> None:
    """Health that fails for longer than five minutes ends the watch; a shorter failure that is over does not."""
    sight = ScriptedSight(health=lambda at: "failing" if 2 <= at < 2 + lasting else "healthy")
    conclusion = watched(sight, timedelta(minutes=20))

    assert conclusion.is_early is is_early
    assert conclusion.decision is (Decision.NO_GO if is_early else Decision.GO)
    if is_early:
        assert "health has been failing for 5 min 30 s: scripted failing" in conclusion.reasons[0]


def test_health_that_fails_at_the_end_is_no_go() -> None:
    """A watch does not end well while health fails, however short."""
    conclusion = watched(ScriptedSight(health=lambda at: "failing" if at >= 14.5 else "healthy"))

    assert conclusion.decision is Decision.NO_GO
    assert not conclusion.is_early


@pytest.mark.parametrize(("percent", "is_early"), [(10, False), (11, True)])
def test_errors_above_ten_percent_end_it(percent: int, is_early: bool) -> None:
    """More than ten in a hundred failed requests for more than five minutes are a trigger; ten are not."""
    sight = ScriptedSight(failed=lambda at: percent if at >= 2 else 0)
    conclusion = watched(sight, timedelta(minutes=30))

    assert conclusion.is_early is is_early
    if is_early:
        assert "66 of 600 requests failed" in conclusion.reasons[0]


def test_errors_that_stop_are_no_trigger() -> None:
    """Five bad minutes with a good one after them do not end the watch."""
    assert watched(ScriptedSight(failed=lambda at: 50 if 2 <= at < 7 else 0)).decision is Decision.GO


def test_errors_before_the_watch_do_not_count() -> None:
    """What failed before the traffic was shifted is not the new revision's doing."""
    assert watched(ScriptedSight(failed=lambda at: 50 if at < 4 else 0)).decision is Decision.GO


def test_minutes_without_requests_do_not_end_a_bad_run() -> None:
    """A minute in which nobody called is neither good nor bad."""
    bad = [Minute(STARTED + timedelta(minutes=number), 10, 10, 5, 200.0) for number in (0, 1, 4, 6)]
    good = Minute(STARTED - timedelta(minutes=1), 10, 10, 0, 200.0)

    assert latest_bad([good, *bad]) == bad


def test_a_new_alert_ends_it() -> None:
    """An alert fired during the watch ends it; one that was there before does not, whenever it is first seen."""
    conclusion = watched(ScriptedSight(alerts=lambda at: (OLD, NEW) if at >= 4 else (OLD,)))

    assert (conclusion.decision, conclusion.is_early) == (Decision.NO_GO, True)
    assert conclusion.reasons == ("new alert: Errors (Sev0, Azure Monitor)",)
    assert watched(ScriptedSight(alerts=lambda at: None if at < 4 else (OLD,))).decision is Decision.GO
    assert watched(ScriptedSight(alerts=lambda at: None if at < 4 else (NEW,))).is_early


def test_traffic_below_its_level_is_no_go() -> None:
    """Without a trigger, a span whose error rate or P95 is not as demanded is NO-GO at its end."""
    conclusion = watched(ScriptedSight(level_facts=(BAD,)))

    assert (conclusion.decision, conclusion.is_early) == (Decision.NO_GO, False)
    assert conclusion.reasons == ("30 of 1,000 requests failed, 3 %; error rate below 1 % is demanded",)


@pytest.mark.parametrize(
    ("sight", "reason"),
    [
        (ScriptedSight(health=lambda _: "unseen"), "health went unseen"),
        (ScriptedSight(health=lambda _: "silent"), "health went unseen"),
        (ScriptedSight(health=lambda at: "unseen" if 2 <= at < 9 else "healthy"), "health went unseen for 7 min"),
        (ScriptedSight(alerts=lambda at: None if at > 9 else ()), "the alerts could not be read at the end"),
        (ScriptedSight(level_facts="No telemetry."), "could not be judged: No telemetry. (10 minutes)"),
        (ScriptedSight(level_facts=()), "nothing was judged of the traffic"),
    ],
    ids=["never", "never-answered", "in-the-middle", "no-alerts", "no-telemetry", "no-fact"],
)
def test_a_watch_that_lost_sight_is_inconclusive(sight: ScriptedSight, reason: str) -> None:
    """What was not seen is never GO: no health, no alerts, no telemetry, or too long a time without."""
    conclusion = watched(sight)

    assert conclusion.decision is Decision.INCONCLUSIVE
    assert reason in " ".join(conclusion.reasons)


def test_silence_counts_where_the_network_works() -> None:
    """An application that has answered and falls silent is failing while Azure answers; else sight is lost."""
    silent = ScriptedSight(health=lambda at: "silent" if at >= 2 else "healthy")
    alone = ScriptedSight(
        health=lambda at: "silent" if at >= 2 else "healthy",
        alerts=lambda at: None if at >= 2 else (),
        traffic=lambda at: at < 2,
    )

    assert watched(silent).is_early
    assert watched(alone).decision is Decision.INCONCLUSIVE


def test_an_interruption_is_not_go() -> None:
    """Control-C ends the watch, and what was well until then is no GO."""

    def interrupted(at: float) -> str:
        if at >= 3:
            raise KeyboardInterrupt
        return "healthy"

    conclusion = watched(ScriptedSight(health=interrupted))
    assert conclusion.decision is Decision.INCONCLUSIVE
    assert "interrupted" in conclusion.reasons[0]
