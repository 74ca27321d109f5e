"""The role matrix, and its trial."""

from __future__ import annotations

import re

import pytest

from assurance.apex.access import Lack
from assurance.apex.client import Exchange
from assurance.apex.roles.attempts import SCRIPTS, State
from assurance.apex.roles.description import ApiDescription, LackingCell
from assurance.apex.roles.escalation import ESCALATIONS, TriedEscalation, TriedGrant
from assurance.apex.roles.matrix import APPROVAL, CALLERS, OPERATIONS, Agreed, Caller, Cell, cells, operation_named
from assurance.apex.roles.scene import Target
from assurance.apex.roles.tried import TriedCell
from assurance.errors import NotEvaluated
from assurance.reporting.html.controls import role_and_operation
from tests.assurance.apex.estimation.answers import exchange


def test_every_operation_has_a_cell_for_every_caller() -> None:
    """The matrix is complete: each row by each column, with an id of its own."""
    ids = [cell.id for cell in cells()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS) * len(CALLERS)
    assert "auditor-uploads-document" in ids


def test_the_grid_is_derived_from_the_ids() -> None:
    """A cell's id alone gives its role and operation back, as the report's grid needs it; so does a way around."""
    for cell in cells():
        assert role_and_operation(cell.id) == (cell.caller, cell.operation.name)
    for escalation in ESCALATIONS:
        assert role_and_operation(escalation.id) == (escalation.caller, escalation.what)


def test_every_row_has_its_script() -> None:
    """Each row of the API is tried by a script, which looks for the effect of whatever writes; no script is idle."""
    rows = {operation.name: operation for operation in OPERATIONS if operation.path}
    assert set(SCRIPTS) == set(rows)
    assert {name for name, script in SCRIPTS.items() if script.look is not None} == {
        name for name, operation in rows.items() if operation.writes
    }


def test_the_guide_demands_stand_in_the_matrix() -> None:
    """What the guide's Step 16 says of each role is agreed so, to the letter."""
    demanded = {
        "estimator": ("creates-project", "uploads-document", "generates-estimate"),
        "manager": ("updates-status", APPROVAL),
        "auditor": ("reads-project", "reads-estimate", "lists-projects", "lists-estimates"),
    }
    for caller, names in demanded.items():
        for cell in cells():
            if cell.caller == caller and cell.operation.name in names:
                assert cell.agreed is Agreed.ALLOWED, cell.id


def test_auditors_and_outsiders_write_nothing() -> None:
    """No cell lets an auditor change anything, nor an outsider do anything to a project of others."""
    for cell in cells():
        if cell.caller == "auditor" and cell.operation.writes:
            assert cell.agreed is Agreed.REFUSED, cell.id
        if cell.caller == "outsider" and re.search(r"\{\w+\}|upload|generate", cell.operation.path):
            assert cell.agreed is Agreed.REFUSED, cell.id


def test_nobody_is_served_without_a_token_but_health() -> None:
    """Without a token every operation is refused but liveness and readiness."""
    open_to_all = {
        cell.operation.kind for cell in cells() if cell.caller == "anonymous" and cell.agreed is Agreed.ALLOWED
    }
    assert open_to_all == {"service"}
    assert operation_named("reads-project").of("anonymous") is Agreed.UNAUTHENTICATED


TARGET = Target(project_id="p-1")


def _tried(
    name: str,
    caller: Caller,
    answer: Exchange,
    before: str = "",
    now: str = "",
    lack: Lack | None = None,
    job: Exchange | None = None,
) -> TriedCell:
    seen = [State(value, (exchange(200, {}),)) for value in (before, now)] if before or now else [None, None]
    exchanges = (answer,) if job is None else (answer, job)
    return TriedCell(Cell(operation_named(name), caller), TARGET, exchanges, seen[0], seen[1], lack)


def _uploaded(caller: Caller, status: int, before: set[str], now: set[str]) -> TriedCell:
    states = [State(f"{len(ids)} documents", (exchange(200, []),), frozenset(ids)) for ids in (before, now)]
    cell = Cell(operation_named("uploads-document"), caller)
    return TriedCell(cell, TARGET, (exchange(status, {"id": "d-1"}),), states[0], states[1])


