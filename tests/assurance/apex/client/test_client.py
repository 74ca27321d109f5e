"""The client of APEX: routes, questions, sign-in, flows, and what the calls of a run show."""

from __future__ import annotations

import os
import re
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assurance.apex.client import Application, Exchange, Flow, Flows, Upload, api
from assurance.apex.client.api import DELETE_DOCUMENT, EXPORT_ESTIMATE, LIST_PROJECTS, READ_PROJECT, Route
from assurance.apex.client.observations import broken_down, observations
from assurance.apex.client.question import new_project
from assurance.apex.client.sign_in import fault_of
from assurance.environment import Environment
from assurance.errors import MissingReading
from assurance.tape import Call, Reading, Tape, utc_now
from sandbox.network.http_server import Answer
from tests.assurance.apex.client.conftest import HEADER, TOKENS, Build, Server

ROOT = Path(__file__).parents[4]
ROUTES = [value for value in vars(api).values() if isinstance(value, Route)]
# How a path of the API begins where it is spelt in code.
SPELT = re.compile(r"""f?["']/(?:projects|documents|estimates|jobs)\b[^"'\s]*["']""")
LOCUSTFILE = ROOT / "checks" / "performance" / "locustfile.py"


def test_no_other_module_spells_a_path() -> None:
    """The engine, the checks and their nouns name a route; only the load test's script cannot import it."""
    folders = (ROOT / "assurance", ROOT / "checks", ROOT / "fixtures")
    files = {path for folder in folders for path in folder.rglob("*.py")}
    assert len(files) > 400
    spelling = {path for path in files if SPELT.search(path.read_text("utf-8"))}
    assert spelling == {Path(api.__file__), LOCUSTFILE}


def test_the_load_test_calls_routes_of_the_api() -> None:
    """What the load test asks for is what everybody else asks for."""
    calls = re.findall(r'"(GET|POST|DELETE)",\s*f?"(/[^"]*)"', LOCUSTFILE.read_text("utf-8"))
    assert len(calls) > 5
    assert [call for call in calls if not any(route.matches(*call) for route in ROUTES)] == []


def test_a_path_has_its_ids_and_its_query() -> None:
    """Ids stand in their places, and what is always asked follows."""
    assert READ_PROJECT.path(project_id="7") == "/projects/7"
    assert EXPORT_ESTIMATE.path(estimate_id="9") == "/estimates/9/export?format=json"
    assert str(READ_PROJECT) == "GET /projects/{project_id}"


@pytest.mark.parametrize(
    ("route", "method", "path", "matches"),
    [
        (LIST_PROJECTS, "GET", "/api/v1/projects", True),
        (LIST_PROJECTS, "GET", "/api/v1/projects/?page=2", True),
        (LIST_PROJECTS, "POST", "/api/v1/projects", False),
        (LIST_PROJECTS, "GET", "/api/v1/projects/7", False),
        (READ_PROJECT, "GET", "/api/v1/projects/7/access", False),
        (DELETE_DOCUMENT, "DELETE", "/documents/7", True),
    ],
)
def test_a_request_is_of_one_route(route: Route, method: str, path: str, matches: bool) -> None:
    """A request is known by its method and by the end of its path."""
    assert route.matches(method, path) is matches


PROJECT = "https://apex.test/api/v1/projects/00000000-0000-4000-8000-000000000001"


def _reading(
    method: str, url: str, status: int, second: float, flow: str = "e2e", caller: str = "estimator"
) -> Reading:
    call = Call(caller=caller, trace_id="", flow=flow, ordinal=1, request_sha256="", request="")
    started = f"2026-03-01T10:00:{second:09.6f}+00:00"
    return Reading(f"{method}{url}{second}", "http", f"{method} {url}", started, 1, status=status, call=call)


def test_server_errors_are_told_by_operation() -> None:
    """A 5xx is told once for each method and path, with how often; readiness may say 503."""
    readings = [_reading("PATCH", PROJECT, 500, second) for second in (1.0, 2.0)]
    readings += [_reading("GET", "https://apex.test/health/ready", 503, 3.0), _reading("GET", PROJECT, 200, 4.0)]
    assert observations(readings) == ("APEX answered with server errors: PATCH /api/v1/projects/{id} 500 (2 times).",)


def test_where_apex_broke_down_is_a_finding() -> None:
    """Each operation that answered a 5xx of its own is named once, with who met it first and all its readings."""
    readings = [_reading("PATCH", PROJECT, 500, second, flow="roles:x", caller="manager") for second in (2.0, 1.0)]
    [(name, (told, keys))] = broken_down(readings, {"RBAC"}).items()
    assert name == "PATCH /api/v1/projects/{id} 500"
    assert told.startswith("PATCH /api/v1/projects/{id} answers 500, 2 times; first to manager at 2026-03-01T10:00:01")
    assert keys == (readings[1].key, readings[0].key)


