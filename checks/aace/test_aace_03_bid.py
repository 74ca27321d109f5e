"""AACE-03: a bid document is validated as CLASS_2."""

from assurance.apex.estimation.classification import Classifier
from assurance.judging.checking import control

pytestmark = control("AACE-03", "post_deployment")


def test_bid_is_held_to_its_class(classifier: Classifier) -> None:
    """The validation of a bid completes, and says that it held the bid to class 2."""
    assert classifier.bid.is_validated
    assert classifier.bid.is_held_to_its_class


def test_definitive_project_has_its_class(classifier: Classifier) -> None:
    """The estimate of a project with validated scope and engineering is of class 2."""
    assert classifier.estimate("definitive").has_its_class
