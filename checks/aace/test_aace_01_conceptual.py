"""AACE-01: a conceptual project is estimated as CLASS_5."""

from assurance.apex.estimation.classification import Classifier
from assurance.judging.checking import control

pytestmark = control("AACE-01", "post_deployment")


def test_conceptual_project_has_its_class(classifier: Classifier) -> None:
    """The estimate of a project without documents is of class 5."""
    assert classifier.estimate("conceptual").has_its_class
