"""The estimation workflow and the load test, in whole runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.apex import Switch
from tests.suite.running import RECORDING, RunSuite

FILE = "checks/performance/test_sla_09_load.py"


def test_load_is_opt_in(run_suite: RunSuite) -> None:
    """Without -m load, and where it is not allowed, the load test is not applicable, and says why."""
    asked = run_suite(FILE, "-m", "load", "--env", "prod", "--replay", str(RECORDING))
    assert {verdict["verdict"] for verdict in asked.results["verdicts"]} == {"not_applicable"}, asked.text
    assert all("load.allowed = true" in verdict["reason"] for verdict in asked.results["verdicts"])

    unasked = run_suite(FILE, "--env", "sandbox")
    assert unasked.status == 10, unasked.text
    assert "A load test is run only where it is asked for: -m load." in unasked.words
    # Nothing was read, so there is no evidence to point to.
    assert "no reading came from the deployment" in unasked.words
    assert "report.html" not in unasked.text


def test_a_load_test_replays(run_suite: RunSuite) -> None:
    """What a load test came to is derived again from its samples, whether or not the replay asks for a load."""
    first = run_suite(FILE, "-m", "load", "--env", "sandbox")
    again = run_suite(FILE, "--env", "sandbox", "--replay", str(first.pack), plugin="tests.suite.no_network")

    told = ("check", "verdict", "observed", "reason")
    facts = [[{key: one[key] for key in told} for one in run.results["verdicts"]] for run in (first, again)]
    assert facts[0] == facts[1]
    assert {one["verdict"] for one in facts[0]} != {"not_applicable"}
    assert "Load: percentiles" in (first.pack / "report.html").read_text(encoding="utf-8")


# These rest on no validated document.
IN_PROJECTS_OF_THEIR_OWN = ("test_two_at_once_both_end", "test_other_levels_of_confidence")
FOLDERS = ("checks/e2e", "checks/aace", "checks/roles", "checks/bad_input")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of this test's own."""
    with Sandbox() as running:
        yield running


def test_a_compliant_application_is_go_and_replays_the_same(
    run_suite: RunSuite, sandbox: Sandbox, sandbox_file: Callable[..., Path]
) -> None:
    """All pass; what was made is named and archived; a replay comes to the same verdicts without network."""
    file = sandbox_file(sandbox)
    live = run_suite(*FOLDERS, "--env", str(file), variables=sandbox.environment_variables())

    assert live.status == 0, live.text
    # The approval of estimates is offered elsewhere, and the deep run is not allowed here.
    assert Counter(live.verdicts().values())["not_applicable"] == 6
    rows = sandbox.apex.service.store.rows("projects")
    assert rows
    assert {row["project_number"].startswith(f"E2E-{live.results['run']['id']}") for row in rows} == {True}
    assert {row["status"] for row in rows} == {"archived"}

    replayed = run_suite(*FOLDERS, "--env", str(file), "--replay", str(live.pack), plugin="tests.suite.no_network")
    assert replayed.status == 0, replayed.text
    assert replayed.verdicts() == live.verdicts()


def test_later_steps_are_not_evaluated_after_one_that_failed(
    run_suite: RunSuite, sandbox: Sandbox, sandbox_file: Callable[..., Path]
) -> None:
    """Where the scope cannot be validated, its step fails and each later one says which step stood in its way."""
    sandbox.apex.switches.add(Switch.VALIDATION_REJECTS_ALL)
    ended = run_suite("checks/e2e", "--env", str(sandbox_file(sandbox)), variables=sandbox.environment_variables())

    assert ended.status == 1, ended.text
    verdicts = {control: set[str]() for control in (f"E2E-{number:02d}" for number in range(1, 9))}
    for one in ended.results["verdicts"]:
        if one["check"].endswith(IN_PROJECTS_OF_THEIR_OWN):
            assert one["verdict"] == "pass"
            continue
        verdicts[one["control"]].add(one["verdict"])
        assert one["verdict"] != "not_evaluated" or "Step 3, validating the scope, failed" in one["reason"]
    assert verdicts["E2E-01"] == verdicts["E2E-02"] == {"pass"}
    assert verdicts["E2E-03"] == {"fail", "pass"}
    assert [verdicts[f"E2E-{number:02d}"] for number in range(4, 9)] == [{"not_evaluated"}] * 5


def test_a_lacking_approval_fails_and_says_so(
    run_suite: RunSuite, sandbox: Sandbox, sandbox_file: Callable[..., Path]
) -> None:
    """Without a word in the environment file, the approval that the guide demands and the API lacks is a fail."""
    application = {**sandbox.overlay()["application"], "offered_elsewhere": []}
    file = sandbox_file(sandbox, application=application)
    ended = run_suite("checks/roles", "-k", "approves", "--env", str(file), variables=sandbox.environment_variables())

    assert ended.status == 1, ended.text
    by_subject = {one["subject"]: one for one in ended.results["verdicts"]}
    assert by_subject["manager-approves-estimate"]["verdict"] == "fail"
    assert "has no operation to approve" in by_subject["manager-approves-estimate"]["observed"]
    assert {one["verdict"] for subject, one in by_subject.items() if not subject.startswith("manager")} == {
        "not_evaluated"
    }


def test_a_deep_run_is_refused_for_production(
    run_suite: RunSuite, sandbox: Sandbox, sandbox_file: Callable[..., Path]
) -> None:
    """An environment file of production that allows made-up requests is refused, with key and reason."""
    application = {**sandbox.overlay()["application"], "deep": True}
    file = sandbox_file(sandbox, name="prod-east", application=application)
    ended = run_suite("checks/bad_input", "--env", str(file), variables=sandbox.environment_variables())

    assert ended.status == 4, ended.text
    assert "application.deep" in ended.text
    assert not list(ended.reports.glob("*/*"))
