"""What builds of APEX do differently: each quirk shows, and nothing else changes for who reads with tolerance."""

from __future__ import annotations

import pytest

from sandbox.apex import Quirk
from tests.sandbox.apex.calling import PREFIX, Caller


def _estimate_id(caller: Caller) -> str:
    project_id = caller.create("Q-EST").json()["id"]
    estimate_id: str = caller.finished(caller.generate(project_id)).json()["result_data"]["estimate_id"]
    return estimate_id


@pytest.mark.parametrize(("quirk", "status"), [(Quirk.CREATED_ROW_LATE, 404), (Quirk.FIRST_READ_DROPPED, 500)])
def test_the_first_read_of_a_new_row_fails(caller: Caller, quirk: Quirk, status: int) -> None:
    """The first read of a new project or document fails, and the second finds it."""
    caller.stand_in.quirks.add(quirk)
    project_id = caller.create("Q-1").json()["id"]
    document_id = caller.upload(project_id).json()["id"]
    for path in (f"/projects/{project_id}", f"/documents/{document_id}"):
        first, second = caller.call("estimator", "GET", path), caller.call("estimator", "GET", path)
        assert (first.status_code, second.status_code) == (status, 200)
        assert (first.headers.get("connection") == "close") is (status == 500)


def test_missing_credentials_give_403(caller: Caller) -> None:
    """Without credentials it is 403; a bad token is 401 all the same."""
    caller.stand_in.quirks.add(Quirk.MISSING_CREDENTIALS_403)
    assert caller.send("GET", f"{PREFIX}/projects").status_code == 403
    assert caller.send("GET", f"{PREFIX}/projects", "garbage").status_code == 401


def test_the_slash_can_be_canonical(caller: Caller) -> None:
    """With the slash it is answered, and without it redirects there."""
    caller.stand_in.quirks.add(Quirk.SLASH_CANONICAL)
    assert caller.call("estimator", "GET", "/projects/").status_code == 200
    bare = caller.call("estimator", "GET", "/projects?page=1")
    assert bare.status_code == 307
    assert bare.headers["location"] == f"https://apex.invalid{PREFIX}/projects/?page=1"


def test_the_slash_can_be_tolerated(caller: Caller) -> None:
    """With the slash and without it a path is answered alike."""
    caller.stand_in.quirks.add(Quirk.SLASH_TOLERATED)
    assert caller.call("estimator", "GET", "/projects/").json() == caller.call("estimator", "GET", "/projects").json()


def test_health_can_be_under_the_prefix(caller: Caller) -> None:
    """The health endpoints are under the prefix, and not at the root."""
    caller.stand_in.quirks.add(Quirk.HEALTH_UNDER_PREFIX)
    for name in ("live", "ready"):
        assert caller.send("GET", f"{PREFIX}/health/{name}").status_code == 200
        assert caller.send("GET", f"/health/{name}").status_code == 404


def test_lists_can_begin_with_the_oldest(caller: Caller) -> None:
    """The order of projects is turned."""
    for number in ("Q-1", "Q-2"):
        caller.create(number)
    newest_first = caller.call("estimator", "GET", "/projects").json()["items"]
    caller.stand_in.quirks.add(Quirk.LIST_OLDEST_FIRST)
    assert caller.call("estimator", "GET", "/projects").json()["items"] == newest_first[::-1]


def test_an_estimate_can_be_told_otherwise(caller: Caller) -> None:
    """Line items in another order, amounts as numbers, further fields, times with an offset: the same estimate."""
    path = f"/estimates/{_estimate_id(caller)}"
    usual = caller.call("estimator", "GET", path).json()
    caller.stand_in.quirks |= {
        Quirk.LINE_ITEMS_SHUFFLED,
        Quirk.MONEY_AS_NUMBERS,
        Quirk.FURTHER_FIELDS,
        Quirk.TIMES_WITH_OFFSET,
    }
    told = caller.call("estimator", "GET", path).json()
    assert [item["id"] for item in told["line_items"]] == [item["id"] for item in usual["line_items"]][::-1]
    assert told["p80_cost"] == float(usual["p80_cost"])
    assert told.keys() > usual.keys()
    assert told["created_at"] == usual["created_at"].replace("Z", "+00:00")
    assert told["narrative"] == usual["narrative"]


def test_a_job_can_start_at_once(caller: Caller) -> None:
    """A job is announced as running."""
    caller.stand_in.quirks.add(Quirk.JOB_STARTS_AT_ONCE)
    announced = caller.generate(caller.create("Q-1").json()["id"])
    assert (announced.json()["status"], announced.status_code) == ("running", 202)
    assert caller.finished(announced).json()["status"] == "completed"


def test_every_error_can_be_a_detail(caller: Caller) -> None:
    """A refusal with a code, and one of a field, become a text; the status stays."""
    project_id = caller.create("Q-1").json()["id"]
    caller.stand_in.quirks.add(Quirk.ERRORS_AS_DETAIL)
    coded = caller.upload(project_id, "recipe")
    assert (coded.status_code, coded.json()) == (400, {"detail": "The document type is not known"})
    invalid = caller.create("Q-2", voltage_level=0)
    assert (invalid.status_code, invalid.json()) == (422, {"detail": "Invalid input"})
