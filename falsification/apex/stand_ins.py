"""What the application's checks rest on, in this process: APEX called without sockets, its telemetry, and a tape."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from starlette.types import ASGIApp

from assurance.apex.client import Application, Flows
from assurance.apex.client.transport import QUESTION
from assurance.apex.performance import Measurements
from assurance.environment import Environment, load
from assurance.tape import Reading, TapeHeader, key_of, utc_now
from assurance.tape.redaction import Redactor
from assurance.telemetry import Telemetry
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from falsification.azure.stage import ENVIRONMENT
from falsification.azure.world import TOKEN, DirectUpstream, MemoryTape
from sandbox import AzureEstate, Fault
from sandbox.apex import ApexStandIn, Issuer, Settings
from sandbox.apex.inspection import Targets
from sandbox.apex.stand_in import application_table, token_variables
from sandbox.azure.resource_manager import AzureResourceManager
from sandbox.log_analytics import LogAnalytics, TelemetryStore, Traffic, component_id, workspace_id
from sandbox.log_analytics.metrics import ComponentMetrics
from sandbox.log_analytics.query_service import MAX_ROWS
from sandbox.network.listeners import platform_services

Alter = Callable[[httpx.Response], httpx.Response]
IsDown = Callable[[httpx.Request], bool]
Failing = Callable[[httpx.Request], Exception]


@dataclass(frozen=True, slots=True)
class Misanswer:
    """What comes in the place of an answer.

    Attributes:
        status: The status.
        body: The body.
        headers: The headers.
        failure: Makes the error that comes instead of all these; None where an answer comes.
    """

    status: int = HTTPStatus.OK
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: Failing | None = None


def unaltered(response: httpx.Response) -> httpx.Response:
    """Return an answer as it is."""
    return response


class DirectApplication(httpx.BaseTransport):
    """Hands requests to a web application, one at a time, and may answer some of them wrongly.

    Args:
        application: The web application (ASGI).
        origin: The origin that questions are asked of, as `https://host`.
        alter: What becomes of each answer on its way.
        misanswers: What comes in the place of answers, by the key of the question.
        is_down: Whether nothing listens when a request comes.
    """

    def __init__(
        self,
        application: ASGIApp,
        origin: str,
        alter: Alter,
        misanswers: Mapping[str, Misanswer],
        is_down: IsDown,
    ) -> None:
        self._is_down = is_down
        self._loop = asyncio.new_event_loop()
        self._direct = httpx.ASGITransport(application, raise_app_exceptions=False)
        self._origin = origin
        self._alter = alter
        self._misanswers = misanswers

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, or what comes in its place.

        Raises:
            httpx.HTTPError: That is what comes.
        """
        if self._is_down(request):
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
        misanswer = self._misanswer(request)
        if misanswer is None:
            whole = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            return self._alter(self._loop.run_until_complete(self._answer(whole)))
        if misanswer.failure is not None:
            raise misanswer.failure(request)
        return httpx.Response(misanswer.status, headers=misanswer.headers, content=misanswer.body)

    def _misanswer(self, request: httpx.Request) -> Misanswer | None:
        """Return what comes in the place of an answer; who looks again for what it lacked finds the same again."""
        question = request.extensions[QUESTION]
        asked_before = [replace(question, ordinal=number) for number in range(question.ordinal, 0, -1)]
        again = asked_before if request.method == "GET" and question.ordinal else [question]
        keys = (key_of(*question.parts(str(request.url), self._origin)) for question in again)
        return next((self._misanswers[key] for key in keys if key in self._misanswers), None)

    def close(self) -> None:
        """Let go of the threads in which the application answers."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._direct.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


ORIGIN = "https://apex.invalid"
Declared = Mapping[str, Mapping[str, object]]
LONG_AGO = "2025-03-03T15:03:20Z"
JOB_STEP_SECONDS = 0.002
RESTART_SECONDS = 0.2
SLOW_SECONDS = 0.6  # the guide wants the project list within half a second
# Patience for what comes late or never: the stand-ins answer within milliseconds, and a job takes a fraction of a
# second. Nothing is sent again but where a harmless change makes a first read fail.
PATIENCE: Mapping[str, Any] = {
    "application": {
        "limits": {
            "timeout_seconds": 20.0,
            "attempts": 1,
            "retry_budget_seconds": 0.0,
            "settle_seconds": 1.0,
            "job_seconds": 3.0,
            "poll_seconds": 0.01,
        }
    },
    "telemetry": {"arrival_seconds": 1.0, "poll_seconds": 0.1, "windows_minutes": [30]},
    "limits": {"attempts": 1, "retry_budget_seconds": 0.0, "throttled_seconds": 0.0},
}


class ApexStandIns:
    """Stand-ins for APEX, Log Analytics and metrics, which are called instead of being reached over sockets.

    Attributes:
        apex: APEX; what is switched on is switched off again by reset().
        store: The telemetry, without a history unless it is given one.
        logs: The query API over it.
        resource_manager: Azure Resource Manager, for metrics.
        alter: What becomes of each of APEX's answers on its way.
        is_down: Whether APEX is down when a request comes.
        misanswers: What comes in the place of APEX's answers, by the key of the question.
        declared: What the environment file says otherwise, by table, for what a deployment declares.
    """

    def __init__(self) -> None:
        estate = AzureEstate.load("sandbox")
        hosts = {service.key: service.fqdn for service in platform_services(estate)}
        name, context = estate.parameters["environment"], ssl.create_default_context()
        self.store = TelemetryStore(component_id(estate))
        self.logs = LogAnalytics(self.store, workspace_id(estate), TOKEN, context)
        self.resource_manager = AzureResourceManager(estate, TOKEN, context)
        for stand_in in (self.logs, self.resource_manager):
            stand_in.stop()  # they are asked by calling them: the ports that they have reserved are free again
        self.resource_manager.metrics = ComponentMetrics(self.store)
        self.apex = ApexStandIn(
            sink=self.store.sink,
            settings=Settings(
                job_step_seconds=JOB_STEP_SECONDS,
                slow_seconds=SLOW_SECONDS,
                restart_seconds=RESTART_SECONDS,
                targets=Targets(**hosts, database=f"db-apex-{name}"),
            ),
            issuer=Issuer(tenant_id=estate.parameters["tenant_id"], audience=f"api://apex-{name}"),
        )
        os.environ.update(token_variables(self.apex.issuer))
        self._declared_application = application_table(ORIGIN, self.apex.issuer)
        self._redactor = Redactor(salt="falsification")
        self.alter: Alter = unaltered
        self.is_down: IsDown = self._is_killed
        self.misanswers: dict[str, Misanswer] = {}
        self.declared: Declared = {}

    def environment(self, declared: Declared | None = None) -> Environment:
        """Return what the environment file declares, and says otherwise where `declared` does, by table."""
        tables = {**PATIENCE, "application": {**self._declared_application, **PATIENCE["application"]}}
        for name, values in (declared or {}).items():
            tables[name] = {**tables[name], **values}
        return load(ENVIRONMENT, tables)

    def reset(self) -> None:
        """Let everything be as it should be, and nothing have happened."""
        self.apex.reset()
        self.store.clear()
        self.forget_faults()
        self.declared = {}
        self.resource_manager.metrics = ComponentMetrics(self.store)
        self.logs.most_rows = MAX_ROWS

    def forget_faults(self) -> None:
        """Let every question have its own answer again."""
        self.alter = unaltered
        self.is_down = self._is_killed
        self.misanswers = {}
        for stand_in in (self.logs, self.resource_manager):
            stand_in.faults.clear()

    def _is_killed(self, _: httpx.Request) -> bool:
        return self.apex.service.down_seconds > 0

    def misanswer(self, fault: Fault) -> None:
        """Let telemetry be answered so, whatever is asked."""
        for stand_in in (self.logs, self.resource_manager):
            stand_in.faults.append(fault)

    def rest(self) -> None:
        """Let no thread run, as it must be where a process is about to be forked."""
        self.apex.worker.drain()
        self.apex.worker.stop()

    def has_history(self, has: bool) -> None:
        """Let telemetry have a history of usual traffic, or none, which is quicker where nobody looks at it."""
        self.store.traffic = Traffic() if has else None

    def header(self, environment: Environment, *, long_ago: bool = False) -> TapeHeader:
        """Return the head of the tape of a run that begins now, or at a busy time of a working day long ago."""
        return TapeHeader(
            environment.name,
            environment.subscription_id,
            environment.resource_group,
            "SANDBOX",
            "the falsification catalogue, in memory",
            environment.vantage,
            LONG_AGO if long_ago else utc_now(),
            run_id=f"19990101T000000Z-{uuid4().hex[:6]}",
        )

    @contextmanager
    def roots(self, environment: Environment, tape: MemoryTape) -> Iterator[dict[str, object]]:
        """Give what nouns are made of in a run over this tape.

        Args:
            environment: What is declared.
            tape: What is known already, and where answers go.
        """
        if environment.application is None or environment.telemetry is None:
            raise AssertionError("environments/sandbox.toml has no table [application] or [telemetry]")
        self.apex.worker.start()
        upstream = DirectApplication(self.apex.app, ORIGIN, self.alter, self.misanswers, self.is_down)
        declared = environment.application
        application = Application(environment, declared, tape, self._redactor, upstream, tries_sign_in=True)
        cloud = environment.cloud
        stand_ins = {
            urlsplit(cloud.log_analytics).netloc: self.logs.respond,
            urlsplit(cloud.resource_manager).netloc: self.resource_manager.respond,
        }
        clients = AzureClients(environment, tape, self._redactor, StaticToken(TOKEN), DirectUpstream(stand_ins))
        telemetry = Telemetry(environment, environment.telemetry, clients, tape)
        try:
            yield {
                "environment": environment,
                "application": application,
                "flows": Flows(application),
                "telemetry": telemetry,
                "measurements": Measurements(application, environment.telemetry),
            }
        finally:
            application.close()


def known(tape: MemoryTape) -> dict[str, Reading]:
    """Return the readings of a tape, by key."""
    return {reading.key: reading for reading in tape.readings()}
