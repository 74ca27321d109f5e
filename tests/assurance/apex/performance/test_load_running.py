"""The load test as it runs: Locust against the stand-in of APEX, as it is and with something wrong."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from assurance.apex.performance.load_level import LoadLevel
from assurance.apex.performance.load_running import KIND, LoadGenerator
from assurance.command_line.main import main
from assurance.environment import load
from assurance.errors import NotEvaluated
from assurance.runs.basis import new_run_id
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from fixtures.telemetry import LOCUSTFILE
from sandbox import Sandbox
from sandbox.apex import Switch

# Microsoft Learn, "Configure a load test in YAML": keys, and which of them must be there.
REQUIRED = {"version", "testId", "testType", "testPlan", "engineInstances"}
KNOWN = REQUIRED | {"configurationFiles", "displayName", "description", "failureCriteria", "autoStop", "env", "secrets"}


def test_configuration_is_what_microsoft_documents(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys, kinds and bounds are those documented, and every variable is one that the locustfile or Locust reads."""
    assert main(["load-config", "--env", "staging"]) == 0
    document = yaml.safe_load(capsys.readouterr().out)

    assert set(document) >= REQUIRED
    assert set(document) <= KNOWN
    assert (document["version"], document["testType"], document["testPlan"]) == ("v0.1", "Locust", LOCUSTFILE.name)
    assert re.fullmatch(r"[a-z0-9_-]{2,50}", document["testId"])
    assert len(document["description"]) <= 100
    assert all((LOCUSTFILE.parent / name).is_file() for name in document["configurationFiles"])
    assert document["engineInstances"] == 1
    for one in document["failureCriteria"]:
        assert re.fullmatch(r"p(50|90|95|99)\(response_time_ms\) > \d+|percentage\(error\) > [\d.]+", one)
    assert set(document["autoStop"]) == {"errorPercentage", "timeWindow"}
    read = LOCUSTFILE.read_text(encoding="utf-8")
    for one in (*document["env"], *document["secrets"]):
        assert set(one) == {"name", "value"}
        assert isinstance(one["value"], str)
        assert one["name"].startswith("LOCUST_") or one["name"] in read
    assert all(one["value"].startswith("https://kv-apex-staging") for one in document["secrets"])


def test_where_no_load_is_allowed_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """For an environment that allows no load test the command says so, in one line, and prints nothing else."""
    assert main(["load-config", "--env", "prod"]) == 2
    printed = capsys.readouterr()

    assert printed.out == ""
    assert "does not say load.allowed = true" in printed.err


ROOT = Path(__file__).parents[4]
# The machine may be busy with other tests: whether the generator keeps time is judged elsewhere.
PATIENT = {"most_cpu_percent": 100.0, "most_lag_milliseconds": 60_000.0}
SMALL = {"users": 5, "seconds": 6, "spawn_rate": 5.0, "think_seconds": [0.1, 0.3], "minimum_requests": 30, **PATIENT}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Stand-ins, with their tokens where the environment file says that they are."""
    with Sandbox() as running:
        variables = running.environment_variables()
        os.environ.update(variables)
        yield running
        for name in variables:
            del os.environ[name]


def generator(sandbox: Sandbox, directory: Path, lines: list[str] | None = None, **declared: object) -> LoadGenerator:
    """Return what puts the stand-in under a small load, on a new tape."""
    environment = load(ROOT / "environments" / "sandbox.toml", {**sandbox.overlay(), "load": {**SMALL, **declared}})
    assert environment.application is not None
    header = TapeHeader(
        environment.name,
        environment.subscription_id,
        environment.resource_group,
        "SANDBOX",
        "a test",
        ("inside",),
        utc_now(),
        run_id=new_run_id(),
    )
    tape = Tape.create(directory / "tape", header)
    told = lines if lines is not None else []
    return LoadGenerator(environment, environment.application, tape, Redactor(salt="test"), told.append)


def level(sandbox: Sandbox, directory: Path, switch: Switch | None = None) -> LoadLevel:
    """Return how the stand-in serves a small load, as it is or with a switch on."""
    sandbox.apex.switches.update({switch} if switch is not None else set())
    try:
        return generator(sandbox, directory).level(LOCUSTFILE)
    finally:
        sandbox.apex.switches.clear()


def projects(sandbox: Sandbox) -> dict[str, str]:
    """Return the status of each project, by number."""
    return {row["project_number"]: row["status"] for row in sandbox.apex.service.store.rows("projects")}


def test_two_processes_serve_one_reading(sandbox: Sandbox, tmp_path: Path) -> None:
    """Two processes share the load; what they made bears the run's id and is archived; no token is on the tape."""
    sandbox.apex.service.clear()
    lines: list[str] = []
    running = generator(sandbox, tmp_path, lines, processes=2)
    found = running.level(LOCUSTFILE)

    assert found.error_rate_is_below(1.0).holds
    names = {sample.name for sample in found.samples}
    assert {"GET /projects", "GET /projects/{id}", "POST /documents/upload"} <= names
    assert all("-LOAD-" in number for number in projects(sandbox))
    assert len(projects(sandbox)) == 5
    assert set(projects(sandbox).values()) == {"archived"}
    assert any("requests" in line and "P95 so far" in line for line in lines)
    [reading] = Tape(tmp_path / "tape", running._tape.header, replaying=False).readings()
    assert reading.kind == KIND
    tokens = [value for name, value in sandbox.environment_variables().items() if "TOKEN" in name]
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [token for token in tokens if token.encode() in content], path


