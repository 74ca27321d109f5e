"""The shipped gates, run from the repository of an application that has nothing of this suite."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from sandbox import Sandbox
from sandbox.apex import Switch
from tests.pipelines.fake_runner import ROOT, run_action, run_template, run_workflow_step
from tests.suite.test_rehearsal import change_record


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Return stand-ins that run."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def repository(sandbox: Sandbox, tmp_path: Path) -> Path:
    """Return the repository of an application: an environment file, a change record, a release."""
    folder = tmp_path / "application"
    (folder / "environments").mkdir(parents=True)
    declared = {"extends": str(ROOT / "environments" / "sandbox.toml"), **sandbox.overlay()}
    (folder / "environments" / "stage.toml").write_text(tomli_w.dumps(declared), encoding="utf-8")
    (folder / "changes").mkdir()
    change_record(folder / "changes" / "CR-2026-0042.toml")
    (folder / "release.toml").write_text(tomli_w.dumps({"release": {"traffic_percent": 100}}), encoding="utf-8")
    return folder


def given(gate: str, **more: str) -> dict[str, str]:
    """Return what the application's pipeline gives the gate."""
    words = {"environment": "stage", "gate": gate, "change": "CR-2026-0042", "release": "release.toml"}
    return words | {name.replace("_", "-"): value for name, value in more.items()}


def findings_of(repository: Path) -> list[dict[str, Any]]:  # Any: values of SARIF
    """Return the findings that code scanning is shown."""
    path = repository / "reports" / "findings.sarif"
    results: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["runs"][0]["results"]
    return results


@pytest.mark.parametrize("gate", ["pre", "post"])
def test_go(sandbox: Sandbox, repository: Path, gate: str) -> None:
    """A sound deployment is GO before and after: status 0, the decision and the pack among the outputs."""
    ended = run_action(repository, given(gate, allow_not_live="true"), sandbox.environment_variables())
    assert (ended.status, ended.outputs["decision"]) == (0, "GO"), ended.text[-5000:]
    pack = Path(ended.outputs["pack"])
    assert pack.parent == repository / "reports" / "sandbox"
    decision = json.loads((pack / "decision.json").read_text(encoding="utf-8"))
    assert (decision["gate"], decision["decision"]) == (f"{gate}_deployment", "GO")
    assert ended.summary == (pack / "summary.md").read_text(encoding="utf-8")
    assert findings_of(repository) == []


def only(controls: str) -> dict[str, str]:
    """Return the variables by which a pipeline gives every run further words of pytest: here, few controls."""
    return {"PYTEST_ADDOPTS": f"-k '{controls}'"}


def test_a_plan_is_judged_before_it_is_made(sandbox: Sandbox, repository: Path) -> None:
    """What the deployment would break stops it, and the summary begins with that."""
    now = sandbox.estate.find("sql-apex-sandbox")
    after = {**now, "properties": {**now["properties"], "publicNetworkAccess": "Enabled"}}
    change = {"resourceId": now["id"], "changeType": "Modify", "before": now, "after": after}
    (repository / "what-if.json").write_text(json.dumps({"status": "Succeeded", "changes": [change]}), encoding="utf-8")
    inputs = given("pre", allow_not_live="true", plan="what-if.json")
    ended = run_action(repository, inputs, {**sandbox.environment_variables(), **only("sec_06 or dep_35")})
    assert (ended.status, ended.outputs["decision"]) == (1, "NO-GO"), ended.text[-5000:]
    results = json.loads((Path(ended.outputs["pack"]) / "results.json").read_text(encoding="utf-8"))
    assert {one["control"] for one in results["verdicts"] if one["verdict"] == "fail"} == {"SEC-06", "DEP-35"}
    assert [(one["kind"], one["weight"]) for one in results["run"]["planned"]] == [("Modify", "security-relevant")]
    assert ended.summary.index("### Findings") < ended.summary.index("<details>")


def test_no_go(sandbox: Sandbox, repository: Path) -> None:
    """A deployment that is not ready is NO-GO: status 1, with the findings as annotations and in SARIF."""
    variables = {**sandbox.environment_variables(), **only("smk_01")}
    with broken(sandbox, Switch.READY_DEGRADED):
        ended = run_action(repository, given("post", allow_not_live="true"), variables)
    assert (ended.status, ended.outputs["decision"]) == (1, "NO-GO"), ended.text[-5000:]
    assert re.search(r"::error title=.*SMK-01", ended.text)
    assert {finding["level"] for finding in findings_of(repository) if finding["ruleId"] == "SMK-01"} == {"error"}


@pytest.mark.parametrize(("fail_on", "status"), [("inconclusive", 10), ("no-go", 0)])
def test_inconclusive(sandbox: Sandbox, repository: Path, fail_on: str, status: int) -> None:
    """Without the change record the gate cannot judge it: INCONCLUSIVE, told apart, and stopping unless told else."""
    inputs = given("pre", allow_not_live="true", fail_on=fail_on, change="")
    ended = run_action(repository, inputs, {**sandbox.environment_variables(), **only("dep_01 or sec_01")})
    assert (ended.status, ended.outputs["decision"]) == (status, "INCONCLUSIVE"), ended.text[-5000:]
    assert ended.outputs["exit-status"] == "10"


