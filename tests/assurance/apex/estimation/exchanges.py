"""Calls of the API with their answers, made of plain values, for tests of the views."""

from __future__ import annotations

import json
from itertools import count

from assurance.apex.client import Exchange
from assurance.tape import Call, Reading

_KEYS = count(1)


def exchange(
    status: int, body: object = None, *, method: str = "GET", path: str = "/api/v1/x", caller: str = "estimator"
) -> Exchange:
    """Return a call that was answered so; `body` is JSON values, or bytes as they are."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    reading = Reading(
        key=f"reading-{next(_KEYS)}",
        kind="http",
        question=f"{method} {path}",
        started="2026-03-01T10:00:00.000Z",
        elapsed_milliseconds=5,
        status=status,
        call=Call(caller=caller, trace_id="", flow="", ordinal=0, request_sha256="", request=""),
        body=content,
    )
    return Exchange(method, path, caller, (reading,))