def test_a_slow_application_fails(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where each answer takes two and a half seconds, P50 and P95 are above their thresholds."""
    found = level(sandbox, tmp_path, Switch.SLOW_ANSWERS)

    assert not found.percentile_is_below(50, 500.0).holds
    assert not found.percentile_is_below(95, 2000.0).holds


def test_an_application_that_errs_fails(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where one answer in four is a 500, the error rate is above its threshold, and says which requests failed."""
    fact = level(sandbox, tmp_path, Switch.ERRORS_AT_TIMES).error_rate_is_below(1.0)

    assert not fact.holds
    assert ": 500" in fact.observed


def test_a_paused_application_fails(sandbox: Sandbox, tmp_path: Path) -> None:
    """An application that stalls for some seconds fails P95, although few requests were in flight when it did."""
    stopping = threading.Event()

    def pause() -> None:
        """Stall once the load has begun, and go on again."""
        while not stopping.is_set() and sandbox.apex.service.requests < 40:
            time.sleep(0.05)
        sandbox.apex.switches.add(Switch.PAUSED)
        stopping.wait(3.5)
        sandbox.apex.switches.clear()

    sandbox.apex.service.clear()
    thread = threading.Thread(target=pause)
    thread.start()
    try:
        found = level(sandbox, tmp_path)
    finally:
        stopping.set()
        thread.join()

    fact = found.percentile_is_below(95, 2000.0)
    assert not fact.holds, fact
    assert max(sample.late_milliseconds for sample in found.samples) > 1000


def test_an_application_that_lets_nobody_work_is_not_evaluated(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where no user can make a project there is no load, and nothing is concluded from its absence."""
    with pytest.raises(NotEvaluated, match="too few to judge by"):
        level(sandbox, tmp_path, Switch.UNAVAILABLE)


def test_a_locustfile_that_does_not_load_is_not_evaluated(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where Locust itself fails, its last words are the reason."""
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError('no such thing')\n", encoding="utf-8")

    with pytest.raises(NotEvaluated, match="Locust ended with 1"):
        generator(sandbox, tmp_path).level(broken)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextmanager
def workers(sandbox: Sandbox, port: int, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run workers, as on machines elsewhere: they are given tokens and certificates, and nothing else."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("LOCUST_", "APEX_LOAD_"))}
    token = os.environ["APEX_SANDBOX_TOKEN_ESTIMATOR"], os.environ["APEX_SANDBOX_TOKEN_MANAGER"]
    known |= {"APEX_LOAD_TOKEN_ESTIMATOR": token[0], "APEX_LOAD_TOKEN_MANAGER": token[1]}
    known |= {"APEX_LOAD_CA": str(sandbox.authority.path)}
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--worker", "--master-port", str(port)]
    running = [
        subprocess.Popen(command, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(number)
    ]
    try:
        yield running
    finally:
        for one in running:
            one.kill()
            one.wait()


def test_workers_elsewhere_make_one_record(sandbox: Sandbox, tmp_path: Path) -> None:
    """The check is the master of three workers: their samples and their own health come by Locust's messages."""
    sandbox.apex.service.clear()
    port = free_port()
    with workers(sandbox, port, 3):
        found = generator(sandbox, tmp_path, workers=3, bind=f"127.0.0.1:{port}").level(LOCUSTFILE)

    assert found.error_rate_is_below(1.0).holds
    assert len(projects(sandbox)) == 5
    assert set(projects(sandbox).values()) == {"archived"}


def test_a_lost_worker_is_not_evaluated(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where one of three workers is killed under way the load was another than declared, and the test ends early."""
    port = free_port()
    with workers(sandbox, port, 3) as running:
        lines: list[str] = []
        one = generator(sandbox, tmp_path, lines, workers=3, bind=f"127.0.0.1:{port}", seconds=60)

        def lose_one() -> None:
            while not any("requests" in line for line in lines):
                time.sleep(0.05)
            running[0].kill()

        threading.Thread(target=lose_one, daemon=True).start()
        with pytest.raises(NotEvaluated, match="3 workers were to send, 3 began and 2 ended"):
            one.level(LOCUSTFILE)


def test_without_workers_nothing_is_evaluated(sandbox: Sandbox, tmp_path: Path) -> None:
    """A master whom nobody finds gives up."""
    with pytest.raises(NotEvaluated, match="Gave up waiting for workers"):
        generator(sandbox, tmp_path, workers=2, bind=f"127.0.0.1:{free_port()}", workers_seconds=1).level(LOCUSTFILE)
