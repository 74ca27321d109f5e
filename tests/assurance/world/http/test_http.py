"""Attempts and their pauses, and bodies within their bounds."""

from __future__ import annotations

import gzip
import json
import resource
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from assurance.environment.suite_tables import AnswerBounds
from assurance.tape.strict_json import JsonBounds
from assurance.world.http.attempts import (
    FIRST_PAUSE_SECONDS,
    JITTER,
    Attempt,
    Clock,
    RetryPolicy,
    Sender,
    asked_pause_seconds,
)
from assurance.world.http.upstream import FRESH_SECONDS, BeyondBoundError, Upstream, read_body

POLICY = RetryPolicy(attempts=3, budget_seconds=10.0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"x-ms-retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_what_a_service_asks(headers: dict[str, str], seconds: float | None) -> None:
    """Milliseconds come before seconds; what says nothing is passed over."""
    assert asked_pause_seconds(headers) == seconds


def test_a_date_is_so_many_seconds_ahead() -> None:
    """A date of whole seconds."""
    asked = asked_pause_seconds({"retry-after": format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)})
    assert asked is not None
    assert 58.0 <= asked <= 60.0


def test_pauses_of_our_own_double_and_are_spread() -> None:
    """Each is twice the last, within a share of it."""
    for sent in (1, 2):
        pause = POLICY.pause_seconds({}, sent, 0.0)
        assert pause is not None
        assert abs(pause / (FIRST_PAUSE_SECONDS * 2 ** (sent - 1)) - 1) <= JITTER
    pauses = {POLICY.pause_seconds({}, 1, 0.0) for _ in range(20)}
    assert len(pauses) > 1


@pytest.mark.parametrize(
    ("asked", "sent", "spent"),
    [("1", 3, 0.0), ("11", 1, 0.0), ("5", 1, 6.0)],
    ids=["attempts", "a pause beyond the budget", "a budget that is used up"],
)
def test_a_bound_ends_it(asked: str, sent: int, spent: float) -> None:
    """No attempt is begun that the bounds do not allow."""
    assert POLICY.pause_seconds({"retry-after": asked}, sent, spent) is None


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


@pytest.mark.parametrize(("attempts", "budget_seconds"), [(1, 0.0), (4, 15.0), (10, 600.0)])
@pytest.mark.parametrize("refusal_seconds", [0.0, 1.0], ids=["refused at once", "refused slowly"])
def test_half_a_minute_at_most_is_lost_to_a_host_that_died(
    attempts: int, budget_seconds: float, refusal_seconds: float
) -> None:
    """However often an environment file has requests repeated, a thousand questions lose no more than that together."""
    passed = [0.0]

    def wait(seconds: float) -> None:
        passed[0] += seconds

    class Refusing(Host):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            wait(0.0 if self.is_up else refusal_seconds)
            return super().handle_request(request)

    host, policy = Refusing(), RetryPolicy(attempts, budget_seconds)

    def pausing(last: Attempt, sent: int, spent: float) -> float | None:
        return policy.pause_seconds(last.headers, sent, spent) if last.failure else None

    sender = Sender(host, AnswerBounds(1024), 1.0, clock=Clock(lambda: passed[0], wait))
    request = httpx.Request("GET", "https://apex.invalid/")
    assert sender.send(request, pausing)[0].status == 200
    host.is_up = False
    for _ in range(1000):
        sender.send(request, pausing)
    assert passed[0] <= 30 + refusal_seconds


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


MEBIBYTE = 1024 * 1024
HUNDRED = AnswerBounds(100)


class Pieces(httpx.SyncByteStream):
    """A body that comes in pieces, with a pause before each."""

    def __init__(self, *pieces: bytes, seconds: float = 0.0) -> None:
        self._pieces = pieces
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            time.sleep(self._seconds)
            yield piece


def response(*pieces: bytes, encoding: str = "", seconds: float = 0.0) -> httpx.Response:
    """An answer whose body is still to be read."""
    headers = {"content-encoding": encoding} if encoding else {}
    return httpx.Response(200, headers=headers, stream=Pieces(*pieces, seconds=seconds))


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("", b"abc"),
        ("identity", b"abc"),
        ("gzip", gzip.compress(b"abc")),
        ("GZIP", gzip.compress(b"ab") + gzip.compress(b"c")),
        ("deflate", zlib.compress(b"abc")),
    ],
    ids=["no form", "identity", "gzip", "two gzip members", "deflate"],
)
def test_each_form_is_read(encoding: str, content: bytes) -> None:
    """Byte by byte too."""
    assert read_body(response(content, encoding=encoding), HUNDRED, 5.0) == b"abc"
    assert read_body(response(*(bytes([one]) for one in content), encoding=encoding), HUNDRED, 5.0) == b"abc"


