"""Watching a deployment: the watch, and the command with all behind it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomli_w

from assurance.command_line.watch.judging import latest_bad
from assurance.command_line.watch.plan import WatchPlan
from assurance.command_line.watch.sight import Alert, EnvironmentSight
from assurance.environment import load
from assurance.environment.application_tables import Thresholds
from assurance.errors import NotEvaluated
from assurance.tape import Tape
from assurance.telemetry.timeline import Minute
from assurance.verdicts import Decision
from sandbox import Fault, Sandbox
from sandbox.apex import Switch
from tests.assurance.command_line.watch.scripted import BAD, STARTED, ScriptedSight, watched

ROOT = Path(__file__).parents[4]
ALERT = "alerts/6f1d9a40-58b2-4c7e-a3d0-92b8c4e7f151"
COMMAND_STARTED = "properties.essentials.startDateTime"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Stand-ins, with their tokens where the environment file says that they are."""
    with Sandbox() as running:
        variables = running.environment_variables()
        os.environ.update(variables)
        yield running
        for name in variables:
            del os.environ[name]


@pytest.fixture
def environment_file(sandbox: Sandbox, tmp_path: Path) -> Path:
    """The environment file of the stand-ins."""
    path = tmp_path / "environment.toml"
    values = {"extends": str(ROOT / "environments" / "sandbox.toml"), **sandbox.overlay()}
    path.write_text(tomli_w.dumps(values), encoding="utf-8")
    return path


@pytest.fixture
def sight(environment_file: Path, tmp_path: Path) -> EnvironmentSight:
    """What looks at the stand-ins."""
    return EnvironmentSight(load(environment_file), tmp_path / "looks")


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def test_a_look_sees_all_and_leaves_a_sealed_tape(sight: EnvironmentSight, tmp_path: Path) -> None:
    """A look sees health, traffic and alerts; its readings can be replayed, until they are dropped."""
    look = sight.look(now())

    assert (look.health.state, look.alerts.alerts) == ("healthy", ())
    assert look.traffic.minutes
    kept = tmp_path / "looks" / look.tape
    assert len(Tape.open(kept).readings()) >= 5
    sight.drop(look)
    assert not kept.exists()


def test_each_look_asks_anew(sight: EnvironmentSight, sandbox: Sandbox) -> None:
    """Health that changes between two looks is seen to change."""
    seen = [sight.look(now()).health.state]
    sandbox.apex.switches.add(Switch.READY_DEGRADED)
    failing = sight.look(now()).health
    sandbox.apex.switches.clear()
    seen.append(sight.look(now()).health.state)

    assert seen == ["healthy", "healthy"]
    assert failing.state == "failing"
    assert "/health/ready" in failing.told


def test_what_is_refused_is_not_seen(sight: EnvironmentSight, sandbox: Sandbox) -> None:
    """Without permission to read alerts or telemetry, they are not seen, and nobody takes them to be empty."""
    sandbox.resource_manager.faults.append(Fault("AlertsManagement", status=403))
    sandbox.log_analytics.faults.append(Fault("query", status=403))
    look = sight.look(now())
    sandbox.resource_manager.faults.clear()
    sandbox.log_analytics.faults.clear()

    assert look.alerts.alerts is None
    assert "403" in look.alerts.told
    assert look.traffic.minutes is None
    assert look.health.state == "healthy"


def test_the_span_is_judged_by_all_of_its_requests(sight: EnvironmentSight) -> None:
    """Error rate and P95 of a span of whole minutes are judged; one with too few requests is not."""
    end = now().replace(second=0, microsecond=0) - timedelta(minutes=2)
    plan = WatchPlan(end - timedelta(minutes=33), end, timedelta(seconds=30), timedelta(), Thresholds())
    error_rate, p95 = sight.level(plan)

    assert error_rate.holds
    assert p95.holds
    assert "requests failed" in error_rate.observed
    short = WatchPlan(end - timedelta(minutes=2), end, timedelta(seconds=30), timedelta(), Thresholds())
    with pytest.raises(NotEvaluated, match="too few to judge by"):
        sight.level(short)


def watching(environment_file: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command."""
    program = str(Path(sys.executable).with_name("apex-assurance"))
    reports = environment_file.parent / "reports"
    command = [program, "watch", "--env", str(environment_file), "--every", "1", "--reports", str(reports), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def record(environment_file: Path) -> dict[str, object]:
    """Return what the command has written down."""
    [path] = (environment_file.parent / "reports").glob("*/*/watch.json")
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def ended(running: subprocess.Popen[str], at_second_look: Callable[[], object]) -> tuple[int, str]:
    """Do something after the second look, and return status and output when the command has ended."""
    lines = []
    with running:
        try:
            for line in running.stdout or ():
                lines.append(line)
                if sum("health" in one for one in lines) == 2 and "health" in line:
                    at_second_look()
            return running.wait(timeout=120), "".join(lines)
        finally:
            running.kill()


def test_a_new_alert_ends_the_command_with_the_rollback(sandbox: Sandbox, environment_file: Path) -> None:
    """A critical alert fired during the watch ends it with 1, and the commands name the real revisions."""

    def fire() -> None:
        sandbox.estate.change(ALERT, "properties.essentials.severity", "Sev0")
        sandbox.estate.change(ALERT, "properties.essentials.targetResource", "")
        sandbox.estate.change(ALERT, COMMAND_STARTED, now().isoformat())

    status, text = ended(watching(environment_file, "--minutes", "10"), fire)
    sandbox.estate.change(ALERT, "properties.essentials.severity", "Sev3")

    assert status == 1, text
    assert "NO-GO (ended early)" in text
    assert "Sev0, Azure Monitor" in text
    shift = "--revision-weight ca-apex-sandbox--r0011=100 ca-apex-sandbox--r0012=0"
    [command] = [line for line in text.splitlines() if "az containerapp ingress traffic set" in line]
    assert shift in command
    assert "--name ca-apex-sandbox" in command
    assert record(environment_file)["decision"] == "NO-GO"
    artefacts = [path.read_bytes() for path in environment_file.parent.joinpath("reports").rglob("*") if path.is_file()]
    assert not [content for content in artefacts if sandbox.token.encode() in content]


def test_control_c_is_inconclusive(environment_file: Path) -> None:
    """Who interrupts the watch gets 10, a record, and no traceback."""
    running = watching(environment_file, "--minutes", "10")
    status, text = ended(running, lambda: running.send_signal(signal.SIGINT))

    assert status == 10, text
    assert "Traceback" not in text
    assert record(environment_file)["decision"] == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--minutes", "0"), "from 2 minutes to 168 hours were expected"),
        (("--minutes", "10", "--every", "900"), "1 to 300 seconds were expected"),
        (("--until-stable",), "the stability window was over at"),
    ],
    ids=["no-span", "too-seldom", "stable-already"],
)
def test_wrong_usage_is_told_in_one_line(environment_file: Path, words: tuple[str, ...], told: str) -> None:
    """What cannot be watched is told in one message with status 2, and nothing is left behind."""
    running = watching(environment_file, *words)
    text, _ = running.communicate(timeout=120)

    assert running.returncode == 2, text
    assert told in text
    assert "Traceback" not in text
    assert not environment_file.parent.joinpath("reports").exists()


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
