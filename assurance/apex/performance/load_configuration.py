"""The test configuration by which Azure Load Testing runs the same load test.

Keys: Microsoft Learn, "Configure a load test in YAML" (Azure Load Testing). Secrets are named, and stay in a Key Vault.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from assurance.environment.application import DeclaredApplication
from assurance.environment.load import DeclaredLoad
from assurance.environment.telemetry import Thresholds

USERS_AN_ENGINE = 250
"""How many users one engine takes, by Microsoft's own advice to begin with."""
LOCUSTFILE = "locustfile.py"
Value: TypeAlias = "str | int | float | Sequence[Value] | Mapping[str, Value]"


def configuration(
    name: str, application: DeclaredApplication, load: DeclaredLoad, thresholds: Thresholds, vault: str
) -> dict[str, Value]:
    """Return the test configuration.

    Args:
        name: The environment's name.
        application: Where the application answers.
        load: How large the load is.
        thresholds: The service level, which fails the test where it is missed.
        vault: The host of the Key Vault that holds the tokens.
    """
    seconds = round(load.arrival_seconds + load.seconds)
    variables = {
        "LOCUST_HOST": application.base_url.rstrip("/"),
        "LOCUST_USERS": str(load.users),
        "LOCUST_SPAWN_RATE": f"{load.spawn_rate:g}",
        "LOCUST_RUN_TIME": f"{seconds}s",
        "LOCUST_STOP_TIMEOUT": "60",
        "APEX_LOAD_PREFIX": application.api_prefix,
        "APEX_LOAD_THINK": ",".join(f"{one:g}" for one in load.think_seconds),
    }
    secrets = {f"APEX_LOAD_TOKEN_{role}": f"apex-load-token-{role.lower()}" for role in ("ESTIMATOR", "MANAGER")}
    return {
        "version": "v0.1",
        "testId": f"apex-{name}-load",
        "displayName": f"APEX {name}: load test of the operations guide",
        "description": f"{load.users} users for {load.seconds} seconds (guide, Step 17)",
        "testType": "Locust",
        "testPlan": LOCUSTFILE,
        "engineInstances": math.ceil(load.users / USERS_AN_ENGINE),
        "failureCriteria": [
            f"p50(response_time_ms) > {thresholds.p50_milliseconds:.0f}",
            f"p95(response_time_ms) > {thresholds.p95_milliseconds:.0f}",
            f"p99(response_time_ms) > {thresholds.p99_milliseconds:.0f}",
            f"percentage(error) > {thresholds.error_rate_percent:g}",
        ],
        "autoStop": {"errorPercentage": 90, "timeWindow": 60},
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "secrets": [{"name": key, "value": f"https://{vault}/secrets/{value}"} for key, value in secrets.items()],
    }


def yaml_text(document: Mapping[str, Value]) -> str:
    """Return a document as YAML: texts are written as JSON has them, which YAML 1.2 reads alike."""
    return "\n".join(_lines(document, "")) + "\n"


def _lines(document: Mapping[str, Value], indent: str) -> list[str]:
    lines = []
    for key, value in document.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}:", *_lines(value, f"{indent}  ")]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            lines.append(f"{indent}{key}:")
            lines += [f"{indent}  - {json.dumps(one)}" for one in value]
        else:
            lines.append(f"{indent}{key}: {json.dumps(value)}")
    return lines