def test_a_gzip_bomb_is_refused_in_bounded_memory() -> None:
    """A gigabyte of zeros in a megabyte is given up at the bound."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(compressor.compress(bytes(MEBIBYTE)) for _ in range(1024)) + compressor.flush()
    tracemalloc.start()
    with pytest.raises(BeyondBoundError, match="longer than 16777216 bytes"):
        read_body(response(bomb, encoding="gzip"), AnswerBounds(16 * MEBIBYTE), 5.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * MEBIBYTE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[" + b"{}," * 1000 + b"{}]", "more than 1000 values"),
        (b" " * 60 + b"[" + b"{}," * 1000 + b"{}]", "more than 1000 values"),
        (b"[" * 60 + b"]" * 60, "deeper than 50 levels"),
        (json.dumps({"id": "x" * 2001}).encode(), "a text of more than 2000 bytes"),
        (json.dumps({"id": '"' * 2001}).encode(), "a text of more than 2000 bytes"),
        (b'{"a": ' + b"1" * 31 + b"}", "a number of more than 30 digits"),
    ],
    ids=["values", "values after spaces", "nesting", "text", "text of quotation marks", "digits"],
)
def test_json_beyond_a_bound_is_refused(content: bytes, reason: str) -> None:
    """Before it is parsed, each with its own reason."""
    bounds = AnswerBounds(MEBIBYTE, JsonBounds(values=1000, depth=50, digits=30, characters=2000))
    with pytest.raises(BeyondBoundError, match=reason):
        read_body(response(content), bounds, 5.0)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"id": "[" * 60 + "1" * 40}).encode(),
        json.dumps(["x" * 1999, '"' * 999, "y" * 1999]).encode(),
        b"<html>" + b"[" * 60,
        b"",
    ],
    ids=["brackets and digits in a text", "texts within the bound", "no JSON", "nothing"],
)
def test_what_only_looks_beyond_a_bound_is_read(content: bytes) -> None:
    """What stands in a text is a text."""
    bounds = AnswerBounds(MEBIBYTE, JsonBounds(values=1000, depth=50, digits=30, characters=2000))
    assert read_body(response(content), bounds, 5.0) == content


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_what_was_not_offered_is_refused(encoding: str) -> None:
    """Also layers of compression, each of which multiplies."""
    with pytest.raises(BeyondBoundError, match="was not offered"):
        read_body(response(b"abc", encoding=encoding), HUNDRED, 5.0)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_no_body_is_none_in_any_form(encoding: str) -> None:
    """An answer such as 202 may say how a body would be compressed."""
    assert read_body(response(encoding=encoding), HUNDRED, 5.0) == b""


def test_a_long_text_is_refused_in_bounded_memory() -> None:
    """Looking for its end takes no memory for each of its characters."""
    content = b'{"name": "' + b"a" * (8 * MEBIBYTE) + b'"}'
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BeyondBoundError, match="a text of more than 1000000 bytes"):
        read_body(response(content), AnswerBounds(16 * MEBIBYTE), 30.0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_a_body_that_trickles_is_given_up() -> None:
    """The bound of time is for the whole body."""
    with pytest.raises(BeyondBoundError, match=r"took longer than 0\.1 seconds"):
        read_body(response(*[b"a"] * 100, seconds=0.03), AnswerBounds(1000), 0.1)


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"abc")[:-9]], ids=["another form", "cut"])
def test_what_is_not_compressed_as_said_is_a_failure(content: bytes) -> None:
    """Nothing is judged of half a body."""
    with pytest.raises(httpx.DecodingError):
        read_body(response(content, encoding="gzip"), HUNDRED, 5.0)


class CountedConnections(ThreadingHTTPServer):
    """A server on loopback that keeps connections open, and counts them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), KeepingOpen)
        self.connections = 0


class KeepingOpen(BaseHTTPRequestHandler):
    """Answers 204 to everything."""

    server: CountedConnections
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """Count a connection."""
        self.server.connections += 1
        super().setup()

    def do_POST(self) -> None:
        """Answer."""
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


@pytest.mark.parametrize(("idle_seconds", "connections"), [(0.0, 1), (FRESH_SECONDS + 0.1, 2)], ids=["fresh", "idle"])
def test_what_must_not_be_sent_twice_takes_no_idle_connection(idle_seconds: float, connections: int) -> None:
    """A connection that was just used saves the handshakes; the server may be about to close an older one."""
    with CountedConnections() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with httpx.Client(transport=Upstream(None, {})) as client:
            for pause in (0.0, idle_seconds):
                time.sleep(pause)
                assert client.post(f"http://127.0.0.1:{server.server_port}/").status_code == 204
        server.shutdown()
    assert server.connections == connections
