"""Fleets: what becomes of each environment, and the matrix of a pipeline."""

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

from assurance.command_line.fleet.outcomes import Outcome, in_order, numbers, outcome_of, status_of
from assurance.command_line.fleet.running import MAX_JOBS, matrix
from assurance.command_line.fleet.telling import MAX_LINES, lines, page
from assurance.command_line.main import main
from assurance.errors import UsageError
from assurance.evidence.pack import begin
from assurance.verdicts import Decision

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


FILE = Path("environments/prod.toml")


def write_decision(pack: Path, **changed: object) -> Path:
    """Write the decision of a run that is GO, but for what is changed."""
    pack.mkdir()
    values = {
        "environment": "prod", "complete": True, "decision": "GO", "scope": "for SEC", "source": "LIVE",
        "exit_status": 0, "counts": {"pass": 7}, "failing_controls": [],
    }  # fmt: skip
    (pack / "decision.json").write_text(json.dumps(values | changed), encoding="utf-8")
    return pack


def test_a_whole_pack_is_a_decision(tmp_path: Path) -> None:
    """Decision, scope and counts are those of the pack."""
    outcome = outcome_of(FILE, 0, [], [write_decision(tmp_path / "pack")], 1.0)
    assert (outcome.decision, outcome.scope, sum(outcome.counts.values())) == (Decision.GO, "for SEC", 7)


@pytest.mark.parametrize(
    "changed", [{"complete": False}, {"exit_status": 10}, {"decision": "PERHAPS"}, {"counts": {"maybe": 1}}]
)
def test_a_pack_that_does_not_agree_is_none(changed: dict[str, object], tmp_path: Path) -> None:
    """What is incomplete, of another exit status or not readable is not judged, never GO."""
    outcome = outcome_of(FILE, 0, [], [write_decision(tmp_path / "pack", **changed)], 1.0)
    assert outcome.decision is None
    assert outcome.reason


def test_a_pack_that_is_marked_is_none(tmp_path: Path) -> None:
    """The mark of a run that was killed counts, whatever its files say."""
    pack = write_decision(tmp_path / "pack")
    begin(pack)
    assert outcome_of(FILE, 0, [], [pack], 1.0).decision is None


@pytest.mark.parametrize("status", [0, 1, 10])
def test_an_exit_status_alone_is_no_decision(status: int) -> None:
    """Without a pack nothing was judged: Python ends with 1 too when it breaks down."""
    assert outcome_of(FILE, status, ["Traceback"], [], 1.0).decision is None


@pytest.mark.parametrize(("status", "said"), [(4, "no such file"), (-9, "signal 9"), (5, "nothing was selected")])
def test_the_reason_is_told(status: int, said: str) -> None:
    """What pytest says of wrong input is told, else how the process ended."""
    told = ["noise", "ERROR: no such file"] if status == 4 else []
    assert said in outcome_of(FILE, status, told, [], 1.0).reason


@pytest.mark.parametrize(
    ("decisions", "status"),
    [
        ([Decision.GO, Decision.GO], 0),
        ([Decision.GO, Decision.INCONCLUSIVE], 10),
        ([Decision.INCONCLUSIVE, None, Decision.GO], 4),
        ([Decision.GO, None, Decision.NO_GO, Decision.INCONCLUSIVE], 1),
        ([], 4),
    ],
)
def test_the_exit_status_is_the_worst(decisions: list[Decision | None], status: int) -> None:
    """NO-GO stands over what was not judged, that over INCONCLUSIVE, and that over GO."""
    assert status_of([Outcome(FILE, decision=decision) for decision in decisions]) == status


def test_a_large_fleet_is_told_in_twelve_lines() -> None:
    """The worst are named first, the others counted; the page has them all."""
    fleet = [Outcome(Path(f"e{number}.toml"), decision=Decision.GO) for number in range(99)]
    fleet.append(Outcome(Path("worst.toml"), reason="its file is <b>wrong</b>"))
    told = lines(fleet, "reports/fleet.html", interrupted=False)
    assert len(told) == MAX_LINES
    assert told[0] == "NOT JUDGED    worst.toml: its file is <b>wrong</b>"
    assert told[-2] == "100 environments: 1 NOT JUDGED, 99 GO"
    assert told[-3] == "and 91 more environments, in the page"
    whole = page(fleet, Path("reports"), ended="now", interrupted=False)
    assert all(f"<code>{one.file}</code>" in whole for one in fleet)
    assert "<b>" not in whole
    assert "http" not in whole.replace("http-equiv", "")


def test_environments_are_in_order_and_counted() -> None:
    """From the worst to the best."""
    fleet = [Outcome(Path(str(one)), decision=one) for one in (Decision.GO, None, Decision.NO_GO)]
    assert [one.word for one in in_order(fleet)] == ["NO-GO", "NOT JUDGED", "GO"]
    assert numbers(fleet) == {"NO-GO": 1, "NOT JUDGED": 1, "INCONCLUSIVE": 0, "GO": 1}


FILES = [Path("environments/prod.toml"), Path("other/prod.toml"), Path("environments/2nd-site.toml")]
NAMES = ["prod", "prod_2", "env_2nd_site"]


def test_github_takes_a_list() -> None:
    """`fromJSON` of it is a matrix with an entry for each environment."""
    text = matrix("github", FILES)
    assert "\n" not in text
    entries = [{"environment": name, "file": str(file)} for name, file in zip(NAMES, FILES, strict=True)]
    assert json.loads(text) == {"include": entries}


def test_azure_takes_jobs_by_name() -> None:
    """Each job has a name that Azure DevOps takes, and variables."""
    document = json.loads(matrix("azure", FILES))
    assert list(document) == NAMES
    assert document["prod_2"]["file"] == "other/prod.toml"


@pytest.mark.parametrize("path", ["a$(touch x).toml", "a b.toml", "a;b.toml", "a`b`.toml", 'a"b.toml', "a\n.toml"])
def test_a_path_that_could_be_a_command_is_refused(path: str) -> None:
    """A pipeline would put it into its script."""
    with pytest.raises(UsageError, match="rename the file"):
        matrix("github", [Path(path)])


def test_more_jobs_than_github_runs_are_refused() -> None:
    """What GitHub would cut off is told before."""
    files = [Path(f"{number}.toml") for number in range(MAX_JOBS + 1)]
    with pytest.raises(UsageError, match="257 environments"):
        matrix("github", files)
    assert len(json.loads(matrix("azure", files))) == len(files)
