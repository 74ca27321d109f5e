"""What bad input comes to."""

from __future__ import annotations

import pytest

from assurance.apex.bad_input.catalogue import FILES, INVALID, PROJECTS
from assurance.apex.bad_input.refusal import Refusal
from assurance.apex.bad_input.trial import CATALOGUE, NUMBERS, _mended
from tests.assurance.apex.estimation.exchanges import exchange


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
