"""The transport: one question leaves one reading, whatever happens on the way, and no secret reaches the disk."""

import itertools
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from azure.core.rest import HttpRequest
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.security import SecurityCenter

from assurance.environment.suite_tables import Limits
from assurance.errors import MissingReading, NotEvaluated
from assurance.tape import Reading, Tape, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.response import TapeResponse
from assurance.world.azure.transport import NoAnswerError, TapeTransport
from assurance.world.http.upstream import Upstream
from sandbox import Sandbox

HOST = "management.azure.com"
URL = f"https://{HOST}/subscriptions/x/resource?api-version=2026-01-01"
QUICK = Limits(retry_budget_seconds=3.0, attempts=3, throttled_seconds=3.0, timeout_seconds=5.0)


class Scripted(httpx.BaseTransport):
    """Answers in order, the last one for ever; an exception among them is raised."""

    def __init__(self, *answers: httpx.Response | Exception, seconds: float = 0.0) -> None:
        self.asked: list[str] = []
        self._answers = answers
        self._seconds = seconds
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The next answer."""
        with self._lock:
            self.asked.append(str(request.url))
            answer = self._answers[min(len(self.asked), len(self._answers)) - 1]
        sleep(self._seconds)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer_of(status: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer of the stand-in above."""
    sent = [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return httpx.Response(status, headers=sent, content=body)


Make = Callable[..., TapeTransport]


@pytest.fixture
def make(tape: Tape, redactor: Redactor) -> Make:
    """A function that makes a transport over an upstream."""

    def make(upstream: Scripted | None, limits: Limits = QUICK, on: Tape = tape) -> TapeTransport:
        return TapeTransport(on, redactor, limits, upstream, endpoint="resource_manager", host=HOST)

    return make


def request(url: str = URL, *, signed: bool = True) -> HttpRequest:
    """A question as the clients put it."""
    headers = {"Authorization": "Bearer TOKEN-0123456789abcdef"} if signed else {}
    return HttpRequest("GET", url, headers=headers)


def only_reading(tape: Tape) -> Reading:
    """The one reading on the tape."""
    (found,) = tape.readings()
    return found


def test_one_question_leaves_one_reading(make: Make, tape: Tape) -> None:
    """The reading has the question, the api-version, the status, the request id, the time and the bytes."""
    answer = answer_of(body=b'{"id": "/x"}', headers={"X-MS-Request-Id": "r-1", "Content-Type": "application/json"})
    response = make(Scripted(answer)).send(request())
    found = only_reading(tape)
    assert (response.status_code, response.json(), response.headers["x-ms-request-id"]) == (200, {"id": "/x"}, "r-1")
    assert (found.question, found.api_version) == (f"GET {URL}", "2026-01-01")
    assert (found.status, found.request_id, found.attempts, found.page) == (200, "r-1", 1, None)
    assert found.started <= utc_now()
    assert found.body == answer.content


def test_the_same_question_is_asked_once(make: Make) -> None:
    """A GET that this run has made already is answered from its tape, also by another transport."""
    upstream = Scripted(answer_of())
    first, second = make(upstream), make(upstream)
    for transport in (first, first, second):
        transport.send(request())
    assert len(upstream.asked) == 1


def test_the_order_of_parameters_makes_no_other_question(make: Make) -> None:
    """Two spellings of one query are one question; another value is another one."""
    upstream = Scripted(answer_of())
    transport = make(upstream)
    for query in ("a=1&b=2", "b=2&a=1", "b=2&a=3"):
        transport.send(request(f"https://{HOST}/x?{query}"))
    assert len(upstream.asked) == 2


def test_a_signed_question_is_another_one(make: Make) -> None:
    """Key Vault's client asks without a token first: its challenge does not answer the true question."""
    upstream = Scripted(answer_of(401), answer_of(200))
    transport = make(upstream)
    statuses = [transport.send(request(signed=signed)).status_code for signed in (False, True, False)]
    assert statuses == [401, 200, 401]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_retried(make: Make, tape: Tape, status: int) -> None:
    """A throttled or failing service is asked again, and the reading says how often."""
    upstream = Scripted(answer_of(status, headers={"Retry-After": "0"}), answer_of(200))
    assert make(upstream).send(request()).status_code == 200
    assert only_reading(tape).attempts == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_lasting_fault_is_not_retried(make: Make, tape: Tape, status: int) -> None:
    """A refusal is an answer."""
    upstream = Scripted(answer_of(status), answer_of(200))
    assert make(upstream).send(request()).status_code == status
    assert only_reading(tape).attempts == 1


def test_retries_end_with_the_attempts(make: Make, tape: Tape) -> None:
    """After the attempts are used up the last answer stands."""
    upstream = Scripted(answer_of(503, b"down", {"Retry-After": "0"}))
    assert make(upstream).send(request()).status_code == 503
    assert len(upstream.asked) == only_reading(tape).attempts == 3


def test_retry_after_in_seconds_is_obeyed(make: Make) -> None:
    """The wait is as long as the service asks."""
    started = monotonic()
    make(Scripted(answer_of(429, headers={"Retry-After": "1"}), answer_of())).send(request())
    assert 1.0 <= monotonic() - started < 2.0


def test_retry_after_as_a_date_is_obeyed(make: Make) -> None:
    """The wait lasts until the date that the service names, of whole seconds."""
    moment = datetime.now(UTC) + timedelta(seconds=2)
    started = monotonic()
    header = {"Retry-After": format_datetime(moment, usegmt=True)}
    assert make(Scripted(answer_of(429, headers=header), answer_of())).send(request()).status_code == 200
    assert 0.9 <= monotonic() - started < 2.5


@pytest.mark.parametrize(
    "asked",
    ["60", "999999999999", format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)],
    ids=["a minute", "an age", "a date"],
)
def test_retry_after_beyond_the_budget_is_given_up_at_once(make: Make, tape: Tape, asked: str) -> None:
    """A wait that the budget does not allow is not begun: the reading says 429."""
    started = monotonic()
    upstream = Scripted(answer_of(429, headers={"Retry-After": asked}), answer_of())
    assert make(upstream).send(request()).status_code == 429
    assert monotonic() - started < 1.0
    assert only_reading(tape).headers["retry-after"] == asked


