"""Whole runs of the smoke tests, as an engineer starts them: what they decide, and what they leave in APEX."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assurance.reporting.json_report import validate
from assurance.suite.interruptions import TOLD
from sandbox import Sandbox
from sandbox.apex import Observed, Switch
from tests.suite.running import ROOT, RunSuite
from tests.suite.warm import warm_process

SANDBOX_FILE = Callable[..., Path]
READING_TOO = ("checks/bad_input/test_bad_04_requests.py", "checks/roles/test_rbac_07_complete_matrix.py")
STOP = "STOP and initiate the rollback"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of this test's own."""
    with Sandbox() as running:
        yield running


def projects(sandbox: Sandbox) -> dict[str, str]:
    """Return the status of each project that the application holds, by number."""
    return {row["project_number"]: row["status"] for row in sandbox.apex.service.store.rows("projects")}


def environment_file(sandbox: Sandbox, sandbox_file: SANDBOX_FILE, **application: object) -> Path:
    """Write the environment file of a sandbox whose application is declared otherwise."""
    declared = sandbox.overlay()["application"]
    return sandbox_file(sandbox, application={**declared, **application})


def sweep(file: Path, variables: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command that sweeps."""
    words = ("sweep", "--env", str(file), *options)
    return warm_process().run("assurance", words, ROOT, {**os.environ, **variables})


def test_a_run_leaves_nothing_behind(run_suite: RunSuite, sandbox: Sandbox, sandbox_file: SANDBOX_FILE) -> None:
    """The smoke tests pass; what they made bears the run's id and is archived; no token is in any artefact."""
    variables = sandbox.environment_variables()
    ended = run_suite("checks/smoke", "--env", str(sandbox_file(sandbox)), variables=variables)

    assert ended.status == 0, ended.text
    where = f"{sandbox.overlay()['application']['base_url']}/api/v1"
    assert f"The first run on sandbox from here. It writes to {where}: smoke, in objects named SMOKE-RUN" in ended.words
    run_id = ended.results["run"]["id"]
    made = projects(sandbox)
    assert set(made) == {f"SMOKE-{run_id}", f"SMOKE-{run_id}-2", f"SMOKE-{run_id}-3"}
    assert set(made.values()) == {"archived"}
    assert "Archived in APEX" in ended.words
    assert STOP not in ended.text
    validate(ended.results)
    artefacts = [path.read_bytes() for path in ended.reports.rglob("*") if path.is_file()]
    for name, token in variables.items():
        assert token not in ended.text, name
        assert not [content for content in artefacts if token.encode() in content], name


def test_workers_share_what_they_make(run_suite: RunSuite, sandbox: Sandbox, sandbox_file: SANDBOX_FILE) -> None:
    """Three workers make each object once, and come to the same verdicts as one process would."""
    file, variables = str(sandbox_file(sandbox)), sandbox.environment_variables()
    together = run_suite("checks/smoke", "--env", file, "-n", "3", variables=variables)

    assert together.status == 0, together.text
    assert set(together.verdicts().values()) == {"pass"}
    assert len(projects(sandbox)) == 3
    assert set(projects(sandbox).values()) == {"archived"}
    posts = [reading for reading in together.results["readings"] if reading["question"].endswith("/documents/upload")]
    assert len(posts) == 1


def test_a_run_can_be_replayed(run_suite: RunSuite, sandbox: Sandbox, sandbox_file: SANDBOX_FILE) -> None:
    """The pack replays to the same facts without network or token, and what was archived is not asked for again."""
    first = run_suite("checks/smoke", "--env", str(sandbox_file(sandbox)), variables=sandbox.environment_variables())
    again = run_suite("checks/smoke", "--env", "sandbox", "--replay", str(first.pack), plugin="tests.suite.no_network")

    assert (first.status, again.status) == (0, 0), again.text
    told = ("check", "verdict", "expected", "observed", "readings")
    facts = [[{key: verdict[key] for key in told} for verdict in run.results["verdicts"]] for run in (first, again)]
    assert facts[0] == facts[1]
    assert "Archived in APEX" not in again.words


def test_a_smoke_failure_means_stop(run_suite: RunSuite, sandbox: Sandbox, sandbox_file: SANDBOX_FILE) -> None:
    """Any failing smoke test is NO-GO, and all reports say to stop and roll back; all is archived.

    That the server broke down at a token is told as a finding of its own, too.
    """
    sandbox.apex.switches.update({Switch.UPLOAD_ANSWERS_200, Switch.BAD_TOKEN_CRASHES})
    ended = run_suite("checks/smoke", "--env", str(sandbox_file(sandbox)), variables=sandbox.environment_variables())

    assert ended.status == 1, ended.text
    assert ended.results["run"]["decision"] == "NO-GO"
    assert f"A smoke test failed (SMK-02, SMK-04): {STOP}" in ended.words
    [broken] = [one for one in ended.results["verdicts"] if one["control"] == "ERR-01"]
    assert (broken["subject"], broken["verdict"]) == ("GET /api/v1/projects 500", "fail")
    assert STOP in (ended.pack / "summary.md").read_text(encoding="utf-8")
    assert STOP in (ended.pack / "report.html").read_text(encoding="utf-8")
    assert set(projects(sandbox).values()) == {"archived"}


def test_read_only_writes_nothing(run_suite: RunSuite, sandbox: Sandbox, sandbox_file: SANDBOX_FILE) -> None:
    """With read_only = true what writes is not applicable with that reason, and what reads is judged, in any family."""
    file = environment_file(sandbox, sandbox_file, read_only=True)
    checks = ("checks/smoke", *READING_TOO)
    ended = run_suite(*checks, "--env", str(file), variables=sandbox.environment_variables())

    assert ended.status == 0, ended.text
    assert projects(sandbox) == {}
    left_out = [verdict for verdict in ended.results["verdicts"] if verdict["verdict"] == "not_applicable"]
    assert {verdict["control"] for verdict in left_out} == {"SMK-03", "SMK-04", "SMK-05", "BAD-04"}
    assert {"read_only" in verdict["reason"] for verdict in left_out} == {True}
    assert {verdict["control"] for verdict in ended.results["verdicts"] if verdict["verdict"] == "pass"} == {
        "SMK-01",
        "SMK-02",
        "BAD-04",
        "RBAC-07",
    }


def test_what_cannot_be_archived_is_told_and_swept(
    run_suite: RunSuite, sandbox: Sandbox, sandbox_file: SANDBOX_FILE
) -> None:
    """Where nobody may archive, every report says what is left; the sweep finds it later, and nothing else."""
    file, variables = sandbox_file(sandbox), sandbox.environment_variables()
    sandbox.apex.observed.add(Observed.ROLES_PER_PROJECT)
    selected = ("checks/smoke", "-k", "test_project_is_created", "--env", str(file))
    ended = run_suite(*selected, variables=variables)
    assert ended.status == 0, ended.text
    [left] = projects(sandbox)
    assert left in (ended.pack / "summary.md").read_text(encoding="utf-8")
    for told in (ended.words, " ".join(ended.results["run"]["notices"])):
        assert f"could not be archived: 1 left, {left}: DELETE /api/v1/projects/... as manager answers 403" in told
        assert f"apex-assurance sweep --env {file}" in told
    refused = sweep(file, variables, "--older-than", "0")
    assert (refused.returncode, projects(sandbox)[left]) == (1, "draft"), refused.stderr
    assert f"LEFT      1 left, {left}: DELETE /api/v1/projects/... as manager answers 403" in refused.stdout
    sandbox.apex.observed.clear()
    store = sandbox.apex.service.store
    store.insert("projects", {**store.rows("projects")[0], "id": "mine", "project_number": "LINE-345"})

    young = sweep(file, variables)
    assert (young.returncode, projects(sandbox)[left]) == (0, "draft"), young.stderr
    assert "may be under way" in young.stdout
    listed = sweep(file, variables, "--older-than", "0", "--dry-run")
    assert (listed.returncode, projects(sandbox)[left]) == (0, "draft"), listed.stderr
    assert f"would archive  {left}" in listed.stdout
    swept = sweep(file, variables, "--older-than", "0")
    assert swept.returncode == 0, swept.stderr
    assert f"archived  {left}" in swept.stdout
    assert projects(sandbox) == {left: "archived", "LINE-345": "draft"}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_an_interrupted_run_is_tidied(
    sandbox: Sandbox, sandbox_file: SANDBOX_FILE, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    """Control-C in the middle of a job ends the run at once, and what it had made is archived nevertheless."""
    sandbox.apex.switches.add(Switch.JOB_NEVER_ENDS)
    command = [sys.executable, "-m", "pytest", "checks/smoke", "--env", str(sandbox_file(sandbox)), *workers]
    command += ["--reports", str(tmp_path / "reports")]
    variables = {**os.environ, **sandbox.environment_variables()}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            deadline = time.monotonic() + 120
            while not sandbox.apex.service.store.rows("jobs") and time.monotonic() < deadline:
                time.sleep(0.1)
            os.killpg(running.pid, signal.SIGINT)
            text, _ = running.communicate(timeout=120)
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)

    assert running.returncode == 2, text
    assert projects(sandbox), text
    assert set(projects(sandbox).values()) == {"archived"}, text
    # On a machine that is busy with other work the bound on ending may come before the reports are written.
    [pack] = (tmp_path / "reports").glob("*/*/")
    assert (pack / "results.json").is_file() or TOLD.decode().strip() in text, text
    assert (pack / "INCOMPLETE").is_file(), text
