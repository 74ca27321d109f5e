"""A snapshot: what a deployment is, as far as a run has read it, normalised, by resource; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assurance.drift.asking import Answer
from assurance.drift.normalise import Values, noise, normalised
from assurance.drift.questions import Question
from assurance.estate.resources.resource import type_of
from assurance.world.azure.document import Document

VAULT_SECRET = "microsoft.keyvault/vaults/secrets"  # noqa: S105  (a type of resource)


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a snapshot.

    Attributes:
        id: Its id in lower case, which is the same whatever Azure's casing is.
        shown: Its id as Azure spelt it.
        type: Its type in lower case, such as `microsoft.network/privateendpoints`.
        question: The question whose answer it was taken from.
        values: Its normalised values.
    """

    id: str
    shown: str
    type: str
    question: Question
    values: dict[str, Values]


def snapshot(answers: Mapping[Question, Answer]) -> dict[str, Entry]:
    """Return the resources that answers tell of, by id; of several answers about one, the fullest counts."""
    found: dict[str, Entry] = {}
    for question in sorted(answers, key=lambda one: one.preference):
        for entry in entries(question, answers[question].documents):
            found.setdefault(entry.id, entry)
    return dict(sorted(found.items()))


def entries(question: Question, documents: Iterable[Document]) -> list[Entry]:
    """Return the resources of one answer; what is an event, or has no id, is none."""
    found: list[Entry] = []
    for document in documents:
        shown = document.text("id")
        kind = _type_of(shown) if shown is not None else ""
        if shown is not None and kind and not noise().is_event(kind):
            entry_id = shown.rstrip("/").casefold()
            found.append(Entry(entry_id, shown.rstrip("/"), kind, question, normalised(document.values, kind)))
    return found


def _type_of(entry_id: str) -> str:
    """Return the type of what an id names; the secrets of a vault have addresses instead of ids."""
    if entry_id.casefold().startswith("https://") and "/secrets/" in entry_id.casefold():
        return VAULT_SECRET
    return type_of(entry_id)
