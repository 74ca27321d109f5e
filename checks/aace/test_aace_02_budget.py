"""AACE-02: a budget project is estimated as CLASS_3, once its scope is validated."""

from assurance.apex.estimation.classification import Classifier
from assurance.judging.checking import control

pytestmark = control("AACE-02", "post_deployment")


def test_budget_project_has_its_class(classifier: Classifier) -> None:
    """The estimate of a project with a validated scope is of class 3."""
    assert classifier.estimate("budget").has_its_class


def test_documents_do_not_count_before_they_are_validated(classifier: Classifier) -> None:
    """The estimate of a project whose scope is uploaded and not validated is not of class 3."""
    assert classifier.unvalidated_estimate("budget").has_not_its_class