def test_what_is_no_breakdown_of_apex_is_no_finding() -> None:
    """A gateway's word, a first look that was too early, calls of other families, and calls under load are none."""
    readings = [
        _reading("GET", "https://apex.test/health/ready", 503, 1.0, flow=""),
        _reading("POST", PROJECT, 502, 2.0),
        _reading("GET", PROJECT, 500, 3.0),
        _reading("GET", PROJECT, 200, 3.1),
        _reading("PATCH", PROJECT, 500, 4.0, flow="smoke"),
        _reading("PATCH", PROJECT, 500, 5.0, flow="list-baseline"),
        _reading("PATCH", PROJECT, 500, 6.0, flow="clean-up"),
    ]
    assert broken_down(readings, {"E2E"}) == {}
    assert broken_down([_reading("GET", PROJECT, 500, 1.0, flow="")], {"SEC", "SLA"}) == {}
    assert list(broken_down([_reading("GET", PROJECT, 500, 1.0, flow="")], {"SMK"})) == [
        "GET /api/v1/projects/{id} 500"
    ]


def test_what_shows_late_is_told_in_milliseconds() -> None:
    """What was not found at first and then was, by the same caller of the same flow, was answered too early."""
    readings = [_reading("GET", PROJECT, 404, 1.0), _reading("GET", PROJECT, 200, 1.05)]
    (told,) = observations(readings)
    assert told.endswith("GET /api/v1/projects/{id} up to 50 ms (once).")


def test_what_others_see_is_nothing_late() -> None:
    """That another caller, or another flow, finds it says nothing; nor does what is gone in the end."""
    readings = [
        _reading("GET", PROJECT, 404, 1.0),
        _reading("GET", PROJECT, 200, 1.1, caller="manager"),
        _reading("GET", PROJECT, 200, 1.2, flow="smoke"),
        _reading("GET", PROJECT, 404, 1.3),
    ]
    assert observations(readings) == ()


def test_what_is_not_given_is_left_out() -> None:
    """A project may lack its length and its terrain; a length of 0 is one."""
    assert new_project("1", "n") == {"project_number": "1", "project_name": "n", "voltage_level": 345}
    assert new_project("1", "n", line_miles=0)["line_miles"] == 0
    assert list(new_project("1", "n", line_miles=1, terrain_type="flat"))[3:] == ["line_miles", "terrain_type"]


NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
AUDIENCE = "api://apex-test"
GOOD: dict[str, Any] = {"aud": AUDIENCE, "exp": NOW.timestamp() + 60, "nbf": NOW.timestamp() - 60}


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        (GOOD, ""),
        ({**GOOD, "aud": "apex-test"}, ""),
        ({**GOOD, "aud": ["api://other", AUDIENCE]}, ""),
        ({}, "is no JSON Web Token"),
        ({**GOOD, "exp": NOW.timestamp()}, "has expired at 2026-03-01T10:00:00Z"),
        ({**GOOD, "nbf": NOW.timestamp() + 3600}, "is not valid before 2026-03-01T11:00:00Z"),
        ({**GOOD, "aud": "https://graph.microsoft.com"}, "its audience is https://graph.microsoft.com, not"),
    ],
)
def test_a_token_tells_why_it_is_refused(claims: dict[str, Any], told: str) -> None:
    """Expired, not valid yet, for another application, or no token at all; one that could be accepted has no fault."""
    found = fault_of(claims, AUDIENCE, NOW)
    assert (told in found) if told else found == ""


JOBS = [Answer.of_json(200, {"id": "j", "status": status}) for status in ("pending", "running", "completed")]


def has_completed(exchange: Exchange) -> bool:
    """Tell whether a job has completed."""
    return exchange.document.text("status") == "completed"


def script(flow: Flow) -> list[Exchange]:
    """Create, upload, and poll a job three times."""
    created = flow.call("POST", "/projects", "estimator", json={"project_number": flow.unique()})
    upload = Upload(f"{flow.unique()}.pdf", b"%PDF-1.7 a scope")
    form = {"project_id": created.document.id, "document_type": "scope"}
    uploaded = flow.call("POST", "/documents/upload", "estimator", data=form, files={"file": upload})
    return [created, uploaded, *flow.poll("/jobs/j", "estimator", has_completed)]


@pytest.fixture
def answers(server: Server) -> None:
    """What the script is answered."""
    server.answers = [Answer.of_json(201, {"id": "p"}), Answer.of_json(201, {"id": "d"}), *JOBS]


@pytest.mark.usefixtures("answers")
def test_a_poll_keeps_its_order(application: Application, server: Server) -> None:
    """The same question asked again within a flow is another one, and its answers come in the order they came."""
    exchanges = script(Flows(application).begin("smoke"))

    assert [one.document.text("status") for one in exchanges[2:]] == ["pending", "running", "completed"]
    assert len(server.requests) == 5
    assert [exchange.reading.call.ordinal for exchange in exchanges if exchange.reading.call] == [1, 1, 1, 2, 3]


