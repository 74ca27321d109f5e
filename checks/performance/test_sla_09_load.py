"""SLA-09: with fifty users at work at once, the service level holds."""

import pytest

from assurance.apex.performance.load_level import LoadLevel
from assurance.environment.application_tables import Thresholds
from assurance.judging.checking import control

pytestmark = [*control("SLA-09", "post_deployment"), pytest.mark.load]


def test_errors_are_few_under_load(load_level: LoadLevel, sla_thresholds: Thresholds) -> None:
    """Under load the share of requests that fail is below its threshold."""
    assert load_level.error_rate_is_below(sla_thresholds.error_rate_percent)


def test_median_holds_under_load(load_level: LoadLevel, sla_thresholds: Thresholds) -> None:
    """Under load the median of the response times is below its threshold."""
    assert load_level.percentile_is_below(50, sla_thresholds.p50_milliseconds)


def test_response_time_holds_under_load(load_level: LoadLevel, sla_thresholds: Thresholds) -> None:
    """Under load the 95th percentile of the response times is below its threshold."""
    assert load_level.percentile_is_below(95, sla_thresholds.p95_milliseconds)


def test_slowest_answers_hold_under_load(load_level: LoadLevel, sla_thresholds: Thresholds) -> None:
    """Under load the 99th percentile of the response times is below its threshold."""
    assert load_level.percentile_is_below(99, sla_thresholds.p99_milliseconds)