@pytest.mark.parametrize("asked", ["", "soon", "²", "-5", "Wed, 99 Foo 2026 99:99:99 GMT", "1e3"])
def test_a_senseless_retry_after_is_passed_over(make: Make, asked: str) -> None:
    """A header that says nothing breaks nothing."""
    assert (
        make(Scripted(answer_of(429, headers={"Retry-After": asked}), answer_of())).send(request()).status_code == 200
    )


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("[Errno 111] Connection refused"),
        httpx.ReadTimeout("The read operation timed out"),
        httpx.RemoteProtocolError("peer closed connection"),
        OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /x.pem"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_silent_host_leaves_a_reading_too(make: Make, tape: Tape, fault: Exception) -> None:
    """No answer is recorded as such, with its reason, and raised with the reading's key."""
    with pytest.raises(NoAnswerError, match=f"No (whole )?answer from {HOST}") as error:
        make(Scripted(fault), Limits(attempts=1)).send(request())
    found = only_reading(tape)
    assert error.value.reading == found.key
    assert (found.status, found.sha256, found.attempts) == (None, "", 1)
    assert found.failure == str(error.value)


def test_an_interrupted_answer_is_asked_for_again(make: Make, tape: Tape) -> None:
    """A connection that is cut once does no harm."""
    upstream = Scripted(httpx.ReadError("Connection reset by peer"), answer_of())
    assert make(upstream).send(request()).status_code == 200
    assert only_reading(tape).attempts == 2


def test_an_unreachable_host_is_not_tried_again(make: Make, tape: Tape) -> None:
    """After a host could not be reached within the bounds, further questions fail at once, and say so."""
    upstream = Scripted(httpx.ConnectError("[Errno 111] Connection refused"))
    transport = make(upstream, Limits(attempts=2, retry_budget_seconds=1.0))
    started = monotonic()
    for number in range(20):
        with pytest.raises(NoAnswerError, match="Connection refused"):
            transport.send(request(f"https://{HOST}/{number}"))
    assert len(upstream.asked) == 2
    assert monotonic() - started < 2.0
    assert sorted(reading.attempts for reading in tape.readings()) == [0] * 19 + [2]


def test_one_unanswered_question_does_not_condemn_the_host(make: Make) -> None:
    """A host that has answered before is asked on, after one question ran into a time-out."""
    upstream = Scripted(answer_of(), httpx.ReadTimeout("The read operation timed out"), answer_of())
    transport = make(upstream, Limits(attempts=1))
    transport.send(request(f"https://{HOST}/1"))
    with pytest.raises(NoAnswerError):
        transport.send(request(f"https://{HOST}/2"))
    assert transport.send(request(f"https://{HOST}/3")).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.invalid/x",
        "https://management.azure.com.evil.invalid/x",
        "https://management.azure.com@evil.invalid/x",
        "https://management.azure.com:8443/x",
        "http://management.azure.com/x",
    ],
)
def test_another_host_is_refused(make: Make, tape: Tape, url: str) -> None:
    """A nextLink to another host, port or protocol is not followed: it would get the token."""
    upstream = Scripted(answer_of())
    with pytest.raises(NotEvaluated, match="pointed elsewhere"):
        make(upstream).send(request(url))
    assert upstream.asked == []
    assert tape.readings() == []


