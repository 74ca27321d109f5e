"""Switches and quirks of the stand-in: each does what it says, and no other."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from sandbox.apex import Observed, Quirk, Switch
from sandbox.apex.quirks import UnknownNameError, catalogue_text, named
from tests.sandbox.apex import portrait_of_access, portrait_of_work
from tests.sandbox.apex.calling import PREFIX, Caller
from tests.sandbox.apex.conftest import Rows
from tests.sandbox.apex.expected_changes import EXPECTED
from tests.sandbox.apex.portrait import Painter, Portrait


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


def test_every_switch_and_quirk_is_listed() -> None:
    """The text has a line for each of them, with its sentence."""
    text = catalogue_text()
    assert all(switch.wrong in text for switch in Switch)
    assert all(quirk.difference in text for quirk in Quirk)


def test_a_name_is_found() -> None:
    """A switch and a quirk are found by their names."""
    assert named("p80-below-p50") is Switch.P80_BELOW_P50
    assert named("slash-canonical") is Quirk.SLASH_CANONICAL


def test_a_misspelt_name_is_named_with_what_is_meant() -> None:
    """A name that there is not is told with those that look like it."""
    with pytest.raises(UnknownNameError, match=r"no switch 'p80-under-p50'; perhaps .*p80-below-p50"):
        named("p80-under-p50")


def test_the_command_breaks_what_it_is_told(tmp_path: Path) -> None:
    """A sandbox that is started with --break serves an APEX with that fault."""
    command = [sys.executable, "-m", "sandbox", "--directory", str(tmp_path), "--break", "liveness-not-alive"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        list(iter(process.stdout.readline, "Interrupt with Ctrl+C.\n"))
        written = tomllib.loads((tmp_path / "environment.toml").read_text(encoding="utf-8"))
        answer = httpx.get(
            f"{written['application']['base_url']}/health/live",
            verify=ssl.create_default_context(cafile=written["cloud"]["ca_bundle"]),
            timeout=30.0,
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert answer.json()["status"] == "starting"


def test_the_command_refuses_a_misspelt_name() -> None:
    """Nothing is started for a name that there is not."""
    command = [sys.executable, "-m", "sandbox", "--break", "everything"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert finished.returncode == 2
    assert "no switch 'everything'" in finished.stderr
    assert "Traceback" not in finished.stderr


def _does(caller: Caller, *observed: Observed) -> None:
    caller.stand_in.observed.update(observed)


def _id(caller: Caller, number: str, **fields: object) -> str:
    project_id: str = caller.create(number, "estimator", **fields).json()["id"]
    return project_id


def test_nobody_becomes_a_first_manager(caller: Caller) -> None:
    """Everybody creates, and is no more than the estimator of what they created."""
    _does(caller, Observed.ROLES_PER_PROJECT)
    project_id = _id(caller, "O-1")
    grant = {"user_id": caller.stand_in.issuer.people["auditor"].object_id, "role_id": 3}
    for who in ("manager", "estimator"):
        assert caller.call(who, "POST", f"/projects/{project_id}/access", json=grant).status_code == 403
    assert caller.call("manager", "DELETE", f"/projects/{project_id}").status_code == 403
    assert caller.create("O-2", "auditor").status_code == 201


def test_users_have_ids_of_their_own(caller: Caller) -> None:
    """Who created a project is told by an id that the directory does not know; an object id is nobody's."""
    _does(caller, Observed.OWN_USER_IDS)
    made = caller.create("O-1", "manager").json()
    object_id = caller.stand_in.issuer.people["manager"].object_id
    assert made["created_by_id"] != object_id
    path = f"/projects/{made['id']}/access"
    assert caller.call("manager", "POST", path, json={"user_id": object_id, "role_id": 3}).status_code == 404
    _does(caller, Observed.UNKNOWN_GRANTEE_CRASHES)
    assert caller.call("manager", "POST", path, json={"user_id": object_id, "role_id": 3}).status_code == 500


