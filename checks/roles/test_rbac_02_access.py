"""RBAC-02: managers alone grant and revoke access, and a grant gives its role and no more."""

from assurance.checking import control
from assurance.roles.escalation import EscalationTrial
from assurance.roles.matrix import Cell
from assurance.roles.trial import RoleTrial

pytestmark = control("RBAC-02", "post_deployment")


def test_role_on_access(role_trial: RoleTrial, access_cell: Cell) -> None:
    """Each role is allowed or refused to grant and revoke access as agreed, with the effect that the answer says."""
    assert role_trial.cell(access_cell).is_as_agreed


def test_grant_gives_its_role_and_no_more(escalation_trial: EscalationTrial) -> None:
    """Who is granted the role auditor can read, and can neither change the project nor upload to it."""
    assert escalation_trial.grant.gives_its_role
    assert escalation_trial.grant.gives_no_more
