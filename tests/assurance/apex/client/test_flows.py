"""Flows: ordered calls that several workers share, and that a replay asks again."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from assurance.apex.client import Application, Exchange, Flow, Flows, Upload
from assurance.environment import Environment
from assurance.errors import MissingReading
from assurance.tape import Tape, utc_now
from sandbox.network.http_server import Answer
from tests.assurance.apex.client.conftest import HEADER, TOKENS, Build, Server

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
    assert [one.reading.call.ordinal for one in exchanges if one.reading.call] == [1, 1, 1, 2, 3]


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
