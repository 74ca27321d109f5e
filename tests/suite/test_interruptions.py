"""A run that is broken off at any moment, in any way, leaves nothing whole that is not."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from inspect import signature
from pathlib import Path

import pytest

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.environment import load
from assurance.evidence import pack
from assurance.judging.harness import collect
from assurance.runs.basis import RunOptions, new_run_id
from assurance.runs.run import Run
from assurance.suite.interruptions import LONGEST_SECONDS
from assurance.suite.prefetch import needs_of, prefetch
from assurance.verdicts import Verdict
from sandbox import AzureEstate, Sandbox
from tests.suite.interrupting import (
    GRACE_SECONDS,
    assert_nothing_whole_that_is_not,
    has_no_process_left,
    start,
)
from tests.suite.running import ROOT, RunSuite
from tests.suite.storms import Storm, break_some

ONE_CONTROL = "checks/security/test_sec_10_defender_for_cloud.py"


def wait_for(run: subprocess.Popen[bytes], words: bytes) -> None:
    """Read what a run tells until it tells this."""
    assert run.stdout is not None
    for line in run.stdout:
        if words in line:
            return
    pytest.fail(f"the run ended without telling {words!r}")


@pytest.mark.parametrize(
    ("moment", "times", "to_group", "arguments"),
    [
        (b"collected", 1, False, ()),
        (b"PASSED", 1, False, ()),
        (b"PASSED", 2, False, ()),
        (b"PASSED", 1, True, ()),
        (b"PASSED", 2, True, ("-n", "2")),
        (b"[ 9", 2, False, ()),
    ],
    ids=["prefetch", "checks", "twice", "the group", "workers", "the end"],
)
def test_an_interruption_leaves_nothing_whole_that_is_not(
    tmp_path: Path, moment: bytes, times: int, *, to_group: bool, arguments: tuple[str, ...]
) -> None:
    """Control-C once, twice, or to the group, while readings are taken, during the checks, and at their end."""
    run = start(tmp_path, *arguments)
    try:
        wait_for(run, moment)
        for _ in range(times):
            send = os.killpg if to_group else os.kill
            if run.poll() is None:
                send(run.pid, signal.SIGINT)
            time.sleep(0.02)
        run.communicate(timeout=60)
    finally:
        run.kill()

    assert_nothing_whole_that_is_not(tmp_path)


@pytest.mark.parametrize(
    ("number", "arguments"),
    [(signal.SIGTERM, ()), (signal.SIGHUP, ()), (signal.SIGTERM, ("-n", "2")), (signal.SIGKILL, ("-n", "2"))],
    ids=["SIGTERM", "SIGHUP", "SIGTERM with workers", "SIGKILL with workers"],
)
def test_every_signal_ends_a_run_and_its_workers(
    tmp_path: Path, number: signal.Signals, arguments: tuple[str, ...]
) -> None:
    """The run ends in time and without a traceback, nothing whole is left, and no process of its survives."""
    run = start(tmp_path, *arguments)
    try:
        wait_for(run, b"PASSED")
        os.kill(run.pid, number)
        began = time.monotonic()
        told = run.communicate(timeout=60)[0]
        assert time.monotonic() - began < LONGEST_SECONDS + GRACE_SECONDS
        assert b"Traceback" not in told
        assert has_no_process_left(run.pid)
    finally:
        run.kill()

    assert_nothing_whole_that_is_not(tmp_path)


@pytest.mark.parametrize(
    ("way", "status", "told"),
    [
        ("lost", 10, "INCOMPLETE"),
        ("exit", 2, "INCOMPLETE"),
        ("crash", 3, "Exit: The run broke down in pytest_runtest_protocol (breaking.py:"),
        ("finish", 3, "Exit: The run broke down in pytest_sessionfinish (breaking.py:"),
        (
            "full",
            4,
            "tape: File too large; the run cannot be kept: free space, or give a directory that can be written",
        ),
        ("full at the end", 4, "File too large; the run cannot be kept: free space, or give a directory that can be"),
    ],
    ids=["lost", "exit", "crash", "finish", "full", "full-at-the-end"],
)
def test_a_run_that_breaks_is_not_whole(run_suite: RunSuite, way: str, status: int, told: str) -> None:
    """A verdict that is lost, `pytest.exit`, hooks that crash and a full disk are told in one line, and leave no GO."""
    ended = run_suite(
        ONE_CONTROL, "--env", "sandbox", variables={"APEX_TEST_BREAK": way}, plugin="tests.suite.breaking"
    )

    assert ended.status == status, ended.text
    assert told in ended.words
    assert "INTERNALERROR" not in ended.text
    assert "Traceback" not in ended.text
    assert_nothing_whole_that_is_not(ended.reports)
    found = [pack.read_json(path, "results") for path in ended.reports.glob("*/*/results.json")]
    assert all(not one["run"]["complete"] for one in found)


def test_a_worker_that_dies_leaves_a_run_that_is_not_whole(run_suite: RunSuite) -> None:
    """The case at which a worker died has no verdict, so the run is not whole."""
    ended = run_suite(
        ONE_CONTROL,
        *("--env", "sandbox", "-n", "2", "--max-worker-restart", "0"),
        variables={"APEX_TEST_BREAK": "die"},
        plugin="tests.suite.breaking",
    )

    assert ended.status != 0, ended.text
    assert not ended.results["run"]["complete"]
    assert_nothing_whole_that_is_not(ended.reports)


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, tuple[Sandbox, dict[str, Verdict]]]]:
    """A compliant and a violating world, and what each case comes to there in calm weather."""
    found: dict[bool, tuple[Sandbox, dict[str, Verdict]]] = {}
    with ExitStack() as stack:
        for violating in (False, True):
            estate = AzureEstate.load("sandbox")
            if violating:
                break_some(estate)
            sandbox = stack.enter_context(Sandbox("sandbox", estate))
            found[violating] = sandbox, judged(sandbox, tmp_path_factory.mktemp("calm"))
        yield found


def judged(sandbox: Sandbox, directory: Path) -> dict[str, Verdict]:
    """Judge some controls in this process, with little patience."""
    limits = {"timeout_seconds": 0.5, "retry_budget_seconds": 0.5, "throttled_seconds": 0.5, "attempts": 2}
    os.environ.update(sandbox.environment_variables())
    environment = load(ROOT / "environments" / "sandbox.toml", {**sandbox.overlay(), "limits": limits})
    run = Run(environment, RunOptions(None, None, directory, new_run_id(), ""))
    cases = collect((ROOT / "checks" / "security",), environment, frozenset({"estate"}))
    chosen = [case for case in cases if case.control in {"SEC-03", "SEC-04", "SEC-06"}]
    wanted = needs_of((signature(case.function).parameters, case.subjects) for case in chosen)
    prefetch({"estate": run.estate}, wanted, 12, lambda *_: None)
    return {case.id: case.outcome({"estate": run.estate}).verdict for case in chosen}


@pytest.mark.parametrize("seed", range(1, 21))
def test_bad_weather_changes_no_verdict(
    seed: int, sea: dict[bool, tuple[Sandbox, dict[str, Verdict]]], tmp_path: Path
) -> None:
    """Whatever answers badly, a case comes to what it does in calm weather, or is not evaluated (see `storms.py`)."""
    storm = Storm.of(seed)
    sandbox, calm = sea[storm.violating]
    with storm.weather.over(sandbox):
        found = judged(sandbox, tmp_path)

    other = {key: (calm[key], verdict) for key, verdict in found.items() if verdict != calm[key]}
    assert {verdict for _, verdict in other.values()} <= {Verdict.NOT_EVALUATED}, f"{storm}: {other}"
    assert Verdict.FAIL in calm.values() or not storm.violating
