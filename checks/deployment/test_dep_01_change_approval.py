"""DEP-01: the change is planned, approved, scheduled and announced before it is carried out."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-01", "pre_deployment")


def test_change_is_planned(change: Change) -> None:
    """The request is of this environment, with plans for deployment, risks and rollback."""
    assert change.is_planned


def test_change_is_approved(change: Change) -> None:
    """Every role approved in time, and not only those who carry it out."""
    assert change.is_approved


def test_window_contains_the_run(change: Change) -> None:
    """The deployment window contains the run or, once it is done, the deployment."""
    assert change.window_is_open


def test_stakeholders_know(change: Change) -> None:
    """Estimators, managers and auditors were told before the window."""
    assert change.stakeholders_know
