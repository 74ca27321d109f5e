"""SMK-01: the application says that it is alive and ready, and that each of its dependencies is healthy."""

from assurance.apex.smoke.health import Liveness, Readiness
from assurance.judging.checking import control

pytestmark = control("SMK-01", "post_deployment")


def test_application_is_alive(liveness: Liveness) -> None:
    """The liveness endpoint answers on its declared path, without a token, and says alive."""
    assert liveness.answers
    assert liveness.says_alive


def test_application_is_ready(readiness: Readiness) -> None:
    """The readiness endpoint answers on its declared path, without a token, and says ready."""
    assert readiness.answers
    assert readiness.says_ready


def test_dependency_is_healthy(readiness: Readiness, dependency: str) -> None:
    """Readiness looks at each declared dependency and finds it healthy."""
    assert readiness.finds_healthy(dependency)


def test_no_dependency_is_unhealthy(readiness: Readiness) -> None:
    """Readiness finds nothing unhealthy among all that it looks at."""
    assert readiness.finds_nothing_unhealthy
