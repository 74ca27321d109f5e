"""Whole runs, as an engineer starts them."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assurance.judging.controls import CONTROLS
from assurance.judging.controls.drift import ATTESTATIONS
from assurance.reporting.json_report import validate
from sandbox import Fault, Sandbox
from tests.suite.running import RECORDING, ROOT, Ended, RunSuite

RUN_ID = "20261129T003028Z-8da407"
CHECK = "checks/security/test_sec_01_virtual_network.py"


def test_a_pack_bears_the_given_id(run_suite: RunSuite) -> None:
    """Who starts many runs finds each one's pack by it."""
    ended = run_suite(CHECK, "--env=sandbox", f"--run-id={RUN_ID}")
    assert ended.pack.name == ended.results["run"]["id"] == RUN_ID


def test_an_id_that_is_taken_is_refused(run_suite: RunSuite, tmp_path: Path) -> None:
    """A pack is never written to again by another run."""
    # The fixture numbers the folder of reports by what stands in the temporary folder: that folder itself.
    taken = tmp_path / "reports-1" / "sandbox" / RUN_ID
    taken.mkdir(parents=True)
    ended = run_suite(CHECK, "--env=sandbox", f"--run-id={RUN_ID}")
    assert ended.status == 4
    assert f"--run-id {RUN_ID}: there is a run of this id" in ended.words
    assert list(taken.iterdir()) == []


def test_an_id_of_another_form_is_refused(run_suite: RunSuite) -> None:
    """It becomes the name of a folder: none leads out of the reports."""
    ended = run_suite(CHECK, "--env=sandbox", "--run-id=../elsewhere")
    assert ended.status == 4
    assert "is no run's id" in ended.words


SANDBOX_FILE = Callable[..., Path]
MAX_REQUESTS = 60


def test_the_bundled_tape_gives_go_without_network_or_credential(run_suite: RunSuite) -> None:
    """The bundled tape judges all that it holds GO with the network refused, and says RECORDED everywhere."""
    ended = run_suite("checks", "--env", "prod", "--replay", str(RECORDING), plugin="tests.suite.no_network")

    assert ended.status == 0, ended.text
    assert "prod: GO" in ended.text
    judged = {control["id"] for control in ended.results["controls"]}
    # Attestations and plans belong to a change, waivers to whoever grants them, and no server error was met.
    planned = {"DEP-35", "DEP-36"}
    assert set(CONTROLS) - judged == {control.id for control in ATTESTATIONS} | planned | {"ERR-01", "WVR-01"}
    validate(ended.results)
    for name in ("report.html", "results.json", "summary.md", "junit.xml"):
        text = (ended.pack / name).read_text(encoding="utf-8")
        assert name == "junit.xml" or "RECORDED" in text
    assert "stand-ins" in ended.results["run"]["origin"]


def test_workers_give_the_same_verdicts_with_no_more_requests(run_suite: RunSuite) -> None:
    """Four workers come to the same verdicts as one process, in one report, with as many requests, at most sixty."""
    alone = run_suite("checks/security", "--env", "sandbox")
    together = run_suite("checks/security", "--env", "sandbox", "-n", "4")

    assert (alone.status, together.status) == (0, 0), alone.text + together.text
    assert alone.verdicts() == together.verdicts()
    assert together.results["run"]["requests"] == alone.results["run"]["requests"] <= MAX_REQUESTS
    assert "SANDBOX" in together.text


def test_one_control_reads_only_what_it_needs(run_suite: RunSuite) -> None:
    """Selecting one control by its mark sends only the requests of that control."""
    ended = run_suite("checks", "-m", "control(id='SEC-10')", "--env", "sandbox")

    assert ended.status == 0, ended.text
    questions = [reading["question"] for reading in ended.results["readings"]]
    assert ended.results["run"]["requests"] == len(questions)
    kinds = Counter(question.partition("/providers/")[2].split("/")[0] for question in questions)
    # The Container Apps environment names the group of its infrastructure, which alerts may be about.
    assert kinds == {"Microsoft.Security": 4, "Microsoft.App": 1}


def test_without_credential_nothing_is_evaluated(run_suite: RunSuite) -> None:
    """Without a credential the run is INCONCLUSIVE with one reason for all that asks Azure, soon, and passes nothing.

    Names are resolved without a credential: what they say to a machine outside the network is no finding.
    """
    started = time.monotonic()
    ended = run_suite("checks/security", "--env", "prod", variables={"AZURE_CONFIG_DIR": "/nonexistent", "PATH": ""})

    assert time.monotonic() - started < 60
    assert ended.status == 10, ended.text
    assert judged(ended) == {"errors", "skipped"}
    assert ended.text.count("No credential") == 2, ended.text
    assert "concerns 149 cases of SEC-01 to SEC-08, SEC-10, SEC-11" in ended.words
    assert "Traceback" not in ended.text


