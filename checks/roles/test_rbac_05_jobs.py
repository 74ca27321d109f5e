"""RBAC-05: a job is read by whoever started it, and by nobody else."""

from assurance.apex.roles.matrix import Cell
from assurance.apex.roles.trial import RoleTrial
from assurance.judging.checking import control

pytestmark = control("RBAC-05", "post_deployment")


def test_role_on_jobs(role_trial: RoleTrial, job_cell: Cell) -> None:
    """A job is read by whoever started it, and by no other role."""
    assert role_trial.cell(job_cell).is_as_agreed
