"""What the calls of a run show of APEX as a whole, whichever check made them: server errors, and rows that show late.

No role and no step is blamed for them. That APEX broke down is a finding of its own (ERR-01); what a gateway says in
its place (502, 503, 504), and what shows late, is told beside the verdicts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from http import HTTPStatus
from urllib.parse import urlsplit

from assurance.apex.client.plans import FLOW_FAMILIES
from assurance.tape import Reading
from assurance.world.http.attempts import SERVER_ERRORS

MAX_TOLD = 5
NOT_YET = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR})
# What a gateway says in place of APEX.
GATEWAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
# How often calls may fail under load, or where a list is measured, is judged by service levels.
FAMILIES = {flow: family for flow, family in FLOW_FAMILIES.items() if family != "SLA"}
READY = "/ready"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def observations(readings: Iterable[Reading]) -> tuple[str, ...]:
    """Return what is to be told of APEX beside the verdicts, in sentences."""
    calls = _in_order(readings)
    return (*_server_errors(calls), *_shown_late(calls))


def broken_down(readings: Iterable[Reading], families: Set[str]) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Return where APEX broke down: by operation and status, what is to be said of it, and the keys of the readings.

    A first look that was answered 500, and as it should be a moment later, was too early: that is no finding.

    Args:
        readings: All readings of a run.
        families: The families that the run has judged; calls of others, which a tape may hold, are left out.
    """
    calls = _in_order(readings)
    early = {first.key for first, _ in _looked_again(calls)}
    readings_by_cause: dict[str, list[Reading]] = {}
    for call in calls:
        if (
            call.status in SERVER_ERRORS
            and call.status not in GATEWAY
            and call.key not in early
            and _is_of(call, families)
        ):
            readings_by_cause.setdefault(f"{_operation(call)} {call.status}", []).append(call)
    return {
        name: (_told(ones), tuple(reading.key for reading in ones)) for name, ones in sorted(readings_by_cause.items())
    }


def _is_of(reading: Reading, families: Set[str]) -> bool:
    flow = reading.call.flow.partition(":")[0] if reading.call is not None else ""
    return bool(families & set(FAMILIES.values())) if not flow else FAMILIES.get(flow) in families


def _told(ones: list[Reading]) -> str:
    first = ones[0]
    caller = first.call.caller if first.call is not None else ""
    request = f", request {first.request_id}" if first.request_id else ""
    return (
        f"{_operation(first)} answers {first.status}, {len(ones)} times; first to {caller} at {first.started}{request}"
    )


def _in_order(readings: Iterable[Reading]) -> list[Reading]:
    return sorted(
        (reading for reading in readings if reading.call is not None and reading.call.caller),
        key=lambda reading: reading.started,
    )


def _looked_again(calls: list[Reading]) -> list[tuple[Reading, Reading]]:
    """Return what was not to be seen at first, each with what the same caller saw there a moment later."""
    first: dict[tuple[str, str, str], Reading] = {}
    pairs = []
    for call in calls:
        if call.call is None or not call.call.flow or not call.question.startswith("GET "):
            continue
        key = (call.call.flow, call.call.caller, call.question)
        if call.status in NOT_YET:
            first.setdefault(key, call)
        elif call.status == HTTPStatus.OK and key in first:
            pairs.append((first.pop(key), call))
    return pairs


def _server_errors(calls: list[Reading]) -> tuple[str, ...]:
    """Tell of answers of 5xx, by method, path and status; readiness says by 503 what it is asked for."""
    counts = Counter(
        f"{_operation(call)} {call.status}"
        for call in calls
        if call.status in SERVER_ERRORS and READY not in call.question
    )
    if not counts:
        return ()
    operations = ", ".join(f"{operation} ({_times(count)})" for operation, count in counts.most_common(MAX_TOLD))
    more = f", and {len(counts) - MAX_TOLD} more operations" if len(counts) > MAX_TOLD else ""
    return (f"APEX answered with server errors: {operations}{more}.",)


def _shown_late(calls: list[Reading]) -> tuple[str, ...]:
    """Tell of what was answered before it was visible: not found at first, and found a moment later by the same."""
    late: dict[str, list[float]] = {}
    for first, then in _looked_again(calls):
        late.setdefault(_operation(then), []).append(_milliseconds(first, then))
    if not late:
        return ()
    operations = ", ".join(
        f"{operation} up to {max(delays):.0f} ms ({_times(len(delays))})" for operation, delays in sorted(late.items())
    )
    return (f"APEX answered before it was visible what it had done: {operations}.",)


def _operation(reading: Reading) -> str:
    method, _, url = reading.question.partition(" ")
    return f"{method} {_ID.sub('{id}', urlsplit(url).path)}"


def _milliseconds(first: Reading, then: Reading) -> float:
    return (then.started_at - first.started_at).total_seconds() * 1000


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
