"""DEP-35: the plan is reviewed before it is carried out: nothing security-relevant changes unannounced."""

from assurance.judging.checking import control
from assurance.planning.review import PlanReview, TemplateValidation

pytestmark = control("DEP-35", "pre_deployment")


def test_security_changes_are_announced(plan_review: PlanReview) -> None:
    """Each security-relevant change of the plan is announced."""
    assert plan_review.announces_what_matters


def test_template_is_valid(template_validation: TemplateValidation) -> None:
    """Azure has validated the template without an error."""
    assert template_validation.succeeded


def test_template_is_the_reviewed_one(template_validation: TemplateValidation, template_digest: str) -> None:
    """The template is the one that was reviewed, by its digest."""
    assert template_validation.is_of(template_digest)
