"""What may differ between builds of APEX, gateways before it, and days, without anything being wrong."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from falsification.apex.changes import FAMILIES, Change, Family, Harmless, both, declares
from falsification.apex.seams import Alter
from falsification.apex.stand_ins import ApexStandIns
from sandbox.apex import Quirk
from sandbox.log_analytics import Traffic

UNDER_PREFIX = {"application": {"live_path": "/api/v1/health/live", "ready_path": "/api/v1/health/ready"}}
CALLING: tuple[Family, ...] = tuple(family for family in FAMILIES if family != "SLA")
USUAL = Traffic()

# JSON of any kind.
Json = Any


def _with_quirk(quirk: Quirk) -> Harmless:
    def change(stage: ApexStandIns) -> None:
        stage.apex.quirks.add(quirk)

    # Where health is served is for a deployment to declare.
    told = both(change, declares(UNDER_PREFIX)) if quirk is Quirk.HEALTH_UNDER_PREFIX else change
    return Harmless(quirk.value, quirk.difference, told, CALLING)


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


def _went(traffic: Traffic) -> Change:
    def change(stage: ApexStandIns) -> None:
        stage.store.traffic = traffic

    return change


def _on_a_day(name: str, other: str, traffic: Traffic) -> Harmless:
    return Harmless(name, other, _went(traffic), ("SLA",))


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
