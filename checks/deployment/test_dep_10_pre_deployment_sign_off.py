"""DEP-10: the deployment is authorised before it begins."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-10", "pre_deployment")


def test_deployment_is_authorized(change: Change) -> None:
    """All four roles signed, after the approvals and before the deployment."""
    assert change.deployment_is_authorized
