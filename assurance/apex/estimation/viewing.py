"""The last two steps of the workflow: an estimate is viewed, and exported."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Exchange
from assurance.apex.estimation.answers import first_failure, lists, shows
from assurance.apex.estimation.estimate import Estimate
from assurance.apex.estimation.export import Export
from assurance.apex.estimation.steps import GenerationStep
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class ViewStep:
    """An estimate was viewed.

    Attributes:
        project_id: The project that it must be of.
        generated: How it came about.
        shown: The answer.
        listing: The project's list of estimates.
    """

    project_id: str
    generated: GenerationStep
    shown: Exchange
    listing: Exchange

    @property
    def level(self) -> float:
        """The level of confidence that was asked for, a fraction of 1."""
        return self.generated.level

    @property
    def is_shown(self) -> Fact:
        """Whether APEX shows the estimate that the job named, as one of the project."""
        wanted = {"id": self.generated.estimate_id, "project_id": self.project_id}
        return shows(self.shown, wanted, self.generated.work.asked)

    @property
    def is_listed(self) -> Fact:
        """Whether the project's list of estimates has it."""
        return lists(self.listing, self.generated.estimate_id, self.shown)

    @property
    def estimate(self) -> Estimate:
        """The estimate that is shown.

        Raises:
            NotEvaluated: None is shown.
        """
        must_be_there(self.shown, "viewing the estimate")
        return Estimate(self.shown.document, self.shown.readings)

    @property
    def agrees_with_its_job(self) -> Fact:
        """Whether it has the amounts and the class that the job's result told."""
        return self.estimate.figures.agree_with(self.generated.figures)

    @property
    def has_contingency_for_its_level(self) -> Fact:
        """Whether its contingency is that of the level of confidence that was asked for."""
        return self.estimate.has_contingency_for(self.level)

    @property
    def failure(self) -> Fact | None:
        """What keeps the next step from being made."""
        return first_failure(self.shown.answers(HTTPStatus.OK))


@dataclass(frozen=True, slots=True)
class ExportStep:
    """An estimate was exported.

    Attributes:
        exported: The answer.
        view: The view of the same estimate.
    """

    exported: Exchange
    view: ViewStep

    @property
    def is_exported(self) -> Fact:
        """Whether APEX answers with the export."""
        return self.exported.answers(HTTPStatus.OK)

    @property
    def export(self) -> Export:
        """The export.

        Raises:
            NotEvaluated: There is none.
        """
        must_be_there(self.exported, "exporting the estimate")
        return Export(self.exported.document, self.exported.readings)

    @property
    def equals_the_view(self) -> Fact:
        """Whether it says what the view says."""
        return self.export.equals(self.view.estimate)

    @property
    def failure(self) -> Fact | None:
        """What keeps a next step from being made."""
        return first_failure(self.is_exported)


def must_be_there(exchange: Exchange, what: str) -> None:
    """Go on only if there is something to judge.

    Raises:
        NotEvaluated: There is not.
    """
    if exchange.status != HTTPStatus.OK:
        raise NotEvaluated(
            f"There is nothing to judge: {what} {exchange.outcome}.", "Mend that first.", exchange.readings
        )
