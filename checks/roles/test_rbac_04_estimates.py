"""RBAC-04: each role can do with estimates what the role matrix says, and nothing else."""

from assurance.apex.roles.matrix import Cell
from assurance.apex.roles.trial import RoleTrial
from assurance.judging.checking import control

pytestmark = control("RBAC-04", "post_deployment")


def test_role_on_estimates(role_trial: RoleTrial, estimate_cell: Cell) -> None:
    """Each role is allowed or refused each operation on estimates as agreed, with the effect that the answer says."""
    assert role_trial.cell(estimate_cell).is_as_agreed
