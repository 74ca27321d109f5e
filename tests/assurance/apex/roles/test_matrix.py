"""The role matrix as data."""

from __future__ import annotations

import re

from assurance.apex.roles.attempts import SCRIPTS
from assurance.apex.roles.escalation import ESCALATIONS
from assurance.apex.roles.matrix import APPROVAL, CALLERS, OPERATIONS, Agreed, cells, operation_named
from assurance.reporting.html.grid import role_and_operation


def test_every_operation_has_a_cell_for_every_caller() -> None:
    """The matrix is complete: each row by each column, with an id of its own."""
    ids = [cell.id for cell in cells()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS) * len(CALLERS)
    assert "auditor-uploads-document" in ids


def test_the_grid_is_derived_from_the_ids() -> None:
    """A cell's id alone gives its role and operation back, as the report's grid needs it; so does a way around."""
    for cell in cells():
        assert role_and_operation(cell.id) == (cell.caller, cell.operation.name)
    for one in ESCALATIONS:
        assert role_and_operation(one.id) == (one.caller, one.what)


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
