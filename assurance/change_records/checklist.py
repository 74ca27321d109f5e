"""Which sentence about a change belongs to which step of the guide, and at which moment it must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assurance.change_records.change import Change
from assurance.verdicts import Fact

Moment = Literal["pre_deployment", "closing"]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist.

    Attributes:
        step: The guide's step.
        title: A few words.
        moment: When it must hold: before the deployment, or before the change is closed.
        judge: What says whether it does.
    """

    step: int
    title: str
    moment: Moment
    judge: Callable[[Change], Fact]


ITEMS = (
    Item(1, "Request with plans", "pre_deployment", lambda change: change.is_planned),
    Item(1, "Approvals", "pre_deployment", lambda change: change.is_approved),
    Item(1, "Deployment window", "pre_deployment", lambda change: change.window_is_open),
    Item(1, "Stakeholders told", "pre_deployment", lambda change: change.stakeholders_know),
    Item(9, "Team", "pre_deployment", lambda change: change.team_is_ready),
    Item(10, "Sign-off before", "pre_deployment", lambda change: change.deployment_is_authorized),
    Item(11, "Deployment announced", "closing", lambda change: change.start_was_announced),
    Item(16, "Manual tests", "closing", lambda change: change.manual_tests_passed),
    Item(21, "Success told", "closing", lambda change: change.success_was_told),
    Item(22, "Sign-off after", "closing", lambda change: change.outcome_is_signed),
    Item(23, "Rollback decision", "closing", lambda change: change.rollback_was_decided),
    Item(25, "Rollback analysis", "closing", lambda change: change.rollback_is_analysed),
    Item(28, "Retrospective", "closing", lambda change: change.retrospective_was_held),
    Item(29, "Metrics", "closing", lambda change: change.metrics_are_kept),
    Item(30, "Closure", "closing", lambda change: change.is_closed),
)
