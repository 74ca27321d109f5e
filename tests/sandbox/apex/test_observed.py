"""What a running build was seen to do: each behaviour shows, alone."""

from __future__ import annotations

import time
from dataclasses import replace

from sandbox.apex import Observed
from tests.sandbox.apex.calling import Caller


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
