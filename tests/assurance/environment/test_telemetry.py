"""The table `[telemetry]`: the guide's values where nothing is said, and one error for each mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assurance.environment import load
from assurance.environment.telemetry import DeclaredTelemetry
from assurance.errors import EnvironmentFileError
from assurance.telemetry.targets import GUIDE

ENVIRONMENTS = Path(__file__).parents[3] / "environments"


def test_defaults_are_the_guides() -> None:
    """Where a file says nothing but the component, thresholds and windows are those of the guide."""
    declared = DeclaredTelemetry(component="appi-apex-prod")

    assert declared.thresholds.model_dump() == dict(GUIDE)
    assert declared.windows_minutes == (30, 24 * 60)
    assert declared.baseline.fewest_requests == 10
    assert declared.workspace_id is None


@pytest.mark.parametrize("name", ["sandbox", "dev", "staging", "prod"])
def test_shipped_files_ask_for_what_the_guide_asks(name: str) -> None:
    """Every shipped environment declares telemetry, with the guide's thresholds."""
    telemetry = load(ENVIRONMENTS / f"{name}.toml").telemetry

    assert telemetry is not None
    assert telemetry.component == f"appi-apex-{name}"
    assert telemetry.thresholds.model_dump() == dict(GUIDE)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"windows_minutes": [7]}, "telemetry.windows_minutes.0"),
        ({"windows_minutes": []}, "telemetry.windows_minutes"),
        ({"workspace_id": "log-apex-prod"}, "telemetry.workspace_id"),
        ({"thresholds": {"p95_milliseconds": 0.0}}, "telemetry.thresholds.p95_milliseconds"),
        ({"thresholds": {"availability_percent": 101.0}}, "telemetry.thresholds.availability_percent"),
        ({"thresholds": {"p95_seconds": 2.0}}, "telemetry.thresholds.p95_seconds"),
        ({"availability_from": "hope"}, "telemetry.availability_from"),
        ({"longest_gap_minutes": 12}, "telemetry.longest_gap_minutes"),
        ({"baseline": {"fewest_requests": 5}}, "telemetry.baseline.fewest_requests"),
        ({"baseline": {"fewest_requests": 50, "most_requests": 20}}, "most_requests is below fewest_requests"),
        ({"baseline": {"error_probability": 0.2}}, "telemetry.baseline.error_probability"),
    ],
)
def test_a_mistake_is_one_error(change: dict[str, Any], told: str) -> None:
    """A value that cannot be is refused with the file and the key."""
    with pytest.raises(EnvironmentFileError) as refused:
        load(ENVIRONMENTS / "prod.toml", {"telemetry": change})

    assert told in str(refused.value)
    assert "prod.toml" in str(refused.value)
