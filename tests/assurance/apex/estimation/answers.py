"""Answers of APEX as its contract describes them, made of plain values, for tests of the views."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

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
