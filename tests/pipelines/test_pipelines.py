"""Pipelines and container: valid by their published schemas, pinned, and without a stored secret."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from azure.mgmt.appcontainers import models

ROOT = Path(__file__).parents[2]
GITHUB = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
AZURE = sorted((ROOT / "pipelines" / "azure").glob("*.yml"))
BIN = Path(sys.executable).parent
# Reading, sign-in and provenance; on request, a comment and the findings under code scanning.
PERMITTED = {("contents", "read"), ("id-token", "write"), ("attestations", "write")}
PERMITTED |= {("pull-requests", "write"), ("security-events", "write")}


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a linter."""
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, cwd=ROOT)


def test_github_workflows_are_valid() -> None:
    """Each workflow conforms to the published schema."""
    ended = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *GITHUB)
    assert [path.stem for path in GITHUB] == ["ci", "gate", "release"]
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("path", AZURE, ids=lambda path: path.stem)
def test_azure_pipelines_are_valid(path: Path) -> None:
    """Each pipeline conforms to the published schema."""
    schema = ("--regex-variant", "nonunicode", "--builtin-schema", "vendor.azure-pipelines")
    ended = run(BIN / "check-jsonschema", "--data-transform", "azure-pipelines", *schema, path)
    assert ended.returncode == 0, ended.stdout[:2000]


def test_the_action_is_valid() -> None:
    """The action conforms to the published schema."""
    ended = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")
    assert ended.returncode == 0, ended.stdout


def test_workflows_have_no_known_weakness() -> None:
    """The workflows' security linter finds nothing of medium or high severity."""
    ended = run(BIN / "zizmor", "--offline", "--no-progress", "--min-severity", "medium", *GITHUB, ROOT / "action.yml")
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("path", [*GITHUB, ROOT / "action.yml"], ids=lambda path: path.stem)
def test_actions_are_pinned_and_permissions_are_least(path: Path) -> None:
    """Every action is pinned by its commit, no secret but those handed over is read, and no more is permitted."""
    text = path.read_text(encoding="utf-8")
    foreign = [used for used in re.findall(r"uses: (\S+)", text) if not used.startswith("./")]
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used) for used in foreign)
    assert set(re.findall(r"secrets\.(\w+)", text)) <= {"variables", "webhook"}
    assert "pull_request_target" not in text
    workflow: dict[str, Any] = yaml.safe_load(text)  # Any: YAML, whose schema another test holds
    if "jobs" not in workflow:
        return
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert set(job["permissions"].items()) <= PERMITTED


def test_job_definition_uses_the_services_own_names() -> None:
    """Every key of the job's definition is one that the service's model knows, at its place."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "container" / "job.yaml").read_text(encoding="utf-8"))
    assert document.pop("type") == "Microsoft.App/jobs"
    assert unknown_names(models.Job, document) == []
    assert document["identity"]["type"] == "UserAssigned"


def unknown_names(model: Any, values: dict[str, Any], where: str = "") -> list[str]:  # noqa: ANN401  (an SDK class)
    """Return the places in `values` that a model of the SDK does not know."""
    model({})  # a model learns its fields when it is first made
    known = {field._rest_name: field for field in model._attr_to_rest_field.values()}
    wrong = [f"{where}{name}" for name in values if name not in known]
    for name in sorted(values.keys() & known.keys()):
        inner = model_of(known[name])
        children = values[name] if isinstance(values[name], list) else [values[name]]
        for child in children:
            if inner is not None and isinstance(child, dict):
                wrong += unknown_names(inner, child, f"{where}{name}.")
    return wrong


def model_of(field: Any) -> Any:  # noqa: ANN401  (the SDK types no field)
    """Return the model class that a field holds, alone or in a list; None for plain values and dictionaries."""
    found = re.findall(r"_models\.(\w+)'", str(field._type))
    return getattr(models, found[-1]) if found and "_deserialize_dict" not in str(field._type) else None


def test_wrong_names_in_the_definition_would_show() -> None:
    """A misspelt key anywhere in the definition is named with its place."""
    wrong = {"properties": {"configuration": {"replicaTimeOut": 1}, "template": {"containers": [{"imag": "x"}]}}}
    assert unknown_names(models.Job, wrong) == [
        "properties.configuration.replicaTimeOut",
        "properties.template.containers.imag",
    ]


def test_image_installs_by_hash_and_does_not_run_as_root() -> None:
    """The image takes its packages from the lock file by hash, and runs as a user of its own."""
    text = (ROOT / "container" / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes --requirement requirements-run.lock" in text
    assert text.rindex("USER 10001") < text.rindex("ENTRYPOINT [")
    for mounted in ("environments", "waivers", "baselines", "changes", "requirements.lock"):
        assert f"COPY {mounted}" not in text
