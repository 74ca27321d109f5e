"""What each route needs of its request: the service, the worker, and who calls."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from sandbox.apex.authentication import TokenRefusedError, claims_of
from sandbox.apex.jobs import Worker
from sandbox.apex.quirks import Quirk
from sandbox.apex.service import Service, User
from sandbox.apex.switches import Switch
from sandbox.apex.telemetry import CURRENT

_bearer = HTTPBearer(auto_error=False)


async def service_of(request: Request) -> Service:
    """The service that the application serves."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


async def worker_of(request: Request) -> Worker:
    """The worker of the service's jobs."""
    worker = request.app.state.worker
    assert isinstance(worker, Worker)
    return worker


async def name_request(request: Request) -> None:
    """Name the request by its route, for telemetry."""
    CURRENT.get().name = f"{request.method} {request.scope['route'].path_format}"


async def current_user(
    service: Annotated[Service, Depends(service_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> User:
    """Who calls.

    Raises:
        HTTPException: 401, or 403 in some builds, if nobody acceptable does.
    """
    if credentials is None:
        if service.is_broken(Switch.ANONYMOUS_ACCEPTED):
            return service.user(service.issuer.people["manager"].object_id, "Nobody")
        if service.has_quirk(Quirk.MISSING_CREDENTIALS_403):
            raise HTTPException(HTTPStatus.FORBIDDEN, "Not authenticated")
        raise _unauthorized(service, "Not authenticated")
    try:
        claims = claims_of(credentials.credentials, service.issuer, service.switches)
    except TokenRefusedError as error:
        raise _unauthorized(service, str(error)) from error
    return service.user(claims["oid"], claims.get("name", claims["oid"]))


def _unauthorized(service: Service, detail: str) -> HTTPException:
    status = HTTPStatus.OK if service.is_broken(Switch.REFUSED_TOKEN_IS_200) else HTTPStatus.UNAUTHORIZED
    missing = service.is_broken(Switch.CHALLENGE_MISSING)
    return HTTPException(status, detail, headers=None if missing else {"WWW-Authenticate": "Bearer"})


TheService = Annotated[Service, Depends(service_of)]
TheWorker = Annotated[Worker, Depends(worker_of)]
TheUser = Annotated[User, Depends(current_user)]
