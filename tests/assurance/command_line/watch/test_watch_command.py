"""The watch of real stand-ins: what a look sees; the command with its line, its status and its rollback commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomli_w

from assurance.command_line.watch.plan import WatchPlan
from assurance.command_line.watch.sight import EnvironmentSight
from assurance.environment import load
from assurance.environment.telemetry import Thresholds
from assurance.errors import NotEvaluated
from assurance.tape import Tape
from sandbox import Fault, Sandbox
from sandbox.apex import Switch

ROOT = Path(__file__).parents[4]
ALERT = "alerts/6f1d9a40-58b2-4c7e-a3d0-92b8c4e7f151"
STARTED = "properties.essentials.startDateTime"


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
        sandbox.estate.change(ALERT, STARTED, now().isoformat())

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
