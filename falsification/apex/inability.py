"""Inability towards APEX: every answer that the checks rest on, with every fault in its place.

A family is judged once as it should be, and its answers are kept. In a trial all of them are known but one, and in the
place of that one comes a fault; whatever else is asked then is answered by the APEX that the first run left behind.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

import httpx

from assurance.judging.checking import Outcome
from assurance.tape import Reading
from assurance.world.http.attempts import SUCCESSES
from falsification.apex.observed import Change, Family, Inability
from falsification.apex.stand_ins import Misanswer
from falsification.azure.inability import HTML
from falsification.azure.world import MemoryTape
from sandbox import Fault
from sandbox.network.http_server import Ending

UNAUTHENTICATED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
JSON = {"content-type": "application/json"}
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|19990101T000000Z-[0-9a-f]{6}")
# Statuses that say of a question what APEX says by another: a number is taken, something archived is gone, there is
# nothing under a malformed or unknown id that the caller may see.
SYNONYMS: Mapping[str, frozenset[int]] = {
    r"^SMK POST \S+/projects as \w+ in smoke \(2\)$": frozenset({HTTPStatus.CONFLICT}),
    r"^SMK GET \S+/projects/ID as manager in smoke$": frozenset({HTTPStatus.NOT_FOUND}),
    r"^BAD GET .* in bad-input:(project|document|estimate|job)-id-": frozenset(
        {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
    ),
    # Who has access already can be granted more; an odd grant may be refused as unknown, or as a conflict.
    r"^BAD POST \S+/access as manager in bad-input:grant-(made-twice|of-a-second-role)": frozenset(
        {HTTPStatus.CONFLICT}
    ),
    r"^BAD POST \S+/access as manager in bad-input:grant-(\S+ \(2\)|of-role|to-an-unknown)": frozenset(
        {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}
    ),
    # What is archived may be gone, and work on it, or on a project that lacks something, be refused in several ways.
    r"^BAD GET \S+/projects/ID as estimator in bad-input:\w+-(to|of)-an-archived-project": frozenset(
        {HTTPStatus.NOT_FOUND}
    ),
    r"^BAD POST .* in bad-input:\w+-(to|of)-an-archived-project": frozenset(
        {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}
    ),
    r"^BAD POST \S+/estimates/generate as estimator in bad-input:estimate-without-": frozenset({HTTPStatus.CONFLICT}),
    r"^RBAC GET \S+/ID as estimator in roles:(deletes-document|archives-project)": frozenset({HTTPStatus.NOT_FOUND}),
    # What fails counts as slow, and one slow answer of many decides nothing.
    r"^SLA GET .* in list-baseline": frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}),
    r"^RBAC GET \S+/projects/ID as other_estimator in roles:(grants|revokes)-access": frozenset({HTTPStatus.NOT_FOUND}),
}
BODIES: Mapping[str, bytes] = {
    "html": HTML.encode(),
    "empty-body": b"",
    "empty-object": b"{}",
    "empty-array": b"[]",
    "null": b"null",
    "text": b'"OK"',
    "number": b"1",
    "half-a-body": b'{"id": "3f',
}
ENDINGS: Mapping[str, Callable[[httpx.Request], Exception]] = {
    "hang": lambda request: httpx.ReadTimeout("The read operation timed out", request=request),
    "reset": lambda request: httpx.ReadError("[Errno 104] Connection reset by peer", request=request),
    "cut": lambda request: httpx.RemoteProtocolError(
        "peer closed connection without sending complete message body", request=request
    ),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a family came to as it should be.

    Attributes:
        family: The family.
        tape: All that was answered.
        outcomes: What each case came to, by its id.
    """

    family: Family
    tape: MemoryTape
    outcomes: Mapping[str, Outcome]


