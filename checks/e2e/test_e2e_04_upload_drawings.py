"""E2E-04: engineering drawings are uploaded."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-04", "post_deployment")


def test_drawings_are_uploaded(workflow: EstimationWorkflow) -> None:
    """Engineering drawings are uploaded, filed as sent and not yet validated, and listed beside the scope."""
    assert workflow.drawings_upload.is_uploaded
    assert workflow.drawings_upload.is_filed_as_asked_for
    assert workflow.drawings_upload.is_listed
