"""DEP-15: traffic goes to the revisions as planned, and those that have some are healthy."""

from assurance.environment.deployment import DeclaredRelease
from assurance.estate.deployment.application_setup import ApplicationSetup
from assurance.estate.deployment.revisions import Revisions
from assurance.judging.checking import control

pytestmark = control("DEP-15", "post_deployment", "nightly")


def test_several_revisions_can_be_active(application_setup: ApplicationSetup) -> None:
    """The application keeps several revisions active, as blue-green deployment needs."""
    assert application_setup.keeps_several_revisions


def test_traffic_is_shared_as_planned(revisions: Revisions, release: DeclaredRelease) -> None:
    """The newest revision has its planned share of the traffic: 10 % as canary, all in the end."""
    assert revisions.traffic_is(release.traffic_percent)


def test_serving_revisions_are_healthy(revisions: Revisions) -> None:
    """Each revision that has traffic is active, runs and is healthy."""
    assert revisions.serving_ones_are_healthy