def inabilities(kept: Kept) -> tuple[Inability, ...]:
    """Return every fault in the place of every answer; of what was asked again and again, the first and the last."""
    asked: Counter[str] = Counter()
    inabilities: list[Inability] = []
    for reading in _first_and_last(kept):
        question = _question(kept.family, reading)
        asked[question] += 1
        named = question if asked[question] == 1 else f"{question} ({asked[question]})"
        changes = _of_apex(reading, named) if _asks_apex(reading) else _of_telemetry()
        inabilities += [Inability(f"{fault}: {named}", reading.key, change, kept.family) for fault, change in changes]
    return tuple(inabilities)


def _first_and_last(kept: Kept) -> Iterator[Reading]:
    asked: dict[str, list[Reading]] = {}
    cited = frozenset(key for outcome in kept.outcomes.values() for key in outcome.readings)
    for reading in sorted(kept.tape.readings(), key=lambda reading: reading.started):
        if reading.kind != "http" or reading.key not in cited:
            continue
        call = reading.call
        again = (reading.question, call.caller, call.flow, call.request_sha256) if call is not None else (reading.key,)
        asked.setdefault("\n".join(again), []).append(reading)
    for readings in asked.values():
        yield readings[0]
        if len(readings) > 1:
            yield readings[-1]


def _asks_apex(reading: Reading) -> bool:
    """Tell whether APEX was asked; whoever asks Azure has no role."""
    return reading.call is not None and bool(reading.call.caller)


def _question(family: Family, reading: Reading) -> str:
    """Return what was asked, by whom, without what differs from run to run."""
    method, url = reading.question.split(" ", 1)
    parts = urlsplit(url)
    path = unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    caller = f" as {reading.call.caller}" if reading.call is not None and reading.call.caller else ""
    flow = f" in {reading.call.flow}" if reading.call is not None and reading.call.flow else ""
    return f"{family} {method} {_IDENTIFIER.sub('ID', path)[:160]}{caller}{flow}"


def _of_apex(reading: Reading, question: str) -> Iterator[tuple[str, Change]]:
    truth = reading.status or 0
    for status in (
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ):
        if not _is_the_truth(status, truth) and not _says_the_same(status, question):
            body = json.dumps({"detail": "It cannot be answered."}).encode()
            yield str(status), _misanswering(reading.key, Misanswer(status, body, JSON))
    for name, failure in ENDINGS.items():
        yield name, _misanswering(reading.key, Misanswer(failure=failure))
    # A success that says nothing: under the status that is expected, as far as it is one.
    expected: int = truth if truth in SUCCESSES and reading.body else HTTPStatus.OK
    for name, content in BODIES.items():
        if content == reading.body or (truth in SUCCESSES and " DELETE " in question):
            continue  # a list may be empty, and who deletes needs no words
        headers = {"content-type": "text/html"} if name == "html" else JSON
        yield name, _misanswering(reading.key, Misanswer(expected, content, headers))


def _misanswering(key: str, misanswer: Misanswer) -> Change:
    return lambda stand_ins: stand_ins.misanswers.update({key: misanswer})


def _is_the_truth(status: int, truth: int) -> bool:
    """Tell whether a status says the same as the true one: whom nobody knows may be refused by 401 or 403."""
    return status == truth or (status in UNAUTHENTICATED and truth in UNAUTHENTICATED)


def _says_the_same(status: int, question: str) -> bool:
    """Tell whether a status means what the true answer means."""
    return any(status in statuses and re.search(pattern, question) for pattern, statuses in SYNONYMS.items())


def _of_telemetry() -> Iterator[tuple[str, Change]]:
    for status in (
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ):
        yield str(status), _showing(Fault("", status=status))
    endings: tuple[Ending, ...] = ("hang", "reset", "cut")
    for ending in endings:
        yield ending, _showing(Fault("", ending=ending))
    for name, content in BODIES.items():
        yield name, _showing(Fault("", status=HTTPStatus.OK, body=content))
    yield "no-rows", _showing(Fault("", status=HTTPStatus.OK, body={"tables": []}))


def _showing(fault: Fault) -> Change:
    return lambda stand_ins: stand_ins.misanswer(replace(fault))