def test_rows_become_visible_late(caller: Caller) -> None:
    """What was just created cannot be read at once, and soon after it can; a late job is carried out."""
    _does(caller, Observed.COMMITTED_50_MS_LATE)
    project_id = _id(caller, "O-1")
    assert caller.call("estimator", "GET", f"/projects/{project_id}").status_code == 404
    time.sleep(0.06)
    assert caller.call("estimator", "GET", f"/projects/{project_id}").status_code == 200
    job_id = caller.generate(project_id).json()["id"]
    assert caller.call("estimator", "GET", f"/jobs/{job_id}").status_code == 404
    time.sleep(0.06)
    assert caller.call("estimator", "GET", f"/jobs/{job_id}").status_code == 200
    caller.stand_in.worker.drain()
    assert caller.call("estimator", "GET", f"/jobs/{job_id}").json()["status"] == "completed"


def test_estimates_of_one_second_collide(caller: Caller) -> None:
    """The second of two estimates of a project stays at 25 %, unless the clock moved on between them."""
    _does(caller, Observed.ESTIMATES_COLLIDE, Observed.JOB_NEVER_AT_100)
    project_id = _id(caller, "O-1")
    jobs = [caller.finished(caller.generate(project_id)).json() for _ in range(3)]
    assert (jobs[0]["status"], jobs[0]["progress_percent"]) == ("completed", 90)
    assert ("running", 25) in [(job["status"], job["progress_percent"]) for job in jobs[1:]]


def test_jobs_are_lost_by_a_restart(caller: Caller) -> None:
    """What was under way stays as it was, and what is asked for afterwards is carried out."""
    project_id = _id(caller, "O-1")
    service = caller.stand_in.service
    usual = service.settings
    service.settings = replace(usual, job_step_seconds=0.2)  # so that the job is still under way
    lost = caller.generate(project_id)
    caller.stand_in.lose_jobs()
    service.settings = usual
    assert caller.finished(lost).json()["status"] in {"pending", "running"}
    assert caller.finished(caller.generate(project_id)).json()["status"] == "completed"


def test_p80_follows_the_level(caller: Caller) -> None:
    """With 0.99 it lies above P95, with 0.30 below P50."""
    _does(caller, Observed.P80_OF_THE_LEVEL, Observed.FACTORS_AS_STORED)
    results = {}
    for level in (0.30, 0.99):
        job = caller.finished(caller.generate(_id(caller, f"O-{level}"), confidence_level=level)).json()
        results[level] = job["result_data"]
    assert float(results[0.99]["p80_cost"]) > float(results[0.99]["p95_cost"])
    assert float(results[0.30]["p80_cost"]) < float(results[0.30]["p50_cost"])
    view = caller.call("estimator", "GET", f"/estimates/{results[0.99]['estimate_id']}").json()
    assert {"factor_name", "param_min"} <= set(view["risk_factors"][0])


def test_a_validated_document_loses_its_file(caller: Caller) -> None:
    """Its deletion fails, its row stays, and it cannot be validated any more."""
    _does(caller, Observed.VALIDATED_DELETE_CRASHES)
    document_id = caller.upload(_id(caller, "O-1")).json()["id"]
    validated = caller.finished(caller.call("estimator", "POST", f"/documents/{document_id}/validate"))
    assert validated.json()["status"] == "completed"
    assert caller.call("estimator", "DELETE", f"/documents/{document_id}").status_code == 500
    assert caller.call("estimator", "GET", f"/documents/{document_id}").json()["validation_status"] == "passed"
    again = caller.finished(caller.call("estimator", "POST", f"/documents/{document_id}/validate"))
    assert again.json()["status"] == "failed"


