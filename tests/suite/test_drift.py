"""Drift and history, over whole runs."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tomli_w

from assurance.evidence import ledger
from sandbox import Fault, Sandbox
from sandbox.azure.activity_log import event
from tests.suite.running import ROOT, Ended, RunSuite
from tests.suite.warm import warm_process

SANDBOX_FILE = Callable[..., Path]
FOR_A_BASELINE = ("checks/security", "checks/drift")


@dataclass(frozen=True, slots=True)
class First:
    """The run from which baselines are made, once for all tests: its questions name no host, so any sandbox will do.

    Attributes:
        pack: Its pack.
        baseline: The baseline that was made of it.
    """

    pack: Path
    baseline: Path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> First:
    """Judge everything once, and approve it."""
    directory = tmp_path_factory.mktemp("first")
    words = [*FOR_A_BASELINE, "--env", "sandbox", "--reports", str(directory / "reports")]
    warm_process().run("pytest", words, ROOT, os.environ)
    [pack] = (path.parent for path in directory.glob("reports/*/*/results.json"))
    approved = _approve(pack, directory / "baselines")
    assert approved.returncode == 0, approved.stderr
    return First(pack, directory / "baselines" / "sandbox.json")


def _approve(pack: Path, into: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = [str(pack), "--approver", "Sam Lee", "--change", "CR-2041", "--into", str(into), *more]
    return command("baseline", "approve", *words)


def _night(run_suite: RunSuite, file: Path, sandbox: Sandbox, *more: str) -> Ended:
    return run_suite("checks/drift", "--env", str(file), *more, variables=sandbox.environment_variables())


def _failed(ended: Ended) -> dict[str, dict[str, str]]:
    failed = (one for one in ended.results["verdicts"] if one["verdict"] == "fail")
    return {one["check"].partition("::")[2]: one for one in failed}


def test_an_approval_is_in_the_ledger(first: First) -> None:
    """The ledger holds the digest of what was approved, by whom and under which change."""
    baseline = json.loads(first.baseline.read_text(encoding="utf-8"))
    [entry] = [one for one in ledger.read(first.pack.parent / "ledger.jsonl") if one.kind == "baseline"]
    assert entry.facts["baseline"] == baseline["digest"]
    assert (entry.facts["approver"], entry.facts["change"]) == ("Sam Lee", "CR-2041")
    assert baseline["approval"]["run"] == first.pack.name


def test_from_a_quiet_night_to_a_change(run_suite: RunSuite, sandbox_file: SANDBOX_FILE, first: First) -> None:
    """A night without a change has no drift, and a later change is told, with who made it and both remedies."""
    with Sandbox() as sandbox:
        file = sandbox_file(sandbox)
        quiet = _night(run_suite, file, sandbox, "--baseline", str(first.baseline.parent))
        assert quiet.status == 0, quiet.text
        assert set(quiet.verdicts().values()) == {"pass"}
        resources = json.loads(first.baseline.read_text(encoding="utf-8"))["resources"]
        assert len(quiet.verdicts()) == len(resources) + 1
        assert all(one["observed"] in {"as approved", "nothing is new"} for one in quiet.results["verdicts"])
        workers = _night(run_suite, file, sandbox, "--baseline", str(first.baseline), "-n", "2")
        assert workers.verdicts() == quiet.verdicts()

        sandbox.estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
        sandbox.estate.change("ca-apex-sandbox", "properties.latestRevisionName", "ca-apex-sandbox--r0099")
        address = sandbox.estate.fill("{resource_group_id}/providers/Microsoft.Network/publicIPAddresses/pip")
        sandbox.estate.add({"id": address, "name": "pip", "location": "eastus", "properties": {}})
        server = sandbox.estate.find("sql-apex-sandbox")["id"]
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
        sandbox.estate.activity.append(event(server, "pat@example.com", "Microsoft.Sql/servers/write", now))
        changed = _night(run_suite, file, sandbox, "--baseline", str(first.baseline))

    assert changed.status == 1, changed.text
    failed = _failed(changed)
    assert sorted(failed) == ["test_nothing_is_new", "test_resource_is_as_approved[servers-sql-apex-sandbox]"]
    told = failed["test_resource_is_as_approved[servers-sql-apex-sandbox]"]
    assert "security-relevant: properties.publicNetworkAccess was Disabled, is Enabled" in told["observed"]
    assert "7c1e5a90-3b2d-4f68-9e07-d4a1b6c8f532" in told["observed"]
    assert "pat@example.com" not in changed.text
    assert "az resource update --ids" in told["remedy"]
    assert "apex-assurance baseline approve" in told["remedy"]
    assert "az resource delete --ids" in failed["test_nothing_is_new"]["remedy"]
    application = next(one for one in changed.results["verdicts"] if "ca-apex-sandbox]" in one["check"])
    assert application["verdict"] == "pass"
    assert "expected: properties.latestRevisionName" in application["observed"]

    # The pack carries its baseline, and so comes to the same verdicts again, without the network.
    replayed = ("checks/drift", "--env", "sandbox", "--replay", str(changed.pack))
    again = run_suite(*replayed, plugin="tests.suite.no_network")
    assert again.verdicts() == changed.verdicts()
    assert _failed(again)[next(iter(failed))]["observed"] == failed[next(iter(failed))]["observed"]


def test_what_cannot_be_read_is_not_evaluated(run_suite: RunSuite, sandbox_file: SANDBOX_FILE, first: First) -> None:
    """What Azure refuses to tell is not evaluated; that the activity log is refused fails and hides nothing."""
    with Sandbox() as sandbox:
        file = sandbox_file(sandbox)
        sandbox.estate.change("stapexsandbox4k7x", "properties.allowSharedKeyAccess", True)
        sandbox.resource_manager.faults.append(Fault("eventtypes", status=403))
        sandbox.resource_manager.faults.append(Fault("Microsoft.Sql/servers", status=403))
        ended = _night(run_suite, file, sandbox, "--baseline", str(first.baseline))

    assert ended.status == 1, ended.text
    [(name, told)] = _failed(ended).items()
    assert name == "test_resource_is_as_approved[storageAccounts-stapexsandbox4k7x]"
    assert "who changed it is not known" in told["observed"]
    unjudged = [check for check, verdict in ended.verdicts().items() if verdict == "not_evaluated"]
    assert any("servers-sql-apex-sandbox]" in check for check in unjudged)
    assert any("test_nothing_is_new" in check for check in unjudged)
    assert Counter(ended.verdicts().values())["pass"] > len(unjudged)


def test_without_a_baseline_nothing_is_evaluated(run_suite: RunSuite, tmp_path: Path) -> None:
    """Where no baseline was approved, every control of drift is not evaluated, with the command that makes one."""
    file = tmp_path / "fresh.toml"
    file.write_text(f'extends = "{ROOT / "environments" / "sandbox.toml"}"\nname = "fresh"\n', encoding="utf-8")
    ended = run_suite("checks/drift", "--env", str(file))

    assert ended.status == 10, ended.text
    assert set(ended.verdicts().values()) == {"not_evaluated"}
    assert {one["control"] for one in ended.results["verdicts"]} == {f"DRF-{number:02d}" for number in range(1, 9)}
    assert "apex-assurance baseline approve reports/fresh/RUN" in ended.words


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--approver", " "), "--approver: a name was expected"),
        (("--made-by", "sam  LEE"), "another person must approve"),
        (("--into", "/proc/nowhere"), "cannot be written"),
    ],
)
def test_a_wrong_approval_is_refused(first: First, tmp_path: Path, more: tuple[str, ...], told: str) -> None:
    """Who approves must not be who made the run; a refusal is one message, and writes nothing."""
    before = ledger.read(first.pack.parent / "ledger.jsonl")
    refused = _approve(first.pack, tmp_path / "baselines", *more)
    assert refused.returncode == 2, refused.stdout
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "baselines").exists()
    assert ledger.read(first.pack.parent / "ledger.jsonl") == before


def test_a_run_that_is_not_go_needs_a_reason(run_suite: RunSuite, sandbox_file: SANDBOX_FILE, tmp_path: Path) -> None:
    """A run with a finding becomes a baseline only with a reason, which it keeps; part of a run never does."""
    into = tmp_path / "baselines"
    with Sandbox() as sandbox:
        sandbox.estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
        file = sandbox_file(sandbox)
        broken = run_suite(*FOR_A_BASELINE, "--env", str(file), variables=sandbox.environment_variables())
        part = _night(run_suite, file, sandbox)
    refused = _approve(broken.pack, into)
    assert refused.returncode == 2
    assert "--accept-findings REASON" in refused.stderr
    assert _approve(part.pack, into, "--accept-findings", "The night is over.").returncode == 2
    accepted = _approve(broken.pack, into, "--accept-findings", "The migration tool needs it until the cut-over.")
    assert accepted.returncode == 0, accepted.stderr
    approval = json.loads((into / "sandbox.json").read_text(encoding="utf-8"))["approval"]
    assert approval["accepted_findings"] == "The migration tool needs it until the cut-over."
    assert approval["decision"] == "NO-GO"


def test_an_edited_baseline_is_refused(run_suite: RunSuite, first: First, tmp_path: Path) -> None:
    """A baseline that was edited after its approval, or is of another environment, ends the run before it begins."""
    good = first.baseline.read_text(encoding="utf-8")
    edited, copied = tmp_path / "sandbox.json", tmp_path / "prod.json"
    edited.write_text(good.replace("Disabled", "Enabled"), encoding="utf-8")
    copied.write_text(good, encoding="utf-8")
    for environment, baseline, told in (
        ("sandbox", edited, "was edited after it was approved"),
        ("prod", tmp_path, "the baseline is of environment 'sandbox'"),
        ("sandbox", tmp_path / "none.json", "there is no file"),
    ):
        ended = run_suite("checks/drift", "--env", environment, "--baseline", str(baseline))
        assert ended.status == 4, ended.text
        assert told in ended.text
        assert "Traceback" not in ended.text
        assert not list(ended.reports.glob("**/*"))


def command(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command of the suite as its users do."""
    return warm_process().run("assurance", [*map(str, words)], ROOT, os.environ)


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


