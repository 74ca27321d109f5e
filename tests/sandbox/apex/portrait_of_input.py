"""The portrait's last part: what becomes of bad input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx

from tests.sandbox.apex.calling import PDF, PREFIX, RISKS
from tests.sandbox.apex.portrait import Painter

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
