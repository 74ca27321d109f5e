"""E2E-01: a project is created, and is shown as it was asked for."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-01", "post_deployment")


def test_project_is_created(workflow: EstimationWorkflow) -> None:
    """An estimator creates a project, which is then shown as asked for, as a draft."""
    assert workflow.creation.is_created
    assert workflow.creation.is_shown_as_asked_for
