"""History and comparison of whole runs: what every run leaves, what an altered pack shows, what two runs differ in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox import Sandbox
from tests.suite.running import ROOT, Ended, RunSuite

SANDBOX_FILE = Callable[..., Path]


def command(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command of the suite as its users do."""
    line = [sys.executable, "-m", "assurance", *map(str, words)]
    return subprocess.run(line, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)


def test_runs_are_compared_and_told(run_suite: RunSuite, sandbox_file: SANDBOX_FILE) -> None:
    """Two runs of one estate are the same, a changed property shows, and history names an altered pack."""
    with Sandbox() as sandbox:
        words = ("checks/security", "--env", str(sandbox_file(sandbox)))

        def run() -> Ended:
            return run_suite(*words, variables=sandbox.environment_variables())

        first, second = run(), run()
        sandbox.estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
        third = run()

    same = command("diff", first.pack, second.pack)
    assert same.returncode == 0, same.stdout + same.stderr
    other = command("diff", first.pack, third.pack)
    assert other.returncode == 1, other.stdout + other.stderr
    assert "test_public_network_access_is_disabled[sql-apex-sandbox]" in other.stdout
    assert "publicNetworkAccess" in other.stdout
    assert "Traceback" not in other.stderr

    page = (third.reports / "sandbox" / "index.html").read_text(encoding="utf-8")
    assert third.pack.name in page
    told = command("history", "--env", "sandbox", "--reports", third.reports)
    assert told.returncode == 0, told.stderr
    assert "SEC-06" in told.stdout

    results = third.pack / "results.json"
    results.write_text(results.read_text(encoding="utf-8").replace("NO-GO", "GO", 1), encoding="utf-8")
    altered = command("history", "--env", "sandbox", "--reports", third.reports)
    assert third.pack.name in altered.stdout
    assert "altered" in altered.stdout.casefold()


def test_wrong_run_is_one_error(tmp_path: Path) -> None:
    """A directory that is no pack is refused in one line, with what was expected."""
    ended = command("diff", tmp_path, tmp_path)
    assert ended.returncode == 2
    assert str(tmp_path) in ended.stderr
    assert "Traceback" not in ended.stderr
