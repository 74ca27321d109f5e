"""`apex-assurance inventory` writes what is deployed, in the form that DEP-20 reads, or says why it cannot."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from assurance.command_line.main import main
from sandbox import Sandbox

ROOT = Path(__file__).parents[4]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins, with their token where the environment file says that it is."""
    with Sandbox() as running:
        os.environ.update(running.environment_variables())
        yield running
        for name in running.environment_variables():
            del os.environ[name]


def _environment(sandbox: Sandbox, folder: Path) -> str:
    path = folder / "environment.toml"
    base = ROOT / "environments" / "sandbox.toml"
    path.write_text(tomli_w.dumps({"extends": str(base), **sandbox.overlay()}), encoding="utf-8")
    return str(path)


def test_inventory_is_that_of_the_shipped_release(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written agrees, but for the date, with the inventory that the sandbox's pipeline left."""
    output = tmp_path / "inventory.json"
    assert main(["inventory", "--env", _environment(sandbox, tmp_path), "--output", str(output)]) == 0
    left = json.loads(Path(sandbox.artefacts["inventory"]).read_text(encoding="utf-8"))
    written = json.loads(output.read_text(encoding="utf-8"))
    assert written == {**left, "deployed": "2026-02-03T09:31:07Z"}
    assert "ca-apex-sandbox--r0012" in capsys.readouterr().out


def test_unknown_state_writes_nothing(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where Azure has no such application, the command says so and leaves no file."""
    sandbox.estate.remove("containerApps/ca-apex-sandbox")
    output = tmp_path / "inventory.json"
    assert main(["inventory", "--env", _environment(sandbox, tmp_path), "--output", str(output)]) != 0
    assert "cannot be written" in capsys.readouterr().err
    assert not list(tmp_path.glob("inventory.json*"))
