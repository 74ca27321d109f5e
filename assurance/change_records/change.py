"""A change as checks see it: sentences about its record, each a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.change_records import rules
from assurance.change_records.model import ChangeRecord
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class Change:
    """A change record, judged at the moment when it was read.

    Attributes:
        record: What it says.
        environment: The environment that is judged.
        now: When it was read, in UTC.
        readings: The key of its reading.
    """

    record: ChangeRecord
    environment: str
    now: datetime
    readings: tuple[str, ...]

    @property
    def is_planned(self) -> Fact:
        """Whether the request is of this environment and includes its plans (Step 1)."""
        expected = "a change of this environment, with plans for deployment, risks and rollback"
        return self._fact(expected, rules.plans_missing(self.record, self.environment))

    @property
    def is_approved(self) -> Fact:
        """Whether every role approved in time, and not only those who carry it out (Step 1)."""
        roles = ", ".join(rules.approvers(self.record))
        return self._fact(f"approved in time by {roles}", rules.approvals_missing(self.record))

    @property
    def window_is_open(self) -> Fact:
        """Whether the window contains the run or, once it was carried out, the deployment (Step 1)."""
        return self._fact(
            "a deployment window that contains the run, or the deployment once it is done",
            self._window(running=self.record.execution is None),
        )

    @property
    def stakeholders_know(self) -> Fact:
        """Whether stakeholders were told before the window (Step 1)."""
        return self._fact("stakeholders told before the window", rules.notice_missing(self.record))

    @property
    def team_is_ready(self) -> Fact:
        """Whether the team is complete (Step 9)."""
        return self._fact("a complete deployment team", rules.team_wrong(self.record, self.now))

    @property
    def deployment_is_authorized(self) -> Fact:
        """Whether all four roles signed before the deployment (Step 10)."""
        expected = "authorised, and signed by four roles before the deployment"
        return self._fact(expected, rules.pre_deployment_unsigned(self.record, self.now))

    @property
    def start_was_announced(self) -> Fact:
        """Whether the deployment was recorded, within its window, and announced (Step 11)."""
        wrong = [*rules.announcement_missing(self.record), *self._window(running=False)]
        return self._fact("a recorded deployment within the window, and announced", wrong)

    @property
    def manual_tests_passed(self) -> Fact:
        """Whether what people tried by hand passed (Step 16)."""
        return self._fact("manual tests passed after the deployment", rules.manual_tests_wrong(self.record))

    @property
    def success_was_told(self) -> Fact:
        """Whether stakeholders were told of the success (Step 21)."""
        return self._fact("stakeholders told of the success", rules.success_untold(self.record))

    @property
    def outcome_is_signed(self) -> Fact:
        """Whether three roles signed that the deployment is a success (Step 22)."""
        return self._fact("success, signed by three roles", rules.outcome_unsigned(self.record, self.now))

    @property
    def rollback_was_decided(self) -> Fact:
        """Whether a rollback, if there was one, was decided by somebody who may (Step 23)."""
        return self._fact(
            "no rollback, or one decided with authority and told", rules.rollback_undecided(self.record, self.now)
        )

    @property
    def rollback_is_analysed(self) -> Fact:
        """Whether a rollback, if there was one, was analysed (Step 25)."""
        return self._fact("no rollback, or a whole analysis of it", rules.rollback_unanalysed(self.record))

    @property
    def retrospective_was_held(self) -> Fact:
        """Whether the team met within 48 hours (Step 28)."""
        expected = "a retrospective within 48 hours, with team, technical lead and operations manager"
        return self._fact(expected, rules.retrospective_missing(self.record, self.now))

    @property
    def metrics_are_kept(self) -> Fact:
        """Whether the nine figures are there and agree (Step 29)."""
        return self._fact("the guide's nine metrics, in agreement with the record", rules.metrics_wrong(self.record))

    @property
    def is_closed(self) -> Fact:
        """Whether the change was closed in form (Step 30)."""
        return self._fact("closed after the stability window", rules.closure_missing(self.record, self.now))

    def _window(self, *, running: bool) -> list[str]:
        return rules.window_wrong(self.record, self.now, running=running)

    def _fact(self, expected: str, wrong: Sequence[str]) -> Fact:
        return Fact(
            holds=not wrong,
            expected=expected,
            observed="; ".join(wrong) or "so it is recorded",
            subject=self.record.id,
            readings=self.readings,
            remedy=f"Complete changes/{self.record.id}.toml, then: apex-assurance change check {self.record.id}",
        )
