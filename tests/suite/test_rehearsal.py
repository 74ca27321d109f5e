"""A whole deployment, rehearsed: gate, new revision, canary, all traffic, gate; then one with a broken revision."""

from __future__ import annotations

import copy
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import tomli_w

from falsification.change_records.records import NOW, planned, shifted
from sandbox import AzureEstate, Sandbox
from sandbox.apex import Switch
from tests.suite.running import ROOT, Ended, RunSuite

APP = "ca-apex-sandbox"
OLDER, OLD, NEW = f"{APP}--r0010", f"{APP}--r0011", f"{APP}--r0012"
FOLDERS = ("checks/security", "checks/deployment", "checks/smoke")


def traffic(estate: AzureEstate, **weights: int) -> None:
    """Shift the traffic, as `az containerapp ingress traffic set` does."""
    entries = [{"revisionName": f"{APP}--{name}", "weight": weight} for name, weight in weights.items()]
    estate.change(APP, "properties.configuration.ingress.traffic", entries)


def withdraw_new_revision(estate: AzureEstate) -> dict[str, Any]:
    """Make the estate as it was before the deployment, and return the revision to come."""
    revision = copy.deepcopy(estate.find(NEW))
    estate.remove(NEW)
    for name in ("latestRevisionName", "latestReadyRevisionName"):
        estate.change(APP, f"properties.{name}", OLD)
    estate.change(APP, "properties.template", copy.deepcopy(estate.find(OLD)["properties"]["template"]))
    older = copy.deepcopy(estate.find(OLD))
    make_healthy(estate, OLD)
    older["id"], older["name"] = older["id"].replace(OLD, OLDER), OLDER
    older["properties"]["createdTime"] = "2026-01-06T09:00:00+00:00"
    estate.add(older)
    traffic(estate, r0011=100)
    return revision


def make_healthy(estate: AzureEstate, name: str) -> None:
    """Let a revision run."""
    states = {"provisioningState": "Provisioned", "healthState": "Healthy", "runningState": "Running"}
    for key, value in {"active": True, "replicas": 2, **states}.items():
        estate.change(name, f"properties.{key}", value)


def deploy(estate: AzureEstate, revision: dict[str, Any]) -> None:
    """Add the new revision, as `az containerapp update` does, with a tenth of the traffic."""
    made = copy.deepcopy(revision)
    made["properties"]["createdTime"] = datetime.now(UTC).isoformat(timespec="seconds")
    estate.add(made)
    for name in ("latestRevisionName", "latestReadyRevisionName"):
        estate.change(APP, f"properties.{name}", NEW)
    estate.change(APP, "properties.template", copy.deepcopy(revision["properties"]["template"]))
    traffic(estate, r0012=10, r0011=90)


def change_record(path: Path) -> Path:
    """Write a whole change record of this very moment."""
    record = shifted(planned(), NOW - datetime.now(UTC)) | {"environment": "sandbox"}
    path.write_text(tomli_w.dumps(record), encoding="utf-8")
    return path


def release_file(path: Path, percent: int) -> Path:
    """Write what the pipeline says of the release: how much of the traffic it has by now."""
    inventory = path.with_name("inventory.json")
    after = {"inventory": inventory.name, "what_if": "what-if.json"}
    artefacts = {"artefacts": after} if inventory.exists() else {}
    path.write_text(tomli_w.dumps({"release": {"traffic_percent": percent}, **artefacts}), encoding="utf-8")
    return path