def test_only_evidence_is_kept_of_the_headers(make: Make, tape: Tape) -> None:
    """Request ids, limits, date and type are kept; cookies, tokens and all else are not."""
    kept = {
        "x-ms-request-id": "1",
        "x-ms-correlation-request-id": "2",
        "x-ms-routing-request-id": "3",
        "x-ms-arm-service-request-id": "4",
        "x-ms-ratelimit-remaining-subscription-reads": "5",
        "content-type": "application/json",
        "date": "Thu, 12 Mar 2026 08:15:30 GMT",
    }
    other = {"Set-Cookie": "session=s3cr3t", "Authorization": "Bearer t", "Server": "x", "x-ms-request-idx": "y"}
    make(Scripted(answer_of(headers={**kept, **other}))).send(request())
    assert only_reading(tape).headers == kept


def test_no_secret_is_on_the_disk(make: Make, tape: Tape) -> None:
    """Neither the token that was sent, nor what stands in body, URL, header or failure, is found on the tape."""
    body = json.dumps({"env": [{"name": "A", "value": "s3cr3t-1"}], "m": "Password=s3cr3t-2;"}).encode()
    headers = {"www-authenticate": "Bearer s3cr3t-3-s3cr3t-3-s3cr3t"}
    make(Scripted(answer_of(body=body, headers=headers))).send(request(f"{URL}&sig=s3cr3t-4-s3cr3t"))
    broken = httpx.LocalProtocolError("header value: 'Bearer s3cr3t-5-s3cr3t-5'")
    with pytest.raises(NoAnswerError) as error:
        make(Scripted(broken), Limits(attempts=1)).send(request(f"https://{HOST}/other"))
    written = b"".join(path.read_bytes() for path in tape.directory.rglob("*") if path.is_file())
    assert b"s3cr3t" not in written
    assert b"TOKEN-0123456789abcdef" not in written
    assert "s3cr3t" not in str(error.value)
    assert b"[redacted environment-value" in written


def test_what_the_client_sees_is_what_is_on_the_tape(make: Make, tape: Tape) -> None:
    """A live run judges the redacted bytes, as a replay does."""
    response = make(Scripted(answer_of(body=b'{"password": "hunter2"}'))).send(request())
    assert response.content == only_reading(tape).body
    assert b"hunter2" not in response.content


def test_a_replay_needs_no_upstream(make: Make, tape: Tape) -> None:
    """A sealed tape answers alone, whatever the host's name is now, and has nothing else to say."""
    live = make(Scripted(answer_of(body=b'{"id": "/x"}'))).send(request())
    tape.seal(utc_now())
    replaying = make(None, on=Tape.open(tape.directory))
    assert replaying.send(request()).content == live.content
    assert replaying.send(request(URL.replace(HOST, "127.0.0.1:4443"))).content == live.content
    with pytest.raises(MissingReading):
        replaying.send(request(f"https://{HOST}/other"))


def test_a_replay_fails_as_the_run_did(make: Make, tape: Tape) -> None:
    """A question that nothing answered is not answered by the tape either, and without a wait."""
    with pytest.raises(NoAnswerError) as live:
        make(Scripted(httpx.ConnectError("[Errno 111] Connection refused")), Limits(attempts=1)).send(request())
    tape.seal(utc_now())
    with pytest.raises(NoAnswerError) as replayed:
        make(None, on=Tape.open(tape.directory)).send(request())
    assert str(replayed.value) == str(live.value)


def test_pages_are_counted_also_where_they_are_on_the_tape(make: Make, tape: Tape) -> None:
    """A list whose first page another check has read goes on with page 2; a challenge is no page."""
    transport = make(Scripted(answer_of()))
    first, second = f"https://{HOST}/list", f"https://{HOST}/list?page=2"
    counter = itertools.count(1)
    transport.send(request(first, signed=False), page=counter)
    transport.send(request(first), page=counter)
    again = itertools.count(1)
    transport.send(request(first), page=again)
    transport.send(request(second), page=again)
    assert sorted((reading.page or 0, reading.question) for reading in tape.readings()) == [
        (0, f"GET {first}"),
        (1, f"GET {first}"),
        (2, f"GET {second}"),
    ]


