"""What a tried cell comes to."""

from __future__ import annotations

import pytest

from assurance.apex.client import Exchange
from assurance.apex.roles.approval import LackingCell
from assurance.apex.roles.attempts import State
from assurance.apex.roles.description import ApiDescription
from assurance.apex.roles.escalation import ESCALATIONS, TriedEscalation, TriedGrant
from assurance.apex.roles.matrix import APPROVAL, OPERATIONS, Caller, Cell, operation_named
from assurance.apex.roles.scene import Target
from assurance.apex.roles.trial import TriedCell
from assurance.errors import NotEvaluated
from tests.assurance.apex.estimation.exchanges import exchange

TARGET = Target(project_id="p-1")


def _tried(
    name: str, caller: Caller, answer: Exchange, before: str = "", now: str = "", counts: tuple[int, int] | None = None
) -> TriedCell:
    states = [
        State(value, (exchange(200, {}),), counts[index] if counts else None)
        for index, value in enumerate((before, now))
    ]
    seen = states if before or now else [None, None]
    return TriedCell(Cell(operation_named(name), caller), TARGET, (answer,), seen[0], seen[1])


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
        ("deletes-document", "estimator", 500, "there", "there", False),
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


@pytest.mark.parametrize(("counts", "holds"), [((0, 1), True), ((2, 3), True), ((0, 2), False), ((0, 0), False)])
def test_what_is_allowed_adds_one(counts: tuple[int, int], holds: bool) -> None:
    """Where objects are counted, one more is the effect; two show that a refusal was carried out later."""
    before, now = (f"{count} estimates" for count in counts)
    fact = _tried("generates-estimate", "estimator", exchange(202, {"id": "j"}), before, now, counts).is_as_agreed
    assert fact.holds is holds
    assert ("more than was asked for" in fact.observed) is (counts[1] - counts[0] > 1)


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
