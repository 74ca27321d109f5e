"""Liveness, readiness and the root, which need no token; and what Microsoft Entra would serve."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from sandbox.apex.caller import TheService
from sandbox.apex.errors import CrashError, now_text
from sandbox.apex.service import Service
from sandbox.apex.switches import Switch
from sandbox.apex.views import shown

identity_router = APIRouter(include_in_schema=False)


@identity_router.get("/{tenant_id}/v2.0/.well-known/openid-configuration")
async def configuration(tenant_id: str, request: Request, service: TheService) -> JSONResponse:
    """The OpenID configuration."""
    if tenant_id != service.issuer.tenant_id:
        return JSONResponse({"error": "invalid_tenant"}, HTTPStatus.BAD_REQUEST)
    return JSONResponse(service.issuer.configuration(str(request.base_url).rstrip("/")))


@identity_router.get("/{tenant_id}/discovery/v2.0/keys")
async def keys(tenant_id: str, service: TheService) -> JSONResponse:
    """The keys that tokens are verified with."""
    if tenant_id != service.issuer.tenant_id:
        return JSONResponse({"error": "invalid_tenant"}, HTTPStatus.BAD_REQUEST)
    return JSONResponse(service.issuer.key_set())


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
