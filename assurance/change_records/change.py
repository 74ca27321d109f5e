"""The change that a run belongs to, as checks see it: found by its number, read once, kept on the tape.

Each sentence about it a fact, at its step of the guide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from assurance.change_records import rules
from assurance.change_records.model import ChangeRecord, parse
from assurance.environment.toml_files import find_file, names_in
from assurance.errors import NotEvaluated, UsageError
from assurance.tape import Tape, key_of
from assurance.tape.redaction import Redactor
from assurance.verdicts import Fact
from assurance.world.files import FileReader


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


NAME = "change record"
FOLDER = "changes"


def find_record(name_or_file: str, folder: Path) -> Path:
    """Return the file that `--change` means: a path, or a number such as CR-2026-0042 in `folder`.

    Raises:
        UsageError: There is no such file; the message lists the records that there are.
    """
    path, exists = find_file(name_or_file, folder)
    if not exists:
        raise UsageError(
            f"{name_or_file}: there is no change record {path}; give a path to a TOML file or one of: "
            f"{names_in(folder)}; `apex-assurance change new` begins one"
        )
    return path


def read_record(path: Path) -> bytes:
    """Return the bytes of a change record.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the change record cannot be read: {error.strerror}") from error


class GivenChange:
    """The change of a run.

    Args:
        path: Its record; None where the run was given none.
    """

    def __init__(self, tape: Tape, redactor: Redactor, environment: str, path: Path | None) -> None:
        self._tape = tape
        self._environment = environment
        # A replay reads the tape, whatever lies on this machine.
        given = Path(f"{NAME}.toml") if tape.replaying else path
        self._files = FileReader(tape, redactor, {NAME: given} if given is not None else {})
        self.is_given = tape.look_up(key_of("file", NAME)) is not None if tape.replaying else path is not None

    def change(self) -> Change:
        """Return the change, judged at the moment when its record was read.

        Raises:
            NotEvaluated: The run was given none.
            UsageError: The record is not valid.
        """
        if not self.is_given:
            raise NotEvaluated(
                "This run belongs to no change record.", "Give it: --change CR-..., for changes/CR-....toml."
            )
        artefact = self._files.read(NAME)
        reading = self._tape.look_up(artefact.readings[0])
        if reading is None:
            raise RuntimeError("a reading that was just obtained is not on the tape")
        now = reading.started_at
        return Change(parse(artefact.content, artefact.file), self._environment, now, artefact.readings)
