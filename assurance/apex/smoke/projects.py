"""The project and the document that the smoke tests make, as the API shows them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Exchange
from assurance.apex.client.question import VOLTAGE_KILOVOLT
from assurance.apex.smoke.script import SmokeScript
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
USED = (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT)
ARCHIVED = HTTPStatus.NO_CONTENT


@dataclass(frozen=True, slots=True)
class SmokeProject:
    """The project that the smoke tests make.

    Attributes:
        script: What was called for it.
        creator_id: The id by which APEX knows its creator; None where that is not declared.
    """

    script: SmokeScript
    creator_id: str | None

    @property
    def is_created(self) -> Fact:
        """Whether creating it answers 201 (guide, Step 14)."""
        return self.script.created.answers(HTTPStatus.CREATED)

    @property
    def begins_as_a_draft(self) -> Fact:
        """Whether the answer has its id, when it was made, and the status draft."""
        document = self.script.created.document
        values = {
            "status": document.text("status"),
            "created_at": document.text("created_at"),
            "id": document.text("id"),
        }
        return self.script.created.fact(
            values["status"] == "draft" and all(values.values()),
            expected="status draft, with id and created_at",
            observed=", ".join(f"{name} {value or 'absent'}" for name, value in values.items()),
            subject=self.script.number,
        )

    @property
    def names_its_creator(self) -> Fact:
        """Whether it says that its creator made it; of another id than that which is declared, at least some."""
        creator_id = self.script.created.document.text("created_by_id")
        expected = self.creator_id or "an id"
        holds = bool(creator_id) if self.creator_id is None else (creator_id or "").lower() == self.creator_id.lower()
        return self.script.created.fact(
            holds,
            expected=f"created_by_id is {expected}",
            observed=f"created_by_id is {creator_id or 'absent'}",
            subject=self.script.number,
        )

    @property
    def is_stored_as_sent(self) -> Fact:
        """Whether it is read back as it was sent, from the database (guide, Step 14: project persisted)."""
        read = self.script.read_back
        answered = read.answers(HTTPStatus.OK)
        if not answered.holds:
            return answered
        document = read.document
        values = (document.text("id"), document.text("project_number"), _number(document, "voltage_level"))
        wanted = (self.script.project_id, self.script.number, float(VOLTAGE_KILOVOLT))
        return read.fact(
            values == wanted,
            expected="id {}, project_number {}, voltage_level {:g}".format(*wanted),
            observed="id {}, project_number {}, voltage_level {}".format(*values) + _how_often(read),
            subject=self.script.number,
            remedy="Find out what the API stores: the row of the project in Azure SQL.",
        )

    @property
    def is_listed(self) -> Fact:
        """Whether its creator finds it in the list."""
        return self.script.listed.names(self.script.project_id, self.script.number)

    @property
    def newest_is_listed(self) -> Fact:
        """Whether its creator finds a project in the list that was made after it."""
        read = self.script.second_read.document
        return self.script.listed.names(read.id, read.required_text("project_number"))

    @property
    def keeps_its_number(self) -> Fact:
        """Whether another project of the same number is refused."""
        return self.script.created_again.answers(*USED, remedy="Let project numbers be unique.")

    @property
    def can_be_archived(self) -> Fact:
        """Whether a manager can archive a project: what is made for a test must not stay."""
        return self.script.archived.answers(ARCHIVED)

    @property
    def is_archived_then(self) -> Fact:
        """Whether a project that was archived is so when it is read again, or is gone."""
        read = self.script.archived_read
        status = "gone" if read.status in GONE else read.document.text("status")
        return read.fact(
            status in {"archived", "gone"},
            expected="status is archived",
            observed=f"status is {status or 'absent'}",
            remedy="Let DELETE /projects/{id} archive the project.",
        )

    @property
    def has_a_request_id(self) -> Fact:
        """Whether the answer has the id under which the application's log knows the request."""
        request_id = self.script.created.headers.get("x-request-id")
        return self.script.created.fact(
            bool(request_id), expected="X-Request-ID is present", observed=f"X-Request-ID is {request_id or 'absent'}"
        )


@dataclass(frozen=True, slots=True)
class SmokeDocument:
    """The document that the smoke tests upload."""

    script: SmokeScript

    @property
    def is_uploaded(self) -> Fact:
        """Whether uploading it answers 201 (guide, Step 14)."""
        return self.script.uploaded.answers(HTTPStatus.CREATED)

    @property
    def waits_for_validation(self) -> Fact:
        """Whether the answer has its project, its type, and the status pending."""
        uploaded = self.script.uploaded
        document = uploaded.document
        values = tuple(document.text(name) for name in ("project_id", "document_type", "validation_status"))
        wanted = (self.script.project_id, "scope", "pending")
        return uploaded.fact(
            values == wanted,
            expected="project_id {}, document_type {}, validation_status {}".format(*wanted),
            observed="project_id {}, document_type {}, validation_status {}".format(*values),
        )

    @property
    def has_a_blob(self) -> Fact:
        """Whether it says where in Blob Storage it stands (guide, Step 14: document uploaded to blob storage)."""
        path = self.script.uploaded.document.text("blob_path")
        return self.script.uploaded.fact(
            bool(path), expected="blob_path names the blob", observed=f"blob_path is {path or 'absent'}"
        )

    @property
    def is_found_again(self) -> Fact:
        """Whether it can be read back."""
        read = self.script.document
        answered = read.answers(HTTPStatus.OK)
        if not answered.holds:
            return answered
        identifier = read.document.text("id")
        return read.fact(
            identifier == self.script.document_id,
            expected=f"id {self.script.document_id}",
            observed=f"id {identifier or 'absent'}{_how_often(read)}",
        )


def _number(document: Document, key: str) -> float | None:
    """Return a number; the API may give it as a decimal text."""
    value = document.value(key)
    if not isinstance(value, str):
        return document.number(key)
    try:
        return float(value)
    except ValueError as error:
        raise document.broken((key,), "a number", value) from error


def _how_often(exchange: Exchange) -> str:
    """Say how often the first read had to be repeated, where it had."""
    return f", found by the {exchange.attempts}. read" if exchange.attempts > 1 else ""
