"""E2E-08: the estimate is exported."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-08", "post_deployment")


def test_estimate_is_exported(workflow: EstimationWorkflow) -> None:
    """The export is whole: the estimate, its line items, assumptions, exclusions and risk factors."""
    assert workflow.export.is_exported
    assert workflow.export.export.is_complete


def test_export_equals_the_view(workflow: EstimationWorkflow) -> None:
    """The export says what the view says, field by field, numbers against decimal texts."""
    assert workflow.export.equals_the_view
