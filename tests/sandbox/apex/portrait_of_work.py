"""The portrait's second half: documents, jobs, estimates, classes, telemetry; what becomes of bad input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import httpx

from tests.sandbox.apex.calling import PDF, PREFIX, RISKS
from tests.sandbox.apex.portrait import TRACE, Painter, told

# Who does the work; what estimators may do is looked at with the roles.
WORKER = "manager"
AMOUNTS = ("base_cost", "p50_cost", "p80_cost", "p95_cost")
LISTS = ("line_items", "assumptions", "exclusions", "risk_factors")


def paint_documents(painter: Painter) -> None:
    """Upload, list and validation."""
    caller, project_id = painter.caller, painter.project()
    uploaded = caller.upload(project_id, "scope", WORKER)
    painter.see("document.upload", uploaded.status_code)
    painter.see("document.upload.pending", told(uploaded, "validation_status"))
    painter.see("document.upload.type", told(uploaded, "document_type"))
    painter.see("document.upload.project", told(uploaded, "project_id") == project_id)
    painter.see("document.upload.path", str(told(uploaded, "blob_path")).startswith(f"uploads/{project_id}/"))
    painter.see("document.upload.stored", painter.documents_of(project_id))
    document_id = painter.document(project_id)
    listed = caller.call(WORKER, "GET", f"/documents/projects/{project_id}/documents")
    painter.see("document.listed", any(one["id"] == document_id for one in listed.json()))
    caller.finished(caller.call(WORKER, "POST", f"/documents/{document_id}/validate"), WORKER)
    document = caller.call(WORKER, "GET", f"/documents/{document_id}")
    painter.see("document.validated", told(document, "validation_status"))
    score = told(document, "completeness_score")
    painter.see("document.score", isinstance(score, int) and 0 <= score <= 100)
    with painter.honest():
        broken = caller.upload(project_id, who=WORKER, content=b"%PDF-1.7 and no more").json()["id"]
    caller.finished(caller.call(WORKER, "POST", f"/documents/{broken}/validate"), WORKER)
    painter.see("document.unreadable", told(caller.call(WORKER, "GET", f"/documents/{broken}"), "validation_status"))


def paint_jobs(painter: Painter) -> None:
    """What a job tells of itself."""
    caller, project_id = painter.caller, painter.project()
    announced = caller.generate(project_id, WORKER)
    painter.see("job.announced", announced.status_code)
    looks = [caller.finished(announced, WORKER), caller.finished(announced, WORKER), caller.finished(announced, WORKER)]
    last = looks[-1]
    painter.see("job.found", last.status_code)
    painter.see("job.status", told(last, "status"))
    painter.see("job.percent", told(last, "progress_percent"))
    percents = [told(look, "progress_percent") or 0 for look in looks]
    painter.see("job.forwards", percents == sorted(percents))  # type: ignore[type-var]  # they are numbers
    painter.see("job.step", bool(told(last, "current_step")))
    times = [str(told(last, name)) for name in ("created_at", "started_at", "completed_at")]
    painter.see("job.completion-time", times[2] != "None")
    painter.see("job.times", times == sorted(times))
    painter.see("job.error", bool(told(last, "error_message")))
    painter.see("job.result", told(last, "result_data") is not None)
    estimate = painter.truth(f"/estimates/{told(last, 'result_data', 'estimate_id')}")
    painter.see("job.result.estimate", estimate.status_code)
    stored = painter.truth(f"/estimates/projects/{project_id}/estimates").json()[:1]
    amounts = [one["p80_cost"] == told(last, "result_data", "p80_cost") for one in stored]
    painter.see("job.result.amount", amounts)


def paint_estimate(painter: Painter) -> None:
    """What an estimate says, and whether its export says the same."""
    caller, project_id = painter.caller, painter.project()
    estimate_id = _estimate(painter, project_id)
    view = caller.call(WORKER, "GET", f"/estimates/{estimate_id}").json()
    painter.see("estimate.made", "base_cost" in view)
    if "base_cost" not in view:
        return
    painter.see("estimate.project", view.get("project_id") == project_id)
    _paint_costs(painter, view)
    _paint_line_items(painter, view)
    painter.see("estimate.narrative", bool(view.get("narrative")))
    for name in ("assumptions", "exclusions"):
        painter.see(f"estimate.{name}", bool(view.get(name)))
    painter.see("estimate.risks", [factor["name"] for factor in view.get("risk_factors", [])])
    listed = caller.call(WORKER, "GET", f"/estimates/projects/{project_id}/estimates").json()
    painter.see("estimate.listed", estimate_id in [one["id"] for one in listed])
    _paint_export(painter, caller.call(WORKER, "GET", f"/estimates/{estimate_id}/export?format=json"), view)


def _estimate(painter: Painter, project_id: str, **fields: object) -> str:
    """The id of an estimate made with the switches on, read where they are off."""
    painter.caller.finished(painter.caller.generate(project_id, WORKER, **fields), WORKER)
    made = painter.truth(f"/estimates/projects/{project_id}/estimates").json()
    return str(made[0]["id"]) if made else "00000000-0000-4000-8000-000000000000"


def _paint_costs(painter: Painter, view: Mapping[str, Any]) -> None:
    base, p50, p80, p95 = (Decimal(view.get(name) or "NaN") for name in AMOUNTS)
    present = {name: cost.is_finite() for name, cost in zip(AMOUNTS, (base, p50, p80, p95), strict=True)}
    painter.see("estimate.amounts", present)
    painter.see("estimate.positive", all(not cost < 0 for cost in (base, p50, p80, p95) if cost.is_finite()))
    ordered = [not (a.is_finite() and b.is_finite() and a > b) for a, b in ((p50, p80), (p80, p95))]
    painter.see("estimate.order", ordered)
    painter.see("estimate.risk-matters", not (base.is_finite() and base == p80))
    expected = p80 / base * 100 - 100
    told_contingency = Decimal(str(view.get("contingency_percentage", "NaN")))
    painter.see("estimate.plausible", not told_contingency < -Decimal(25))
    painter.see("estimate.contingency", not abs(told_contingency - expected) > Decimal("0.01"))


def _paint_line_items(painter: Painter, view: Mapping[str, Any]) -> None:
    items = view.get("line_items", [])
    by_id = {item["id"]: item for item in items}
    children: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        children.setdefault(item["parent_line_item_id"], []).append(item)
    tops = children.pop(None, [])  # type: ignore[call-overload]  # the parent of the highest level is None
    painter.see("item.some", bool(items))
    painter.see("item.base", not items or _sum(tops) == Decimal(view["base_cost"]))
    sums = [_sum(parts) == Decimal(by_id[one]["total_cost"]) for one, parts in children.items() if one in by_id]
    painter.see("item.sums", all(sums))
    painter.see("item.not-negative", all(Decimal(item["total_cost"]) >= 0 for item in items))
    products = [(Decimal(str(item["quantity"])) * Decimal(item["unit_cost"]), item["total_cost"]) for item in items]
    painter.see("item.quantities", all(product == Decimal(cost) for product, cost in products))
    painter.see("item.parents", all(child in by_id for child in children))
    codes = [item["wbs_code"] for item in items]
    circles = [part for one, parts in children.items() for part in parts if one in _ids(children, part["id"])]
    painter.see("item.circle", bool(circles))
    painter.see("item.codes-differ", len(set(codes)) == len(codes))
    pairs = [
        (by_id[one]["wbs_code"], part["wbs_code"]) for one, parts in children.items() if one in by_id for part in parts
    ]
    painter.see("item.codes-nest", all(below.startswith(f"{above}.") for above, below in pairs))


def _ids(children: Mapping[str, list[Mapping[str, Any]]], parent_id: str) -> list[str]:
    return [part["id"] for part in children.get(parent_id, [])]


def _sum(items: list[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(item["total_cost"]) for item in items), Decimal(0))


def _paint_export(painter: Painter, answer: httpx.Response, view: Mapping[str, Any]) -> None:
    painter.see("export.status", answer.status_code)
    export = answer.json()
    estimate = export.get("estimate", {})
    scalars = {name: value for name, value in view.items() if name not in LISTS}
    differing = {name for name, value in scalars.items() if not _same(name, value, estimate.get(name))}
    painter.see("export.differs", sorted(differing) if answer.status_code == 200 and scalars else [])
    differing = {name for name in LISTS if not _same_list(view.get(name), export.get(name))}
    painter.see("export.lists-differ", sorted(differing) if answer.status_code == 200 else [])


def _same(name: str, shown: object, exported: object) -> bool:
    if name in AMOUNTS and isinstance(shown, str):
        return exported == float(shown)
    return shown == exported


def _same_list(shown: list[Mapping[str, Any]] | None, exported: list[Mapping[str, Any]] | None) -> bool:
    if shown is None or exported is None or len(shown) != len(exported):
        return False
    numbered = [
        {name: float(value) if name in ("unit_cost", "total_cost") else value for name, value in one.items()}
        for one in shown
    ]
    return numbered == exported


def paint_levels(painter: Painter) -> None:
    """Whether a higher level of confidence asks for a higher contingency."""
    project_id = painter.project()
    ids = [_estimate(painter, project_id, confidence_level=level) for level in (0.5, 0.95)]
    views = [painter.caller.call(WORKER, "GET", f"/estimates/{one}").json() for one in ids]
    contingencies = [view.get("contingency_percentage", number) for number, view in enumerate(views)]
    # The percentiles of two simulations differ by about 1 %; the contingencies of these two levels by more than 10.
    painter.see("estimate.levels", contingencies[1] - contingencies[0] > 5 or "contingency_percentage" not in views[0])


def paint_classes(painter: Painter) -> None:
    """The AACE class by what is known of a project, and the class that a bid is validated as."""
    cases: dict[str, tuple[tuple[str, bool], ...]] = {
        "nothing": (),
        "pending-scope": (("scope", False),),
        "scope": (("scope", True),),
        "scope-and-engineering": (("scope", True), ("engineering", True)),
    }
    for name, documents in cases.items():
        project_id = painter.project()
        for document_type, validated in documents:
            painter.document(project_id, document_type, validated=validated)
        estimate_id = _estimate(painter, project_id)
        painter.see(
            f"class.{name}", told(painter.caller.call(WORKER, "GET", f"/estimates/{estimate_id}"), "aace_class")
        )
    bid = painter.document(painter.project(), "bid")
    painter.caller.finished(painter.caller.call(WORKER, "POST", f"/documents/{bid}/validate"), WORKER)
    document = painter.caller.call(WORKER, "GET", f"/documents/{bid}")
    painter.see("class.bid", told(document, "validation_result", "aace_class_used"))


def paint_telemetry(painter: Painter) -> None:
    """Which services one trace has called, and how that went."""
    caller, project_id = painter.caller, painter.project()
    document_id = painter.document(project_id)
    painter.rows.clear()
    trace = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    caller.call(WORKER, "POST", f"/documents/{document_id}/validate", headers=trace)
    caller.stand_in.worker.drain()
    painter.see("telemetry.some", bool(painter.rows))
    for short in ("database", "blob", "cognitiveservices", "openai", "vault"):
        calls = [row for table, row in painter.rows if table == "AppDependencies" and f".{short}." in row["Target"]]
        painter.see(f"telemetry.{short}", sorted({row["Success"] for row in calls}))
    painter.see("telemetry.trace", {row["OperationId"] == TRACE for _, row in painter.rows} or {True})
    requests = [row["Name"] for table, row in painter.rows if table == "AppRequests"]
    painter.see("telemetry.requests", requests)


BAD_PROJECTS: dict[str, dict[str, object]] = {
    "voltage-zero": {"voltage_level": 0},
    "voltage-negative": {"voltage_level": -345},
    "voltage-text": {"voltage_level": "high"},
    "voltage-absent": {"voltage_level": None},
    "miles-negative": {"line_miles": -1},
    "terrain-unknown": {"terrain_type": "lunar"},
    "name-empty": {"project_name": ""},
    "number-empty": {"project_number": ""},
}
LARGE = b"%PDF-" + b"0" * 65536


def paint_projects_refused(painter: Painter) -> None:
    """Projects, and questions about them, that must be refused."""
    for name, fields in BAD_PROJECTS.items():
        _see_refusal(painter, f"bad.project.{name}", partial(painter.caller.create, "B-1", "manager", **fields))
    text = '{"project_number": "B-2", "project_name": "B", "voltage_level": NaN}'
    headers = {"Content-Type": "application/json"}
    _see_refusal(painter, "bad.project.nan", lambda: _post(painter, "/projects", text, headers))
    _see_refusal(painter, "bad.project.json", lambda: _post(painter, "/projects", "{", headers))
    shown = painter.caller.create("B-3", "manager", voltage_level="high").text
    painter.see("bad.trace-shown", "Traceback" in shown)
    painter.see("bad.id", painter.caller.call("manager", "GET", "/projects/no-uuid").status_code)
    for size in (0, 101):
        answer = painter.caller.call("manager", "GET", f"/projects?page_size={size}")
        painter.see(f"bad.page-size.{size}", answer.status_code)
    project_id = painter.project()
    changed = painter.caller.call("manager", "PATCH", f"/projects/{project_id}", json={"status": "approved"})
    painter.see("bad.status", changed.status_code)


def _post(painter: Painter, path: str, text: str, headers: dict[str, str]) -> httpx.Response:
    return painter.caller.call("manager", "POST", path, content=text, headers=headers)


def _see_refusal(painter: Painter, name: str, send: Callable[[], httpx.Response]) -> None:
    before = painter.amount_of_projects()
    answer = send()
    painter.see(name, (answer.status_code, painter.amount_of_projects() - before))


def paint_files_refused(painter: Painter) -> None:
    """Files that must be refused."""
    caller, project_id = painter.caller, painter.project()
    files: dict[str, Callable[[], httpx.Response]] = {
        "type-unknown": lambda: caller.upload(project_id, "recipe", who="manager"),
        "mime-unknown": lambda: caller.upload(project_id, who="manager", mime_type="text/html"),
        "empty": lambda: caller.upload(project_id, who="manager", content=b""),
        "oversize": lambda: caller.upload(project_id, who="manager", content=LARGE),
        "path": lambda: caller.upload(project_id, who="manager", name="../../etc/passwd.pdf"),
        "backslash": lambda: caller.upload(project_id, who="manager", name="..\\win.pdf"),
        "program": lambda: caller.upload(project_id, who="manager", content=b"MZ\x90 a program", mime_type=PDF),
    }
    for name, send in files.items():
        before = painter.documents_of(project_id)
        answer = send()
        painter.see(f"bad.file.{name}", (answer.status_code, painter.documents_of(project_id) - before))


def paint_estimates_refused(painter: Painter) -> None:
    """Requests for estimates that must be refused."""
    project_id = painter.project()
    risk = RISKS[0]
    bad: dict[str, dict[str, object]] = {
        "order": {"risk_factors": [{**risk, "min_value": 2.0}]},
        "distribution": {"risk_factors": [{**risk, "distribution": "cauchy"}]},
        "parameter": {"risk_factors": [{**risk, "max_value": None}]},
        "confidence": {"confidence_level": 1.5},
        "iterations": {"monte_carlo_iterations": 10},
        "project": {"project_id": "no-uuid"},
    }
    for name, fields in bad.items():
        body = {"project_id": project_id, "risk_factors": RISKS, **fields}
        answer = painter.caller.call("manager", "POST", "/estimates/generate", json=body)
        painter.caller.stand_in.worker.drain()
        painter.see(f"bad.estimate.{name}", answer.status_code)
    with painter.honest():
        incomplete = painter.caller.create("B-9", "manager", line_miles=None)
    painter.see("bad.estimate.incomplete", painter.caller.generate(str(incomplete.json()["id"]), "manager").status_code)


__all__ = ["PREFIX", "paint_estimates_refused", "paint_files_refused", "paint_projects_refused"]
