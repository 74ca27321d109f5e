"""A fleet of sandboxes: one is good, one fails, and one has a file that is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
import tomli_w

from assurance.command_line.main import main

ROOT = Path(__file__).parents[4]
SANDBOX = ROOT / "environments" / "sandbox.toml"
CHECKS = "checks/security/test_sec_01_virtual_network.py"
HIDDEN = ("APEX_SANDBOX_TOKEN", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")


def begin_fleet(files: Sequence[Path], reports: Path, *options: str) -> subprocess.Popen[str]:
    """Start a fleet as its users do."""
    command = [sys.executable, "-m", "assurance", "fleet", *map(str, files), "--reports", str(reports), *options]
    variables = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    return subprocess.Popen(
        command, cwd=ROOT, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip


def write_file(path: Path, **values: object) -> Path:
    """Write an environment file of the sandbox that demands something else."""
    path.write_text(tomli_w.dumps({"extends": str(SANDBOX), **values}), encoding="utf-8")
    return path


def processes_of(reports: Path) -> list[str]:
    """Return the command lines of processes that name this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if os.fsencode(reports) in words:
            found.append(words.decode())
    return found


def test_each_environment_is_judged_whatever_the_others_are(tmp_path: Path) -> None:
    """NO-GO, a wrong file and GO stand side by side, and the exit status is the worst."""
    network = tomllib.loads(SANDBOX.read_text(encoding="utf-8"))["virtual_network"]
    missing = {**network["subnets"][1], "name": "snet-not-there", "prefix": "10.0.9.0/24"}
    failing = {**network, "subnets": [*network["subnets"], missing]}
    broken = tmp_path / "broken.toml"
    broken.write_text("name = \n", encoding="utf-8")
    good = write_file(tmp_path / "good.toml")
    bad = write_file(tmp_path / "bad.toml", virtual_network=failing)
    reports = tmp_path / "reports"
    fleet = begin_fleet([good, broken, bad], reports, "--jobs", "2", "--json", "--", CHECKS)
    output, errors = fleet.communicate(timeout=120)
    assert fleet.returncode == 1, errors
    told = json.loads(output)
    assert [(one["file"], one["decision"]) for one in told["environments"]] == [
        (str(bad), "NO-GO"), (str(broken), None), (str(good), "GO")
    ]  # fmt: skip
    worst, wrong, best = told["environments"]
    assert worst["failing_controls"] == ["SEC-01"]
    assert str(broken) in wrong["reason"]
    assert best["scope"].startswith("for SEC-01: 1 of ")
    assert best["counts"]["fail"] == 0 < best["counts"]["pass"]
    page = (reports / "fleet.html").read_text(encoding="utf-8")
    for one in (worst, best):
        assert Path(one["report"]).is_file()
        assert f'href="{Path(one["report"]).relative_to(reports)}"' in page
    assert page.index("bad.toml") < page.index("broken.toml") < page.index("good.toml")


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """It is told as not judged, with the option that says how long it may take."""
    fleet = begin_fleet([write_file(tmp_path / "slow.toml")], tmp_path / "reports", "--timeout", "0.002", "--", CHECKS)
    output, errors = fleet.communicate(timeout=60)
    assert fleet.returncode == 4, errors
    assert output.startswith("NOT JUDGED")
    assert "--timeout" in output
    assert processes_of(tmp_path / "reports") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_run(number: signal.Signals, tmp_path: Path) -> None:
    """Within five seconds nothing runs any more, and no pack looks whole."""
    reports = tmp_path / "reports"
    files = [write_file(tmp_path / f"{name}.toml") for name in ("one", "two")]
    fleet = begin_fleet(files, reports, "--jobs", "1")
    deadline = time.monotonic() + 60
    while not list(reports.glob("*/*/INCOMPLETE")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "INCOMPLETE" in (reports / "fleet.html").read_text(encoding="utf-8")
    began = time.monotonic()
    fleet.send_signal(number)
    output, errors = fleet.communicate(timeout=30)
    assert fleet.returncode == 130, errors
    assert time.monotonic() - began < 8  # five, and what a machine takes that is busy with other tests
    assert "2 environments: 2 NOT JUDGED (INTERRUPTED)" in output
    assert processes_of(reports) == []
    assert all((pack / "INCOMPLETE").exists() for pack in reports.glob("*/*/"))
    assert "INTERRUPTED" in (reports / "fleet.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--jobs", "0"], "--jobs 0"),
        (["--timeout", "0"], "--timeout 0"),
        (["--", "--env=prod"], "--env=prod"),
        (["--", "--replay", "x"], "--replay"),
    ],
)
def test_wrong_usage_is_told(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is judged, and nothing written."""
    assert main(["fleet", str(SANDBOX), "--reports", str(tmp_path / "reports"), *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_matrix_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """As a step of a pipeline takes it."""
    assert main(["fleet", "--matrix", "github", "environments/prod.toml"]) == 0
    assert json.loads(capsys.readouterr().out)["include"][0]["file"] == "environments/prod.toml"
