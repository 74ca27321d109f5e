"""The resources that two runs have read, normalised as for drift, with names replaced by roles where they must be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assurance.drift.baseline import Entry, snapshot
from assurance.drift.classify import Change, classified, heaviest, presence
from assurance.drift.compare import differences
from assurance.drift.comparison.verdicts import Numbering
from assurance.drift.normalise import Values
from assurance.drift.questions import Answer, Asker, Question, questions_of
from assurance.drift.survey import changes_between
from assurance.environment import Environment
from assurance.tape import Reading, sha256

MADE_UP = "{id}"
FIRST_ONLY, SECOND_ONLY = "only the first run has it", "only the second run has it"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run has read of a deployment.

    Attributes:
        entries: Its resources, by id with roles for names.
        questions: What was asked, with roles for names.
    """

    entries: Mapping[str, Entry]
    questions: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResourceDifference:
    """A resource that differs between two runs.

    Attributes:
        id: Its id, with roles for names.
        changes: What differs, the heaviest first.
    """

    id: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Contrast:
    """The resources of two runs held together.

    Attributes:
        compared: How many resources both have.
        differing: Those that differ, or that one lacks.
        unread: Resources that only one run has, of which the other did not ask: neither same nor different.
    """

    compared: int
    differing: tuple[ResourceDifference, ...]
    unread: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs but what is cosmetic, and everything could be compared."""
        findings = any(change.weight.is_finding for differing in self.differing for change in differing.changes)
        return not findings and not self.unread and self.compared > 0


def seen(readings: tuple[Reading, ...], asker: Asker, roles: Callable[[str], str]) -> Seen:
    """Return what a run has read.

    Args:
        readings: All readings of its tape.
        asker: Asks that tape.
        roles: Replaces names by roles, or leaves them.
    """
    answers: dict[Question, Answer] = {question: asker.ask(question) for question in questions_of(readings)}
    readable = {question: answer for question, answer in answers.items() if answer.refusal is None}
    entries: dict[str, Entry] = {}
    numbering = Numbering()
    for entry in snapshot(readable).values():
        named = replace(entry, values=_named(entry.values, roles))
        entries[numbering.of(_key(roles(entry.id).casefold(), named))] = named
    return Seen(entries, frozenset(roles(question.path).casefold() for question in readable))


def contrasted(first: Seen, second: Seen, roles: tuple[Callable[[str], str], ...], one: Environment | None) -> Contrast:
    """Return how what two runs have read differs.

    Args:
        first: What the first has read.
        second: What the second has read.
        roles: What replaces names by roles, for the questions of either.
        one: The environment, if both runs are of the same one: security rules are then compared by their effect.
    """
    differing: list[ResourceDifference] = []
    unread: list[str] = []
    for key in sorted(first.entries.keys() | second.entries.keys()):
        was, now = first.entries.get(key), second.entries.get(key)
        if was is not None and now is not None:
            changes = changes_between(was, now, one) if one is not None else _changes(was, now)
            if changes:
                differing.append(ResourceDifference(key, heaviest(changes)))
            continue
        # What the other run did not ask for is neither there nor missing.
        alone = was if was is not None else now
        other, role = (second, roles[0]) if was is not None else (first, roles[1])
        if alone is None or role(alone.question.path).casefold() not in other.questions:
            unread.append(key)
            continue
        only = (
            presence(alone.type, "added", SECOND_ONLY) if was is None else presence(alone.type, "removed", FIRST_ONLY)
        )
        differing.append(ResourceDifference(key, (only,)))
    return Contrast(len(first.entries.keys() & second.entries.keys()), tuple(differing), tuple(unread))


def _changes(was: Entry, now: Entry) -> list[Change]:
    return [classified(difference, was.type) for difference in differences(was.values, now.values)]


def _key(key: str, entry: Entry) -> str:
    """Return the key of a resource; one whose name Azure made up is told by what it is."""
    if MADE_UP in key.rpartition("/")[2]:
        content = json.dumps(entry.values, sort_keys=True, ensure_ascii=False)
        key = f"{key}:{sha256(content.encode())[:12]}"
    return key


def _named(value: Values, roles: Callable[[str], str]) -> Values:
    """Return values with roles for names, in keys and in texts."""
    if isinstance(value, dict):
        return {roles(key): _named(item, roles) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_named(item, roles) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return roles(value) if isinstance(value, str) else value
