"""Answers of APEX as its contract describes them, made of plain values, for tests of the views."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from assurance.apex.client import Exchange
from assurance.tape import Call, Reading
from assurance.world.azure.document import Document

READING = ("a-reading",)

# (code, parent's code, cost in cents)
ITEMS = (
    ("1", "", 600_000_00),
    ("1.1", "1", 400_000_01),
    ("1.2", "1", 199_999_99),
    ("2", "", 400_000_00),
    ("2.1", "2", 250_000_00),
    ("2.1.1", "2.1", 250_000_00),
    ("2.2", "2", 150_000_00),
)


def line_items() -> list[dict[str, Any]]:
    """Return line items that are in good order."""
    return [
        {
            "id": f"id-{code}",
            "parent_line_item_id": f"id-{parent}" if parent else None,
            "wbs_code": code,
            "description": f"Item {code}",
            "total_cost": f"{cents / 100:.2f}",
        }
        for code, parent, cents in ITEMS
    ]


def estimate() -> dict[str, Any]:
    """Return an estimate that is in good order, as its view tells it."""
    return {
        "id": "e-1",
        "project_id": "p-1",
        "aace_class": "class_3",
        "base_cost": "1000000.00",
        "p50_cost": "1080000.00",
        "p80_cost": "1150000.00",
        "p95_cost": "1230000.00",
        "contingency_percentage": "15.00",
        "confidence_level": 0.8,
        "created_at": "2026-03-01T10:00:00+00:00",
        "narrative": "It came about like this.",
        "line_items": line_items(),
        "assumptions": [{"id": "a-1", "assumption_text": "Rock at one tenth of the foundations."}],
        "exclusions": [{"id": "x-1", "exclusion_text": "Land."}],
        "risk_factors": [{"name": "Terrain", "distribution": "triangular", "min_value": "0.95"}],
    }


def export() -> dict[str, Any]:
    """Return the export of the same estimate: money as numbers."""
    view = estimate()
    lists = {name: view.pop(name) for name in ("line_items", "assumptions", "exclusions", "risk_factors")}
    for item in lists["line_items"]:
        item["total_cost"] = float(item["total_cost"])
    for name in ("base_cost", "p50_cost", "p80_cost", "p95_cost", "contingency_percentage"):
        view[name] = float(view[name])
    lists["risk_factors"][0]["min_value"] = 0.95
    return {"estimate": view, **lists}


def document(values: Mapping[str, Any]) -> Document:
    """Return the document of an answer."""
    return Document(copy.deepcopy(dict(values)), READING)


_KEYS = count(1)


def exchange(
    status: int, body: object = None, *, method: str = "GET", path: str = "/api/v1/x", caller: str = "estimator"
) -> Exchange:
    """Return a call that was answered so; `body` is JSON values, or bytes as they are."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    reading = Reading(
        key=f"reading-{next(_KEYS)}",
        kind="http",
        question=f"{method} {path}",
        started="2026-03-01T10:00:00.000Z",
        elapsed_milliseconds=5,
        status=status,
        call=Call(caller=caller, trace_id="", flow="", ordinal=0, request_sha256="", request=""),
        body=content,
    )
    return Exchange(method, path, caller, (reading,))