def test_nightly(sandbox: Sandbox, repository: Path) -> None:
    """The night needs no change record, and is no gate."""
    variables = {**sandbox.environment_variables(), **only("sec_01")}
    ended = run_action(repository, given("nightly", change=""), variables)
    assert (ended.status, ended.outputs["decision"]) == (0, "GO"), ended.text[-5000:]
    assert json.loads((Path(ended.outputs["pack"]) / "decision.json").read_text(encoding="utf-8"))["gate"] is None


def test_what_leaves_no_evidence_stops(sandbox: Sandbox, repository: Path) -> None:
    """A closing gate without a change record reads nothing of the deployment: no pack, so no decision."""
    inputs = given("closing", allow_not_live="true", fail_on="never", change="")
    ended = run_action(repository, inputs, {**sandbox.environment_variables(), **only("dep_30")})
    assert (ended.status, ended.outputs["decision"], ended.outputs["pack"]) == (3, "BROKEN", "")
    assert "the run ended with 10, but left no evidence pack below" in ended.text
    assert "No such file" not in ended.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gate": "later"}, "gate is later; pre, post, closing or nightly was expected"),
        ({"fail-on": "go"}, "fail-on is go; inconclusive, no-go or never was expected"),
        ({"environment": "nowhere"}, "--env nowhere: there is no file environments/nowhere.toml"),
        ({"allow-not-live": "false"}, "stand-ins"),
    ],
)
def test_broken_runs_stop(sandbox: Sandbox, repository: Path, change: dict[str, str], said: str) -> None:
    """What comes to no decision stops the pipeline whatever it is to fail on, and says why."""
    inputs = given("pre", allow_not_live="true", fail_on="never") | change
    ended = run_action(repository, inputs, sandbox.environment_variables())
    assert ended.status not in {0, 1, 10}
    assert said in ended.text
    assert ended.outputs.get("pack", "") == ""


@pytest.mark.parametrize(
    ("gate", "change", "switch", "controls", "status", "decision", "said"),
    [
        ("pre", "CR-2026-0042", None, "dep_01 or sec_01", 0, "GO", ""),
        ("post", "CR-2026-0042", None, "smk_01", 0, "GO", ""),
        ("post", "CR-2026-0042", Switch.READY_DEGRADED, "smk_01", 1, "NO-GO", "type=error.*SMK-01"),
        ("pre", "", None, "dep_01 or sec_01", 10, "INCONCLUSIVE", "type=warning.*DEP-01"),
    ],
    ids=["pre GO", "post GO", "NO-GO", "INCONCLUSIVE"],
)
def test_azure(
    sandbox: Sandbox,
    repository: Path,
    gate: str,
    change: str,
    switch: Switch | None,
    controls: str,
    status: int,
    decision: str,
    said: str,
) -> None:
    """The Azure template says the same in its service's own words."""
    variables = {**sandbox.environment_variables(), "APEX_ALLOW_NOT_LIVE": "true", **only(controls)}
    with broken(sandbox, switch):
        ended = run_template(repository, given(gate, change=change), variables)
    assert (ended.status, ended.outputs["decision"]) == (status, decision), ended.text[-5000:]
    assert decision in ended.summary
    issues = re.findall(r"##vso\[task.logissue .*", ended.text)
    assert len(issues) > 0 if said else issues == []
    assert not said or any(re.search(said, issue) for issue in issues)


def test_secrets_are_handed_over_and_masked(repository: Path) -> None:
    """The workflow gives each variable to the steps behind it, and has its value masked, whatever is in it."""
    ended, variables = run_workflow_step("Hand over the variables", repository, "APEX_ONE=a=b c\n\nAPEX_TWO=$(id)\n")
    assert (ended.status, variables) == (0, {"APEX_ONE": "a=b c", "APEX_TWO": "$(id)"})
    assert ended.text.splitlines() == ["::add-mask::a=b c", "::add-mask::$(id)"]


@pytest.mark.parametrize("lines", ["PATH=/tmp", "APEX_ONE", "APEX_ONE=", "GITHUB_TOKEN=x"])
def test_other_variables_are_refused(repository: Path, lines: str) -> None:
    """What is no line APEX_NAME=VALUE stops the workflow, and is not repeated."""
    ended, variables = run_workflow_step("Hand over the variables", repository, lines)
    assert (ended.status, variables) == (2, {})
    assert ended.text == "a line APEX_NAME=VALUE was expected\n"


class broken:  # noqa: N801  (it reads as a word of the sentence)
    """A context in which the application behaves otherwise, if a switch is given."""

    def __init__(self, sandbox: Sandbox, switch: Switch | None) -> None:
        self._sandbox, self._switch = sandbox, switch

    def __enter__(self) -> None:
        if self._switch is not None:
            self._sandbox.apex.switches.add(self._switch)

    def __exit__(self, *_: object) -> None:
        self._sandbox.apex.switches.clear()
