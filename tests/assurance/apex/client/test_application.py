"""The client against real servers on loopback: redirects, retries, broken answers, tokens."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from assurance.apex.client import Application, Flow, Flows
from assurance.apex.client.api import is_shown
from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape import Tape
from sandbox.network.http_server import Answer
from sandbox.network.http_stand_in import CertificateAuthority
from tests.assurance.apex.client.conftest import RUN_ID, TOKENS, Build, Server, environment_of

OK = Answer.of_json(200, {"id": "1"}, {"X-Request-ID": "r-1"})
ESTIMATOR = f"Bearer {TOKENS['APEX_TEST_TOKEN_ESTIMATOR']}"
TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01")


@pytest.fixture
def flow(application: Application) -> Flow:
    """The flow of the smoke tests."""
    return Flows(application).begin("smoke")


def redirect(status: int, location: str) -> Answer:
    """Return a redirect."""
    return Answer(status, headers={"Location": location})


def test_a_plain_read_is_sent_once(build: Build, server: Server) -> None:
    """Whoever asks the same again, also another worker on the same tape, gets the same answer without a request."""
    first = build().get("/projects", "estimator")
    again = build().get("/projects", "estimator")

    assert len(server.requests) == 1
    assert first == again
    assert server.requests[0].target == "/api/v1/projects"


def test_callers_are_told_apart(application: Application, server: Server) -> None:
    """The same path asked by another role is another question, with that role's own token; nobody has none."""
    for caller in ("estimator", "manager", "anonymous"):
        application.get("/projects", caller)

    assert server.tokens() == [ESTIMATOR, f"Bearer {TOKENS['APEX_TEST_TOKEN_MANAGER']}", None]


def test_an_exchange_tells_what_came_back(application: Application, server: Server) -> None:
    """Status, body, request id, attempts and reading are the answer's own."""
    server.answers = [Answer.of_json(403, {"detail": "No access"}, {"X-Request-ID": "r-7"})]
    exchange = application.get("/projects/1", "estimator")

    assert (exchange.status, exchange.request_id, exchange.attempts) == (403, "r-7", 1)
    assert exchange.document.text("detail") == "No access"
    assert not exchange.answers(200).holds
    assert exchange.answers(403).readings == exchange.readings == (exchange.reading.key,)
    assert exchange.answers(200).observed == 'answers 403 {"detail": "No access"} (request r-7)'.replace('": "', '":"')


def test_a_redirect_within_the_application_keeps_the_token(application: Application, server: Server) -> None:
    """A trailing slash is redirected to an absolute URL of the same origin, which gets the token too."""
    server.answers = [redirect(307, f"{server.url}/api/v1/projects"), OK]
    exchange = application.get("/projects/", "estimator")

    assert exchange.status == 200
    assert server.tokens() == [ESTIMATOR, ESTIMATOR]
    assert len(exchange.readings) == 2


def test_a_redirect_elsewhere_drops_the_token(application: Application, server: Server, elsewhere: Server) -> None:
    """Another origin is asked without the token, and what it answers is the answer."""
    server.answers = [redirect(302, f"{elsewhere.url}/projects")]
    elsewhere.answers = [Answer.of_json(200, {"id": "elsewhere"})]
    exchange = application.get("/projects", "estimator")

    assert exchange.document.id == "elsewhere"
    assert elsewhere.tokens() == [None]


def test_a_redirect_to_plain_http_is_not_followed(application: Application, server: Server) -> None:
    """What would be read by anybody on the way is not sent; the redirect is the answer."""
    server.answers = [redirect(307, server.url.replace("https", "http"))]

    assert application.get("/projects", "estimator").status == 307
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_write_never_becomes_a_read(flow: Flow, server: Server, status: int) -> None:
    """A redirect that would turn a POST into a GET is the answer."""
    server.answers = [redirect(status, f"{server.url}/api/v1/projects/1"), OK]

    assert flow.call("POST", "/projects", "estimator", json={}).status == status
    assert len(server.requests) == 1


def test_a_write_follows_the_slash(flow: Flow, server: Server) -> None:
    """A 307 within the application is followed by the same request, with body and token."""
    server.answers = [redirect(307, "/api/v1/projects/"), Answer.of_json(201, {"id": "1"})]

    assert flow.call("POST", "/projects", "estimator", json={"project_number": "1"}).status == 201
    assert [request.method for request in server.requests] == ["POST", "POST"]
    assert {request.headers["Content-Length"] for request in server.requests} == {"22"}
    assert server.tokens() == [ESTIMATOR, ESTIMATOR]


def test_a_write_is_not_sent_elsewhere(flow: Flow, server: Server, elsewhere: Server) -> None:
    """What a write carries goes to the application only."""
    server.answers = [redirect(307, f"{elsewhere.url}/projects")]

    assert flow.call("POST", "/projects", "estimator", json={}).status == 307
    assert elsewhere.requests == []