@pytest.mark.parametrize("name", ["edge", "fronted", "gated", "smallest", "spoke"])
def test_another_deployment_comes_to_a_go(run_suite: RunSuite, tmp_path: Path, name: str) -> None:
    """Only a baseline is missing to its first run, which is given its release; approved, the next run is a GO."""
    deployment = tomllib.loads((ROOT / "environments" / "sandbox.toml").read_text("utf-8"))["deployment"]
    artefacts = {key: str(ROOT / "environments" / path) for key, path in deployment["artefacts"].items()}
    inventory = Path(artefacts["inventory"]).read_text("utf-8").replace("-sandbox-", f"-{name}-")
    artefacts["inventory"] = str(tmp_path / "inventory.json")
    Path(artefacts["inventory"]).write_text(inventory, encoding="utf-8")
    release = tmp_path / "release.toml"
    release.write_text(tomli_w.dumps({"release": deployment["release"], "artefacts": artefacts}), encoding="utf-8")

    first = run_suite("checks", "--env", name, "--release", str(release))
    assert first.status == 10, first.text
    unjudged = [one for one in first.results["verdicts"] if one["verdict"] in {"fail", "not_evaluated"}]
    assert {one["reason"].partition(" of ")[0] for one in unjudged} == {"No baseline"}
    approved = _approve(first.pack, tmp_path / "baselines", "--accept-findings", "The first baseline.")
    assert approved.returncode == 0, approved.stderr
    second = run_suite("checks", "--env", name, "--release", str(release), "--baseline", str(tmp_path / "baselines"))
    assert (second.status, second.results["run"]["decision"]) == (0, "GO"), second.text
