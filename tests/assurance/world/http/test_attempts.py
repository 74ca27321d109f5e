"""How long a host that does not answer is tried, all questions together."""

from __future__ import annotations

import time

import httpx

from assurance.environment.bounds import AnswerBounds
from assurance.world.http.attempts import Attempt, Sender

PAUSE_SECONDS = 0.02


class Host(httpx.BaseTransport):
    """A host that is up or down, and counts who comes."""

    def __init__(self) -> None:
        self.is_up = True
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or refuse the connection."""
        self.asked += 1
        if self.is_up:
            return httpx.Response(200, content=b"{}")
        raise httpx.ConnectError("[Errno 111] Connection refused", request=request)


def _pausing(last: Attempt, sent: int, _: float) -> float | None:
    return PAUSE_SECONDS if last.failure and sent < 4 else None


def _ask(sender: Sender) -> Attempt:
    return sender.send(httpx.Request("GET", "https://apex.invalid/"), _pausing)[0]


def _sender(host: Host, lost_seconds: float) -> Sender:
    return Sender(host, AnswerBounds(1024), 1.0, lost_seconds=lost_seconds)


def test_a_host_that_died_is_given_up_for_one_reason() -> None:
    """A host that answered and then died is tried for the bound in all; every later question has the same reason."""
    host = Host()
    sender = _sender(host, lost_seconds=0.6)
    assert _ask(sender).status == 200
    host.is_up = False
    clock = time.monotonic()
    reasons = {_ask(sender).failure for _ in range(200)}
    assert time.monotonic() - clock < 3
    assert reasons == {"No answer from apex.invalid: [Errno 111] Connection refused"}
    asked, host.is_up = host.asked, True
    assert _ask(sender).failure
    assert host.asked == asked


def test_a_host_that_was_restarted_is_asked_on() -> None:
    """What was lost before an answer came is forgotten: a host may be restarted more than once."""
    host = Host()
    sender = _sender(host, lost_seconds=0.9)
    for _ in range(5):
        host.is_up = True
        assert _ask(sender).status == 200
        host.is_up = False
        for _ in range(3):
            assert _ask(sender).failure
    host.is_up = True
    assert _ask(sender).status == 200