def test_a_circle_of_redirects_ends(application: Application, server: Server) -> None:
    """Redirects that lead in a circle are followed a few times; then the last one is the answer."""
    server.answers = [redirect(307, f"{server.url}/api/v1/projects/")]

    assert application.get("/projects/", "estimator").status == 307
    assert 2 <= len(server.requests) <= 10


@pytest.mark.parametrize("status", [429, 502, 504])
def test_a_read_is_repeated(application: Application, server: Server, status: int) -> None:
    """What passes is asked again, and the reading says how often."""
    server.answers = [Answer(status), OK]
    exchange = application.get("/projects", "estimator")

    assert (exchange.status, exchange.attempts) == (200, 2)
    assert "after 2 attempts" in exchange.outcome


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_application_is_its_answer(application: Application, server: Server, status: int) -> None:
    """A 500, and a 503 such as readiness gives, are judged and not asked away."""
    server.answers = [Answer.of_json(status, {"status": "degraded"}), OK]

    assert application.get_at_root("/health/ready").status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_post_is_answered_once(flow: Flow, server: Server, status: int) -> None:
    """A POST that was answered is not sent again, whatever the answer."""
    server.answers = [Answer(status, headers={"Retry-After": "0"}), OK]

    assert flow.call("POST", "/projects", "estimator", json={}).status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize("ending", ["reset", "cut"])
def test_a_post_that_has_left_is_not_sent_again(flow: Flow, server: Server, ending: Literal["reset", "cut"]) -> None:
    """A connection that ends after a POST has left leaves it open whether it was carried out, and that is said."""
    server.answers = [Answer(201, b'{"id": "1"}', ending=ending), OK]
    with pytest.raises(NotEvaluated, match="whether the request was carried out is unknown") as caught:
        flow.call("POST", "/projects", "estimator", json={})
    assert len(caught.value.readings) == 1
    assert len(server.requests) == 1


def test_a_dropped_read_is_repeated(application: Application, server: Server) -> None:
    """A connection that ends without an answer is asked again, for a read."""
    server.answers = [Answer(200, ending="reset"), Answer(200, b'{"id": "1"}', ending="cut"), OK]
    exchange = application.get("/projects", "estimator")

    assert (exchange.document.id, exchange.attempts) == ("1", 3)


def test_what_was_just_created_is_waited_for(flow: Flow, server: Server) -> None:
    """The first look after a create goes on while nothing is found, and every look is told."""
    missing = Answer.of_json(404, {"detail": "Not found"})
    server.answers = [missing, missing, OK]
    looks = flow.settle("/projects/1", "estimator", lambda seen: seen.status == 200)
    assert [look.status for look in looks] == [404, 404, 200]
    assert all(look.attempts == 1 for look in looks)

    server.answers = [missing]
    started = time.monotonic()
    assert flow.read_project("2", "estimator", until=is_shown).status == 404
    assert time.monotonic() - started < 30


def test_other_reads_do_not_wait(flow: Flow, server: Server) -> None:
    """Without that, a 404 is the answer at once."""
    server.answers = [Answer.of_json(404, {})]
    assert flow.call("GET", "/projects/1", "estimator").attempts == 1


def test_throttling_is_no_finding(application: Application, server: Server) -> None:
    """Throttled to the end, nothing can be said of what would have been answered."""
    server.answers = [Answer(429, headers={"Retry-After": "0"})]
    exchange = application.get("/projects", "estimator")

    assert exchange.attempts == 3
    with pytest.raises(NotEvaluated, match="throttled"):
        exchange.answers(200)
    assert exchange.answers(429).holds


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"[]", b"{", b'"text"'])
def test_what_is_no_object_is_a_broken_reading(application: Application, server: Server, body: bytes) -> None:
    """A page of HTML, a list, half an object, a text: nothing is made up from them."""
    server.answers = [Answer(200, body)]
    with pytest.raises(BrokenReading, match="GET /api/v1/projects"):
        _ = application.get("/projects", "estimator").document


@pytest.mark.parametrize(("body", "known"), [(b'[{"id": "a"}, {"id": "b"}]', True), (b"{}", False), (b"[1]", False)])
def test_a_list_is_read_strictly(application: Application, server: Server, body: bytes, known: bool) -> None:
    """An array of objects is read as such, and nothing else is."""
    server.answers = [Answer(200, body)]
    exchange = application.get("/documents/projects/1/documents", "estimator")
    if known:
        assert [element.id for element in exchange.elements] == ["a", "b"]
        return
    with pytest.raises(BrokenReading):
        _ = exchange.elements


def test_an_endless_answer_is_not_read(application: Application, server: Server) -> None:
    """An answer beyond the bound ends the question, with a reading that says so."""
    server.answers = [Answer(200, b"x" * 10_000)]
    with pytest.raises(NotEvaluated, match="longer than 4096 bytes") as caught:
        application.get("/projects", "estimator")
    assert caught.value.readings
    assert len(server.requests) == 1


