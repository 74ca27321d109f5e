"""A world with telemetry in it, judged by the checks of service levels in this process."""

from __future__ import annotations

import importlib
import inspect
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.environment import Environment, load
from assurance.judging.checking import Outcome
from assurance.judging.harness import outcome_of
from assurance.judging.nouns import needs, subjects
from assurance.tape import Tape, TapeHeader
from assurance.tape.redaction import Redactor
from assurance.telemetry import Telemetry
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from falsification.azure.world import DirectUpstream, MemoryTape
from sandbox import AzureEstate
from sandbox.azure.resource_manager import AzureResourceManager
from sandbox.log_analytics import LogAnalytics, TelemetryStore, Traffic, component_id, workspace_id
from sandbox.log_analytics.metrics import ComponentMetrics

ROOT = Path(__file__).parents[3]
TOKEN = "a-token"
STARTED = datetime(2026, 3, 2, 15, 3, 20, tzinfo=UTC)
CHECKS = (
    "test_sla_01_availability",
    "test_sla_02_median_response_time",
    "test_sla_03_response_time_p95",
    "test_sla_04_response_time_p99",
    "test_sla_05_error_rate",
    "test_sla_06_failed_requests",
    "test_sla_07_telemetry_agreement",
)


@dataclass
class TelemetryWorld:
    """Stand-ins for Log Analytics and metrics, and a run that began at `STARTED`.

    Attributes:
        traffic: What the application went through.
        declared: What `[telemetry]` says otherwise than the sandbox's environment file, but for the window, which is
            thirty minutes; None takes a key away.
        tape: Where readings go.
    """

    traffic: Traffic | None = field(default_factory=Traffic)
    declared: Mapping[str, object] = field(default_factory=dict)
    tape: Tape = field(default_factory=lambda: MemoryTape(header()))

    def __post_init__(self) -> None:
        estate = AzureEstate.load("sandbox")
        context = ssl.create_default_context()
        self.store = TelemetryStore(component_id(estate), self.traffic)
        self.logs = LogAnalytics(self.store, workspace_id(estate), TOKEN, context)
        self.resource_manager = AzureResourceManager(estate, TOKEN, context)
        for stand_in in (self.logs, self.resource_manager):
            stand_in.stop()  # they are asked by calling them: the ports that they have reserved are free again
        self.resource_manager.metrics = ComponentMetrics(self.store)
        self.environment = self._environment()

    def telemetry(self) -> Telemetry:
        """Return what the checks ask."""
        declared = self.environment.telemetry
        assert declared is not None
        cloud = self.environment.cloud
        upstream = DirectUpstream(
            {
                urlsplit(cloud.log_analytics).netloc: self.logs.respond,
                urlsplit(cloud.resource_manager).netloc: self.resource_manager.respond,
            }
        )
        clients = AzureClients(self.environment, self.tape, Redactor(salt="test"), StaticToken(TOKEN), upstream)
        return Telemetry(self.environment, declared, clients, self.tape)

    def judged(self) -> dict[str, Outcome]:
        """Return what every case comes to, by control and window, such as `SLA-03 last-30-minutes`.

        What looks at a threshold alone is named `SLA-03 threshold`.
        """
        telemetry = self.telemetry()
        outcomes: dict[str, Outcome] = {}
        for name in CHECKS:
            module = importlib.import_module(f"checks.performance.{name}")
            control = f"SLA-{name.split('_')[2]}"
            for check, function in vars(module).items():
                if not check.startswith("test_"):
                    continue
                over = _over_windows(function)
                windows = subjects("window_minutes", self.environment) if over else {"threshold": 0}
                for label, minutes in windows.items():
                    given = {"telemetry": telemetry, "window_minutes": minutes}
                    outcomes[f"{control} {label}"] = outcome_of(function, given)
        return outcomes

    def verdicts(self) -> dict[str, str]:
        """Return the verdicts of the same cases."""
        return {case: str(outcome.verdict) for case, outcome in self.judged().items()}

    def _environment(self) -> Environment:
        telemetry = {key: value for key, value in self.declared.items() if value is not None}
        limits = {"attempts": 1, "retry_budget_seconds": 0.0, "throttled_seconds": 0.0}
        environment = load(
            ROOT / "environments" / "sandbox.toml",
            {"telemetry": {"windows_minutes": [30], **telemetry}, "limits": limits},
        )
        removed = {key: None for key, value in self.declared.items() if value is None}
        if environment.telemetry is None or not removed:
            return environment
        return environment.model_copy(update={"telemetry": environment.telemetry.model_copy(update=removed)})


def header() -> TapeHeader:
    """The header of a tape that began at `STARTED`."""
    return TapeHeader(
        "sandbox",
        "22222222-2222-4222-8222-222222222222",
        "apex-rg-sandbox",
        "SANDBOX",
        "a test",
        ("inside",),
        STARTED.isoformat().replace("+00:00", "Z"),
    )


def silence(minutes_before: int, minutes: int) -> tuple[datetime, datetime]:
    """A span without telemetry, that begins so long before the end of the windows."""
    end = STARTED.replace(minute=0, second=0)
    begin = end - timedelta(minutes=minutes_before)
    return begin, begin + timedelta(minutes=minutes)


def _over_windows(function: object) -> bool:
    assert callable(function)
    return any("window_minutes" in needs(name) for name in inspect.signature(function).parameters)