def write_what_if(sandbox: Sandbox, revision: dict[str, Any], path: Path) -> Path:
    """Write what Azure says that the deployment would change, as the pipeline does before it."""
    found = sandbox.estate.find(APP)
    kept: dict[str, Any] = {key: found[key] for key in ("name", "type", "location", "tags", "identity") if key in found}
    properties = {"template": revision["properties"]["template"]}
    template = {"resources": [{"apiVersion": "2025-01-01", **kept, "properties": properties}]}
    group = sandbox.estate.parameters["resource_group_id"]
    url = f"{sandbox.resource_manager.url}{group}/providers/Microsoft.Resources/deployments/release/whatIf"
    context = ssl.create_default_context(cafile=str(sandbox.authority.path))
    with httpx.Client(verify=context, headers={"Authorization": f"Bearer {sandbox.token}"}) as client:
        body = {"properties": {"mode": "Incremental", "template": template}}
        answer = client.post(url, params={"api-version": "2025-04-01"}, json=body)
        while answer.status_code == httpx.codes.ACCEPTED:
            answer = client.get(answer.headers["Location"])
    path.write_bytes(answer.raise_for_status().content)
    return path


def write_inventory(environment: Path, release: Path, variables: Mapping[str, str]) -> None:
    """Write the inventory of what is deployed, as the pipeline does after a deployment."""
    words = ["inventory", "--env", environment, "--release", release, "--output", release.with_name("inventory.json")]
    command = [sys.executable, "-m", "assurance", *map(str, words)]
    subprocess.run(command, env={**os.environ, **variables}, cwd=ROOT, check=True, capture_output=True)


def test_deployment_is_rehearsed(run_suite: RunSuite, sandbox_file: Callable[[Sandbox], Path], tmp_path: Path) -> None:
    """GO before, GO as canary, GO with all traffic; a broken revision is NO-GO, with the way back by its names."""
    with Sandbox() as sandbox:
        revision = withdraw_new_revision(sandbox.estate)
        environment = sandbox_file(sandbox)
        change = change_record(tmp_path / "CR-2026-0042.toml")

        what_if = write_what_if(sandbox, revision, tmp_path / "what-if.json")

        def gate(moment: str, percent: int, *further: str) -> Ended:
            release = release_file(tmp_path / "release.toml", percent)
            words = ("--env", str(environment), "-m", moment, "--change", str(change), "--release", str(release))
            return run_suite(*FOLDERS, *words, *further, "--allow-not-live", variables=sandbox.environment_variables())

        before = gate("pre_deployment", 100, "--plan", str(what_if))
        assert before.status == 0, before.text[-4000:]
        assert "DEP-35" in {one["control"] for one in before.results["verdicts"] if one["verdict"] == "pass"}

        deploy(sandbox.estate, revision)
        write_inventory(environment, tmp_path / "release.toml", sandbox.environment_variables())
        canary = gate("post_deployment", 10)
        assert canary.status == 0, canary.text[-4000:]
        assert "DEP-36" in {one["control"] for one in canary.results["verdicts"] if one["verdict"] == "pass"}

        traffic(sandbox.estate, r0012=100, r0011=0)
        after = gate("post_deployment", 100)
        assert after.status == 0, after.text[-4000:]
        assert decision(after)["decision"] == "GO"
        assert decision(after)["rollback"] == []

        sandbox.estate.change(NEW, "properties.healthState", "Unhealthy")
        sandbox.apex.switches.add(Switch.READY_DEGRADED)
        broken = gate("post_deployment", 100)
    assert broken.status == 1
    assert decision(broken)["decision"] == "NO-GO"
    assert "A smoke test failed (SMK-01): STOP and initiate the rollback" in broken.words
    group = f"--resource-group apex-rg-sandbox --name {APP}"
    shift = f"az containerapp ingress traffic set {group} --revision-weight {OLD}=100 {NEW}=0"
    assert shift in broken.words
    assert shift in decision(broken)["rollback"]
    assert decision(broken)["rollback"][-1] == f"az containerapp revision deactivate {group} --revision {NEW}"
    assert shift in (broken.pack / "summary.md").read_text(encoding="utf-8")


def decision(ended: Ended) -> dict[str, Any]:
    """Return a run's decision.json."""
    document: dict[str, Any] = json.loads((ended.pack / "decision.json").read_text(encoding="utf-8"))
    assert document["exit_status"] == ended.status
    assert str(ROOT) not in json.dumps(document)
    return document
