"""The baseline: the snapshot that somebody approved, `baselines/ENVIRONMENT.toml`; and what a snapshot is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assurance.drift.normalise import Values, noise, normalised
from assurance.drift.questions import Answer, Question
from assurance.environment import Environment
from assurance.errors import BaselineRefused
from assurance.estate.resources.resource import type_of
from assurance.tape import sha256
from assurance.tape.strict_json import UnfitJson, parse_kept, read_plain
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
    snapshots: dict[str, Entry] = {}
    for question in sorted(answers, key=lambda answer: answer.preference):
        for entry in entries(question, answers[question].documents):
            snapshots.setdefault(entry.id, entry)
    return dict(sorted(snapshots.items()))


def entries(question: Question, documents: Iterable[Document]) -> list[Entry]:
    """Return the resources of one answer; what is an event, or has no id, is none."""
    entries: list[Entry] = []
    for document in documents:
        shown = document.text("id")
        kind = _type_of(shown) if shown is not None else ""
        if shown is not None and kind and not noise().is_event(kind):
            entry_id = shown.rstrip("/").casefold()
            entries.append(Entry(entry_id, shown.rstrip("/"), kind, question, normalised(document.values, kind)))
    return entries


def _type_of(entry_id: str) -> str:
    """Return the type of what an id names; the secrets of a vault have addresses instead of ids."""
    if entry_id.casefold().startswith("https://") and "/secrets/" in entry_id.casefold():
        return VAULT_SECRET
    return type_of(entry_id)


FORMAT = 1


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a baseline, and on what ground.

    Attributes:
        run: The run whose estate it is.
        source: What that run rested on: LIVE, RECORDED or SANDBOX.
        decision: What that run came to.
        started: When it began, UTC.
        made_by: Who made it; empty if unknown.
        approver: Who approved it, another person.
        change: The change request under which it was approved.
        accepted_findings: Why it was approved though its run was not GO; empty if it was.
        approved: When, UTC.
    """

    run: str
    source: str
    decision: str
    started: str
    made_by: str
    approver: str
    change: str
    accepted_findings: str
    approved: str


@dataclass(frozen=True)
class Baseline:
    """An approved snapshot.

    Attributes:
        environment: The environment's name.
        subscription_id: Its subscription.
        resource_group: Its resource group.
        approval: Who approved it, and on what ground.
        questions: What was asked for it, and is asked again every night.
        held: Its resources by id, as they were written down.
    """

    environment: str
    subscription_id: str
    resource_group: str
    approval: Approval
    questions: tuple[Question, ...]
    held: dict[str, Entry]

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Its resources by id, normalised again, for what the suite has learnt since to be noise.

        Only when they are compared: it takes a third of a second, and a run of the ten controls compares nothing.
        """
        return {key: replace(entry, values=normalised(entry.values, entry.type)) for key, entry in self.held.items()}

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical JSON, which the ledger holds."""
        return sha256(_canonical(_document(self)))


def write(baseline: Baseline, path: Path) -> None:
    """Write a baseline, whole or not at all; the same bytes for the same baseline.

    Raises:
        BaselineRefused: It cannot be written there.
    """
    document = {"digest": baseline.digest, **_document(baseline)}
    text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise BaselineRefused(
            f"{path}: the baseline cannot be written: {error.strerror}; name another --into"
        ) from error


def load(path: Path, environment: Environment) -> Baseline:
    """Return the baseline in a file.

    Raises:
        BaselineRefused: It cannot be read, was edited, or is of another environment.
    """
    return _for_environment(_read(path, path.stat().st_mtime_ns if path.is_file() else 0), path, environment)


@lru_cache(maxsize=4)
def _read(path: Path, _modified: int) -> Baseline:
    """Read a file once, as long as it is not written again: every noun of a check asks for it."""
    try:
        document = parse_kept(read_plain(path))
    except OSError as error:
        raise BaselineRefused(f"{path}: the baseline cannot be read: {error.strerror}") from error
    except UnfitJson as error:
        raise BaselineRefused(f"{path}: the baseline is cut or edited: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BaselineRefused(f"{path}: this is no baseline of format {FORMAT}; approve one: {approving('RUN')}")
    digest = document.pop("digest", None)
    if digest != sha256(_canonical(document)):
        raise BaselineRefused(
            f"{path}: the baseline was edited after it was approved, its digest is not that of what it says; "
            f"restore it, or approve one: {approving('RUN')}"
        )
    return _parsed(path, document)


def approving(run: str) -> str:
    """Return the command that makes a run's estate the baseline."""
    return f"apex-assurance baseline approve {run} --approver NAME --change CR-NUMBER"


def _parsed(path: Path, document: Mapping[str, Any]) -> Baseline:
    try:
        approval = TypeAdapter(Approval).validate_python(document["approval"])
        questions = TypeAdapter(tuple[Question, ...]).validate_python(document["questions"])
        held = {key: _entry(key, values, questions) for key, values in document["resources"].items()}
        header = (document["environment"], document["subscription_id"], document["resource_group"])
    except (ValidationError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise BaselineRefused(f"{path}: this is not a valid baseline: {type(error).__name__}: {error}") from error
    return Baseline(*header, approval, questions, held)


def _entry(key: str, values: Mapping[str, Any], questions: tuple[Question, ...]) -> Entry:
    shown, kind, properties = values["shown"], values["type"], values["values"]
    if not (isinstance(shown, str) and isinstance(kind, str) and isinstance(properties, dict)):
        raise TypeError(f"{key} has no id and type, or its values are no object")
    return Entry(key, shown, kind, questions[values["question"]], properties)


def _for_environment(baseline: Baseline, path: Path, environment: Environment) -> Baseline:
    scope = (baseline.environment, baseline.subscription_id.casefold(), baseline.resource_group.casefold())
    wanted = (environment.name, environment.subscription_id.casefold(), environment.resource_group.casefold())
    if scope != wanted:
        raise BaselineRefused(
            f"{path}: the baseline is of environment {baseline.environment!r} ({baseline.resource_group}, "
            f"{baseline.subscription_id}), not of {environment.name!r} ({environment.resource_group}, "
            f"{environment.subscription_id}); give the baseline of this environment"
        )
    return baseline


def _document(baseline: Baseline) -> dict[str, Any]:
    place = {question: number for number, question in enumerate(baseline.questions)}
    return {
        "format": FORMAT,
        "environment": baseline.environment,
        "subscription_id": baseline.subscription_id,
        "resource_group": baseline.resource_group,
        "approval": asdict(baseline.approval),
        "questions": [asdict(question) for question in baseline.questions],
        "resources": {
            entry.id: {
                "shown": entry.shown,
                "type": entry.type,
                "question": place[entry.question],
                "values": entry.values,
            }
            for entry in baseline.entries.values()
        },
    }


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
