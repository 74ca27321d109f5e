"""DEP-09: the team is complete before the deployment."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-09", "pre_deployment")


def test_team_is_ready(change: Change) -> None:
    """Two engineers, an on-call engineer and the incident team are named, and the runbook was read."""
    assert change.team_is_ready
