"""RBAC-01: each role can do with projects what the role matrix says, and nothing else."""

from assurance.apex.roles.matrix import Cell
from assurance.apex.roles.trial import RoleTrial
from assurance.judging.checking import control

pytestmark = control("RBAC-01", "post_deployment")


def test_role_on_projects(role_trial: RoleTrial, project_cell: Cell) -> None:
    """Each role is allowed or refused each operation on projects as agreed, with the effect that the answer says."""
    assert role_trial.cell(project_cell).is_as_agreed
