"""Liveness, readiness and the root; no token is needed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from sandbox.apex.caller import TheService
from sandbox.apex.clock import now_text
from sandbox.apex.errors import CrashError
from sandbox.apex.service import Service
from sandbox.apex.switches import Switch
from sandbox.apex.views import shown

APPLICATION = "APEX"
VERSION = "1.0.0"

router = APIRouter(tags=["health"])
root = APIRouter(tags=["health"])

_DEGRADED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.SERVICE_UNAVAILABLE: {"description": "A dependency is not healthy"}
}


@root.get("/")
async def about() -> JSONResponse:
    """What this is."""
    return JSONResponse({"application": APPLICATION, "version": VERSION, "docs": "/docs"})


@router.get("/health/live")
async def live(request: Request, service: TheService) -> JSONResponse:
    """Whether the process is alive."""
    if service.is_broken(Switch.LIVENESS_FAILS):
        raise CrashError("liveness")
    if (refusal := _refusal(request, service)) is not None:
        return refusal
    answer = {"status": "alive", "timestamp": now_text(), "application": APPLICATION, "version": VERSION}
    return JSONResponse(shown(service, "live", answer))


@router.get("/health/ready", responses=_DEGRADED)
async def ready(request: Request, service: TheService) -> JSONResponse:
    """Whether what it depends on is healthy."""
    if (refusal := _refusal(request, service)) is not None:
        return refusal
    service.store.ping()
    service.azure.ping_storage()
    degraded = service.is_broken(Switch.READY_DEGRADED) or service.is_broken(Switch.READY_DEGRADED_WITH_200)
    checks = {"database": "healthy", "blob_storage": "unhealthy" if degraded else "healthy"}
    answer: dict[str, Any] = {
        "status": "degraded" if degraded else "ready",
        "checks": checks,
        "issues": ["blob_storage: the container cannot be reached"] if degraded else [],
        "timestamp": now_text(),
    }
    return JSONResponse(
        shown(service, "ready", answer),
        HTTPStatus.SERVICE_UNAVAILABLE if service.is_broken(Switch.READY_DEGRADED) else HTTPStatus.OK,
    )


def _refusal(request: Request, service: Service) -> JSONResponse | None:
    if service.is_broken(Switch.HEALTH_NEEDS_TOKEN) and "authorization" not in request.headers:
        return JSONResponse({"detail": "Not authenticated"}, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
    return None
