"""Sends JSON over HTTPS with a secret that never shows: not in errors, not in logs, not on disk."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from assurance.errors import UsageError
from assurance.reporting.fit import for_terminal
from assurance.world.http.statuses import SUCCESSES

TIMEOUT_SECONDS = 20.0
MAX_ANSWER_BYTES = 5_000_000

Value = Any  # a value of JSON


class NotSent(UsageError):  # noqa: N818  (it says what happened)
    """A service could not be told; the message names its host only, since its address may be a secret."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a service answered: its status, and its JSON; None where that is none."""

    status: int
    document: Value
    links: Mapping[str, str] = field(default_factory=dict)


def demand_safe(url: str, named: str) -> str:
    """Return an address to which a secret may be sent: HTTPS, or plain HTTP on this machine.

    Args:
        url: The address.
        named: Where it comes from, such as the name of a variable; the address itself is not told.

    Raises:
        NotSent: It is no such address.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return url
    raise NotSent(f"{named}: an address beginning with https:// was expected; its value is not shown")


def ask(method: str, url: str, body: Value = None, headers: Mapping[str, str] | None = None) -> Answered:
    """Send one request and return the answer. Redirects are not followed: the secret would go along.

    Raises:
        NotSent: There was no answer.
    """
    import httpx

    host = urlsplit(url).hostname or "the service"
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            answer = client.request(method, url, json=body, headers=dict(headers or {}))
    except httpx.HTTPError as error:
        raise NotSent(
            f"{for_terminal(host)}: there was no answer ({type(error).__name__}); nothing was sent twice"
        ) from (
            None  # httpx puts the whole address into its message
        )
    links = {name: str(link["url"]) for name, link in answer.links.items() if name and "url" in link}
    return Answered(answer.status_code, _document(answer.content), links)


def demand_accepted(answered: Answered, url: str, what_to_do: str) -> Value:
    """Return the JSON of an answer that says yes.

    Raises:
        NotSent: It says no; the message has its status and what to do.
    """
    if answered.status in SUCCESSES:
        return answered.document
    raise NotSent(f"{for_terminal(urlsplit(url).hostname or '')} answered {answered.status}; {what_to_do}")


def _document(content: bytes) -> Value:
    import json

    try:
        return json.loads(content[:MAX_ANSWER_BYTES])
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
