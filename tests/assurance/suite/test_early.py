"""What an installed suite is to pytest: the options where a run is asked for, and nothing in any other project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = """
import sys

def pytest_addoption(parser):
    parser.addoption("--env")

def pytest_unconfigure(config):
    print("LOADED", sorted(name for name in sys.modules if name.startswith("assurance.")))
"""
CHECK = """
import pytest

@pytest.mark.control(id="SEC-01")
def test_of_another_project(pytestconfig):
    assert pytestconfig.getoption("--env") in {None, "staging"}
"""


@pytest.mark.parametrize("words", [(), ("--env", "staging")], ids=["bare", "its own --env"])
def test_another_project_is_left_alone(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A project with an `--env` and a mark `control` of its own gets no option, no hook and no other module."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_other.py").write_text(CHECK, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "LOADED ['assurance.suite', 'assurance.suite.early']" in ended.stdout
