"""RBAC-03: each role can do with documents what the role matrix says, and nothing else."""

from assurance.apex.roles.matrix import Cell
from assurance.apex.roles.trial import RoleTrial
from assurance.judging.checking import control

pytestmark = control("RBAC-03", "post_deployment")


def test_role_on_documents(role_trial: RoleTrial, document_cell: Cell) -> None:
    """Each role is allowed or refused each operation on documents as agreed, with the effect that the answer says."""
    assert role_trial.cell(document_cell).is_as_agreed
