"""A pytest plugin for judging a pack again: collect by what its run selected, and tell what each key was made of.

The cases that a pack holds do not decide which are judged: a case that was taken out of all its files comes back.

Loaded by name (`-p assurance.evidence.rederiving`) in the process that `assurance.evidence.rerun` starts; what it takes
from files is data, and never becomes an argument of pytest.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from assurance.tape import Tape

RUN = "assurance-run"
NOUNS = "fixtures"  # the engine names no room above it but where it has one loaded


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("APEX Assurance, judging again")
    group.addoption(
        "--selected",
        metavar="FILE",
        type=Path,
        required=True,
        help="JSON: what the run selected and collected",
    )
    group.addoption(
        "--questions", metavar="FILE", type=Path, required=True, help="where to write what keys are made of"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Select by the same expressions."""
    given = _selected(config)["given"]
    config.option.keyword, config.option.markexpr = given["keyword"], given["expression"]
    config.option.deselect = list(given["deselected"])


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the tape remember what keys are made of, from the first question on."""
    _tape(session.config).remember()


def pytest_assurance_load_nouns() -> None:
    """Import the nouns that the checks take, as the suite's conftest.py does, which is not loaded here."""
    importlib.import_module(NOUNS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the node ids among the paths leave out, and where only ids tell, what they do not name."""
    selected = _selected(config)
    given, collected = selected["given"], set(selected["collected"])
    kept = [
        item
        for item in items
        if any(is_within(item.nodeid, path) for path in given["paths"])
        and (not given["by_id"] or item.nodeid in collected)
    ]
    config.hook.pytest_deselected(items=sorted(set(items) - set(kept), key=lambda item: item.nodeid))
    items[:] = kept


def is_within(case: str, path: str) -> bool:
    """Tell whether a node id is of what a test path names: a folder, a file, a function or the case itself."""
    return path in {".", case} or case.startswith((f"{path}/", f"{path}::", f"{path}["))


def _selected(config: pytest.Config) -> dict[str, Any]:  # Any: JSON that `rerun` wrote
    document: dict[str, Any] = json.loads(config.getoption("selected").read_text(encoding="utf-8"))
    return document


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write what was asked, if the run began."""
    if config.pluginmanager.hasplugin(RUN):
        config.getoption("questions").write_text(json.dumps(asdict(_tape(config).remember())), encoding="utf-8")


def _tape(config: pytest.Config) -> Tape:
    run: Any = config.pluginmanager.get_plugin(RUN)  # a room above this one
    tape: Tape = run.tape
    return tape
