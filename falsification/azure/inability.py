"""The catalogue of inability: every reading that the checks rest on, with every fault in its place.

Every check that rests on the reading must then be not evaluated, or fail where absence is a finding; none may pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assurance.tape import Reading
from assurance.world.sockets import Connection
from falsification.azure.rewrites import PAGE, REWRITES
from falsification.azure.world import Change, Name, World
from falsification.catalogue import Inability
from sandbox import Fault
from sandbox.network.http_server import ERRORS

if TYPE_CHECKING:
    from falsification.azure.stage import AzureStage

UNAUTHORIZED = HTTPStatus.UNAUTHORIZED
HTML = "<!DOCTYPE html><html><head><title>Sign in to the proxy</title></head><body>Please sign in.</body></html>"


def inabilities(stage: AzureStage) -> tuple[Inability[World], ...]:
    """Return every fault in the place of every reading of the compliant world."""
    readings = sorted(
        stage.readings.values(), key=lambda reading: (reading.kind, reading.question, reading.status or 0)
    )
    return tuple(fault for reading in readings for fault in _faults_of(reading, stage))


def _faults_of(reading: Reading, stage: AzureStage) -> Iterator[Inability[World]]:
    kinds: dict[str, Callable[[], Mapping[str, Change]]] = {
        "http": lambda: _http_faults(reading),
        "dns": lambda: _name_faults(reading, stage),
        "dial": lambda: _dial_faults(reading),
        "file": lambda: _file_faults(reading),
    }
    question = re.sub(r"^(GET) https://[^/]+/(subscriptions/[^/]+/)?(resourceGroups/[^/]+/)?", r"\1 ", reading.question)
    asked = f"{question} (unsigned)" if reading.status == UNAUTHORIZED else question
    for fault, change in kinds[reading.kind]().items():
        yield Inability(f"{fault}: {asked}", reading.key, change)


def _http_faults(reading: Reading) -> dict[str, Change]:
    parts = urlsplit(reading.question.split(" ", 1)[1])
    match = f"^{re.escape(f'{parts.path}?{parts.query}')}$"
    # The vault's challenge is the first answer to the question, and the list the second; a fault meets one of them.
    times = 1 if reading.status == UNAUTHORIZED else None
    faults_by_name: dict[str, list[Fault]] = {
        name: [replace(fault, match=match, times=times)] for name, fault in _answers().items()
    }
    if reading.status == UNAUTHORIZED:
        # Azure challenges by 401, so that this one is the truth here.
        del faults_by_name["401"]
    else:
        for name, rewrite in REWRITES.items():
            body = rewrite(json.loads(reading.body), reading.question.split(" ", 1)[1])
            # Of a page that holds nothing, nothing is rewritten.
            if body is not None and body != json.loads(reading.body):
                faults_by_name[name] = [Fault(match, status=HTTPStatus.OK, body=body, times=times)]
        if "a-page-that-fails" in faults_by_name:
            faults_by_name["a-page-that-fails"].append(Fault(PAGE, status=HTTPStatus.SERVICE_UNAVAILABLE))
    return {name: _showing(faults) for name, faults in faults_by_name.items()}


def _showing(faults: list[Fault]) -> Change:
    return lambda world: world.faults.extend(replace(fault) for fault in faults)


def _answers() -> dict[str, Fault]:
    """Return the faults that do not depend on what the true answer is."""
    answers = {
        str(status): Fault("", status=status)
        for status in (
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.CONFLICT,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.INTERNAL_SERVER_ERROR,
            HTTPStatus.SERVICE_UNAVAILABLE,
        )
    }
    answers["429-with-retry-after"] = Fault("", status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "3600"})
    answers["503-with-retry-after-date"] = Fault(
        "", status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}
    )
    for code in ("ResourceGroupNotFound", "SubscriptionNotFound", "ResourceNotFound", "InvalidResourceType"):
        error = {"error": {"code": code, "message": "It could not be found."}}
        answers[f"404-{code}"] = Fault("", status=HTTPStatus.NOT_FOUND, body=error)
    answers["404-html"] = Fault("", status=HTTPStatus.NOT_FOUND, body=HTML, content_type="text/html")
    answers["400-without-error"] = Fault(
        "", status=HTTPStatus.BAD_REQUEST, body={"code": "BadRequest", "message": ERRORS[400][1]}
    )
    for ending in ("hang", "reset", "cut"):
        answers[ending] = Fault("", ending=ending)
    answers["html"] = Fault("", status=HTTPStatus.OK, body=HTML, content_type="text/html")
    answers["html-as-json"] = Fault("", status=HTTPStatus.OK, body=HTML)
    answers["empty-body"] = Fault("", status=HTTPStatus.OK, body="")
    answers["empty-object"] = Fault("", status=HTTPStatus.OK, body={})
    answers["empty-array"] = Fault("", status=HTTPStatus.OK, body="[]")
    answers["null"] = Fault("", status=HTTPStatus.OK, body="null")
    answers["text"] = Fault("", status=HTTPStatus.OK, body='"OK"')
    answers["204"] = Fault("", status=HTTPStatus.NO_CONTENT, body="")
    answers["302-to-a-sign-in"] = Fault("", status=302, body="", headers={"Location": "https://proxy.example/"})
    return answers


def _file_faults(reading: Reading) -> dict[str, Change]:
    """Return what befalls a file that a pipeline should have left."""
    name = reading.question.split()[1]
    bodies = {
        "empty": b"",
        "cut": reading.body[: len(reading.body) // 2],
        "html": HTML.encode(),
        "null": b"null",
        "text": b"OK",
        "empty-object": b"{}",
        "empty-array": b"[]",
        "binary": bytes(range(256)),
        "entities": b'<!DOCTYPE x [<!ENTITY a "1">]><coverage line-rate="1" lines-valid="1" lines-covered="1"/>',
    }
    changes: dict[str, Change] = {fault: _leaving(name, content) for fault, content in bodies.items()}
    return {**changes, "missing": lambda world: world.files.pop(name)}


def _leaving(name: str, content: bytes) -> Change:
    return lambda world: world.files.update({name: content})


def _name_faults(reading: Reading, stage: AzureStage) -> dict[str, Change]:
    host, vantage = _asked(reading)
    answers = {
        "servfail": Name([], [], failure="NoNameservers: All nameservers failed to answer the query: SERVFAIL"),
        "refused": Name([], [], failure="NoNameservers: All nameservers failed to answer the query: REFUSED"),
        "hang": Name([], [], failure="LifetimeTimeout: The resolution lifetime expired after 5.0 seconds"),
        "unknown-name": Name([], [], exists=False),
        "no-address": Name(json.loads(stage.readings[reading.key].body)["aliases"], []),
    }
    changes: dict[str, Change] = {fault: _naming(vantage, host, name) for fault, name in answers.items()}
    changes["names-of-the-other-vantage"] = seen_from_elsewhere(vantage)
    return changes if vantage == "outside" else {**changes, "no-name-known": no_name_known}


def seen_from_elsewhere(vantage: str) -> Change:
    """Return the change that lets every name lead, from a vantage, where it leads from the other."""

    def change(world: World) -> None:
        seen, other = world.side(vantage), world.side("inside" if vantage == "outside" else "outside")
        seen.names.update(other.names)
        seen.connections.update(other.connections)

    return change


def no_name_known(world: World) -> None:
    """Let no name exist inside."""
    world.inside.names.clear()


def _naming(vantage: str, host: str, name: Name) -> Change:
    return lambda world: world.side(vantage).names.update({host: name})


def _dial_faults(reading: Reading) -> dict[str, Change]:
    """Return what befalls a connection; that it is refused or dropped from outside is what the guide demands."""
    _, vantage = _asked(reading)
    where = reading.question.split(" at ", 1)[1].split(",", 1)[0]
    connections = {
        "unreachable": Connection("unreachable", tls_failure="Network is unreachable"),
        "tls-reset": Connection("open", tls_failure="ConnectionResetError"),
        "tls-hang": Connection("open", tls_failure="TimeoutError"),
        "certificate-of-a-stranger": Connection("open", tls_failure="self-signed certificate"),
        "500": Connection("open", http_status=HTTPStatus.INTERNAL_SERVER_ERROR, http_body="error"),
        "429": Connection("open", http_status=HTTPStatus.TOO_MANY_REQUESTS, http_body="Too many requests"),
        "html": Connection("open", http_status=HTTPStatus.OK, http_body=HTML),
        "403-of-a-proxy": Connection("open", http_status=HTTPStatus.FORBIDDEN, http_body=HTML),
    }
    if vantage == "outside":
        connections["silence"] = Connection("open")
    else:
        connections = {fault: connection for fault, connection in connections.items() if connection.http_status is None}
        connections |= {"refused": Connection("refused"), "hang": Connection("timed out")}
    return {fault: _connecting(vantage, where, connection) for fault, connection in connections.items()}


def _connecting(vantage: str, where: str, connection: Connection) -> Change:
    return lambda world: world.side(vantage).connections.update({where: connection})


def _asked(reading: Reading) -> tuple[str, str]:
    """Return the host name that a probe was about, and from where it was made."""
    about = re.search(r"(?:records of|connection to) ([^ ,]+)", reading.question)
    return (about.group(1) if about else ""), reading.question.rsplit(" ", 1)[-1]