def test_without_network_nothing_passes(run_suite: RunSuite, tmp_path: Path) -> None:
    """With a credential but nobody at the endpoint, every case is not evaluated, and the run is INCONCLUSIVE."""
    file = tmp_path / "unplugged.toml"
    file.write_text(
        f'extends = "{ROOT / "environments" / "prod.toml"}"\n'
        '[cloud]\nresource_manager = "https://127.0.0.1:9"\n'
        '[credential]\nkind = "token"\ntoken_variable = "APEX_TOKEN"\n'
        "[limits]\nretry_budget_seconds = 1.0\n",
        encoding="utf-8",
    )
    ended = run_suite("checks/security", "--env", str(file), variables={"APEX_TOKEN": "a-token-of-no-use"})

    assert ended.status == 10, ended.text
    assert judged(ended) == {"errors", "skipped"}
    assert "No answer from 127.0.0.1:9" in ended.words
    assert "a-token-of-no-use" not in ended.text


def judged(ended: Ended) -> set[str]:
    """Return what pytest calls the cases of a run that leaves no pack: passed, failed or, not evaluated, errors."""
    return set(re.findall(r"\d+ (passed|failed|skipped|errors?)\b", ended.text.splitlines()[-1]))


def test_one_wrong_property_fails_exactly_its_checks(run_suite: RunSuite, sandbox_file: SANDBOX_FILE) -> None:
    """With public access enabled on one service, only that case of that check fails, and it says how to mend it."""
    with Sandbox() as sandbox:
        sandbox.estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
        file = str(sandbox_file(sandbox))
        ended = run_suite("checks/security", "--env", file, variables=sandbox.environment_variables())

    assert ended.status == 1, ended.text
    failed = [check for check, verdict in ended.verdicts().items() if verdict == "fail"]
    assert failed == [
        "checks/security/test_sec_06_public_access.py::test_public_network_access_is_disabled[sql-apex-sandbox]"
    ]
    assert Counter(ended.verdicts().values())["not_evaluated"] == 0
    assert "az sql server update --resource-group apex-rg-sandbox --name sql-apex-sandbox" in ended.words
    assert "sandbox: NO-GO" in ended.text


def test_a_missing_permission_is_inconclusive(run_suite: RunSuite, sandbox_file: SANDBOX_FILE) -> None:
    """Where Azure refuses one list, what rests on it is not evaluated, and the run is INCONCLUSIVE, exit status 10."""
    with Sandbox() as sandbox:
        sandbox.resource_manager.faults.append(Fault("Microsoft.Security/alerts", status=403))
        file = str(sandbox_file(sandbox))
        ended = run_suite("checks/security", "--env", file, variables=sandbox.environment_variables())

    assert ended.status == 10, ended.text
    unjudged = [check for check, verdict in ended.verdicts().items() if verdict == "not_evaluated"]
    file_of_alerts = "checks/security/test_sec_10_defender_for_cloud.py"
    # The rules that dismiss alerts are a list of their own, which the same role reads.
    rests_on_it = ("test_no_alert_is_dismissed_unseen", "test_no_severe_alert_is_open")
    assert sorted(unjudged) == [f"{file_of_alerts}::{check}" for check in rests_on_it]
    assert "Security Reader" in ended.words


def test_what_is_declared_not_to_apply_is_told(run_suite: RunSuite, sandbox_file: SANDBOX_FILE) -> None:
    """A case that the environment declares not to apply to this vantage is not applicable, with the reason."""
    with Sandbox() as sandbox:
        file = sandbox_file(sandbox)
        file.write_text(
            file.read_text(encoding="utf-8")
            + '\n[[not_applicable]]\ncontrol = "SEC-09"\ncheck = "test_service_is_closed_from_outside"\n'
            + 'unless_vantage = "outside"\nreason = "Probed every night from outside."\n',
            encoding="utf-8",
        )
        arguments = ("checks/security/test_sec_09_network_flows.py", "--env", str(file))
        inside = run_suite(*arguments, "--vantage", "inside", variables=sandbox.environment_variables())
        both = run_suite(*arguments, variables=sandbox.environment_variables())

    assert inside.status == 0, inside.text
    assert Counter(inside.verdicts().values()) == {"pass": 15, "not_applicable": 6}
    reasons = Counter(v["reason"] for v in inside.results["verdicts"] if v["verdict"] == "not_applicable")
    assert reasons.pop("Probed every night from outside.") == 5
    assert Counter(both.verdicts().values()) == {"pass": 20, "not_applicable": reasons.total()}


