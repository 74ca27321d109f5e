"""Runs the suite as its users do: with arguments and variables, in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import tomli_w

from sandbox import Sandbox
from tests.suite.running import ROOT, Ended, RunSuite
from tests.suite.warm import warm_process


@pytest.fixture
def run_suite(tmp_path: Path) -> RunSuite:
    """Run pytest in the repository with these arguments; reports go to a temporary directory."""

    def run(*arguments: str, variables: Mapping[str, str] | None = None, plugin: str | None = None) -> Ended:
        reports = tmp_path / f"reports-{len(list(tmp_path.iterdir()))}"
        hidden = ("APEX_SANDBOX_TOKEN", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        options = ["-p", plugin] if plugin is not None else []
        words = [*options, *arguments, "--reports", str(reports)]
        ended = warm_process().run("pytest", words, ROOT, {**environment, **(variables or {})})
        return Ended(ended.returncode, ended.stdout + ended.stderr, reports)

    return run


@pytest.fixture
def sandbox_file(tmp_path: Path) -> Callable[[Sandbox], Path]:
    """Write the environment file of a sandbox that this test has started, with further values if it gives any."""

    def write(sandbox: Sandbox, **further: object) -> Path:
        path = tmp_path / "environment.toml"
        values = {"extends": str(ROOT / "environments" / "sandbox.toml"), **sandbox.overlay(), **further}
        path.write_text(tomli_w.dumps(values), encoding="utf-8")
        return path

    return write
