"""DEP-36: what was deployed is what was planned: all of it, and nothing more."""

from assurance.judging.checking import control
from assurance.planning.deployment import PlannedDeployment

pytestmark = control("DEP-36", "post_deployment")


def test_deployment_is_as_planned(carried_out_plan: PlannedDeployment) -> None:
    """Each resource of the plan is as the plan said, and has no other change."""
    assert carried_out_plan.was_carried_out
