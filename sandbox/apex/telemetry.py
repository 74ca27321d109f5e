"""What the APEX stand-in reports of itself: rows of the tables AppRequests and AppDependencies of a workspace.

Columns: Azure Monitor's table reference, pages "AppRequests" and "AppDependencies". Types and targets are those of the
OpenTelemetry exporter for Python: `SQL` with `host|database`, and `HTTP` with the host.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sandbox.apex.switches import Switch

Sink = Callable[[str, dict[str, Any]], None]

ROLE_NAME = "apex-backend"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")


@dataclass(slots=True)
class Span:
    """The request, or the job, during which something is called.

    Attributes:
        trace_id: The W3C trace id: 32 hexadecimal digits.
        parent_id: The id of the caller's span, or an empty text.
        span_id: Its own id: 16 hexadecimal digits.
        name: Method and route once that is known, or the job's type.
        request_id: What the answer says in X-Request-ID.
    """

    trace_id: str
    parent_id: str = ""
    name: str = ""
    span_id: str = field(default_factory=lambda: secrets.token_hex(8))
    request_id: str = field(default_factory=lambda: str(uuid4()))

    @classmethod
    def of_traceparent(cls, header: str | None) -> Span:
        """The span of a request that came with this traceparent, or a span of a new trace."""
        match = _TRACEPARENT.fullmatch(header or "")
        if match is None or set(match[1]) == {"0"}:
            return cls(secrets.token_hex(16))
        return cls(match[1], match[2])


CURRENT: ContextVar[Span] = ContextVar("apex_span")


@dataclass(slots=True)
class Outcome:
    """How a call ended; whoever makes it may say."""

    success: bool = True
    result_code: str = "200"


class Telemetry:
    """Hands rows to a sink.

    Attributes:
        sink: Where they go; None drops them.
    """

    def __init__(self, sink: Sink | None, switches: Set[Switch]) -> None:
        self.sink = sink
        self._switches = switches

    def request(self, span: Span, *, url: str, status: int, began: datetime, duration_ms: float) -> None:
        """Report a request that has been answered."""
        row = self._row(span, began, duration_ms, Outcome(status < 400, str(status)))
        row |= {"Id": span.span_id, "ParentId": span.parent_id, "Name": span.name, "Url": url}
        self._send("AppRequests", row)

    @contextmanager
    def dependency(self, kind: str, target: str, name: str, data: str) -> Iterator[Outcome]:
        """Report the call made within, and how long it took; outside a request or a job it is not reported.

        Args:
            kind: `SQL` or `HTTP`.
            target: Whom it reaches.
            name: What the call is named, without its parameters.
            data: The statement, or the URL.
        """
        began, started, outcome = datetime.now(UTC), time.perf_counter(), Outcome()
        try:
            yield outcome
        except Exception:
            outcome.success, outcome.result_code = False, "500"
            raise
        finally:
            span = CURRENT.get(None)
            if span is not None:
                row = self._row(span, began, (time.perf_counter() - started) * 1000, outcome)
                row |= {"Id": secrets.token_hex(8), "ParentId": span.span_id, "Name": name, "Data": data}
                row |= {"DependencyType": kind, "Target": target}
                self._send("AppDependencies", row)

    def _row(self, span: Span, began: datetime, duration_ms: float, outcome: Outcome) -> dict[str, Any]:
        uncorrelated = Switch.TELEMETRY_UNCORRELATED in self._switches
        return {
            "TimeGenerated": began,
            "OperationId": secrets.token_hex(16) if uncorrelated else span.trace_id,
            "OperationName": span.name,
            "Success": outcome.success,
            "ResultCode": outcome.result_code,
            "DurationMs": round(duration_ms, 3),
            "ItemCount": 1,
            "AppRoleName": ROLE_NAME,
        }

    def _send(self, table: str, row: dict[str, Any]) -> None:
        if self.sink is not None and Switch.TELEMETRY_ABSENT not in self._switches:
            self.sink(table, row)
