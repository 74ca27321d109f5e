"""What cannot apply to an environment by what it declares of the application.

No API, one that is only read, no telemetry, or an operation that is offered elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from assurance.environment import Environment
from assurance.environment.model import NotApplicable

NO_APPLICATION = "The environment file has no table [application]."
NO_TELEMETRY = "The environment file has no table [telemetry]."
LOAD_NOT_ALLOWED = "The environment file does not say load.allowed = true: no load test is run here."
LOAD_NOT_ASKED_FOR = "A load test is run only where it is asked for: -m load."
READ_ONLY = "The environment file says application.read_only = true, and this check writes."


def without_application(environment: Environment, control: str, nouns: Iterable[str]) -> NotApplicable | None:
    """Return why a check of `control` that takes these nouns does not apply; None if it does.

    Args:
        environment: What is declared.
        control: The check's control.
        nouns: All that the check rests on, down to the roots.
    """
    rests_on = frozenset(nouns) & {"application", "flows", "load_generator", "measurements"}
    if not rests_on:
        return None
    if environment.application is None:
        return NotApplicable(control=control, reason=NO_APPLICATION)
    if environment.application.read_only and rests_on & {"flows", "load_generator"}:
        return NotApplicable(control=control, reason=READ_ONLY)
    return None


def without_telemetry(environment: Environment, control: str, nouns: Iterable[str]) -> NotApplicable | None:
    """Return why a check does not apply that rests on telemetry which nobody declared; None for every other."""
    if environment.telemetry is not None or not frozenset(nouns) & {"telemetry", "measurements"}:
        return None
    return NotApplicable(control=control, reason=NO_TELEMETRY)


def without_load(
    environment: Environment, control: str, nouns: Iterable[str], *, is_asked_for: bool
) -> NotApplicable | None:
    """Return why a load test does not apply; None for one that does, and for every other check.

    Args:
        environment: What is declared.
        control: The check's control.
        nouns: All that the check rests on, down to the roots.
        is_asked_for: Whether the run was told to put the application under load.
    """
    if "load_generator" not in nouns:
        return None
    if not environment.load.allowed:
        return NotApplicable(control=control, reason=LOAD_NOT_ALLOWED)
    return None if is_asked_for else NotApplicable(control=control, reason=LOAD_NOT_ASKED_FOR)


def offered_elsewhere(environment: Environment, control: str, subject: str) -> NotApplicable | None:
    """Return how an operation that the API lacks is done in this environment; None if it says nothing of the subject.

    Args:
        environment: What is declared.
        control: The check's control; only the role matrix is about operations.
        subject: The case's subject, such as `manager-approves-estimate`.
    """
    if environment.application is None or not control.startswith("RBAC-"):
        return None
    for offered in environment.application.offered_elsewhere:
        if subject.endswith(f"-{offered.operation}"):
            return NotApplicable(control=control, reason=f"Offered otherwise than by the API: {offered.how}")
    return None
