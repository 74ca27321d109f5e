"""The catalogue of inability: every reading that the checks rest on, with every fault in its place.

Every check that rests on the reading must then be not evaluated, or fail where absence is a finding; none may pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assurance.tape import Reading
from assurance.world.sockets import Connection
from falsification.azure.world import Change, Name, World
from falsification.catalogue import Inability
from sandbox import Fault
from sandbox.network.faults import ERRORS

if TYPE_CHECKING:
    from falsification.azure.stage import AzureStage

UNAUTHORIZED = HTTPStatus.UNAUTHORIZED
OTHER_SUBSCRIPTION = "33333333-3333-4333-8333-333333333333"
PAGE = "a-page-that-fails"
HTML = "<!DOCTYPE html><html><head><title>Sign in to the proxy</title></head><body>Please sign in.</body></html>"
# Lists that Azure may well answer empty: an empty one is no fault, and so nothing to be found by.
MAY_BE_EMPTY = re.compile(
    r"/(firewallRules|ipv6FirewallRules|publicIPAddresses|denyAssignments|alerts|eventtypes/management/values)\?",
    re.IGNORECASE,
)

# A body of Azure's: JSON of any kind.
Body = dict[str, Any]
Rewrite = Callable[[Body, str], object | None]
"""What a body becomes, given the URL that it answers; None where the fault cannot befall such a body."""


def inabilities(stage: AzureStage) -> tuple[Inability[World], ...]:
    """Return every fault in the place of every reading of the compliant world."""
    readings = sorted(stage.readings.values(), key=lambda one: (one.kind, one.question, one.status or 0))
    return tuple(found for reading in readings for found in _faults_of(reading, stage))


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
    found: dict[str, list[Fault]] = {name: [replace(one, match=match, times=times)] for name, one in _answers().items()}
    if reading.status == UNAUTHORIZED:
        # Azure challenges by 401, so that this one is the truth here.
        del found["401"]
    else:
        for name, rewrite in REWRITES.items():
            body = rewrite(json.loads(reading.body), reading.question.split(" ", 1)[1])
            if body is not None:
                found[name] = [Fault(match, status=HTTPStatus.OK, body=body, times=times)]
        if "a-page-that-fails" in found:
            found["a-page-that-fails"].append(Fault(PAGE, status=HTTPStatus.SERVICE_UNAVAILABLE))
    return {name: _showing(faults) for name, faults in found.items()}


def _showing(faults: list[Fault]) -> Change:
    return lambda world: world.faults.extend(replace(fault) for fault in faults)


def _answers() -> dict[str, Fault]:
    """Return the faults that do not depend on what the true answer is."""
    found = {
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
    found["429-with-retry-after"] = Fault("", status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "3600"})
    found["503-with-retry-after-date"] = Fault(
        "", status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}
    )
    for code in ("ResourceGroupNotFound", "SubscriptionNotFound", "ResourceNotFound", "InvalidResourceType"):
        error = {"error": {"code": code, "message": "It could not be found."}}
        found[f"404-{code}"] = Fault("", status=HTTPStatus.NOT_FOUND, body=error)
    found["404-html"] = Fault("", status=HTTPStatus.NOT_FOUND, body=HTML, content_type="text/html")
    found["400-without-error"] = Fault(
        "", status=HTTPStatus.BAD_REQUEST, body={"code": "BadRequest", "message": ERRORS[400][1]}
    )
    for ending in ("hang", "reset", "cut"):
        found[ending] = Fault("", ending=ending)
    found["html"] = Fault("", status=HTTPStatus.OK, body=HTML, content_type="text/html")
    found["html-as-json"] = Fault("", status=HTTPStatus.OK, body=HTML)
    found["empty-body"] = Fault("", status=HTTPStatus.OK, body="")
    found["empty-object"] = Fault("", status=HTTPStatus.OK, body={})
    found["empty-array"] = Fault("", status=HTTPStatus.OK, body="[]")
    found["null"] = Fault("", status=HTTPStatus.OK, body="null")
    found["text"] = Fault("", status=HTTPStatus.OK, body='"OK"')
    found["204"] = Fault("", status=HTTPStatus.NO_CONTENT, body="")
    found["302-to-a-sign-in"] = Fault("", status=302, body="", headers={"Location": "https://proxy.example/"})
    return found


def _empty_list(body: Body, url: str) -> object | None:
    """An empty list, where something must be in it."""
    return {"value": []} if body.get("value") and not MAY_BE_EMPTY.search(url) else None


def _null_list(body: Body, _: str) -> object | None:
    """A list that is null."""
    return {"value": None} if "value" in body else None


def _list_for_a_resource(body: Body, _: str) -> object | None:
    """A list, where one resource was asked for."""
    return None if "value" in body else {"value": [body]}


def _looping(body: Body, url: str) -> object | None:
    """A next page that is this page."""
    return {**body, "nextLink": url} if "value" in body else None


def _page_that_fails(body: Body, url: str) -> object | None:
    """A next page that fails."""
    return {**body, "nextLink": f"{url}&$skiptoken={PAGE}"} if "value" in body else None


def _page_elsewhere(body: Body, url: str) -> object | None:
    """A next page on another host, to which no token may go."""
    elsewhere = f"https://elsewhere.example{urlsplit(url).path}?api-version=2020-01-01"
    return {**body, "nextLink": elsewhere} if "value" in body else None


def _page_at_another_port(body: Body, url: str) -> object | None:
    """A next page at another port of the same host: another service may listen there."""
    parts = urlsplit(url)
    elsewhere = parts._replace(netloc=f"{parts.hostname}:8443").geturl()
    return {**body, "nextLink": f"{elsewhere}&$skiptoken={PAGE}"} if "value" in body else None


def _flattened(body: Body, _: str) -> object | None:
    """Another api-version: what stood in `properties` (or, in a vault, `attributes`) stands beside the id."""
    return _each(body, lambda one: {**_without(one, "properties", "attributes"), **(one.get("properties") or {})})


def _capitalized(body: Body, _: str) -> object | None:
    """Another api-version: every key of a resource begins with a capital."""
    return _each(body, lambda one: {f"{key[:1].upper()}{key[1:]}": _capitals(value) for key, value in one.items()})


def _other_envelope(body: Body, _: str) -> object | None:
    """Another api-version: the list stands under another key."""
    return {"items": body["value"]} if "value" in body else None


def _without_properties(body: Body, _: str) -> object | None:
    """Resources whose properties are null."""
    return _each(body, lambda one: {**one, "properties": None, "attributes": None})


def _of_another_resource(body: Body, url: str) -> object | None:
    """A body of the same kind, of a resource elsewhere: the same in all but its subscription."""
    if "vault" in urlsplit(url).netloc:
        renamed: Body = json.loads(json.dumps(body).replace("/secrets/", "/secrets/OTHER-"))
        return renamed
    subscription = re.search(r"/subscriptions/([^/]+)/", f"{url}/")
    text = json.dumps(body)
    if subscription is None or subscription.group(1) not in text:
        return None
    moved: Body = json.loads(text.replace(subscription.group(1), OTHER_SUBSCRIPTION))
    return moved


def _of_another_kind(body: Body, url: str) -> object | None:
    """The body of another kind of resource, whole and well-formed."""
    if "value" in body:
        return None
    group = re.match(r"https://[^/]+(/subscriptions/[^/]+)", url)
    above = group.group(1) if group else ""
    return {
        "id": f"{above}/providers/Microsoft.Other/things/x",
        "name": "x",
        "properties": {"provisioningState": "Succeeded"},
    }


def _name_twice(body: Body, _: str) -> object | None:
    """An object with a name twice, the second of which is right: which of them holds is open (RFC 8259, section 4)."""
    return f"{{{json.dumps(next(iter(body)))}: null, {json.dumps(body)[1:]}" if body else None


REWRITES: Mapping[str, Rewrite] = {
    "a-name-twice": _name_twice,
    "empty-list": _empty_list,
    "null-list": _null_list,
    "list-for-a-resource": _list_for_a_resource,
    "looping-next-link": _looping,
    "a-page-that-fails": _page_that_fails,
    "next-page-on-another-host": _page_elsewhere,
    "next-page-at-another-port": _page_at_another_port,
    "other-api-version-flattened": _flattened,
    "other-api-version-capitalized": _capitalized,
    "other-api-version-envelope": _other_envelope,
    "without-properties": _without_properties,
    "body-of-another-resource": _of_another_resource,
    "body-of-another-kind": _of_another_kind,
}


def _each(body: Body, change: Callable[[Body], Body]) -> object | None:
    """Return a body with its resource, or each of its resources, changed; None if there is none."""
    if "value" not in body:
        # What a registry describes has no id, and holds nothing under `properties`.
        return change(body) if "id" in body else None
    return {**body, "value": [change(one) for one in body["value"]]} if body["value"] else None


def _without(values: Body, *keys: str) -> Body:
    return {key: value for key, value in values.items() if key not in keys}


def _capitals(value: Any) -> Any:  # noqa: ANN401  (JSON of any kind)
    if isinstance(value, dict):
        return {f"{key[:1].upper()}{key[1:]}": _capitals(inner) for key, inner in value.items()}
    return [_capitals(inner) for inner in value] if isinstance(value, list) else value


def _file_faults(reading: Reading) -> dict[str, Change]:
    """Return what befalls a file that a pipeline should have left."""
    name = reading.question.split()[1]
    found = {
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
    changes: dict[str, Change] = {fault: _leaving(name, content) for fault, content in found.items()}
    return {**changes, "missing": lambda world: world.files.pop(name)}


def _leaving(name: str, content: bytes) -> Change:
    return lambda world: world.files.update({name: content})


def _name_faults(reading: Reading, stage: AzureStage) -> dict[str, Change]:
    host, vantage = _asked(reading)
    found = {
        "servfail": Name([], [], failure="NoNameservers: All nameservers failed to answer the query: SERVFAIL"),
        "refused": Name([], [], failure="NoNameservers: All nameservers failed to answer the query: REFUSED"),
        "hang": Name([], [], failure="LifetimeTimeout: The resolution lifetime expired after 5.0 seconds"),
        "unknown-name": Name([], [], exists=False),
        "no-address": Name(json.loads(stage.readings[reading.key].body)["aliases"], []),
    }
    return {fault: _naming(vantage, host, name) for fault, name in found.items()}


def _naming(vantage: str, host: str, name: Name) -> Change:
    return lambda world: world.side(vantage).names.update({host: name})


def _dial_faults(reading: Reading) -> dict[str, Change]:
    """Return what befalls a connection; that it is refused or dropped from outside is what the guide demands."""
    _, vantage = _asked(reading)
    where = reading.question.split(" at ", 1)[1].split(",", 1)[0]
    found = {
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
        found["silence"] = Connection("open")
    else:
        found = {fault: one for fault, one in found.items() if one.http_status is None}
        found |= {"refused": Connection("refused"), "hang": Connection("timed out")}
    return {fault: _connecting(vantage, where, connection) for fault, connection in found.items()}


def _connecting(vantage: str, where: str, connection: Connection) -> Change:
    return lambda world: world.side(vantage).connections.update({where: connection})


def _asked(reading: Reading) -> tuple[str, str]:
    """Return the host name that a probe was about, and from where it was made."""
    about = re.search(r"(?:records of|connection to) ([^ ,]+)", reading.question)
    return (about.group(1) if about else ""), reading.question.rsplit(" ", 1)[-1]
