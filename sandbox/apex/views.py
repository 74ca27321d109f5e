"""What the API shows of its rows, and the models that its description names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sandbox.apex.distortions import Kind, distorted
from sandbox.apex.quirks import Observed, Quirk
from sandbox.apex.service import Service

_LISTS = ("line_items", "assumptions", "exclusions", "risk_factors")
_AMOUNTS = ("base_cost", "p50_cost", "p80_cost", "p95_cost")
_ITEM_AMOUNTS = ("unit_cost", "total_cost")


class ProjectView(BaseModel):
    """A project."""

    id: str
    project_number: str
    project_name: str
    voltage_level: float | None
    line_miles: float | None
    terrain_type: str | None
    status: str
    created_at: str
    created_by_id: str


class PageView(BaseModel):
    """A page of a list."""

    items: list[dict[str, Any]]
    total: int
    page: int
    page_size: int
    has_next: bool
    has_prev: bool


class DocumentView(BaseModel):
    """A document; the score is from 0 to 100."""

    id: str
    project_id: str
    document_type: str
    blob_path: str | None
    validation_status: str
    completeness_score: int | None
    validation_result: dict[str, Any] | None
    created_at: str


class JobView(BaseModel):
    """A job."""

    id: str
    job_type: str
    status: str
    progress_percent: int
    current_step: str | None
    result_data: dict[str, Any] | None
    error_message: str | None
    created_at: str
    started_at: str | None
    completed_at: str | None


class EstimateView(BaseModel):
    """An estimate; money as decimal strings, in US dollars."""

    id: str
    project_id: str
    aace_class: str | None
    base_cost: str | None
    p50_cost: str | None
    p80_cost: str | None
    p95_cost: str | None
    confidence_level: float
    contingency_percentage: float
    monte_carlo_iterations: int
    narrative: str
    created_at: str
    line_items: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    exclusions: list[dict[str, Any]]
    risk_factors: list[dict[str, Any]]


class ExportView(BaseModel):
    """An exported estimate; money as numbers."""

    estimate: dict[str, Any]
    line_items: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    exclusions: list[dict[str, Any]]
    risk_factors: list[dict[str, Any]]


def shown(service: Service, kind: Kind, document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as the API answers it, with what switches and quirks make of it."""
    answer = distorted(kind, dict(document), service.switches)
    if service.has_quirk(Quirk.TIMES_WITH_OFFSET):
        answer = {name: _with_offset(name, value) for name, value in answer.items()}
    if service.has_quirk(Quirk.FURTHER_FIELDS):
        answer |= {"_links": {"self": None}, "schema_version": 2}
    return answer


def document_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A document's row as it is shown."""
    result = row["validation_result"]
    return {**row, "validation_result": None if result is None else json.loads(result)}


def job_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A job's row as it is shown."""
    result = row["result_data"]
    return {name: row[name] for name in JobView.model_fields} | {
        "result_data": None if result is None else json.loads(result)
    }


def estimate_view(service: Service, body: Mapping[str, Any]) -> dict[str, Any]:
    """An estimate as it is shown."""
    view = dict(body)
    if service.does(Observed.FACTORS_AS_STORED):
        view["risk_factors"] = [_as_stored(factor) for factor in view["risk_factors"]]
    if service.has_quirk(Quirk.LINE_ITEMS_SHUFFLED):
        view["line_items"] = view["line_items"][::-1]
    if service.has_quirk(Quirk.MONEY_AS_NUMBERS):
        view = _numbered(view, _AMOUNTS) | {
            "line_items": [_numbered(line_item, _ITEM_AMOUNTS) for line_item in view["line_items"]]
        }
    return view


def _as_stored(factor: Mapping[str, Any]) -> dict[str, Any]:
    """A risk factor in the names of its columns; of a normal one, the mean is the likeliest value."""
    likely = factor["most_likely"] if factor["most_likely"] is not None else factor["mean"]
    return {
        "id": factor["id"],
        "factor_name": factor["name"],
        "distribution": factor["distribution"],
        "param_min": factor["min_value"],
        "param_likely": likely,
        "param_max": factor["max_value"],
    }


def export_view(service: Service, body: Mapping[str, Any]) -> dict[str, Any]:
    """An estimate as it is exported."""
    if service.does(Observed.FACTORS_AS_STORED):
        body = {**body, "risk_factors": [_as_stored(factor) for factor in body["risk_factors"]]}
    estimate = _numbered({name: value for name, value in body.items() if name not in _LISTS}, _AMOUNTS)
    items = [_numbered(item, _ITEM_AMOUNTS) for item in body["line_items"]]
    return {"estimate": estimate, **{name: body[name] for name in _LISTS}, "line_items": items}


def _numbered(document: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: float(value) if name in names and value is not None else value for name, value in document.items()}


def _with_offset(name: str, value: object) -> object:
    return f"{value[:-1]}+00:00" if name.endswith("_at") and isinstance(value, str) else value
