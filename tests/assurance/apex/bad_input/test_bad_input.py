"""Bad input, and input made from the API's own description."""

from __future__ import annotations

import json

import pytest

from assurance.apex.bad_input.catalogue import FILES, INVALID, PROJECTS
from assurance.apex.bad_input.described import DescribedCalls, MadeUp, _path, _text
from assurance.apex.bad_input.description import exercised
from assurance.apex.bad_input.refusal import Refusal
from assurance.apex.bad_input.trial import CATALOGUE, NUMBERS, _mended
from assurance.apex.roles.matrix import operation_named
from assurance.errors import NotEvaluated
from assurance.tape import Call, Reading
from tests.assurance.apex.estimation.answers import exchange

CHANGING = operation_named("updates-project")
PROJECT = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"
IDS = {"project_id": PROJECT, "document_id": "", "estimate_id": "", "job_id": ""}


def _calls(valid: list[int], invalid: list[int]) -> DescribedCalls:
    return DescribedCalls(CHANGING, tuple(map(exchange, valid)), tuple(map(exchange, invalid)))


def _reading(operation: str, kind: str, status: int) -> Reading:
    call = Call("manager", "", f"deep:{operation}:{kind}", 1, "", "")
    return Reading(f"{operation}/{kind}/{status}", "http", "GET https://apex.invalid/", "", 1, status, call=call)


def test_whoever_was_let_through_counts() -> None:
    """One valid request beyond 401, 403 and 404 is enough to judge the others by, and is told."""
    fact = _calls([403, 403, 200], [422]).never_crash
    assert fact.holds
    assert fact.observed == "none of 4; 1 of 3 valid ones were let through"
    assert len(fact.readings) == 4


@pytest.mark.parametrize("valid", [[401, 403, 404], [429], [405], []])
def test_nobody_let_through_is_not_evaluated(valid: list[int]) -> None:
    """Where no valid request came as far as the operation, invalid ones that were refused prove nothing."""
    with pytest.raises(NotEvaluated, match="Nobody was let through to PATCH"):
        _ = _calls(valid, [422, 422]).never_crash


@pytest.mark.parametrize(("valid", "invalid"), [([500], []), ([403], [500]), ([200, 503], [422])])
def test_a_crash_is_a_failure_whoever_was_let_through(valid: list[int], invalid: list[int]) -> None:
    """A server error fails, also where nobody was let through otherwise."""
    assert not _calls(valid, invalid).never_crash.holds


def test_valid_requests_name_what_exists() -> None:
    """In a valid request ids are those of objects that exist; an invalid one keeps what makes it so."""
    valid = MadeUp({"project_id": OTHER}, {}, {"project_name": "x"}, True)
    malformed = MadeUp({"project_id": "%C2%92"}, {}, None, False)
    assert _path(CHANGING, valid, IDS) == f"/projects/{PROJECT}"
    assert _path(CHANGING, malformed, IDS) == "/projects/%C2%92"
    assert _path(CHANGING, MadeUp({"project_id": ".."}, {}, None, False), IDS) == "/projects/-"
    granted = {"user_id": OTHER, "role_id": 3}
    assert json.loads(_text(MadeUp({}, {}, granted, True), {**IDS, "user_id": "known"}, "n"))["user_id"] == "known"
    assert json.loads(_text(MadeUp({}, {}, granted, False), {**IDS, "user_id": "known"}, "n"))["user_id"] == OTHER


def test_what_is_created_has_our_number() -> None:
    """Whatever is created can be found and archived, and nothing is sent to the project of somebody else."""
    body = {"project_number": "", "project_id": OTHER}
    assert json.loads(_text(MadeUp({}, {}, body, False), IDS, "E2E-1")) == {
        "project_number": "E2E-1",
        "project_id": PROJECT,
    }


def test_the_share_that_was_exercised_is_told() -> None:
    """The report says how many operations were reached, and names the others; without a deep run it says nothing."""
    readings = [
        _reading("updates-project", "valid", 200),
        _reading("grants-access", "valid", 403),
        _reading("grants-access", "invalid", 422),
        _reading("reads-job", "ground", 200),
    ]
    [told] = exercised(readings)
    assert told.startswith("The deep run exercised 1 of the API's 18 operations; not reached: ")
    assert "POST /projects/{project_id}/access" in told
    assert "POST /documents/upload (forms: see BAD-02)" in told
    assert exercised([_reading("reads-job", "ground", 200)]) == ()


def _refusal(status: int, left: str = "", mended: str = "", body: object = None) -> Refusal:
    return Refusal(PROJECTS[0], exchange(status, body), INVALID, left, mended, (exchange(200, []),))


@pytest.mark.parametrize(
    ("status", "holds"), [(400, True), (413, True), (415, True), (422, True), (201, False), (403, False), (500, False)]
)
def test_only_a_refusal_for_the_input_itself_counts(status: int, holds: bool) -> None:
    """Refused is who is answered that the input is bad; 403 or 404 would refuse good input as well, 5xx is a crash."""
    assert _refusal(status).is_refused.holds is holds


def test_what_is_left_behind_is_told() -> None:
    """A refusal that left something behind is no refusal, whatever its status; nothing left says where was looked."""
    assert not _refusal(422, left="1 documents: uploads/x").left_nothing.holds
    nothing = _refusal(422).left_nothing
    assert nothing.holds
    assert nothing.observed == "nothing found in 1 answers"
    assert len(nothing.readings) == 2


@pytest.mark.parametrize(
    ("path", "mended"),
    [
        ("uploads/p/d/scope.pdf", True),
        ("uploads/../../etc/scope.pdf", False),
        ("uploads/..\\Windows", False),
        (None, False),
    ],
)
def test_a_name_is_mended_only_without_its_path(path: str | None, mended: bool) -> None:
    """A file may be taken under a name without the path; one that still leads elsewhere is not mended."""
    assert bool(_mended(exchange(201, {"id": "d", "blob_path": path}))) is mended
    assert not _mended(exchange(400, {"blob_path": path}))


@pytest.mark.parametrize(
    "told",
    [
        'Traceback (most recent call last):\n  File "/app/x.py", line 3, in f',
        "(pyodbc.ProgrammingError) [ODBC Driver 18 for SQL Server]",
        "/usr/local/lib/python3.11/site-packages/fastapi/routing.py",
        "[SQL: SELECT id FROM projects]",
    ],
)
def test_what_an_answer_tells_of_the_inside_is_found(told: str) -> None:
    """Stack traces, statements, drivers and paths of the server are found in an answer."""
    assert not _refusal(422, body={"detail": told}).tells_nothing_inward.holds


@pytest.mark.parametrize(
    "told", ["Input should be greater than 0", "Select a file from your computer", "value is not a valid float"]
)
def test_plain_errors_are_not_mistaken(told: str) -> None:
    """An ordinary error message tells nothing of the inside."""
    assert _refusal(422, body={"detail": [{"msg": told}]}).tells_nothing_inward.holds


def test_the_catalogue_names_each_once() -> None:
    """Each bad input has a name and a number of its own, and those that may be mended are names of files."""
    assert len(NUMBERS) == len(CATALOGUE) >= 40
    assert all("name" in bad.name for bad in FILES if bad.mends)
