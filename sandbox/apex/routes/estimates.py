"""Estimates, and the jobs that make them."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from sandbox.apex.bodies import Identifier, NewEstimate
from sandbox.apex.caller import TheService, TheUser, TheWorker
from sandbox.apex.errors import ApexError, CrashError
from sandbox.apex.permissions import Operation
from sandbox.apex.quirks import Observed, Quirk
from sandbox.apex.routes.documents import announced, demand_active
from sandbox.apex.service import ForbiddenError, Service, User
from sandbox.apex.switches import Switch
from sandbox.apex.views import EstimateView, ExportView, JobView, estimate_view, export_view, job_view, shown
from sandbox.apex.work import ESTIMATE_GENERATION

router = APIRouter(prefix="/estimates", tags=["estimates"])
jobs = APIRouter(prefix="/jobs", tags=["jobs"])

_SUMMARY = ("id", "project_id", "aace_class", "base_cost", "p50_cost", "p80_cost", "p95_cost", "created_at")


@router.post(
    "/generate",
    status_code=HTTPStatus.ACCEPTED,
    responses={
        HTTPStatus.ACCEPTED: {"model": JobView},
        HTTPStatus.BAD_REQUEST: {"description": "The project has no line length"},
    },
)
async def generate(body: NewEstimate, service: TheService, worker: TheWorker, user: TheUser) -> JSONResponse:
    """Start a job that makes an estimate."""
    project = service.find("projects", body.project_id)
    with service.permission(user, body.project_id, Operation.GENERATE):
        demand_active(service, project)
        is_complete = project["line_miles"] is not None and project["voltage_level"] is not None
        if not is_complete and not service.does(Observed.EMPTY_PROJECT_COSTS_NOTHING):
            raise ApexError(
                HTTPStatus.BAD_REQUEST,
                "PROJECT_INCOMPLETE",
                "The project lacks voltage_level or line_miles; set it first",
            )
        job = worker.submit(ESTIMATE_GENERATION, body.model_dump() | {"asked_second": int(time.time())}, user)
    return announced(service, job)


@router.get("/projects/{project_id}/estimates", responses={HTTPStatus.OK: {"model": list[dict[str, Any]]}})
async def list_estimates(project_id: Identifier, service: TheService, user: TheUser) -> JSONResponse:
    """The estimates of a project in short, the newest first."""
    service.find("projects", project_id)
    service.require(user, project_id, Operation.LIST_ESTIMATES)
    rows = (
        [] if service.is_broken(Switch.ESTIMATE_NOT_LISTED) else service.store.rows("estimates", project_id=project_id)
    )
    ordered = rows if service.has_quirk(Quirk.LIST_OLDEST_FIRST) else rows[::-1]
    bodies = [estimate_view(service, json.loads(row["body"])) for row in ordered]
    return JSONResponse([{name: body[name] for name in _SUMMARY} for body in bodies])


@router.get("/{estimate_id}", responses={HTTPStatus.OK: {"model": EstimateView}})
async def read_estimate(estimate_id: Identifier, service: TheService, user: TheUser) -> JSONResponse:
    """One estimate with its line items."""
    body = _body(service, estimate_id, user, Operation.READ_ESTIMATE)
    return JSONResponse(shown(service, "view", estimate_view(service, body)))


@router.get("/{estimate_id}/export", responses={HTTPStatus.OK: {"model": ExportView}})
async def export_estimate(
    estimate_id: Identifier,
    service: TheService,
    user: TheUser,
    format: Annotated[Literal["json"], Query()] = "json",  # noqa: ARG001 - the API's own name; json is all there is
) -> JSONResponse:
    """One estimate, exported; money as numbers."""
    body = _body(service, estimate_id, user, Operation.EXPORT)
    if service.is_broken(Switch.EXPORT_FAILS):
        raise CrashError("export")
    return JSONResponse(shown(service, "export", export_view(service, body)))


def _body(service: Service, estimate_id: str, user: User, operation: Operation) -> dict[str, Any]:
    row = service.find("estimates", estimate_id)
    service.require(user, row["project_id"], operation)
    body = json.loads(row["body"])
    assert isinstance(body, dict)
    return body


@jobs.get("/{job_id}", responses={HTTPStatus.OK: {"model": JobView}})
async def read_job(job_id: Identifier, service: TheService, user: TheUser) -> JSONResponse:
    """One job; for who started it."""
    row = service.find("jobs", job_id)
    if row["created_by_id"] != user.id and not service.is_broken(Switch.FOREIGN_JOB_READABLE):
        raise ForbiddenError("Not permitted to read the job of another user")
    service.job_reads[job_id] += 1
    if service.is_broken(Switch.JOB_PROGRESS_GOES_BACKWARDS):
        row |= _going_backwards(service.job_reads[job_id])
    return JSONResponse(shown(service, "job", job_view(row)))


def _going_backwards(read: int) -> dict[str, Any]:
    """What the first two looks at a job see: a progress that sinks."""
    if read > 2:
        return {}
    percent = 60 if read == 1 else 30
    return {"status": "running", "progress_percent": percent, "result_data": None, "completed_at": None}
