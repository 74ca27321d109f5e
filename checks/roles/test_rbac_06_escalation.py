"""RBAC-06: nobody grants themselves access, or reaches another project's objects by their ids."""

from assurance.apex.roles.escalation import Escalation, EscalationTrial
from assurance.judging.checking import control

pytestmark = control("RBAC-06", "post_deployment")


def test_way_around_is_refused(escalation_trial: EscalationTrial, escalation: Escalation) -> None:
    """Granting oneself a role, and reading the objects of another's project by id, is refused and gains nothing."""
    assert escalation_trial.attempt(escalation).is_refused
