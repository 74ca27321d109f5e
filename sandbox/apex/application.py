"""The web application: routes, errors in their shapes, and the server under it."""

from __future__ import annotations

import copy
import math
import socket
import ssl
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from sandbox.apex import work
from sandbox.apex.caller import name_request
from sandbox.apex.errors import ApexError, CrashError, of_code, of_detail, of_fields
from sandbox.apex.front import DroppedError, Front
from sandbox.apex.jobs import Worker
from sandbox.apex.quirks import Observed
from sandbox.apex.routes import documents, estimates, health, projects
from sandbox.apex.service import ForbiddenError, NotFoundError, Service
from sandbox.apex.switches import Switch


class Server(uvicorn.Server):
    """Serves an application until stop() or until it is killed, which cuts what is still open.

    Args:
        app: The application.
        context: The TLS context with its certificate.
        is_killed: Whether it ends by itself; asked ten times a second.
    """

    def __init__(self, app: ASGIApp, context: ssl.SSLContext, is_killed: Callable[[], bool]) -> None:
        self._is_killed = is_killed
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                ssl_context_factory=lambda _configuration, _default: context,
            )
        )

    def stop(self) -> None:
        """Return from run() soon; to be called from another thread."""
        self.should_exit = True
        self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to end, as uvicorn asks ten times a second."""
        if self._is_killed():
            self.stop()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut the connections, whose clients would keep them open, and close the rest."""
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await super().shutdown(sockets)


OUT_OF_RANGE = frozenset({"greater_than", "greater_than_equal"})
STRANGER_ID = "00000000-0000-4000-8000-000000000000"
_COMMON: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody acceptable signed in"},
    403: {"description": "Not permitted"},
    404: {"description": "There is no such thing"},
}


def build(service: Service) -> tuple[FastAPI, Worker]:
    """The application of a service, and the worker of its jobs, which is not started yet."""
    worker = Worker(
        service,
        {
            work.ESTIMATE_GENERATION: work.generate_estimate,
            work.DOCUMENT_VALIDATION: work.validate_document,
        },
    )
    app = FastAPI(
        title=health.APPLICATION,
        version=health.VERSION,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(name_request)],
    )
    app.state.service = service
    app.state.worker = worker
    app.include_router(health.root)
    app.include_router(health.router)
    app.include_router(health.identity_router)
    for router in (projects.router, documents.router, estimates.router, estimates.jobs):
        app.include_router(router, prefix=service.settings.api_prefix, responses=_COMMON)
    _handle_errors(app, service)
    _describe(app, service)
    app.add_middleware(Front, service=service)
    return app, worker


def _describe(app: FastAPI, service: Service) -> None:
    """Let the description say whether a project needs a voltage, which the models alone cannot know."""
    described = app.openapi

    def description() -> dict[str, Any]:
        document = copy.deepcopy(described())
        project = document["components"]["schemas"]["NewProject"]
        if not service.does(Observed.VOLTAGE_OPTIONAL):
            project["required"].append("voltage_level")
            project["properties"]["voltage_level"].pop("default", None)
            one_of = project["properties"]["voltage_level"].pop("anyOf")
            project["properties"]["voltage_level"] |= one_of[0]
        return document

    app.openapi = description  # type: ignore[method-assign]  # how FastAPI has its description extended


def _handle_errors(app: FastAPI, service: Service) -> None:
    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        return of_detail(error.status_code, error.detail, error.headers)

    @app.exception_handler(NotFoundError)
    async def not_found(_: Request, error: NotFoundError) -> JSONResponse:
        return of_detail(HTTPStatus.NOT_FOUND, str(error))

    @app.exception_handler(ForbiddenError)
    async def forbidden(_: Request, error: ForbiddenError) -> JSONResponse:
        if service.is_broken(Switch.REFUSAL_IS_500):
            raise CrashError("refusal") from error
        return of_detail(
            HTTPStatus.OK if service.is_broken(Switch.REFUSAL_IS_200) else HTTPStatus.FORBIDDEN, str(error)
        )

    @app.exception_handler(DroppedError)
    async def dropped(_: Request, _error: DroppedError) -> JSONResponse:
        answer = of_code(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "An unexpected error occurred", {})
        answer.headers["Connection"] = "close"
        return answer

    @app.exception_handler(ApexError)
    async def refused(_: Request, error: ApexError) -> JSONResponse:
        return of_code(error.status, error.code, str(error), error.details)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if service.is_broken(Switch.REFUSED_PROJECT_STORED):
            _store_refused(service, request, error.body)
        return _invalid(service, request, error)


def _invalid(service: Service, request: Request, error: RequestValidationError) -> JSONResponse:
    kinds = {detail["type"] for detail in error.errors()}
    if request.method == "PATCH" and service.does(Observed.CHANGE_CRASHES) and kinds & OUT_OF_RANGE:
        raise CrashError("a project changed to an impossible value") from error
    if "json_invalid" in kinds and service.is_broken(Switch.JSON_CRASHES):
        raise CrashError("JSON") from error
    if "finite_number" in kinds and service.is_broken(Switch.NAN_CRASHES):
        raise CrashError("NaN") from error
    fields = [{name: _plain(detail[name]) for name in ("type", "loc", "msg", "input")} for detail in error.errors()]
    if service.is_broken(Switch.STACK_TRACE_SHOWN):
        for field in fields:
            field["ctx"] = 'Traceback (most recent call last):\n  File "/app/apex/api/deps.py", line 41, in validate'
    return of_fields(fields)


def _store_refused(service: Service, request: Request, body: object) -> None:
    if request.method == "POST" and request.url.path.endswith("/projects") and isinstance(body, dict):
        stranger = service.user(STRANGER_ID, "Nobody")
        values = {name: value for name, value in body.items() if isinstance(value, (str, int, float))}
        defaults = {"project_number": "?", "project_name": "?"}
        projects.store_project(service, projects.new_row(defaults | values, stranger), stranger)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a client sent
    """A value as JSON can hold it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)[:100]