def test_a_reading_flow_writes_nothing(application: Application, server: Server) -> None:
    """A flow that was begun to read only breaks down at anything else, and sends nothing."""
    flow = Flows(application, may_write=False).begin("smoke", only_reads=True)
    with pytest.raises(RuntimeError, match="POST /projects as estimator"):
        flow.call("POST", "/projects", "estimator", json={})
    assert server.requests == []


@pytest.mark.usefixtures("answers")
def test_a_flow_begun_again_asks_nothing(application: Application, server: Server) -> None:
    """Another check that follows the same script gets the same answers, polls included, without a request."""
    first = script(Flows(application).begin("smoke"))
    again = script(Flows(application).begin("smoke"))

    assert first == again
    assert len(server.requests) == 5


@pytest.mark.usefixtures("answers")
def test_workers_share_a_flow(build: Build, server: Server, tmp_path: Path) -> None:
    """Four workers that follow the same script at once make each exchange once, and all see the same."""
    tapes = [Tape.create(tmp_path / "shared", HEADER) for _ in range(4)]
    applications = [build(tape) for tape in tapes]
    seen: dict[int, list[Exchange]] = {}

    def work(number: int) -> None:
        seen[number] = script(Flows(applications[number]).begin("smoke"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(server.requests) == 5
    assert len(seen) == 4
    assert all(seen[number] == seen[0] for number in seen)


@pytest.mark.usefixtures("answers")
def test_a_replay_is_what_ran(build: Build, environment: Environment, server: Server, tmp_path: Path) -> None:
    """A replayed flow gives the same exchanges with nobody listening, no token, another host, and no waiting."""
    live = build()
    ran = script(Flows(live).begin("smoke"))
    Tape.create(tmp_path / "tape", HEADER).seal(utc_now())
    server.stop()
    for name in TOKENS:
        os.environ.pop(name)
    assert environment.application is not None
    elsewhere = environment.application.model_copy(update={"base_url": "https://apex.invalid"})
    replayed = build(Tape.open(tmp_path / "tape"), environment.model_copy(update={"application": elsewhere}))

    started = time.monotonic()
    assert script(Flows(replayed).begin("smoke")) == ran
    assert time.monotonic() - started < 10


@pytest.mark.usefixtures("answers")
def test_a_replay_of_another_script_is_told(build: Build, tmp_path: Path) -> None:
    """What the tape was not asked, another body included, is missing there; it is never answered by something else."""
    script(Flows(build()).begin("smoke"))
    Tape.create(tmp_path / "tape", HEADER).seal(utc_now())
    flow = Flows(build(Tape.open(tmp_path / "tape"))).begin("smoke")

    with pytest.raises(MissingReading):
        flow.call("POST", "/projects", "estimator", json={"project_number": "another"})
    with pytest.raises(MissingReading):
        flow.call("GET", "/projects/p", "estimator")


def test_a_redirect_is_replayed_from_another_host(
    build: Build, server: Server, environment: Environment, tmp_path: Path
) -> None:
    """An absolute redirect within the application replays where the application has another address."""
    server.answers = [
        Answer(307, headers={"Location": f"{server.url}/api/v1/projects?page=1"}),
        Answer.of_json(200, {"id": "1"}),
    ]
    live = build().get("/projects/?page=1", "estimator")
    Tape.create(tmp_path / "tape", HEADER).seal(utc_now())
    assert environment.application is not None
    elsewhere = environment.application.model_copy(update={"base_url": "https://apex.invalid"})
    replayed = build(Tape.open(tmp_path / "tape"), environment.model_copy(update={"application": elsewhere}))

    assert replayed.get("/projects/?page=1", "estimator") == live


def test_bodies_are_told_apart(application: Application, server: Server) -> None:
    """Two posts to the same path with different bodies are two questions, whoever asks which first."""
    server.answers = [Answer.of_json(201, {"id": "first"}), Answer.of_json(201, {"id": "second"})]
    one, other = Flows(application).begin("smoke"), Flows(application).begin("smoke")
    first = one.call("POST", "/projects", "estimator", json={"project_number": "1"})
    second = other.call("POST", "/projects", "estimator", json={"project_number": "2"})

    assert (first.document.id, second.document.id) == ("first", "second")
    assert one.call("POST", "/projects", "estimator", json={"project_number": "2"}) == second


def test_a_poll_ends_with_its_time(application: Application, server: Server) -> None:
    """A job that never ends is given up after the bound, and all that was seen of it is there."""
    server.answers = [JOBS[0]]
    started = time.monotonic()
    seen = Flows(application).begin("smoke").poll("/jobs/j", "estimator", has_completed, seconds=0.3)

    assert len(seen) >= 2
    assert not has_completed(seen[-1])
    assert time.monotonic() - started < 30