def test_no_more_requests_are_under_way_than_allowed(make: Make) -> None:
    """The bound on concurrency holds however many threads ask."""

    class Counting(Scripted):
        def __init__(self) -> None:
            super().__init__(answer_of(), seconds=0.05)
            self.now = self.most = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            with self._lock:
                self.now += 1
                self.most = max(self.most, self.now)
            answer = super().handle_request(request)
            with self._lock:
                self.now -= 1
            return answer

    upstream = Counting()
    transport = make(upstream, Limits(concurrency=3))
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: transport.send(request(f"https://{HOST}/{n}")), range(12)))
    assert upstream.most == 3


def options(transport: TapeTransport) -> dict[str, Any]:
    """How the suite makes its clients."""
    return {
        "credential": StaticToken("token"),
        "subscription_id": "22222222-2222-4222-8222-222222222222",
        "base_url": f"https://{HOST}",
        "credential_scopes": [f"https://{HOST}/.default"],
        "transport": transport,
        "retry_total": 0,
    }


def test_clients_of_the_newer_generation_read_the_answers(make: Make) -> None:
    """The network client makes its models of a reading, and fails on a refusal with Azure's own words."""
    body = b'{"id": "/x", "name": "vnet", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}'
    client = NetworkManagementClient(
        **options(make(Scripted(answer_of(body=body, headers={"Content-Type": "application/json"}))))
    )
    network = client.virtual_networks.get("group", "vnet")
    assert network.address_space.address_prefixes == ["10.0.0.0/16"]


def test_clients_of_the_older_generation_read_the_answers(make: Make) -> None:
    """The security client makes its models of a reading, page by page."""
    pages = [
        {"value": [{"id": "/a", "name": "a"}], "nextLink": f"https://{HOST}/next?api-version=2022-01-01"},
        {"value": [{"id": "/b", "name": "b"}]},
    ]
    answers = [
        answer_of(body=json.dumps(page).encode(), headers={"Content-Type": "application/json"}) for page in pages
    ]
    client = SecurityCenter(**options(make(Scripted(*answers))))
    assert [alert.name for alert in client.alerts.list()] == ["a", "b"]


def test_a_response_is_whole_from_the_start(make: Make) -> None:
    """Whatever way a client reads a response, it gets the same bytes."""
    response = make(Scripted(answer_of(body=b"\xef\xbb\xbf{}", headers={"Content-Type": "application/json"}))).send(
        request()
    )
    assert isinstance(response, TapeResponse)
    assert response.read() == response.body() == b"".join(response.iter_bytes()) == b"".join(response.iter_raw())
    assert (response.text(), response.content_type, response.url) == ("{}", "application/json", URL)
    assert (response.is_closed, response.is_stream_consumed, response.request.method) == (True, True, "GET")


@pytest.fixture
def proxied() -> Iterator[None]:
    """An environment that names a proxy which does not exist."""
    names = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ["HTTPS_PROXY"] = "http://127.0.0.1:1"
    yield
    del os.environ["HTTPS_PROXY"]
    os.environ.update(before)


@pytest.mark.usefixtures("proxied")
def test_what_is_on_this_machine_is_not_asked_through_a_proxy() -> None:
    """A machine behind a proxy reaches the stand-ins, by address and where a name is mapped to one."""
    with Sandbox() as sandbox:
        vault = sandbox.listeners.inside["key_vault"]
        name = f"{vault.service.fqdn}:443"
        with httpx.Client(transport=Upstream(sandbox.authority.path, {name: vault.address})) as client:
            unsigned = client.get(f"{sandbox.resource_manager.url}/subscriptions?api-version=2026-01-01")
            challenge = client.get(f"https://{vault.service.fqdn}/secrets?api-version=7.4")
            with pytest.raises(httpx.ConnectError):  # nothing listens at the proxy's address
                client.get("https://management.azure.com/")
    assert (unsigned.status_code, challenge.status_code) == (401, 401)


def test_a_mapped_host_must_still_prove_its_name() -> None:
    """TLS is verified for the name that was asked for, not for the address that was dialled."""
    with Sandbox() as sandbox:
        connect = {"other.vault.azure.net:443": sandbox.listeners.inside["key_vault"].address}
        with (
            httpx.Client(transport=Upstream(sandbox.authority.path, connect)) as client,
            pytest.raises(httpx.ConnectError, match="certificate verify failed"),
        ):
            client.get("https://other.vault.azure.net/")
