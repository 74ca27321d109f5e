"""The stand-in for Log Analytics and metrics, as the official clients see it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.mgmt.monitor import MonitorManagementClient
from azure.monitor.query import LogsQueryClient, LogsQueryPartialResult, LogsQueryResult

from sandbox import Fault, Sandbox
from sandbox.log_analytics import TelemetryStore, Traffic
from sandbox.log_analytics.query_service import duration_of, span_of

COUNT = "AppRequests | summarize Requests = sum(ItemCount), Rows = count()"


class Token:
    """A credential that is a token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """Return the token."""
        return AccessToken(self._token, int(time.time()) + 3600)


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    """A sandbox that runs."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(started: Sandbox) -> Iterator[Sandbox]:
    """The sandbox that runs, without faults or what another test has sunk."""
    yield started
    started.log_analytics.faults.clear()
    started.log_analytics.most_rows = 500_000
    started.telemetry.arrival_seconds = 0.0


def logs(sandbox: Sandbox, token: str = "") -> LogsQueryClient:
    """The official client."""
    return LogsQueryClient(
        Token(token or sandbox.token),
        endpoint=sandbox.log_analytics.url,
        connection_verify=str(sandbox.authority.path),
        retry_total=0,
    )


def ask(sandbox: Sandbox, query: str, minutes: int = 30) -> list[list[Any]]:
    """Return the rows that the official client gets."""
    until = datetime.now(UTC)
    found = logs(sandbox).query_workspace(
        sandbox.log_analytics.workspace_id, query, timespan=(until - timedelta(minutes=minutes), until)
    )
    assert isinstance(found, LogsQueryResult)
    return [list(row) for row in found.tables[0].rows]


def test_history_is_there_from_the_beginning(sandbox: Sandbox) -> None:
    """A sandbox that has just started has a day of telemetry, and the same whenever it is asked."""
    until = datetime.now(UTC).replace(second=0, microsecond=0)
    span = (until - timedelta(days=1), until)
    answers = [
        logs(sandbox).query_workspace(sandbox.log_analytics.workspace_id, COUNT, timespan=span) for _ in range(2)
    ]
    [first, second] = [answer.tables[0].rows[0] for answer in answers if isinstance(answer, LogsQueryResult)]

    assert first["Rows"] > 5000
    assert list(first) == list(second)


def test_what_is_sunk_is_found(sandbox: Sandbox) -> None:
    """A row that was sunk is found by its operation's id, with the time that it got and the weight 1."""
    sandbox.telemetry.sink("AppDependencies", {"OperationId": "0af7", "Target": "db", "Success": False})
    query = "AppDependencies | where OperationId == '0af7' | project Target, Success, ItemCount, TimeGenerated"
    [[target, success, weight, at]] = ask(sandbox, query)

    assert (target, success, weight) == ("db", False, 1)
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60


def test_what_is_sunk_takes_its_time_to_arrive(sandbox: Sandbox) -> None:
    """A row is found only after the time that telemetry takes to arrive."""
    sandbox.telemetry.arrival_seconds = 600.0
    sandbox.telemetry.sink("AppDependencies", {"OperationId": "late"})

    assert ask(sandbox, "AppDependencies | where OperationId == 'late' | count") == [[0]]


