"""A validated document is deleted: whole, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Exchange, Flow
from assurance.apex.client.exchange import all_readings
from assurance.apex.estimation.answers import GONE, document_in
from assurance.apex.estimation.document_steps import ValidationStep
from assurance.apex.estimation.script import validate_document
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact
from assurance.world.http.statuses import CLIENT_ERRORS, SUCCESSES

CALLER = "estimator"


@dataclass(frozen=True, slots=True)
class DeletionStep:
    """A validated document was to be deleted.

    Attributes:
        document_id: The document.
        answer: The answer to that.
        shown: The document as it is read afterwards.
        again: Its validation once more, which needs its file; None where the document is gone.
    """

    document_id: str
    answer: Exchange
    shown: Exchange
    again: ValidationStep | None

    @property
    def is_answered(self) -> Fact:
        """Whether it was deleted, or refused with a reason: no server error.

        Raises:
            NotEvaluated: The caller was throttled.
        """
        self.answer.answers(HTTPStatus.OK)
        return self.answer.fact(
            self.answer.status in SUCCESSES or self.answer.status in CLIENT_ERRORS,
            expected="a validated document is deleted, or its deletion is refused with a 4xx",
            observed=self.answer.outcome,
            remedy="Delete what refers to the document first, within one transaction." if self._crashed else "",
        )

    @property
    def is_whole(self) -> Fact:
        """Whether the document is gone with its row, or is still there with its file.

        Raises:
            NotEvaluated: What became of it cannot be seen.
        """
        if self.shown.status in GONE:
            return self._fact(self.answer.status in SUCCESSES, "its row is gone")
        if self.shown.status != HTTPStatus.OK or self.again is None:
            raise NotEvaluated(f"The document cannot be seen: {self.shown.outcome}.", "", self.shown.readings)
        if self.answer.status in SUCCESSES:
            return self._fact(False, "it is still shown")
        job = self.again.work.is_completed
        told = "it can still be read" if job.holds else f"it cannot be read any more: {job.observed}"
        return self._fact(job.holds, f"its row is still there ({self._status}), and {told}")

    @property
    def _crashed(self) -> bool:
        return self.answer.status not in SUCCESSES and self.answer.status not in CLIENT_ERRORS

    @property
    def _status(self) -> str:
        document = document_in(self.shown)
        return (document.text("validation_status") if document is not None else None) or "no status"

    def _fact(self, holds: bool, observed: str) -> Fact:
        seen = (self.answer, self.shown) if self.again is None else (self.answer, self.shown, self.again.work.asked)
        readings = all_readings(seen) + (self.again.work.job.readings if self.again is not None else ())
        expected = "the document is gone after an answer that says so, and whole after any other"
        remedy = "" if holds else "Delete the row before the file, or the file only when the row is gone."
        return Fact(holds, expected, observed, f"document {self.document_id}", tuple(dict.fromkeys(readings)), remedy)


def delete_document(flow: Flow, document_id: str) -> DeletionStep:
    """Delete a document, look for it, and validate it again where it is still there."""
    answer = flow.delete_document(document_id, CALLER)
    wants_gone = answer.status in SUCCESSES
    shown = flow.read_document(document_id, CALLER, until=lambda seen: not wants_gone or seen.status in GONE)
    again = validate_document(flow, document_id, CALLER) if shown.status == HTTPStatus.OK and not wants_gone else None
    return DeletionStep(document_id, answer, shown, again)
