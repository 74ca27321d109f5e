"""What may differ between builds of APEX, gateways before it, and days, without anything being wrong."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from falsification.apex.observed import FAMILIES, Change, Family, Harmless, Violation, both, declares
from falsification.apex.stand_ins import Alter, ApexStandIns
from sandbox.apex import Quirk
from sandbox.log_analytics import TelemetryStore, Traffic
from sandbox.log_analytics.metrics import ComponentMetrics

USUAL = Traffic()
AVAILABLE = "test_application_is_available"
RESPONSE = "test_response_time_is_below_its_threshold"
ERRORS = "test_error_rate_is_below_its_threshold"
AGREE = "test_logs_and_metrics_agree"
LOOSER = "test_threshold_is_not_looser_than_the_guides"


def _went(traffic: Traffic) -> Change:
    """Let the application have gone through this, by logs and by metrics."""

    def change(stage: ApexStandIns) -> None:
        stage.store.traffic = traffic

    return change


def _counted(traffic: Traffic) -> Change:
    """Let the metrics tell of other traffic than the logs."""

    def change(stage: ApexStandIns) -> None:
        stage.resource_manager.metrics = ComponentMetrics(TelemetryStore(stage.store.component_id, traffic))

    return change


def _of(name: str, wrong: str, change: Change, check: str, *controls: str) -> Violation:
    return Violation(name, wrong, change, controls, check)


def _loose(control: str, threshold: str, value: float) -> Violation:
    name = f"loose-{threshold.replace('_', '-')}"
    wrong = f"The environment file declares {threshold} = {value:g}, which is looser than the guide's."
    return Violation(name, wrong, declares({"telemetry": {"thresholds": {threshold: value}}}), (control,), LOOSER)


VIOLATIONS: tuple[Violation, ...] = (
    _of("tests-fail-at-times", "One availability test in five fails.", _went(replace(USUAL, tests_failed_share=0.2)), AVAILABLE, "SLA-01"),
    _of("tests-all-fail", "Every availability test fails.", _went(replace(USUAL, tests_failed_share=1.0)), AVAILABLE, "SLA-01"),
    _of("sluggish", "The usual request takes more than half a second.", _went(replace(USUAL, median_milliseconds=700.0, spread=0.1)), RESPONSE, "SLA-02", "SLA-03"),
    _of("slow-throughout", "Every request takes about nine seconds.", _went(replace(USUAL, median_milliseconds=9000.0, spread=0.01)), RESPONSE, "SLA-02", "SLA-03", "SLA-04"),
    _of("slow-behind-quick-probes", "Every request takes about nine seconds, and there are ten times as many quick health probes.", _went(replace(USUAL, median_milliseconds=9000.0, spread=0.01, probes_per_minute=240)), RESPONSE, "SLA-02", "SLA-03", "SLA-04"),
    _of("slow-at-times", "One request in five takes thirty times as long.", _went(replace(USUAL, slow_share=0.2)), RESPONSE, "SLA-03", "SLA-04"),
    _of("slow-and-sampled", "One request in five takes thirty times as long, and one row stands for four requests.", _went(replace(USUAL, slow_share=0.2, requests_per_minute=60.0, sampling=4)), RESPONSE, "SLA-03", "SLA-04"),
    _of("failing", "One request in twenty fails.", _went(replace(USUAL, failed_share=0.05)), ERRORS, "SLA-05", "SLA-06"),
    _of("failing-and-sampled", "One request in five fails, and one row stands for four requests.", _went(replace(USUAL, failed_share=0.2, requests_per_minute=60.0, sampling=4)), ERRORS, "SLA-05", "SLA-06"),
    _of("failing-altogether", "Every request fails.", _went(replace(USUAL, failed_share=1.0)), ERRORS, "SLA-05", "SLA-06"),
    _of("metrics-count-more", "Metrics count twice as many requests as the logs.", _counted(replace(USUAL, requests_per_minute=24.0)), AGREE, "SLA-07"),
    _of("metrics-count-less", "Metrics count half as many requests as the logs.", _counted(replace(USUAL, requests_per_minute=6.0)), AGREE, "SLA-07"),
    _of("metrics-count-failures", "Metrics count failed requests of which the logs know nothing.", _counted(replace(USUAL, failed_share=0.3)), AGREE, "SLA-07"),
    _loose("SLA-01", "availability_percent", 99.5),
    _loose("SLA-02", "p50_milliseconds", 501.0),
    _loose("SLA-03", "p95_milliseconds", 3000.0),
    _loose("SLA-04", "p99_milliseconds", 5001.0),
    _loose("SLA-05", "error_rate_percent", 2.0),
    _loose("SLA-06", "failed_requests_per_hour", 11.0),
    _loose("SLA-08", "list_p95_milliseconds", 501.0),
)  # fmt: skip


UNDER_PREFIX = {"application": {"live_path": "/api/v1/health/live", "ready_path": "/api/v1/health/ready"}}
CALLING: tuple[Family, ...] = tuple(family for family in FAMILIES if family != "SLA")

# JSON of any kind.
Json = Any


def _with_quirk(quirk: Quirk) -> Harmless:
    def change(stage: ApexStandIns) -> None:
        stage.apex.quirks.add(quirk)

    # Where health is served is for a deployment to declare.
    world_change = both(change, declares(UNDER_PREFIX)) if quirk is Quirk.HEALTH_UNDER_PREFIX else change
    return Harmless(quirk.value, quirk.difference, world_change, CALLING)


def _altered(name: str, other: str, alter: Alter) -> Harmless:
    def change(stage: ApexStandIns) -> None:
        stage.alter = alter

    return Harmless(name, other, change, CALLING)


def _headers(edit: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]) -> Alter:
    """Let a function edit the headers of each answer."""

    def alter(response: httpx.Response) -> httpx.Response:
        headers = edit(list(response.headers.multi_items()))
        return httpx.Response(response.status_code, headers=headers, content=response.content)

    return alter


def _bodies(rewrite: Callable[[Json], bytes]) -> Alter:
    """Let a function write each body that is JSON anew."""

    def alter(response: httpx.Response) -> httpx.Response:
        if not response.content or "json" not in response.headers["content-type"]:
            return response
        headers = [item for item in response.headers.multi_items() if item[0] != "content-length"]
        return httpx.Response(response.status_code, headers=headers, content=rewrite(response.json()))

    return alter


def _reversed_keys(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _reversed_keys(value[key]) for key in reversed(value)}
    return [_reversed_keys(item) for item in value] if isinstance(value, list) else value


def _compressed(response: httpx.Response) -> httpx.Response:
    headers = [item for item in response.headers.multi_items() if item[0] != "content-length"]
    packed = [*headers, ("content-encoding", "gzip")] if response.content else headers
    content = gzip.compress(response.content) if response.content else b""
    return httpx.Response(response.status_code, headers=packed, stream=httpx.ByteStream(content))


def _went_of_harmless(traffic: Traffic) -> Change:
    def change(stage: ApexStandIns) -> None:
        stage.store.traffic = traffic

    return change


def _on_a_day(name: str, other: str, traffic: Traffic) -> Harmless:
    return Harmless(name, other, _went_of_harmless(traffic), ("SLA",))


HARMLESS: tuple[Harmless, ...] = (
    *(_with_quirk(quirk) for quirk in Quirk),
    _altered(
        "headers-in-capitals",
        "The names of headers are in capitals.",
        _headers(lambda headers: [(name.upper(), value) for name, value in headers]),
    ),
    _altered(
        "further-headers",
        "A gateway adds headers of its own.",
        _headers(
            lambda headers: [*headers, ("x-azure-ref", "20260202T100000Z-1"), ("server", "gateway"), ("vary", "*")]
        ),
    ),
    _altered(
        "charset-named",
        "The content type names the character set.",
        _headers(
            lambda headers: [
                (name, f"{value}; charset=utf-8" if name == "content-type" else value) for name, value in headers
            ]
        ),
    ),
    _altered(
        "keys-in-another-order",
        "The keys of every object come in another order.",
        _bodies(lambda body: json.dumps(_reversed_keys(body)).encode()),
    ),
    _altered(
        "json-with-spaces",
        "JSON is indented, and its texts are escaped.",
        _bodies(lambda body: json.dumps(body, indent=4, ensure_ascii=True).encode()),
    ),
    _altered("answers-compressed", "Answers are compressed.", _compressed),
    _on_a_day("more-traffic", "Three times as many requests come in.", replace(USUAL, requests_per_minute=36.0)),
    _on_a_day("other-requests", "Other requests come in, at other moments.", replace(USUAL, seed="another day")),
    _on_a_day("more-probes", "Ten times as many health probes come in.", replace(USUAL, probes_per_minute=60)),
    _on_a_day("sampled", "One row stands for four requests.", replace(USUAL, requests_per_minute=60.0, sampling=4)),
    _on_a_day("quicker", "Requests take half as long.", replace(USUAL, median_milliseconds=55.0)),
)