def test_the_other_vantage_is_not_evaluated(run_suite: RunSuite) -> None:
    """From inside alone, what must be seen from outside is not evaluated, and the remedy says how to get there."""
    ended = run_suite("checks/security/test_sec_09_network_flows.py", "--env", "sandbox", "--vantage", "inside")

    assert ended.status == 10, ended.text
    assert Counter(ended.verdicts().values()) == {"pass": 15, "not_evaluated": 5, "not_applicable": 1}
    assert "--vantage outside" in ended.words


def test_a_run_can_be_replayed_from_its_pack(run_suite: RunSuite) -> None:
    """A run's own pack replays to the same verdicts and the same facts."""
    first = run_suite("checks", "--env", "sandbox")
    again = run_suite("checks", "--env", "sandbox", "--replay", str(first.pack), plugin="tests.suite.no_network")

    assert (first.status, again.status) == (0, 0), again.text
    told = ("check", "verdict", "expected", "observed", "readings")
    facts = [[{key: verdict[key] for key in told} for verdict in run.results["verdicts"]] for run in (first, again)]
    assert facts[0] == facts[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("checks",), "checks need an environment"),
        (("checks", "--env", "nowhere"), "there is no file"),
        (("checks", "--env", "dev", "--replay", str(RECORDING)), "is of environment 'prod'"),
        (("checks", "--env", "prod", "--replay", "environments"), "no tape is here"),
    ],
    ids=["no-environment", "unknown-environment", "tape-of-another-environment", "no-tape"],
)
def test_a_wrong_command_line_is_one_error(run_suite: RunSuite, arguments: tuple[str, ...], told: str) -> None:
    """A mistake on the command line is one error that says what to do, exit status 4, and leaves nothing behind."""
    ended = run_suite(*arguments)

    assert ended.status == 4, ended.text
    assert told in ended.text
    assert "Traceback" not in ended.text
    assert not list(ended.reports.glob("**/*"))


def test_reports_that_cannot_be_written_are_one_error(tmp_path: Path) -> None:
    """A directory that cannot be made is one error that names it, exit status 4."""
    file = tmp_path / "a-file"
    file.touch()
    words = ("-m", "pytest", "checks", "--env", "sandbox", "--reports", str(file / "reports"))
    ended = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert f"ERROR: {file / 'reports'}" in ended.stderr
    assert "Not a directory; the run cannot be kept" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_wrong_environment_file_is_one_error(run_suite: RunSuite, tmp_path: Path) -> None:
    """An environment file with several mistakes is refused once, with the file and every key."""
    file = tmp_path / "mine.toml"
    file.write_text(
        f'extends = "{ROOT / "environments" / "prod.toml"}"\nregion = "eastus"\n'
        '[virtual_network]\naddress_space = ["10.0.0.0/33"]\n[defender]\nsecure_score_floor = "high"\n',
        encoding="utf-8",
    )
    ended = run_suite("checks", "--env", str(file))

    assert ended.status == 4, ended.text
    for told in (str(file), "region", "virtual_network.address_space", "defender.secure_score_floor"):
        assert told in ended.text
    assert "Traceback" not in ended.text


def test_an_empty_selection_is_not_go(run_suite: RunSuite) -> None:
    """A selection without any check ends with pytest's status 5, never 0."""
    ended = run_suite("checks", "--env", "sandbox", "-k", "nothing_is_called_so")

    assert ended.status == 5, ended.text


def test_workers_without_a_path_judge_all_checks_and_their_doubts_are_told_once(
    run_suite: RunSuite, sandbox_file: SANDBOX_FILE
) -> None:
    """The suite's own tests are not what is judged; what two workers doubt of the vantage is said once."""
    with Sandbox() as sandbox:
        views = {"inside": {"nameservers": [sandbox.dns.outside.address]}, "outside": {}}
        file = sandbox_file(sandbox, views=views)
        words = (f"--env={file}", "--vantage=inside", "-n2", "-ksec_09 and (resolves or inside)")
        ended = run_suite(*words, variables=sandbox.environment_variables())
    assert "Declared inside, looks like outside: 5 of 5 service names" in ended.words
    assert ended.words.count("What rests on it is not evaluated.") == 1
    assert {check.partition("::")[0] for check in ended.verdicts()} == {"checks/security/test_sec_09_network_flows.py"}
    assert set(ended.verdicts().values()) == {"not_evaluated"}
