"""E2E-07: the estimate is viewed."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-07", "post_deployment")


def test_estimate_is_shown(workflow: EstimationWorkflow) -> None:
    """The estimate is shown as its job told it, under its project, and listed there."""
    assert workflow.view.is_shown
    assert workflow.view.is_listed
    assert workflow.view.agrees_with_its_job


def test_percentiles_are_ordered(workflow: EstimationWorkflow) -> None:
    """Base cost and percentiles are amounts above zero, with P50 <= P80 <= P95."""
    assert workflow.view.estimate.figures.are_present
    assert workflow.view.estimate.figures.are_ordered
    assert workflow.view.estimate.figures.are_spread


def test_class_is_one_of_aace(workflow: EstimationWorkflow) -> None:
    """The estimate has one of AACE's five classes."""
    assert workflow.view.estimate.figures.is_classified


def test_contingency_follows_from_the_costs(workflow: EstimationWorkflow) -> None:
    """The contingency is what lies between the base cost and the percentile of the level of confidence."""
    assert workflow.view.has_contingency_for_its_level


def test_other_levels_of_confidence(workflow: EstimationWorkflow) -> None:
    """Further levels of confidence have ordered percentiles and their own contingency, higher for higher levels."""
    for view in workflow.views_by_level:
        assert view.is_shown
        assert view.estimate.figures.are_present
        assert view.estimate.figures.are_ordered
        assert view.has_contingency_for_its_level
    assert workflow.levels.cost_more_the_surer


def test_contingency_is_plausible(workflow: EstimationWorkflow) -> None:
    """The contingency is no more and no less than these risk factors can lead to."""
    assert workflow.has_a_plausible_contingency


def test_line_items_sum_to_the_base_cost(workflow: EstimationWorkflow) -> None:
    """Every line item costs its quantity times its unit cost; parts sum to their parents, and to the base cost."""
    assert workflow.view.estimate.has_items
    assert workflow.view.estimate.items_cost_what_they_take
    assert workflow.view.estimate.items_sum_to_their_parents
    assert workflow.view.estimate.items_sum_to_the_base_cost


def test_hierarchy_is_sound(workflow: EstimationWorkflow) -> None:
    """The work breakdown has neither orphan nor circle, and its codes nest."""
    assert workflow.view.estimate.has_a_sound_hierarchy


def test_narrative_assumptions_and_exclusions(workflow: EstimationWorkflow) -> None:
    """The estimate has a narrative, assumptions, exclusions, and the risk factors that were asked for."""
    assert workflow.view.estimate.has_a_narrative
    assert workflow.view.estimate.has_assumptions
    assert workflow.view.estimate.has_exclusions
    assert workflow.view.estimate.names_risks(workflow.risk_names)
