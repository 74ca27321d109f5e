"""Archiving what runs left: what is found, what is touched, what is said of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from assurance.apex.client import Application, Flow, Flows
from assurance.apex.client.cleanup import LeftOver, archive, find, has_written, made_by, merged
from assurance.apex.client.plans import CLEAN_UP, PLANS
from assurance.errors import NotEvaluated
from assurance.tape import Tape
from sandbox.network.http_server import Answer
from tests.assurance.apex.client.conftest import RUN_ID, Server

OTHER_RUN = "20260228T090000Z-012345"
MINE = f"SMOKE-{RUN_ID}"


@pytest.fixture
def flow(application: Application) -> Flow:
    """The flow that archives."""
    return Flow(application, CLEAN_UP)


def page(*numbers: str, has_next: bool = False, status: str = "draft") -> Answer:
    """Return a page of the list with these project numbers; an id is the number in other letters."""
    items = [{"id": number.lower(), "project_number": number, "status": status} for number in numbers]
    return Answer.of_json(200, {"items": items, "total": len(items), "has_next": has_next})


def numbers(found: Sequence[LeftOver]) -> list[str]:
    """Return the numbers of left-overs."""
    return [one.number for one in found]


def test_only_what_bears_a_runs_name_is_found(flow: Flow, server: Server) -> None:
    """Of all projects on all pages only those named by a flow's prefix and a run's id are a test's."""
    strangers = ("LINE-345", "SMOKE-TEST-001", "E2E-PILOT", f"X{MINE}", f"SMOKE-{RUN_ID}x", f"smoke-{RUN_ID}", "SMOKE-")
    server.answers = [page(MINE, *strangers, has_next=True), page(f"E2E-{OTHER_RUN}-2", f"{MINE}-2")]

    assert numbers(find(flow)) == [MINE, f"E2E-{OTHER_RUN}-2", f"{MINE}-2"]
    assert server.requests[0].headers["Authorization"] == "Bearer managers-token-0123456789"


def test_one_runs_own_are_told_apart(flow: Flow, server: Server) -> None:
    """The end of a run leaves what another run is working with."""
    server.answers = [page(MINE, f"E2E-{OTHER_RUN}")]
    assert numbers(find(flow, RUN_ID)) == [MINE]


def test_what_is_archived_is_left(flow: Flow, server: Server) -> None:
    """A project that is archived already is none of them."""
    server.answers = [page(MINE, status="archived")]
    assert find(flow) == ()


def test_a_list_that_cannot_be_read_is_no_empty_list(flow: Flow, server: Server) -> None:
    """Without permission nothing is known of left-overs, which is not that there are none."""
    server.answers = [Answer.of_json(403, {"detail": "No"})]
    with pytest.raises(NotEvaluated, match="403"):
        find(flow)


def test_each_is_archived_or_told(flow: Flow, server: Server) -> None:
    """What is archived, or is gone, is done; what is refused is left with the reason."""
    server.answers = [Answer(204), Answer(404), Answer.of_json(403, {"detail": "No"})]
    sweep = archive(flow, [LeftOver(letter, MINE) for letter in "abc"])

    assert [one.id for one in sweep.archived] == ["a", "b"]
    assert [(one.id, "answers 403" in reason) for one, reason in sweep.left] == [("c", True)]
    assert [request.target for request in server.requests] == [f"/api/v1/projects/{letter}" for letter in "abc"]


def test_a_dead_application_does_not_hold_the_end_of_a_run(flow: Flow, server: Server) -> None:
    """After two requests that nobody answers the rest is not tried, and all of it is told."""
    server.stop()
    sweep = archive(flow, [LeftOver(str(number), MINE) for number in range(9)])

    assert len(sweep.left) == 9
    assert sum("not tried" in reason for _, reason in sweep.left) == 7


def test_what_a_run_made_is_on_its_tape(application: Application, server: Server, tape: Tape) -> None:
    """The projects that the API said it had made are known from the readings, whichever list shows them."""
    smoke = Flows(application).begin("smoke")
    assert not has_written(tape.readings())
    server.answers = [
        Answer.of_json(201, {"id": "p", "project_number": MINE}),
        Answer.of_json(400, {"detail": "A project with this number already exists"}),
        Answer.of_json(201, {"id": "q", "project_number": "LINE-345"}),
    ]
    for suffix in ("", "again", "stranger"):
        smoke.call("POST", "/projects", "estimator", json={"project_number": smoke.unique(suffix)})

    assert has_written(tape.readings())
    assert made_by(tape.readings(), RUN_ID) == (LeftOver("p", MINE),)
    assert made_by(tape.readings(), OTHER_RUN) == ()


def test_each_is_archived_once() -> None:
    """What is on the tape and in the list is one."""
    one, other = LeftOver("1", MINE), LeftOver("2", f"{MINE}-2")
    assert merged([one], [other, one]) == (one, other)


def test_a_left_over_tells_its_run() -> None:
    """The name holds the run's id, and that holds when the run began."""
    one = LeftOver("1", f"E2E-{OTHER_RUN}-2")
    assert one.run_id == OTHER_RUN
    assert one.begun == datetime(2026, 2, 28, 9, tzinfo=UTC)


def test_every_flow_can_be_swept() -> None:
    """Every flow that writes names its objects so that the sweep finds them."""
    for plan in PLANS.values():
        if plan.name != CLEAN_UP:
            assert LeftOver("1", f"{plan.prefix}-{RUN_ID}").run_id == RUN_ID
            assert plan.writes