def test_impossible_changes_crash(caller: Caller) -> None:
    """Null, 0 and a negative number answer 500; what is possible is still changed."""
    project_id = _id(caller, "O-1")
    for value, usual in ((None, 200), (0, 422), (-1, 422)):
        body = {"voltage_level": value}
        assert caller.call("manager", "PATCH", f"/projects/{project_id}", json=body).status_code == usual
    _does(caller, Observed.CHANGE_CRASHES)
    for value in (None, 0, -1):
        body = {"voltage_level": value}
        assert caller.call("manager", "PATCH", f"/projects/{project_id}", json=body).status_code == 500
    assert caller.call("manager", "PATCH", f"/projects/{project_id}", json={"voltage_level": 1}).status_code == 200


def test_voltage_is_optional_as_described(caller: Caller) -> None:
    """A project may lack a voltage where the description says so, and then costs nothing."""
    for observed, status, types in (((), 422, ["number"]), ((Observed.VOLTAGE_OPTIONAL,), 201, ["number", "null"])):
        _does(caller, *observed)
        assert caller.create("O-1", voltage_level=None).status_code == status
        described = caller.send("GET", "/openapi.json").json()["components"]["schemas"]["NewProject"]
        voltage = described["properties"]["voltage_level"]
        assert [one["type"] for one in voltage.get("anyOf", [voltage])] == types
    project_id = _id(caller, "O-2", voltage_level=None)
    assert caller.generate(project_id).status_code == 400
    _does(caller, Observed.EMPTY_PROJECT_COSTS_NOTHING)
    assert caller.finished(caller.generate(project_id)).json()["result_data"]["base_cost"] in {"0", "0.00"}


def test_documents_are_found_middling(caller: Caller) -> None:
    """A readable document is left to a person, and estimates can be made all the same."""
    _does(caller, Observed.DOCUMENTS_ARE_MIDDLING)
    project_id = _id(caller, "O-1")
    document_id = caller.upload(project_id).json()["id"]
    caller.finished(caller.call("estimator", "POST", f"/documents/{document_id}/validate"))
    shown = caller.call("estimator", "GET", f"/documents/{document_id}").json()
    assert (shown["validation_status"], shown["completeness_score"]) == ("manual_review", 60)
    assert caller.finished(caller.generate(project_id)).json()["status"] == "completed"


def test_an_archived_project_takes_work_or_not(caller: Caller) -> None:
    """Without the behaviour an archived project refuses documents and estimates with 409."""
    project_id = _id(caller, "O-1")
    caller.call("manager", "DELETE", f"/projects/{project_id}")
    assert [caller.upload(project_id).status_code, caller.generate(project_id).status_code] == [409, 409]
    _does(caller, Observed.ARCHIVED_TAKES_WORK)
    assert [caller.upload(project_id).status_code, caller.generate(project_id).status_code] == [201, 202]


def test_redirects_and_file_names(caller: Caller) -> None:
    """A redirect leads to http, and a path in a file's name is dropped."""
    _does(caller, Observed.REDIRECTS_IN_HTTP, Observed.FILE_PATH_MENDED)
    assert caller.call("estimator", "GET", "/projects/").headers["location"].startswith("http://")
    stored = caller.upload(_id(caller, "O-1"), name="../../etc/scope.pdf").json()["blob_path"]
    assert stored.endswith("/scope.pdf")
    assert ".." not in stored


PAINTERS = (
    portrait_of_access.paint_health,
    portrait_of_access.paint_tokens,
    portrait_of_access.paint_projects,
    portrait_of_access.paint_roles,
    portrait_of_work.paint_documents,
    portrait_of_work.paint_jobs,
    portrait_of_work.paint_estimate,
    portrait_of_work.paint_levels,
    portrait_of_work.paint_classes,
    portrait_of_work.paint_telemetry,
    portrait_of_work.paint_projects_refused,
    portrait_of_work.paint_files_refused,
    portrait_of_work.paint_estimates_refused,
)
# What a restart does shows in its first job alone, and over a socket: test_contract.py looks there.
JUDGED = tuple(one for one in Switch if one.family != "SLA" and one is not Switch.RESTARTED_IN_MID_JOB)


