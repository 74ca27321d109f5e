"""RBAC-07: every operation of the API has its row in the role matrix; health is open to all."""

from assurance.apex.roles.description import ApiDescription
from assurance.apex.roles.matrix import Cell
from assurance.apex.roles.trial import RoleTrial
from assurance.judging.checking import control

pytestmark = control("RBAC-07", "post_deployment")


def test_every_operation_has_its_row(api_description: ApiDescription) -> None:
    """Every operation that the API describes of itself has its row in the role matrix."""
    assert api_description.is_covered


def test_role_on_service(role_trial: RoleTrial, service_cell: Cell) -> None:
    """Liveness and readiness answer everyone, also who has no token."""
    assert role_trial.cell(service_cell).is_as_agreed