def test_rows_come_in_from_many_threads() -> None:
    """What many threads sink at once is all there."""
    store = TelemetryStore("/x")

    def sink() -> None:
        for _ in range(200):
            store.sink("AppRequests", {"Name": "GET /"})

    threads = [Thread(target=sink) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = datetime.now(UTC)

    assert len(store.rows("AppRequests", now - timedelta(hours=1), now)) == 1600


@pytest.mark.parametrize(
    ("table", "row"),
    [("Requests", {}), ("AppRequests", {"name": "GET /"}), ("AppRequests", {"TimeGenerated": datetime(2026, 3, 1)})],
    ids=["no-such-table", "no-such-column", "no-zone"],
)
def test_a_wrong_row_is_refused(table: str, row: dict[str, Any]) -> None:
    """A row of an unknown table or column, or of a time without a zone, is the caller's mistake, and told at once."""
    with pytest.raises(ValueError, match=table):
        TelemetryStore("/x").sink(table, row)


def test_component_has_names_of_its_own(sandbox: Sandbox) -> None:
    """Asked by the component's id, the tables and columns have its names, and success is a text."""
    component = sandbox.telemetry.component_id.lstrip("/")
    span = timedelta(minutes=30)
    found = logs(sandbox).query_resource(component, "requests | summarize sum(itemCount) by success", timespan=span)
    assert isinstance(found, LogsQueryResult)

    assert {row[0] for row in found.tables[0].rows} <= {"True", "False"}
    with pytest.raises(HttpResponseError, match="AppRequests"):
        logs(sandbox).query_resource(component, "AppRequests | count", timespan=span)


@pytest.mark.parametrize(
    ("query", "inner"),
    [("AppRequests | where", "SyntaxError"), ("AppRequests | where Duration > 1", "SemanticError")],
)
def test_a_wrong_query_is_refused(sandbox: Sandbox, query: str, inner: str) -> None:
    """A query that cannot be evaluated gets status 400 with the service's nested error."""
    with pytest.raises(HttpResponseError) as refused:
        ask(sandbox, query)

    assert refused.value.status_code == 400
    assert refused.value.error is not None
    assert refused.value.error.code == "BadArgumentError"
    assert inner in str(refused.value)


def test_a_cut_result_is_partial(sandbox: Sandbox) -> None:
    """A result beyond the limit of rows comes with status 200, cut, and with an error beside it."""
    sandbox.log_analytics.most_rows = 3
    found = logs(sandbox).query_workspace(
        sandbox.log_analytics.workspace_id, "AppRequests", timespan=timedelta(minutes=30)
    )

    assert isinstance(found, LogsQueryPartialResult)
    assert len(found.partial_data[0].rows) == 3
    assert found.partial_error is not None
    assert found.partial_error.code == "PartialError"


def test_only_its_own_token_and_workspace(sandbox: Sandbox) -> None:
    """Another token gets 401, another workspace 404."""
    with pytest.raises(HttpResponseError) as refused:
        logs(sandbox, "another").query_workspace(sandbox.log_analytics.workspace_id, COUNT, timespan=None)
    assert refused.value.status_code == 401
    with pytest.raises(HttpResponseError) as missing:
        logs(sandbox).query_workspace("00000000-0000-4000-8000-000000000000", COUNT, timespan=None)
    assert missing.value.status_code == 404


def test_faults_show(sandbox: Sandbox) -> None:
    """A fault takes the place of the true answer, as with the other stand-ins."""
    sandbox.log_analytics.faults.append(Fault("/query", status=429, headers={"Retry-After": "1"}))
    with pytest.raises(HttpResponseError) as throttled:
        ask(sandbox, COUNT)

    assert throttled.value.status_code == 429


def test_metrics_count_what_logs_hold(sandbox: Sandbox) -> None:
    """Metrics of the component, counted without a query, tell of as many requests as the logs of the same window."""
    until = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
    since = until - timedelta(minutes=30)
    client = MonitorManagementClient(
        Token(sandbox.token),
        "22222222-2222-4222-8222-222222222222",
        base_url=sandbox.resource_manager.url,
        credential_scopes=["https://sandbox/.default"],
        connection_verify=str(sandbox.authority.path),
    )
    bodies: list[dict[str, Any]] = []
    client.metrics.list(
        sandbox.telemetry.component_id.lstrip("/"),
        timespan=f"{since:%Y-%m-%dT%H:%M:%SZ}/{until:%Y-%m-%dT%H:%M:%SZ}",
        interval="PT5M",
        metricnames="requests/count,requests/failed",
        aggregation="count",
        raw_response_hook=lambda answered: bodies.append(json.loads(answered.http_response.text())),
    )
    [counted, _] = bodies[0]["value"]
    logged = logs(sandbox).query_workspace(
        sandbox.log_analytics.workspace_id,
        f"AppRequests | where TimeGenerated < datetime({until:%Y-%m-%dT%H:%M:%SZ}) | summarize sum(ItemCount)",
        timespan=(since, until),
    )
    assert isinstance(logged, LogsQueryResult)

    points = counted["timeseries"][0]["data"]
    assert len(points) == 6
    assert sum(point["count"] for point in points) == logged.tables[0].rows[0][0]


def test_an_unknown_metric_is_refused(sandbox: Sandbox) -> None:
    """An unknown metric or grain gets status 400 in the bare form that metrics have."""
    client = MonitorManagementClient(
        Token(sandbox.token),
        "22222222-2222-4222-8222-222222222222",
        base_url=sandbox.resource_manager.url,
        credential_scopes=["https://sandbox/.default"],
        connection_verify=str(sandbox.authority.path),
    )
    with pytest.raises(HttpResponseError, match="requests/speed"):
        client.metrics.list(
            sandbox.telemetry.component_id.lstrip("/"),
            timespan="2026-03-02T10:00:00Z/2026-03-02T11:00:00Z",
            interval="PT5M",
            metricnames="requests/speed",
            aggregation="count",
        )


def test_silence_and_sampling_show_in_the_rows() -> None:
    """Within a silent span nothing arrives, and sampled rows stand for several requests each."""
    begin = datetime(2026, 3, 2, 12, tzinfo=UTC)
    silent = replace(Traffic(), silent=((begin, begin + timedelta(minutes=5)),))
    sampled = replace(Traffic(), requests_per_minute=40.0, sampling=4, probes_per_minute=0)

    assert silent.minute(begin) == []
    assert silent.minute(begin + timedelta(minutes=5)) != []
    assert {row["ItemCount"] for table, row in sampled.minute(begin) if table == "AppRequests"} == {4}


def test_spans_of_time() -> None:
    """Spans are two moments, a moment and a duration, or a duration until now; anything else is refused."""
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    assert span_of("PT1800.0S", now) == (now - timedelta(minutes=30), now)
    assert span_of("2026-03-02T10:00:00Z/PT1H", now) == (now - timedelta(hours=2), now - timedelta(hours=1))
    assert span_of("2026-03-02T10:00:00.000Z/2026-03-02T12:00:00Z", now) == (now - timedelta(hours=2), now)
    for wrong in ("P", "1h", "PT1X"):
        with pytest.raises(ValueError, match=wrong):
            duration_of(wrong)
