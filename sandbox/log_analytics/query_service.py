"""The stand-in for the query API of Log Analytics, version 1: it evaluates the query that it is sent.

Source: the API's reference (request and response format, errors) and what azure-monitor-query 2.0 sends.
"""

from __future__ import annotations

import json
import math
import re
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from uuid import uuid4

from sandbox.kql import KqlError, Row, Source, Table, Value, run
from sandbox.log_analytics.schema import (
    COMPONENT_NAMES,
    TABLES,
    Values,
    component_columns,
    component_rows,
    workspace_columns,
    workspace_rows,
)
from sandbox.log_analytics.store import RETENTION, TelemetryStore
from sandbox.network.http_server import Answer, Request
from sandbox.network.http_stand_in import ServedStandIn

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def span_of(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a span.

    Raises:
        ValueError: It is none.
    """
    first, separator, second = text.partition("/")
    if not separator:
        return now - duration_of(first), now
    begin = moment_of(first)
    return begin, begin + duration_of(second) if second.startswith("P") else moment_of(second)


def moment_of(text: str) -> datetime:
    """Return a moment; one without a zone is in UTC.

    Raises:
        ValueError: It is none.
    """
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def duration_of(text: str) -> timedelta:
    """Return a duration such as `PT5M`.

    Raises:
        ValueError: It is none.
    """
    match = _DURATION.fullmatch(text)
    if match is None or text in ("P", "PT"):
        raise ValueError(f"{text!r} is no ISO 8601 duration")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def written(moment: datetime) -> str:
    """Return a moment as Azure writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


INVALID = "The request had some invalid properties"
FAMILIES = {
    "SyntaxError": "A recognition error occurred in the query.",
    "SemanticError": "A semantic error occurred.",
}


class QueryError(Exception):
    """A request that gets an error.

    Attributes:
        status: The HTTP status.
        body: The error body.
    """

    def __init__(self, status: int, code: str, message: str, inner: dict[str, object] | None = None) -> None:
        super().__init__(message)
        error: dict[str, object] = {"message": message, "code": code, "correlationId": str(uuid4())}
        if inner is not None:
            error["innererror"] = inner
        self.status = status
        self.body: dict[str, object] = {"error": error}

    @classmethod
    def invalid(cls, message: str) -> QueryError:
        """A request that is not of the API's form."""
        return cls(
            HTTPStatus.BAD_REQUEST, "BadArgumentError", INVALID, {"code": "InvalidRequestBody", "message": message}
        )


def bad_query(error: KqlError) -> QueryError:
    """A query that cannot be evaluated."""
    innermost = {"code": error.code, "message": error.message}
    inner: dict[str, object] = {"code": error.family, "message": FAMILIES[error.family], "innererror": innermost}
    return QueryError(HTTPStatus.BAD_REQUEST, "BadArgumentError", INVALID, inner)


def not_signed_in() -> QueryError:
    """A request without the token."""
    return QueryError(HTTPStatus.UNAUTHORIZED, "AuthorizationRequiredError", "Valid authentication was not provided")


def no_such_path() -> QueryError:
    """A path, a workspace or a resource that does not exist."""
    return QueryError(HTTPStatus.NOT_FOUND, "PathNotFoundError", "The requested path does not exist")


def partial_error(most_rows: int) -> dict[str, object]:
    """What stands beside a result that was cut."""
    detail = {
        "code": "EngineError",
        "message": f"Query result set has exceeded the internal record count limit {most_rows}.",
    }
    return {
        "code": "PartialError",
        "message": "There were some errors when processing your query.",
        "details": [{"code": "EngineError", "message": "Something went wrong", "innererror": detail}],
    }


# "Query limits" of Azure Monitor: a larger result is cut, and says so.
MAX_ROWS = 500_000
_WORKSPACE = re.compile(r"/v1/workspaces/([^/]+)/query", re.IGNORECASE)
_RESOURCE = re.compile(r"/v1(/subscriptions/.+)/query", re.IGNORECASE)

Spell = Callable[[str, list[Values]], list[Row]]


class LogAnalytics(ServedStandIn):
    """Answers queries against one workspace and one component, from the same telemetry.

    Attributes:
        store: The telemetry; a change shows in the next answer.
        workspace_id: The id (`customerId`) of the workspace.
        token: The only bearer token it accepts.
        most_rows: How many rows a result may have before it is cut and told to be partial.
        queries: The queries that were asked, in order of arrival.
    """

    def __init__(
        self,
        store: TelemetryStore,
        workspace_id: str,
        token: str,
        context: ssl.SSLContext,
        *,
        latency_seconds: float = 0.0,
    ) -> None:
        super().__init__(context, "sandbox-log-analytics", latency_seconds=latency_seconds)
        self.store = store
        self.workspace_id = workspace_id
        self.token = token
        self.most_rows = MAX_ROWS
        self.queries: list[str] = []

    def answer(self, request: Request) -> Answer:
        """The true answer to one request."""
        headers = {"x-ms-request-id": str(uuid4()), "x-ms-region": "East US"}
        try:
            return Answer.of_json(HTTPStatus.OK, self._result(request), headers)
        except QueryError as refused:
            return Answer.of_json(refused.status, refused.body, headers)

    def _result(self, request: Request) -> dict[str, object]:
        if request.headers.get("Authorization", "") != f"Bearer {self.token}":
            raise not_signed_in()
        if request.method != "POST":
            raise no_such_path()
        query, span = _question(request.body)
        self.queries.append(query)
        now = datetime.now(UTC)
        since, until = span_of(span, now) if span else (now - RETENTION, now + timedelta(days=1))
        try:
            table = run(query, self._sources(request.path, since, until), now)
        except KqlError as error:
            raise bad_query(error) from error
        return self._answered(table)

    def _sources(self, path: str, since: datetime, until: datetime) -> dict[str, Source]:
        """Return the tables that there are at this path, in its spelling, within a span of time."""
        workspace, resource = _WORKSPACE.fullmatch(path), _RESOURCE.fullmatch(path)
        if workspace is not None and workspace.group(1).lower() == self.workspace_id.lower():
            return {
                name: Source(workspace_columns(name), partial(self._rows, workspace_rows, name, since, until))
                for name in TABLES
            }
        if resource is not None and resource.group(1).lower() == self.store.component_id.lower():
            return {
                spelled: Source(component_columns(name), partial(self._rows, component_rows, name, since, until))
                for name, spelled in COMPONENT_NAMES.items()
            }
        raise no_such_path()

    def _rows(self, spell: Spell, name: str, since: datetime, until: datetime) -> list[Row]:
        return spell(name, self.store.rows(name, since, until))

    def _answered(self, found: Table) -> dict[str, object]:
        rows = [[_json(value) for value in row] for row in found.rows[: self.most_rows]]
        columns = [{"name": column.name, "type": column.kind} for column in found.columns]
        whole: dict[str, object] = {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}
        if len(found.rows) > self.most_rows:
            whole["error"] = partial_error(self.most_rows)
        return whole


def _question(body: bytes) -> tuple[str, str]:
    """Return the query and the span of time of a request's body."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise QueryError.invalid("The request body is not valid JSON") from error
    if not isinstance(document, dict) or not isinstance(document.get("query"), str):
        raise QueryError.invalid("The request body has no query")
    if document.get("workspaces"):
        raise QueryError.invalid("The sandbox has one workspace")
    span = document.get("timespan") or ""
    try:
        span_of(span or "PT1M", datetime.now(UTC))
    except (ValueError, TypeError) as error:
        raise QueryError.invalid("The timespan is not valid") from error
    return document["query"], span


def _json(value: Value) -> object:
    match value:
        case datetime():
            return written(value)
        case timedelta():
            return str(value)
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
