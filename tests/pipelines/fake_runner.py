"""Runs the shell steps of the shipped action and template as their services do, from a repository of an application.

It knows what the documentation of GitHub Actions ("Variables reference", "Workflow commands", "Contexts") and of Azure
Pipelines ("Predefined variables", AzureCLI@2) say: the variables, the files for outputs and summary, the exit status.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a gate came to.

    Attributes:
        status: The exit status of its step.
        text: What it said.
        outputs: Its outputs.
        summary: What the run's page shows.
    """

    status: int
    text: str
    outputs: Mapping[str, str]
    summary: str


def run_action(repository: Path, inputs: Mapping[str, str], variables: Mapping[str, str]) -> Ended:
    """Run the step of action.yml that judges."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    given = {name: one.get("default", "") for name, one in action["inputs"].items()} | dict(inputs)
    assert given.keys() == action["inputs"].keys()
    values = {f"inputs.{name}": value for name, value in given.items()}
    values |= {"github.action_path": str(ROOT), "github.workspace": str(repository)}
    [step] = [one for one in action["runs"]["steps"] if one.get("id") == "judge"]
    assert step["shell"] == "bash"
    temporary, output, summary = (repository.parent / name for name in ("temp", "output", "summary"))
    _python_in(temporary)
    output.touch()
    summary.touch()
    service = {
        "GITHUB_ACTIONS": "true",
        "RUNNER_TEMP": str(temporary),
        "GITHUB_WORKSPACE": str(repository),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    declared = {name: _filled(str(value), values) for name, value in step["env"].items()}
    ended = _bash(step["run"], repository, {**service, **declared, **variables})
    outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    for name, told in action["outputs"].items():
        assert told["value"] == f"${{{{ steps.judge.outputs.{name} }}}}"
    return Ended(ended.returncode, ended.stdout + ended.stderr, outputs, summary.read_text(encoding="utf-8"))


def run_template(repository: Path, parameters: Mapping[str, str], variables: Mapping[str, str]) -> Ended:
    """Run the step of the Azure template that judges."""
    template: dict[str, Any] = yaml.safe_load((ROOT / "pipelines" / "azure" / "gate.yml").read_text(encoding="utf-8"))
    given = {one["name"]: one.get("default", "") for one in template["parameters"]} | dict(parameters)
    [step] = [one for one in template["steps"] if one.get("name") == "judge"]
    temporary = repository.parent / "temp"
    _python_in(temporary)
    values = {f"parameters.{name}": str(value) for name, value in given.items()}
    places = {
        "Pipeline.Workspace": str(repository.parent),
        "Build.ArtifactStagingDirectory": str(repository / "staged"),
    }
    declared = {}
    for name, value in step["env"].items():
        if name.startswith("${{ each"):
            continue
        filled = _filled(str(value), values)
        declared[name] = re.sub(r"\$\(([\w.]+)\)", lambda found: places[found[1]], filled)
    assert declared["APEX_SUITE"] == str(repository.parent / "s" / ".apex-assurance")
    declared["APEX_SUITE"] = str(ROOT)
    service = {"TF_BUILD": "True", "AGENT_TEMPDIRECTORY": str(temporary)}
    ended = _bash(step["inputs"]["inlineScript"], repository, {**service, **declared, **variables})
    outputs = dict(re.findall(r"##vso\[task.setvariable variable=(\w+);isOutput=true\](.*)", ended.stdout))
    [*_, summary] = ["", *re.findall(r"##vso\[task.uploadsummary\](.*)", ended.stdout)]
    return Ended(ended.returncode, ended.stdout + ended.stderr, outputs, Path(summary).read_text() if summary else "")


def run_workflow_step(name: str, repository: Path, variables: str) -> tuple[Ended, dict[str, str]]:
    """Run the step of the workflow whose name begins so; return also what it leaves to the steps behind it.

    Args:
        name: How its name begins.
        repository: The application's.
        variables: The caller's secret of that name.
    """
    workflow: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "gate.yml").read_text(encoding="utf-8"))
    [step] = [one for one in workflow["jobs"]["gate"]["steps"] if one.get("name", "").startswith(name)]
    left = repository.parent / "environment"
    left.touch()
    declared = {key: _filled(str(value), {"secrets.variables": variables}) for key, value in step["env"].items()}
    ended = _bash(step["run"], repository, {"GITHUB_ENV": str(left), **declared})
    told = dict(line.split("=", 1) for line in left.read_text(encoding="utf-8").splitlines())
    return Ended(ended.returncode, ended.stdout + ended.stderr, {}, ""), told


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: values[found[1]], text)


def _python_in(temporary: Path) -> None:
    """Put an interpreter where the step before has installed one."""
    place = temporary / "apex-assurance" / "bin"
    place.mkdir(parents=True, exist_ok=True)
    script = place / "python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)


def _bash(script: str, folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step: `bash --noprofile --norc -eo pipefail`, as GitHub documents it, with no variable of this process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env={**kept, **variables}, capture_output=True, text=True, check=False)
