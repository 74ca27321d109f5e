"""Every operation that the estate asks for is there: of an installed client, or as a plain request."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import assurance
from assurance.world.azure.clients import CLIENTS
from assurance.world.azure.plain_requests import OPERATIONS, PlainOperation

IN_GROUP = "/resourceGroups/apex-rg/providers/"
SOURCES = Path(assurance.__file__).parent


def asked_for() -> set[tuple[str, str, str]]:
    """Return the operations that stand in the sources: in a call, in a table, or as a kind of service's LISTING."""
    areas = CLIENTS.keys() | {client for client, _, _ in OPERATIONS}
    found = set()
    for file in SOURCES.rglob("*.py"):
        if file.name == "plain_requests.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for values in _three_values(node):
                words = tuple(str(value.value) for value in values if isinstance(value, ast.Constant))
                if len(words) == 3 and words[0] in areas:
                    found.add((words[0], words[1], words[2]))
    return found


def _three_values(node: ast.AST) -> list[list[ast.expr]]:
    """Return the places below a node where an operation's three names may stand."""
    if isinstance(node, ast.Call):
        return [node.args[:3]]
    if isinstance(node, ast.Dict):
        return [value.elts for value in node.values if isinstance(value, ast.Tuple)]
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        return [node.value.elts]
    return []


def test_every_operation_is_there() -> None:
    """Each is a plain request, or a method of the installed client's group of operations."""
    asked = asked_for()
    assert asked >= OPERATIONS.keys()
    for client, group, name in sorted(asked - OPERATIONS.keys()):
        module, class_name = CLIENTS[client].split(":")
        made = getattr(importlib.import_module(module), class_name)
        assert group in inspect.getsource(inspect.getmodule(made) or made), (client, group, name)


@pytest.mark.parametrize(
    ("operation", "arguments", "options", "address"),
    [
        (
            OPERATIONS["portal", "dashboards", "get"],
            ("apex-rg", "dash"),
            {},
            f"/subscriptions/S{IN_GROUP}Microsoft.Portal/dashboards/dash?api-version=2020-09-01-preview",
        ),
        (
            OPERATIONS["alerts", "alerts", "get_all"],
            (),
            {"time_range": "30d"},
            "/subscriptions/S/providers/Microsoft.AlertsManagement/alerts?timeRange=30d&api-version=2019-05-05-preview",
        ),
    ],
)
def test_addresses(
    operation: PlainOperation, arguments: tuple[str, ...], options: dict[str, str], address: str
) -> None:
    """The address is the one that the SDK's own client asks, parameters in its order."""
    assert operation.address("S", arguments, options) == address
