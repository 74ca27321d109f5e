"""Deployments of other shapes: each compliant, and each violation found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assurance.discovery.from_azure import read_azure
from assurance.discovery.proposal import Circumstances, Proposal, propose
from assurance.environment import load
from assurance.home import suite_root
from falsification.azure.deployments import CATALOGUES
from falsification.azure.stage import SECURITY, AzureStage
from falsification.judge import try_violation
from falsification.score import stage
from sandbox import Sandbox
from sandbox.azure.azure_estate import declared_estate

MAX_REQUESTS, MAX_TYPED = 40, 10
# What people type: pipelines push to the registry over the Internet, and why a route table is there.
REGISTRY = ("public_access = false", "public_access = true")


def _proposed(name: str) -> tuple[Proposal, int]:
    """Return what is proposed of a deployment that the sandbox serves, and after how many requests."""
    file = suite_root() / "environments" / f"{name}.toml"
    with Sandbox(name, declared_estate(name, file)) as sandbox:
        os.environ.update(sandbox.environment_variables())
        found = read_azure(load(file, sandbox.overlay()))
        asked = len(sandbox.resource_manager.requests_served)
        for variable in sandbox.environment_variables():
            del os.environ[variable]
    return propose(found, Circumstances(name, ("inside", "outside"), load(file))), asked


def _answered(text: str) -> str:
    """Return the file with what people answer: the registry, and the commented resources with a reason."""
    head, mark, rest = text.replace(*REGISTRY).partition("# [[inventory.known]]")
    lines = (line.removeprefix("# ") if line.startswith(("# resource", "# reason", "# [[inv")) else line
             for line in f"{mark}{rest}".splitlines())  # fmt: skip
    return head + "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", CATALOGUES)
def test_what_init_writes_is_judged_without_a_failure(name: str, tmp_path: Path) -> None:
    """Few requests, few questions; answered, each case of the security controls passes on the compliant estate."""
    proposal, asked = _proposed(name)
    assert asked <= MAX_REQUESTS
    assert len(proposal.questions) <= MAX_TYPED
    assert "could not be read" not in proposal.text
    file = tmp_path / f"{name}.toml"
    file.write_text(_answered(proposal.text), encoding="utf-8")
    assert AzureStage(SECURITY, file=file).environment.name == name


FEWEST = 8
TEN_CONTROLS = {f"SEC-{number:02}" for number in range(1, 11)}


@pytest.mark.parametrize("name", CATALOGUES)
def test_deployment_is_compliant_and_judged_on_the_ten_controls(name: str) -> None:
    """Each case passes on it as it stands, and each of the ten controls has cases there."""
    judged = {case.control for case, outcome in stage(name).outcomes(lambda _: None) if outcome.verdict == "pass"}
    assert judged >= TEN_CONTROLS
    assert len(CATALOGUES[name]) >= FEWEST


@pytest.mark.parametrize("name", CATALOGUES)
def test_what_is_wrong_with_it_is_reported(name: str) -> None:
    """Each violation is reported by the controls that it names, and by no others."""
    found = [one for violation in CATALOGUES[name] for one in try_violation(stage(name), violation)]
    assert found
    assert [told for one in found for told in one.survivors] == []
