"""The steps of the workflow that handle a document: uploading it, validating it, and one that cannot be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from assurance.apex.client import Exchange
from assurance.apex.estimation.answers import document_in, first_failure, id_in, lists, shows, with_id
from assurance.apex.estimation.line_items import number
from assurance.apex.estimation.sample_documents import Paper
from assurance.apex.estimation.steps import JobStep
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact
from assurance.world.http.attempts import CLIENT_ERRORS

WHOLE = 100
UNTOUCHED = "pending"
PASSED = "passed"
MANUAL_REVIEW = "manual_review"
MAX_SAID_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class UploadStep:
    """A document was uploaded.

    Attributes:
        paper: What was sent.
        project_id: The project that it was sent to.
        uploaded: The answer to that.
        listing: The project's list of documents, afterwards; None if there is nothing to look for.
    """

    paper: Paper
    project_id: str
    uploaded: Exchange
    listing: Exchange | None

    @property
    def id(self) -> str:
        """The document's id; empty if there is none."""
        return id_in(self.uploaded)

    @property
    def is_uploaded(self) -> Fact:
        """Whether APEX answers 201 with the id of the new document."""
        return with_id(self.uploaded, HTTPStatus.CREATED)

    @property
    def is_filed_as_asked_for(self) -> Fact:
        """Whether it is filed under its project and type, in a blob, and waits to be validated."""
        document = document_in(self.uploaded)
        values = {
            name: None if document is None else document.text(name)
            for name in ("project_id", "document_type", "validation_status", "blob_path")
        }
        holds = (
            values["project_id"] == self.project_id
            and values["document_type"] == self.paper.document_type
            and values["validation_status"] == UNTOUCHED
            and bool(values["blob_path"])
        )
        return self.uploaded.fact(
            holds,
            expected=f"project_id {self.project_id}, type {self.paper.document_type}, {UNTOUCHED}, a blob_path",
            observed=", ".join(f"{name} {value or 'absent'}" for name, value in values.items()),
        )

    @property
    def is_listed(self) -> Fact:
        """Whether the project's list of documents has it."""
        return lists(self.listing, self.id, self.uploaded)

    @property
    def failure(self) -> Fact | None:
        """What keeps the next step from being made."""
        return first_failure(self.is_uploaded)


@dataclass(frozen=True, slots=True)
class ValidationStep:
    """A document was validated.

    Attributes:
        work: The request and its job.
        shown: The document as it is read afterwards; None if there was no job to wait for.
        manual_review: What it means that APEX leaves a document to a person (`application.documents.manual_review`).
    """

    work: JobStep
    shown: Exchange | None
    manual_review: Literal["undecided", "accepted", "refused"] = "undecided"

    @property
    def document_passes(self) -> Fact:
        """Whether the document has passed.

        Raises:
            NotEvaluated: APEX left it to a person, and the environment file does not say what that means.
        """
        if not self.is_left_to_a_person or self.shown is None:
            return shows(self.shown, {"validation_status": PASSED}, self.work.asked, self._said)
        if self.manual_review == "undecided":
            raise self.left_to_a_person()
        return self.shown.fact(
            self.manual_review == "accepted",
            expected=f"validation_status {PASSED}, or {MANUAL_REVIEW} where the environment file accepts that",
            observed=f"validation_status {MANUAL_REVIEW}{self._said}",
        )

    @property
    def is_left_to_a_person(self) -> bool:
        """Whether the document is neither passed nor failed: somebody is to review it."""
        document = document_in(self.shown) if self.shown is not None else None
        return document is not None and document.text("validation_status") == MANUAL_REVIEW

    def left_to_a_person(self) -> NotEvaluated:
        """Return the error that nobody can say whether a document passes."""
        seen = self.shown or self.work.asked
        return NotEvaluated(
            f"APEX left a document that was uploaded {MANUAL_REVIEW}{self._said}.",
            "Upload your own documents that it passes ([application.documents]), or say there what that means.",
            seen.readings,
        )

    @property
    def _said(self) -> str:
        """What was said of the document, in short, with its score."""
        document = document_in(self.shown) if self.shown is not None else None
        if document is None:
            return ""
        score, result = document.value("completeness_score"), document.value("validation_result")
        said = json.dumps(result, ensure_ascii=False)[:MAX_SAID_CHARACTERS] if result is not None else "nothing"
        return f" (completeness_score {score}; it says: {said})"

    @property
    def has_a_completeness_score(self) -> Fact:
        """Whether the document has a completeness score, of 0 to 100."""
        document = document_in(self.shown) if self.shown is not None else None
        score = number(document.value("completeness_score")) if document is not None else None
        return (self.shown or self.work.asked).fact(
            score is not None and 0 <= score <= WHOLE,
            expected="completeness_score of 0 to 100",
            observed=f"completeness_score {'absent' if score is None else score}",
        )

    @property
    def failure(self) -> Fact | None:
        """What keeps the next step from being made: estimates can be made of what is left to a person."""
        if self.is_left_to_a_person:
            return first_failure(self.work.is_started, self.work.is_completed)
        return first_failure(self.work.is_started, self.work.is_completed, self.document_passes)


@dataclass(frozen=True, slots=True)
class UnreadableDocument:
    """A document that nobody can read was uploaded, and validated if it was taken.

    Attributes:
        uploaded: The answer to the upload.
        validation: What came of validating it; None if it was not taken.
    """

    uploaded: Exchange
    validation: ValidationStep | None

    @property
    def is_not_passed(self) -> Fact:
        """Whether it was refused, or has not passed validation.

        Raises:
            NotEvaluated: Its validation did not come to an end.
        """
        expected = "refused with a 4xx, or not passed by its validation"
        if self.validation is None:
            return self.uploaded.fact(
                self.uploaded.status in CLIENT_ERRORS, expected=expected, observed=self.uploaded.outcome
            )
        shown = self.validation.shown
        if shown is None:
            reason = (
                f"The validation of an unreadable document did not end: {self.validation.work.is_completed.observed}."
            )
            raise NotEvaluated(reason, "See the other checks of E2E-03.", self.validation.work.job.readings)
        status = shown.document.text("validation_status")
        return shown.fact(
            status not in {None, PASSED}, expected=expected, observed=f"validation_status {status or 'absent'}"
        )