def test_a_silent_peer_is_given_up(build: Build, tape: Tape, server: Server, authority: CertificateAuthority) -> None:
    """A peer that takes a request and never answers is given up after the bound."""
    short = {"timeout_seconds": 0.5, "attempts": 1}
    application = build(tape, environment_of(server.url, authority.path, limits=short))
    server.answers = [Answer(200, ending="hang")]
    with pytest.raises(NotEvaluated, match="timed out"):
        application.get("/projects", "estimator")


def test_an_unknown_certificate_is_refused(build: Build, tape: Tape, server: Server) -> None:
    """TLS is verified: without the authority's certificate nothing is sent, nor tried again."""
    application = build(tape, environment_of(server.url, None))
    with pytest.raises(NotEvaluated, match="certificate verify failed") as caught:
        application.get("/projects", "estimator")
    assert server.requests == []
    reading = tape.look_up(caught.value.readings[0])
    assert reading is not None
    assert reading.attempts == 1


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"https://127.0.0.1:{held.getsockname()[1]}"


def test_a_host_that_cannot_be_reached_is_tried_once(build: Build, tape: Tape, nobody: str) -> None:
    """After the bound the next questions get the same reason without another attempt."""
    application = build(tape, environment_of(nobody, None))
    with pytest.raises(NotEvaluated, match="No answer from"):
        application.get("/projects", "estimator")
    started = time.monotonic()
    for path in ("/jobs/1", "/jobs/2", "/jobs/3"):
        with pytest.raises(NotEvaluated, match="No answer from"):
            application.get(path, "estimator")
    assert time.monotonic() - started < 5
    assert sorted(reading.attempts for reading in tape.readings()) == [0, 0, 0, 3]


def test_every_request_has_a_trace(application: Application, server: Server) -> None:
    """Each attempt carries a traceparent: the question's trace, which the reading holds, and a span of its own."""
    server.answers = [Answer(502), OK]
    exchange = application.get("/projects", "estimator")

    matches = [TRACEPARENT.fullmatch(request.headers["traceparent"]) for request in server.requests]
    assert [match.group(1) for match in matches if match] == [exchange.trace_id] * 2
    assert len({match.group(2) for match in matches if match}) == 2


def test_what_a_request_carried_is_recorded(flow: Flow) -> None:
    """The reading holds the digest and the text of the body, without secrets, and who sent it in which flow."""
    exchange = flow.call("POST", "/projects", "estimator", json={"project_number": "1", "password": "S3cret-of-mine"})
    call = exchange.reading.call

    assert call is not None
    assert (call.caller, call.flow, call.ordinal, len(call.request_sha256)) == ("estimator", "smoke", 1, 64)
    assert '"project_number"' in call.request
    assert "S3cret-of-mine" not in call.request


def test_no_token_reaches_the_tape(application: Application, server: Server, tmp_path: Path) -> None:
    """Not the one that was sent, though a server echoes it in header, body and address, nor one that it sends."""
    planted = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJub2JvZHkifQ.c2lnbmF0dXJl"
    echo = Answer.of_json(
        401,
        {"detail": f"refused: {ESTIMATOR}", "access_token": planted},
        {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{ESTIMATOR} {planted}"'},
    )
    server.answers = [redirect(302, f"{server.url}/elsewhere?access_token={planted}"), echo]
    application.get("/projects", "estimator")

    written = b"".join(path.read_bytes() for path in (tmp_path / "tape").rglob("*") if path.is_file())
    assert len(server.requests) == 2
    assert planted.encode() not in written
    assert TOKENS["APEX_TEST_TOKEN_ESTIMATOR"].encode() not in written


def test_names_are_of_the_run(flow: Flow) -> None:
    """What a flow makes is named by its prefix, the run's id, and a suffix where there are several."""
    assert flow.unique() == f"SMOKE-{RUN_ID}"
    assert flow.unique("2") == f"SMOKE-{RUN_ID}-2"


def test_an_unplanned_write_is_not_sent(flow: Flow, server: Server) -> None:
    """A flow sends no write that its plan does not name, so that the list of what a run writes is the truth."""
    with pytest.raises(RuntimeError, match="is not in"):
        flow.call("PATCH", "/projects/1", "estimator", json={})
    with pytest.raises(RuntimeError, match="is not in"):
        flow.call("POST", "/projects", "auditor", json={})
    assert server.requests == []


def test_nothing_is_written_where_all_is_read_only(build: Build, tape: Tape, server: Server) -> None:
    """With read_only = true no flow begins, whatever a check does."""
    application = build(tape, environment_of(server.url, None, read_only=True))
    with pytest.raises(NotEvaluated, match="read_only"):
        Flows(application).begin("smoke")


def test_a_role_that_is_not_declared_is_not_evaluated(application: Application, server: Server) -> None:
    """Nobody is declared as auditor for this environment: nothing is sent in another's name."""
    with pytest.raises(NotEvaluated, match=r"role auditor|APEX_SANDBOX_TOKEN_AUDITOR"):
        application.get("/projects", "auditor")
    assert server.requests == []
