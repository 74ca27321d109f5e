"""Errors in the three shapes in which APEX answers them; times as APEX writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from sandbox.apex.telemetry import CURRENT


def now_text() -> str:
    """The time, UTC, to the microsecond, in ISO 8601 with Z."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class ApexError(Exception):
    """A refusal by APEX's own rules.

    Attributes:
        status: The HTTP status.
        code: The `error_code`.
        details: What else is known.
    """

    def __init__(self, status: int, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details


class CrashError(RuntimeError):
    """What a switch throws where a hurried engineer's code would have broken."""


def of_detail(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The first shape: a text."""
    return JSONResponse({"detail": detail}, status, dict(headers or {}))


def of_fields(errors: list[dict[str, Any]]) -> JSONResponse:
    """The second shape: what is wrong with which field."""
    return JSONResponse({"detail": errors}, HTTPStatus.UNPROCESSABLE_ENTITY)


def of_code(status: int, code: str, message: str, details: Mapping[str, object]) -> JSONResponse:
    """The third shape: an error code, and the id of the request."""
    body = {
        "error_code": code,
        "message": message,
        "details": dict(details),
        "request_id": CURRENT.get().request_id,
        "timestamp": now_text(),
    }
    return JSONResponse(body, status)
