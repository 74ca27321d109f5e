"""The single steps of the workflow: what is asked of APEX, and frozen views of what came of it.

Each view says by `failure` whether the step got as far as the next one needs it: its first essential fact that does not
hold. Everything else about it is judged by further facts, which stop nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Exchange
from assurance.apex.estimation.answers import first_failure, id_in, shows, with_id
from assurance.apex.estimation.estimate import Figures
from assurance.apex.estimation.jobs import JobHistory
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class ProjectStep:
    """A project was asked for.

    Attributes:
        number: The project number that was asked for.
        asked: What was sent.
        created: The answer to that.
        shown: The project as it is read afterwards; None if there is nothing to read.
    """

    number: str
    asked: Mapping[str, object]
    created: Exchange
    shown: Exchange | None

    @property
    def id(self) -> str:
        """The project's id; empty if there is none."""
        return id_in(self.created)

    @property
    def is_created(self) -> Fact:
        """Whether APEX answers 201 with the id of the new project."""
        return with_id(self.created, HTTPStatus.CREATED)

    @property
    def is_shown_as_asked_for(self) -> Fact:
        """Whether the project, read by itself, has what was asked for, and is a draft."""
        return shows(self.shown, {**self.asked, "id": self.id, "status": "draft"}, self.created)

    @property
    def failure(self) -> Fact | None:
        """What keeps the next step from being made."""
        return first_failure(self.is_created)


@dataclass(frozen=True, slots=True)
class JobStep:
    """Something was asked for that a job does.

    Attributes:
        asked: The answer to the request.
        job: The job's states; of none, if no job was announced or it cannot be read.
        refused: The answer of a poll that did not show the job; None if all did.
    """

    asked: Exchange
    job: JobHistory
    refused: Exchange | None

    @property
    def is_started(self) -> Fact:
        """Whether APEX answers 202 with the id of a job."""
        return with_id(self.asked, HTTPStatus.ACCEPTED)

    @property
    def is_stuck(self) -> bool:
        """Whether the job was shown to the last, as one that goes on."""
        return self.refused is None and self.job.is_stuck

    @property
    def is_completed(self) -> Fact:
        """Whether the job, polled by whoever started it, completes."""
        if self.refused is not None:
            return self.refused.answers(HTTPStatus.OK, remedy="Whoever started a job must be able to follow it.")
        return self.job.is_completed


@dataclass(frozen=True, slots=True)
class GenerationStep:
    """An estimate was generated.

    Attributes:
        level: The level of confidence that was asked for, a fraction of 1.
        work: The request and its job.
    """

    level: float
    work: JobStep

    @property
    def estimate_id(self) -> str:
        """The estimate's id, as the job's result tells it; empty if there is none."""
        result = self.work.job.result()
        return (result.text("estimate_id") or "") if result is not None else ""

    @property
    def figures(self) -> Figures:
        """The amounts that the job's result tells.

        Raises:
            NotEvaluated: It tells no result, or the job did not tell throughout that it went on.
        """
        result = self.work.job.result()
        if result is None or not self.work.is_completed.holds:
            failed = self.failure or self.names_its_estimate
            raise NotEvaluated(f"The job tells no result: {failed.observed}.", "Mend the job first.", failed.readings)
        return Figures("the job's result", result, self.work.job.readings)

    @property
    def names_its_estimate(self) -> Fact:
        """Whether the job's result names the estimate."""
        return Fact(
            bool(self.estimate_id),
            "result_data.estimate_id names the estimate",
            self.estimate_id or "result_data names none",
            f"job {self.work.job.id}",
            self.work.asked.readings + self.work.job.readings,
        )

    @property
    def failure(self) -> Fact | None:
        """What keeps the next step from being made."""
        return first_failure(self.work.is_started, self.work.is_completed, self.names_its_estimate)