@pytest.mark.parametrize(
    ("name", "caller", "status", "before", "now", "holds"),
    [
        ("reads-project", "auditor", 200, "", "", True),
        ("reads-project", "auditor", 403, "", "", False),
        ("reads-project", "outsider", 403, "", "", True),
        ("reads-project", "outsider", 404, "", "", False),
        ("reads-project", "outsider", 200, "", "", False),
        ("reads-project", "outsider", 500, "", "", False),
        ("reads-project", "anonymous", 401, "", "", True),
        ("reads-project", "anonymous", 403, "", "", True),
        ("reads-project", "anonymous", 404, "", "", False),
        ("updates-status", "manager", 200, "draft", "validating", True),
        ("updates-status", "manager", 200, "draft", "draft", False),
        ("updates-status", "manager", 403, "draft", "draft", False),
        ("updates-status", "auditor", 403, "draft", "draft", True),
        ("updates-status", "auditor", 403, "draft", "validating", False),
        ("updates-status", "auditor", 401, "draft", "draft", False),
        ("updates-status", "anonymous", 401, "draft", "validating", False),
        ("deletes-document", "estimator", 204, "there", "not there", True),
        ("deletes-document", "estimator", 204, "there", "there", False),
        ("deletes-document", "estimator", 403, "there", "there", True),
        ("deletes-document", "estimator", 403, "there", "not there", False),
    ],
)
def test_answer_and_effect_must_both_be_as_agreed(
    name: str, caller: Caller, status: int, before: str, now: str, holds: bool
) -> None:
    """A cell holds only if the status is the agreed one and what is seen afterwards fits it."""
    fact = _tried(name, caller, exchange(status, {"id": "p-1"}), before, now).is_as_agreed
    assert fact.holds is holds, fact
    assert fact.subject == f"{caller}-{name}"
    assert len(fact.readings) == (3 if before else 1)


def test_an_object_is_told_by_its_id() -> None:
    """An upload took effect where the very document is listed; another one's document beside it changes nothing."""
    assert _uploaded("estimator", 201, set(), {"d-1", "another"}).is_as_agreed.holds
    assert not _uploaded("estimator", 201, set(), {"another"}).is_as_agreed.holds
    assert _uploaded("auditor", 403, {"another"}, {"another"}).is_as_agreed.holds
    assert not _uploaded("auditor", 403, set(), {"d-2"}).is_as_agreed.holds


@pytest.mark.parametrize("status", ["running", "failed", "completed"])
def test_what_becomes_of_a_job_is_not_the_roles(status: str) -> None:
    """Who may start a job was allowed to where the job is there for them, whatever it came to."""
    job = exchange(200, {"id": "j", "status": status})
    asked = exchange(202, {"id": "j"})
    assert _tried("generates-estimate", "estimator", asked, "none", "none", None, job).is_as_agreed.holds
    lost = exchange(404, {})
    assert not _tried("generates-estimate", "estimator", asked, "none", "none", None, lost).is_as_agreed.holds


@pytest.mark.parametrize(("name", "caller"), [("reads-project", "auditor"), ("deletes-document", "estimator")])
def test_a_server_that_breaks_down_is_nobodys_fault(name: str, caller: Caller) -> None:
    """A 500 to who may says nothing of the role; to who must be refused it is no refusal."""
    with pytest.raises(NotEvaluated, match="broke down"):
        _ = _tried(name, caller, exchange(500, {}), "there", "there").is_as_agreed
    assert not _tried("reads-project", "outsider", exchange(500, {})).is_as_agreed.holds


def test_who_lacks_access_is_judged_by_success_alone() -> None:
    """Without its role a refusal proves nothing, and an upload that succeeds is a finding all the same."""
    lack = Lack("The manager cannot grant access.", "Use a pool.", ("key",))
    refused = Lack(lack.reason, lack.remedy, lack.readings, is_refused_grant=True)
    with pytest.raises(NotEvaluated, match="cannot grant"):
        _ = _tried("updates-status", "auditor", exchange(403, {}), "draft", "draft", lack).is_as_agreed
    assert not _tried(
        "updates-status", "auditor", exchange(200, {"id": "p"}), "draft", "complete", lack
    ).is_as_agreed.holds
    granting = _tried("grants-access", "manager", exchange(403, {}), "no", "no", refused).is_as_agreed
    assert not granting.holds
    assert granting.remedy == "Use a pool."


