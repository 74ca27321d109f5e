"""SEC-10: the declared Defender plans are on, no severe alert is open, and the secure score is not below its floor."""

from assurance.estate.monitoring.defender import Alerts, DefenderPlan, SecureScore, SuppressionRules
from assurance.judging.checking import control

pytestmark = control("SEC-10")


def test_plan_is_on(plan: DefenderPlan) -> None:
    """Each declared Defender plan is on, in full."""
    assert plan.is_on


def test_no_severe_alert_is_open(alerts: Alerts) -> None:
    """No alert of High or unknown severity is open on the environment's resources."""
    assert alerts.none_severe_is_open


def test_secure_score_is_not_below_its_floor(secure_score: SecureScore) -> None:
    """The secure score is not below the declared floor."""
    assert secure_score.is_not_below_its_floor


def test_no_alert_is_dismissed_unseen(suppression_rules: SuppressionRules) -> None:
    """No rule dismisses alerts before anybody sees them, but those that are declared."""
    assert suppression_rules.are_declared
