"""Runs the load test: Locust in a process of its own, its progress told, its raw samples one reading.

The configuration by which Azure Load Testing runs the same test.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from assurance.apex.client.callers import Callers
from assurance.apex.performance.load_level import LoadLevel
from assurance.apex.performance.load_samples import ASIDE, LoadRecord, record_in, record_of, record_of_others
from assurance.environment import Environment
from assurance.environment.application import DeclaredApplication, Role
from assurance.environment.application_tables import DeclaredLoad, Thresholds
from assurance.errors import NotEvaluated
from assurance.judging.statistics import percentile
from assurance.tape import Call, Reading, Tape, sha256, utc_now
from assurance.tape.redaction import Redactor

USERS_AN_ENGINE = 250
"""How many users one engine takes, by Microsoft's own advice to begin with."""
LOCUSTFILE, RECORDS = "locustfile.py", "load_records.py"
Value: TypeAlias = "str | int | float | Sequence[Value] | Mapping[str, Value]"


def configuration(
    name: str, application: DeclaredApplication, load: DeclaredLoad, thresholds: Thresholds, vault: str
) -> dict[str, Value]:
    """Return the test configuration.

    Args:
        name: The environment's name.
        application: Where the application answers.
        load: How large the load is.
        thresholds: The service level, which fails the test where it is missed.
        vault: The host of the Key Vault that holds the tokens.
    """
    seconds = round(load.arrival_seconds + load.seconds)
    variables = {
        "LOCUST_HOST": application.base_url.rstrip("/"),
        "LOCUST_USERS": str(load.users),
        "LOCUST_SPAWN_RATE": f"{load.spawn_rate:g}",
        "LOCUST_RUN_TIME": f"{seconds}s",
        "LOCUST_STOP_TIMEOUT": "60",
        "APEX_LOAD_PREFIX": application.api_prefix,
        "APEX_LOAD_THINK": ",".join(f"{seconds:g}" for seconds in load.think_seconds),
    }
    secrets = {f"APEX_LOAD_TOKEN_{role}": f"apex-load-token-{role.lower()}" for role in ("ESTIMATOR", "MANAGER")}
    return {
        "version": "v0.1",
        "testId": f"apex-{name}-load",
        "displayName": f"APEX {name}: load test of the operations guide",
        "description": f"{load.users} users for {load.seconds} seconds (guide, Step 17)",
        "testType": "Locust",
        "testPlan": LOCUSTFILE,
        "configurationFiles": [RECORDS],
        "engineInstances": math.ceil(load.users / USERS_AN_ENGINE),
        "failureCriteria": [
            f"p50(response_time_ms) > {thresholds.p50_milliseconds:.0f}",
            f"p95(response_time_ms) > {thresholds.p95_milliseconds:.0f}",
            f"p99(response_time_ms) > {thresholds.p99_milliseconds:.0f}",
            f"percentage(error) > {thresholds.error_rate_percent:g}",
        ],
        "autoStop": {"errorPercentage": 90, "timeWindow": 60},
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "secrets": [{"name": key, "value": f"https://{vault}/secrets/{value}"} for key, value in secrets.items()],
    }


def yaml_text(document: Mapping[str, Value]) -> str:
    """Return a document as YAML: texts are written as JSON has them, which YAML 1.2 reads alike."""
    return "\n".join(_lines(document, "")) + "\n"


def _lines(document: Mapping[str, Value], indent: str) -> list[str]:
    lines = []
    for key, value in document.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}:", *_lines(value, f"{indent}  ")]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            lines.append(f"{indent}{key}:")
            lines += [f"{indent}  - {json.dumps(item)}" for item in value]
        else:
            lines.append(f"{indent}{key}: {json.dumps(value)}")
    return lines


KIND = "load"
FLOW = "load"
ROLES: tuple[Role, ...] = ("estimator", "manager")
PROGRESS_SECONDS = 2.0
# How long users may take to end what they are at, and to archive their projects.
STOP_SECONDS = 60
REMEDY = "Look at what Locust says, and at checks/performance/locustfile.py."
TellProgress = Callable[[str], None]