def test_a_list_must_not_name_what_is_hidden() -> None:
    """Who has no access gets a list, which does not name the project on any page."""
    clean, telling = ({"items": [{"id": one}], "has_next": False} for one in ("p-2", "p-1"))
    assert _tried("lists-projects", "outsider", exchange(200, clean)).is_as_agreed.holds
    assert not _tried("lists-projects", "outsider", exchange(200, telling)).is_as_agreed.holds
    assert not _tried("lists-projects", "outsider", exchange(403, clean)).is_as_agreed.holds


@pytest.mark.parametrize("body", [{}, [], b"null", "OK", 1])
def test_a_success_that_says_nothing_is_no_permission(body: object) -> None:
    """Whoever answers 200 with nothing of APEX's in it, such as a gateway, does not show that a role may read."""
    with pytest.raises(NotEvaluated, match="says nothing"):
        _ = _tried("reads-project", "auditor", exchange(200, body)).is_as_agreed


def test_a_throttled_caller_shows_nothing() -> None:
    """A 429 is neither allowed nor refused."""
    with pytest.raises(NotEvaluated, match="throttled"):
        _ = _tried("reads-project", "outsider", exchange(429, {})).is_as_agreed


@pytest.mark.parametrize(
    ("status", "proof", "holds"),
    [(403, 403, True), (403, 200, False), (201, 403, False), (404, None, False), (403, None, True)],
)
def test_a_way_around_must_be_refused_and_gain_nothing(status: int, proof: int | None, holds: bool) -> None:
    """A way around holds if it is refused with 403, and what only the escalated could do is refused as well."""
    proven = exchange(proof, {}, method="PATCH") if proof is not None else None
    assert TriedEscalation(ESCALATIONS[0], exchange(status, {}), proven).is_refused.holds is holds


def test_a_grant_gives_its_role_and_no_more() -> None:
    """Who is granted the role auditor reads, and is refused whatever writes."""
    granted, reads, refused = exchange(201, {}), exchange(200, {"id": "p-1"}), exchange(403, {})
    assert TriedGrant(granted, reads, (refused, refused)).gives_no_more.holds
    assert TriedGrant(granted, reads, (refused, refused)).gives_its_role.holds
    assert not TriedGrant(granted, reads, (refused, exchange(201, {}))).gives_no_more.holds
    assert not TriedGrant(granted, refused, (refused,)).gives_its_role.holds
    assert not TriedGrant(granted, exchange(200, {}), (refused,)).gives_its_role.holds


def test_what_was_gained_must_be_known() -> None:
    """Where what only the escalated could do is answered by 503, nobody knows whether something was gained."""
    tried = TriedEscalation(ESCALATIONS[0], exchange(403, {}), exchange(503, {}, method="PATCH"))
    with pytest.raises(NotEvaluated, match="unknown"):
        _ = tried.is_refused


def _description(*operations: tuple[str, str]) -> ApiDescription:
    return ApiDescription(exchange(200, {}), frozenset(operations))


def test_an_operation_without_a_row_is_told() -> None:
    """An operation that the API describes and nobody has agreed on is named; those with rows are not."""
    known = [("GET", "/projects/{}"), ("POST", "/documents/upload"), ("GET", "/")]
    assert _description(*known).is_covered.holds
    fact = _description(*known, ("PUT", "/projects/{}")).is_covered
    assert not fact.holds
    assert "PUT /projects/{}" in fact.observed


def test_the_approval_is_found_where_it_is_described() -> None:
    """An approval of estimates is recognised by its path; nothing else passes for it."""
    assert _description(("POST", "/estimates/{}/approve")).approval() == ("POST", "/estimates/{}/approve")
    assert _description(("GET", "/estimates/{}"), ("POST", "/projects/{}/approve")).approval() is None


def test_a_lacking_approval_fails_for_the_manager_and_shows_nothing_of_others() -> None:
    """The demanded operation that the API lacks is a fail that says so; nobody can be refused what is not there."""
    operation = operation_named(APPROVAL)
    fact = LackingCell(Cell(operation, "manager"), _description()).is_as_agreed
    assert not fact.holds
    assert "has no operation to approve" in fact.observed
    assert "offered_elsewhere" in fact.remedy
    for caller in ("estimator", "auditor", "outsider", "anonymous"):
        with pytest.raises(NotEvaluated, match="Nobody can be refused"):
            _ = LackingCell(Cell(operation, caller), _description()).is_as_agreed
    assert operation in OPERATIONS
