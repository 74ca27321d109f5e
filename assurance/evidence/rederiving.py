"""A pytest plugin for judging a pack again: run just the cases that it holds, and tell what each key was made of.

Loaded by name (`-p assurance.evidence.rederiving`) in the process that `assurance.evidence.rerun` starts; what it takes
from files is data, and never becomes an argument of pytest.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from assurance.tape.provenance import remember

NOUNS = "fixtures"  # the engine names no room above it but where it has one loaded


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("APEX Assurance, judging again")
    group.addoption("--only-cases", metavar="FILE", type=Path, required=True, help="a JSON list of node ids")
    group.addoption(
        "--questions", metavar="FILE", type=Path, required=True, help="where to write what keys are made of"
    )


def pytest_configure() -> None:
    """Remember from the first question on."""
    remember()


def pytest_assurance_load_nouns() -> None:
    """Import the nouns that the checks take, as the suite's conftest.py does, which is not loaded here."""
    importlib.import_module(NOUNS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that the pack does not hold."""
    wanted = set(json.loads(config.getoption("only_cases").read_text(encoding="utf-8")))
    left_out = [item for item in items if item.nodeid not in wanted]
    items[:] = [item for item in items if item.nodeid in wanted]
    config.hook.pytest_deselected(items=left_out)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write what was asked."""
    config.getoption("questions").write_text(json.dumps(asdict(remember())), encoding="utf-8")
