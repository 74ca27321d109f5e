"""From the stand-in of Azure, a file that declares what the shipped one declares, with few questions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from assurance.command_line.main import main
from assurance.environment import Environment, load
from sandbox import Sandbox

ROOT = Path(__file__).parents[3]
MAX_REQUESTS = 40
WHERE = ("--subscription", "22222222-2222-4222-8222-222222222222", "--resource-group", "apex-rg-sandbox")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins, with their token where the environment file says that it is."""
    with Sandbox() as running:
        os.environ.update(running.environment_variables())
        yield running
        for name in running.environment_variables():
            del os.environ[name]


@pytest.fixture
def access(sandbox: Sandbox, tmp_path: Path) -> str:
    """An environment file by which the stand-ins are met."""
    path = tmp_path / "access.toml"
    base = ROOT / "environments" / "sandbox.toml"
    path.write_text(tomli_w.dumps({"extends": str(base), **sandbox.overlay()}), encoding="utf-8")
    return str(path)


def _parts(environment: Environment) -> dict[str, object]:
    document = environment.model_dump(mode="json")
    document["identity"]["roles"] = sorted(document["identity"]["roles"], key=lambda role: str(role["service"]))
    document["defender"]["plans"] = sorted(document["defender"]["plans"])
    names = ("virtual_network", "network_security_groups", "services", "container_apps", "identity", "defender")
    deployment = {key: document["deployment"][key] for key in ("monitoring", "secrets", "backup", "skus")}
    return {name: document[name] for name in names} | deployment


def test_the_sandbox_gives_the_file_of_the_sandbox(sandbox: Sandbox, access: str, tmp_path: Path) -> None:
    """Network, services, application, identity and plans are the shipped file's, within the bound on requests."""
    before = len(sandbox.resource_manager.requests_served)
    output = tmp_path / "mine.toml"
    assert main(["init", *WHERE, "--access-of", access, "--output", str(output)]) == 0
    assert len(sandbox.resource_manager.requests_served) - before <= MAX_REQUESTS
    written, shipped = load(output), load(Path(access))
    assert _parts(written) == _parts(shipped)
    assert written.cloud == shipped.cloud
    assert written.credential == shipped.credential
    assert written.views == shipped.views
    assert "could not be read" not in output.read_text(encoding="utf-8")


def test_a_group_that_is_not_there_writes_nothing(
    access: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One error says what was asked, and no file is left."""
    output = tmp_path / "mine.toml"
    where = (*WHERE[:3], "no-such-group")
    assert main(["init", *where, "--access-of", access, "--output", str(output)]) != 0
    assert "no-such-group" in capsys.readouterr().err
    assert not output.exists()


def test_without_a_source_the_sources_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is asked on a terminal; the message says what to give."""
    assert main(["init"]) != 0
    assert "--from-tape" in capsys.readouterr().err