class LoadGenerator:
    """Puts an application under load, once a run.

    Args:
        environment: What is declared.
        application: Where the application answers.
        tape: Where the samples go.
        redactor: Takes secrets out of what Locust says.
        tell: Is told how far it is.
        results: The result files of a test that others have run, to be judged in place of one of our own.
    """

    def __init__(
        self,
        environment: Environment,
        application: DeclaredApplication,
        tape: Tape,
        redactor: Redactor,
        tell: TellProgress,
        results: Path | None = None,
    ) -> None:
        self._results = results
        self._environment = environment
        self._application = application
        self._declared = environment.load
        self._tape = tape
        self._redactor = redactor
        self._tell = tell

    def level(self, locustfile: Path) -> LoadLevel:
        """Return how the declared load is served.

        Raises:
            NotEvaluated: It could not be put on the application, or not as declared.
        """
        key = self._tape.key(KIND, json.dumps(_settings(self._declared)))
        reading = self._tape.obtain(key, lambda: self._run(key, locustfile))
        if reading.failure:
            raise NotEvaluated(reading.failure, REMEDY, (key,))
        subject = f"{self._application.api_prefix} under {self._declared.users} users"
        return LoadLevel.of(record_of(reading.body, (key,)), self._declared, subject, (key,))

    def _run(self, key: str, locustfile: Path) -> Reading:
        started, clock = utc_now(), time.monotonic()
        if self._results is not None:
            return self._reading(key, started, clock, "", record_of_others(self._results))
        if find_spec("locust") is None:
            raise NotEvaluated("Locust is not installed.", "pip install 'apex-assurance[performance]'")
        with tempfile.TemporaryDirectory(prefix="apex-load-") as name:
            directory = Path(name)
            failure = self._send(locustfile, directory)
            record = record_in(directory)
        return self._reading(key, started, clock, failure, record)

    def _reading(self, key: str, started: str, clock: float, failure: str, record: LoadRecord) -> Reading:
        if not failure and not record.samples:
            failure = "No request was sent."
        body = b"" if failure else record.body()
        settings = json.dumps(_settings(self._declared))
        return Reading(
            key=key,
            kind=KIND,
            question=f"LOAD {self._application.base_url} with {self._declared.users} users",
            started=started,
            elapsed_milliseconds=round(1000 * (time.monotonic() - clock)),
            failure=failure,
            sha256=sha256(body) if body else "",
            call=Call("estimator", "", FLOW, 1, sha256(settings.encode()), settings),
            body=body,
        )

    def _send(self, locustfile: Path, directory: Path) -> str:
        """Run Locust, and return why it failed; empty if it did not."""
        said = directory / "locust.log"
        variables = {**_inherited(), **self._variables(directory)}
        with said.open("wb") as log:
            # Redirected to a file: a pipe that nobody reads would fill up and hold it.
            running = subprocess.Popen(  # noqa: S603  (our own interpreter and locustfile)
                self._command(locustfile), env=variables, stdout=log, stderr=log, start_new_session=True
            )
            try:
                self._wait(running, directory)
            finally:
                _stop(running)
        if running.returncode == 0:
            return ""
        lines = [line for line in said.read_text("utf-8", "replace").splitlines() if line.strip()]
        return self._redactor.text(f"Locust ended with {running.returncode}: {' | '.join(lines[-3:])[:400]}")

    def _wait(self, running: subprocess.Popen[bytes], directory: Path) -> None:
        declared = self._declared
        whole = declared.arrival_seconds + declared.seconds
        awaited = declared.workers_seconds if declared.workers else 0
        deadline = time.monotonic() + awaited + whole + 2 * STOP_SECONDS
        while running.poll() is None and time.monotonic() < deadline:
            try:
                running.wait(PROGRESS_SECONDS)
            except subprocess.TimeoutExpired:
                self._tell(progress(record_in(directory), whole))

    def _command(self, locustfile: Path) -> list[str]:
        declared = self._declared
        seconds = round(declared.arrival_seconds + declared.seconds)
        command = [sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary"]
        command += ["--host", self._application.base_url.rstrip("/"), "--users", str(declared.users)]
        command += ["--spawn-rate", f"{declared.spawn_rate:g}"]
        command += ["--stop-timeout", str(STOP_SECONDS), "--exit-code-on-error", "0"]
        if declared.workers:
            # How long is the locustfile's own matter: by Locust's, nobody would wait for the workers' last samples.
            address, _, port = declared.bind.rpartition(":")
            command += ["--master", "--expect-workers", str(declared.workers)]
            command += ["--expect-workers-max-wait", str(declared.workers_seconds)]
            return [*command, "--master-bind-host", address, "--master-bind-port", port]
        command += ["--run-time", f"{seconds}s"]
        return command if declared.processes == 1 else [*command, "--processes", str(declared.processes)]

    def _variables(self, directory: Path) -> dict[str, str]:
        """Return what the locustfile asks for; tokens go to the child's memory, and nowhere else."""
        callers = Callers(self._environment, self._application)
        tokens = {f"APEX_LOAD_TOKEN_{role.upper()}": callers.token(role) or "" for role in ROLES}
        bundle = self._environment.cloud.ca_bundle
        seconds = self._declared.arrival_seconds + self._declared.seconds
        return {
            **tokens,
            "APEX_LOAD_PREFIX": self._application.api_prefix,
            "APEX_LOAD_CA": str(bundle) if bundle is not None else "",
            "APEX_LOAD_RUN_ID": self._tape.header.run_id,
            "APEX_LOAD_THINK": ",".join(f"{seconds:g}" for seconds in self._declared.think_seconds),
            "APEX_LOAD_SAMPLES": str(directory),
            **({"APEX_LOAD_SECONDS": f"{seconds:g}"} if self._declared.workers else {}),
        }


def progress(record: LoadRecord, seconds: float) -> str:
    """Return one line on how far a load test is.

    Args:
        record: What was written down by now.
        seconds: How long it takes.
    """
    made = [sample for sample in record.samples if not sample.name.startswith(ASIDE)]
    if not made:
        return "Load: users arrive"
    passed = made[-1].start - record.samples[0].start
    failed = sum(sample.failed for sample in made)
    high = percentile([sample.waited_milliseconds for sample in made], 95)
    return (
        f"Load: {passed:.0f} of {seconds:.0f} s, {len(made):,} requests, {failed:,} errors, P95 so far {high:,.0f} ms"
    )


def _settings(declared: DeclaredLoad) -> Mapping[str, object]:
    """Return what a load is, of which the samples are."""
    names = {"users", "seconds", "spawn_rate", "processes", "think_seconds"}
    names |= {"workers"} if declared.workers else set()
    return declared.model_dump(mode="json", include=names)


def _inherited() -> dict[str, str]:
    """Return this process's environment without what would configure Locust."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LOCUST_", "APEX_LOAD_"))}


def _stop(running: subprocess.Popen[bytes]) -> None:
    """Have users archive their projects and Locust end, if it has not; then end it, with its workers."""
    if running.poll() is not None:
        return
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 10)):
        try:
            os.killpg(running.pid, number)
            running.wait(seconds)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            continue
        return
