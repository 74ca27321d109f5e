"""What the calls of a run show of APEX as a whole, whichever check made them: server errors, and rows that show late.

Both are told once in every report; no role and no step is blamed for them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from assurance.tape import Reading
from assurance.world.http.statuses import SERVER_ERRORS

MAX_TOLD = 5
NOT_YET = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR})
READY = "/ready"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def observations(readings: Iterable[Reading]) -> tuple[str, ...]:
    """Return what is to be told of APEX beside the verdicts, in sentences."""
    calls = sorted((one for one in readings if one.call is not None and one.call.caller), key=lambda one: one.started)
    return (*_server_errors(calls), *_shown_late(calls))


def _server_errors(calls: list[Reading]) -> tuple[str, ...]:
    """Tell of answers of 5xx, by method, path and status; readiness says by 503 what it is asked for."""
    found = Counter(
        f"{_operation(one)} {one.status}" for one in calls if one.status in SERVER_ERRORS and READY not in one.question
    )
    if not found:
        return ()
    told = ", ".join(f"{operation} ({count} times)" for operation, count in found.most_common(MAX_TOLD))
    more = f", and {len(found) - MAX_TOLD} more operations" if len(found) > MAX_TOLD else ""
    return (f"APEX answered with server errors: {told}{more}.",)


def _shown_late(calls: list[Reading]) -> tuple[str, ...]:
    """Tell of what was answered before it was visible: not found at first, and found a moment later by the same."""
    first: dict[tuple[str, str, str], Reading] = {}
    late: dict[str, list[float]] = {}
    for one in calls:
        if one.call is None or not one.call.flow or not one.question.startswith("GET "):
            continue
        key = (one.call.flow, one.call.caller, one.question)
        if one.status in NOT_YET:
            first.setdefault(key, one)
        elif one.status == HTTPStatus.OK and key in first:
            late.setdefault(_operation(one), []).append(_milliseconds(first.pop(key), one))
    if not late:
        return ()
    told = ", ".join(
        f"{operation} up to {max(found):.0f} ms ({len(found)} times)" for operation, found in sorted(late.items())
    )
    return (f"APEX answered before it was visible what it had done: {told}.",)


def _operation(reading: Reading) -> str:
    method, _, url = reading.question.partition(" ")
    return f"{method} {_ID.sub('{id}', urlsplit(url).path)}"


def _milliseconds(first: Reading, then: Reading) -> float:
    return (then.started_at - first.started_at).total_seconds() * 1000
