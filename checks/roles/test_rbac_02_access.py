"""RBAC-02: managers alone grant and revoke access, and a grant gives its role and no more."""

from assurance.apex.roles.escalation import EscalationTrial
from assurance.apex.roles.matrix import Cell
from assurance.apex.roles.trial import RoleTrial
from assurance.judging.checking import control

pytestmark = control("RBAC-02", "post_deployment")


def test_role_on_access(role_trial: RoleTrial, access_cell: Cell) -> None:
    """Each role is allowed or refused to grant and revoke access as agreed, with the effect that the answer says."""
    assert role_trial.cell(access_cell).is_as_agreed


def test_grant_gives_its_role_and_no_more(escalation_trial: EscalationTrial) -> None:
    """Who is granted the role auditor can read, and can neither change the project nor upload to it."""
    assert escalation_trial.grant.gives_its_role
    assert escalation_trial.grant.gives_no_more
