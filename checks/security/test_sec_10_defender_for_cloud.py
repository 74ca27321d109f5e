"""SEC-10: the declared Defender plans are on, no severe alert is open, and the secure score is not below its floor."""

from assurance.environment.model import DeclaredDefender
from assurance.estate.monitoring.defender import Alerts, DefenderPlans, SecureScore
from assurance.judging.checking import control

pytestmark = control("SEC-10")


def test_plan_is_on(defender_plans: DefenderPlans, plan: str) -> None:
    """Each declared Defender plan is on, in full."""
    assert defender_plans.covers(plan)


def test_no_severe_alert_is_open(
    alerts: Alerts, defender_plans: DefenderPlans, declared_defender: DeclaredDefender, declared_ids: tuple[str, ...]
) -> None:
    """No alert of High or unknown severity is open on the environment's resources."""
    assert alerts.none_severe_open(defender_plans, declared_defender.plans, declared_ids)


def test_secure_score_is_not_below_its_floor(secure_score: SecureScore, declared_defender: DeclaredDefender) -> None:
    """The secure score is not below the declared floor."""
    assert secure_score.is_at_least(declared_defender.secure_score_floor)
