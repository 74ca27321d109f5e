"""A run that is broken off at any moment, in any way, leaves nothing whole that is not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assurance.evidence import comparison, ledger, pack
from tests.suite.running import ROOT, RunSuite

CHECKS = "checks/security"
ONE_CONTROL = "checks/security/test_sec_10_defender_for_cloud.py"


def start(reports: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own, as a terminal does."""
    words = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", CHECKS, "--env", "sandbox"]
    words += ["--reports", str(reports), *arguments]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env={**variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_for(run: subprocess.Popen[bytes], words: bytes) -> None:
    """Read what a run tells until it tells this."""
    assert run.stdout is not None
    for line in run.stdout:
        if words in line:
            return
    pytest.fail(f"the run ended without telling {words!r}")


def assert_nothing_whole_that_is_not(reports: Path) -> None:
    """Hold that a pack is whole by its ids, or says in all its files that it is not."""
    [directory] = (path for path in reports.glob("*/*") if path.is_dir())
    entries = ledger.read(directory.parent / pack.LEDGER) if (directory.parent / pack.LEDGER).exists() else ()
    if not (directory / pack.RESULTS).exists():
        assert pack.is_marked_incomplete(directory)
        assert not (directory / pack.MANIFEST).exists()
        assert not entries
        return
    results = pack.read_json(directory / pack.RESULTS, "the results")
    whole = results["run"]["complete"]
    missing = comparison.uncollected(results)
    assert not (whole and missing), missing
    assert whole is not pack.is_marked_incomplete(directory)
    assert json.loads((directory / pack.MANIFEST).read_text("utf-8"))["complete"] is whole
    assert [entry.facts["complete"] for entry in entries] == [whole]
    if not whole:
        assert results["run"]["decision"] != "GO"
        # The table says it in each row, so a run without verdicts has nowhere to.
        tables = ("results.csv",) if results["verdicts"] else ()
        for name in ("report.html", "junit.xml", "summary.md", "oscal-assessment-results.json", *tables):
            assert "INCOMPLETE" in (directory / name).read_text("utf-8"), name


@pytest.mark.parametrize(
    ("moment", "times", "to_group", "arguments"),
    [
        (b"collected", 1, False, ()),
        (b"PASSED", 1, False, ()),
        (b"PASSED", 2, False, ()),
        (b"PASSED", 1, True, ()),
        (b"PASSED", 2, True, ("-n", "2")),
        (b"[ 99%]", 2, False, ()),
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


@pytest.mark.parametrize("way", ["lost", "exit", "crash", "finish"])
def test_a_run_that_breaks_is_not_whole(run_suite: RunSuite, way: str) -> None:
    """A verdict that is lost though pytest ends well, `pytest.exit`, and hooks that crash leave no GO."""
    ended = run_suite(
        ONE_CONTROL, "--env", "sandbox", variables={"APEX_TEST_BREAK": way}, plugin="tests.suite.breaking"
    )

    assert ended.status != 0, ended.text
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
