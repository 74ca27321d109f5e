"""What Microsoft Entra would serve: the issuer's configuration and keys. Not a part of the API."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from sandbox.apex.caller import TheService

router = APIRouter(include_in_schema=False)


@router.get("/{tenant_id}/v2.0/.well-known/openid-configuration")
async def configuration(tenant_id: str, request: Request, service: TheService) -> JSONResponse:
    """The OpenID configuration."""
    if tenant_id != service.issuer.tenant_id:
        return JSONResponse({"error": "invalid_tenant"}, HTTPStatus.BAD_REQUEST)
    return JSONResponse(service.issuer.configuration(str(request.base_url).rstrip("/")))


@router.get("/{tenant_id}/discovery/v2.0/keys")
async def keys(tenant_id: str, service: TheService) -> JSONResponse:
    """The keys that tokens are verified with."""
    if tenant_id != service.issuer.tenant_id:
        return JSONResponse({"error": "invalid_tenant"}, HTTPStatus.BAD_REQUEST)
    return JSONResponse(service.issuer.key_set())