def _covers(expected: str, name: str) -> bool:
    return name == expected or (expected.endswith(".") and name.startswith(expected))


def _areas(switch: Switch) -> set[str]:
    """What a switch meddles with: the whole of an estimate, a role, an operation, a kind of input."""
    areas = set()
    for name in EXPECTED[switch]:
        area, *rest = name.rstrip(".").split(".")
        if area == "role":
            areas |= set(rest[:2] or portrait_of_access.PEOPLE)
        elif area == "bad":
            areas.add(f"bad.{rest[0]}")
        else:
            areas.add("estimate" if area in ("item", "export") else area)
    return areas


def _batches() -> list[tuple[Switch, ...]]:
    """The switches in as few groups as possible in which no two meddle with the same area."""
    batches: list[list[Switch]] = []
    # Whoever meddles with most finds its place first.
    for switch in sorted(JUDGED, key=lambda one: (-len(_areas(one)), one)):
        for batch in batches:
            if not any(_areas(switch) & _areas(other) for other in batch):
                batch.append(switch)
                break
        else:
            batches.append([switch])
    return [tuple(batch) for batch in batches]


BATCHES = _batches()


@pytest.fixture(scope="session")
def gallery() -> dict[tuple[Switch, ...], Portrait]:
    """The portraits that have been painted, by the switches that were on."""
    return {}


def _painted(
    caller: Caller, rows: Rows, gallery: dict[tuple[Switch, ...], Portrait], switches: tuple[Switch, ...]
) -> Portrait:
    if switches not in gallery:
        caller.stand_in.reset()
        painter = Painter(caller, rows, set(switches))
        caller.stand_in.switches.update(switches)
        for paint in PAINTERS:
            paint(painter)
        gallery[switches] = painter.seen
    return gallery[switches]


@pytest.mark.parametrize("switch", JUDGED, ids=str)
def test_a_switch_changes_what_it_names(
    caller: Caller, rows: Rows, gallery: dict[tuple[Switch, ...], Portrait], switch: Switch
) -> None:
    """With the switch on, all that it names is different, and nothing is that no switch of its portrait names."""
    batch = next(batch for batch in BATCHES if switch in batch)
    painted = partial(_painted, caller, rows, gallery)
    honest, broken = painted(()), painted(batch)
    changed = {name for name in honest.keys() | broken.keys() if _shown(honest, name) != _shown(broken, name)}
    for expected in EXPECTED[switch]:
        assert any(_covers(expected, name) for name in changed), f"{expected} is as it was"
    named = [expected for one in batch for expected in EXPECTED[one]]
    assert {name for name in changed if not any(_covers(expected, name) for expected in named)} == set()


def _shown(portrait: Portrait, name: str) -> object:
    return portrait.get(name, "nothing")


def test_every_switch_has_an_expectation() -> None:
    """The table names each switch but those for service levels, and each changes something."""
    assert EXPECTED.keys() == set(JUDGED)
    assert all(EXPECTED.values())


def test_the_honest_portrait_is_the_same_again(
    caller: Caller, rows: Rows, gallery: dict[tuple[Switch, ...], Portrait]
) -> None:
    """Two portraits of the compliant service agree, so that a difference is a switch's doing."""
    first = _painted(caller, rows, gallery, ())
    assert _painted(caller, rows, {}, ()) == first
    assert len(first) > 150


def test_the_catalogue_is_described() -> None:
    """There are at least 70 switches; each has a sentence of its own and a family that must catch it."""
    assert len(Switch) >= 70
    assert len({switch.wrong for switch in Switch}) == len(Switch)
    assert all(switch.wrong.endswith(".") for switch in Switch)
    assert {switch.family for switch in Switch} == {"SMK", "E2E", "RBAC", "AACE", "BAD", "SLA"}
