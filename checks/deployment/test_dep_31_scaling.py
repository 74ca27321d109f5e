"""DEP-31: the application scales between the declared numbers of replicas, by concurrent requests."""

from assurance.environment.deployment import DeclaredRevision
from assurance.estate.deployment.application_setup import ApplicationSetup
from assurance.judging.checking import control

pytestmark = control("DEP-31")


def test_replicas_are_bounded(application_setup: ApplicationSetup, declared_revision: DeclaredRevision) -> None:
    """There are as many replicas as declared, at least and at most: 2 and 10 in production."""
    assert application_setup.scales_between(declared_revision.minimum_replicas, declared_revision.maximum_replicas)


def test_replicas_follow_requests(application_setup: ApplicationSetup, declared_revision: DeclaredRevision) -> None:
    """A replica is added at the declared number of concurrent requests: 50 in the guide."""
    assert application_setup.scales_by_requests(declared_revision.concurrent_requests)
