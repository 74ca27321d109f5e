"""The deployment tonight beside its baseline: a view for each resource of it, and one for what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from assurance.drift import remedies
from assurance.drift.baseline import Baseline, Entry, entries, snapshot
from assurance.drift.classify import (
    SECURITY_GROUP,
    Change,
    classified,
    concerns_rules,
    effect,
    expected,
    heaviest,
    presence,
)
from assurance.drift.compare import differences
from assurance.drift.questions import Answer, Asker, Question
from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.estate import Estate
from assurance.estate.resources.questions import Questions
from assurance.estate.resources.resource import name_of
from assurance.tape.moments import recorded, to_text
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document

# "Azure Monitor activity log", Microsoft Learn: events are kept for 90 days.
KEPT = timedelta(days=89)
CHANGING = ("/write", "/delete", "/action")
MAX_TOLD = 3
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who changed a resource, in words, and the readings that say so."""

    told: str
    readings: tuple[str, ...]


def who_changed(questions: Questions, resource_id: str, since: str) -> Attribution:
    """Return who changed a resource since a time (UTC, ISO 8601), as far as the activity log tells."""
    if not resource_id.startswith("/"):
        return Attribution("who changed it stands in the audit log of its service, not in the activity log", ())
    until = questions.clients.tape_started
    begin = max(recorded(since), recorded(until) - KEPT)
    wanted = f"eventTimestamp ge '{to_text(begin)}' and eventTimestamp le '{until}' and resourceUri eq '{resource_id}'"
    operation = questions.operation("monitor", "activity_logs", "list")
    try:
        events, readings = questions.once(
            ("activity", resource_id.casefold()), lambda: reader.list_all(operation(), filter=wanted)
        )
        sentences = [_told(event) for event in sorted(events or (), key=_when, reverse=True) if _is_change(event)]
    except NotEvaluated as refusal:
        return Attribution(f"who changed it is not known: {refusal.reason}", refusal.readings)
    if not sentences:
        return Attribution(f"the activity log names nobody who changed it since {begin:%Y-%m-%d}", readings)
    return Attribution(f"changed {'; '.join(dict.fromkeys(sentences[:MAX_TOLD]))}", readings)


def _is_change(event: Document) -> bool:
    operation = event.text("operationName", "value") or ""
    status = event.text("status", "value") or ""
    return operation.casefold().endswith(CHANGING) and status.casefold() not in {"failed", "started"}


def _when(event: Document) -> str:
    return event.text("eventTimestamp") or ""


def _told(event: Document) -> str:
    """Say one event; a person's name is redacted on the tape, so the object id stands beside it."""
    claims = event.within("claims")
    object_id = claims.text(OBJECT_ID) if claims is not None else None
    caller = event.text("caller") or "somebody"
    who = f"{caller} (object id {object_id})" if object_id is not None and object_id != caller else caller
    return f"{_when(event)[:19]}Z by {who}, {event.text('operationName', 'value')}"


AS_APPROVED = "as approved"
GONE = "it is gone"
NEW = "it is new"
ROLE_DEFINITION = "microsoft.authorization/roledefinitions"
BUILT_IN = "builtinrole"


@dataclass(frozen=True, slots=True)
class ResourceDrift:
    """One resource of the baseline, and what it is tonight.

    Attributes:
        before: What the baseline has.
        after: What Azure has now; None if it says that there is no such resource.
        baseline: The baseline.
        estate: The deployment.
        readings: Keys of the readings that say so.
    """

    before: Entry
    after: Entry | None
    baseline: Baseline
    estate: Estate = field(repr=False)
    readings: tuple[str, ...]

    def changes(self) -> tuple[Change, ...]:
        """Return what differs, the heaviest first.

        Raises:
            BrokenReading: Security rules cannot be read.
        """
        environment, name = self.estate.environment, name_of(self.before.shown)
        changes = changes_between(self.before, self.after, environment)
        return heaviest(expected(change, name, environment.drift.expected) for change in changes)

    @property
    def is_as_approved(self) -> Fact:
        """Whether nothing differs but what is expected to, or is cosmetic."""
        changes = self.changes()
        findings = tuple(change for change in changes if change.weight.is_finding)
        approval = self.baseline.approval
        demanded = f"as approved on {approval.approved[:10]} by {approval.approver} ({approval.change})"
        observed = "; ".join(map(str, changes)) or AS_APPROVED
        if not findings:
            return Fact(True, demanded, observed, self.before.shown, self.readings)
        who = who_changed(self.estate.questions, self.before.shown, approval.started)
        why = dict.fromkeys(finding.reason for finding in findings)
        back = (remedies.restoring(self.before),) if self.after is None else remedies.reverting(self.before, findings)
        remedy = "\n".join((*back, remedies.approval(self.baseline.environment)))
        observed = f"{observed} ({' '.join(why)}); {who.told}"
        return Fact(False, demanded, observed, self.before.shown, (*self.readings, *who.readings), remedy)


@dataclass(frozen=True, slots=True)
class Additions:
    """What exists tonight that the baseline does not have.

    Attributes:
        new: The resources.
        baseline: The baseline.
        estate: The deployment.
        readings: Keys of the readings in which they would stand.
        refusal: Why some list could not be read; None if all were.
    """

    new: tuple[Entry, ...]
    baseline: Baseline
    estate: Estate = field(repr=False)
    readings: tuple[str, ...]
    refusal: NotEvaluated | None = None

    def changes(self) -> tuple[tuple[Entry, Change], ...]:
        """Return each new resource with what its being there means."""
        declared = self.estate.environment.drift.expected
        return tuple(
            (entry, expected(presence(entry.type, "added", NEW), name_of(entry.shown), declared)) for entry in self.new
        )

    def are_none(self) -> bool:
        """Whether nothing is new that matters; enters a fact for each new resource into the record of the check.

        Raises:
            NotEvaluated: Nothing new was seen, but not everything could be read.
        """
        judged = [bool(fact) for fact in self.facts()]
        return all(judged)

    def facts(self) -> tuple[Fact, ...]:
        """Return a fact for each new resource, or one that says that there is none.

        Raises:
            NotEvaluated: Nothing new was seen, but not everything could be read.
        """
        facts = tuple(self._fact(entry, change) for entry, change in self.changes())
        if self.refusal is not None and all(fact.holds for fact in facts):
            raise self.refusal.again()
        nothing = Fact(True, "nothing beside what was approved", "nothing is new", self._place, self.readings)
        return facts or (nothing,)

    @property
    def _place(self) -> str:
        return self.estate.group_id

    def _fact(self, entry: Entry, change: Change) -> Fact:
        demanded = "nothing beside what was approved"
        observed = f"{change.weight.word}: {entry.type} {name_of(entry.shown)}, {change.told} ({change.reason})"
        if not change.weight.is_finding:
            return Fact(True, demanded, observed, entry.shown, self.readings)
        who = who_changed(self.estate.questions, entry.shown, self.baseline.approval.started)
        remedy = f"{remedies.removing(entry)}\n{remedies.approval(self.baseline.environment)}"
        return Fact(False, demanded, f"{observed}; {who.told}", entry.shown, (*self.readings, *who.readings), remedy)


def changes_between(before: Entry, after: Entry | None, environment: Environment) -> tuple[Change, ...]:
    """Return what differs between a resource as approved and as it is, classified; nothing is expected yet.

    Raises:
        BrokenReading: Security rules cannot be read.
    """
    if after is None:
        return (presence(before.type, "removed", GONE),)
    if _is_microsofts(after):
        return ()
    changes = [classified(difference, before.type) for difference in differences(before.values, after.values)]
    if before.type != SECURITY_GROUP or not any(concerns_rules(change.path) for change in changes):
        return tuple(changes)
    meant = effect(before.values, after.values, environment.address_space)
    weighed = (meant.weighed(change) if concerns_rules(change.path) else change for change in changes)
    return (*meant.changes(), *weighed)


def _is_microsofts(entry: Entry) -> bool:
    """Tell a built-in role's definition: Microsoft changes those for everybody, and SEC-08 judges what they allow."""
    properties = entry.values.get("properties")
    kind = properties.get("type") if isinstance(properties, Mapping) else None
    return entry.type == ROLE_DEFINITION and str(kind).casefold() == BUILT_IN


class Survey:
    """Asks tonight what was asked for the baseline; each question once, whoever needs its answer."""

    def __init__(self, estate: Estate, baseline: Baseline) -> None:
        self._estate = estate
        self._baseline = baseline
        self._asker = Asker(estate.questions.clients, estate.environment)

    def answer(self, question: Question) -> Answer:
        """Return tonight's answer to a question of the baseline."""
        return self._estate.questions.once(("drift", question), lambda: self._ask(question))

    def _entries(self, question: Question) -> dict[str, Entry]:
        """Return the resources in tonight's answer, by id."""
        documents = self.answer(question).documents
        return self._estate.questions.once(
            ("drift entries", question), lambda: {entry.id: entry for entry in entries(question, documents)}
        )

    def resource(self, before: Entry) -> ResourceDrift:
        """Return a resource of the baseline beside what it is tonight.

        Raises:
            NotEvaluated: Azure did not say.
        """
        answer = self.answer(before.question)
        if answer.refusal is not None:
            raise answer.refusal.again()
        now = self._entries(before.question).get(before.id)
        return ResourceDrift(before, now, self._baseline, self._estate, answer.readings)

    def additions(self) -> Additions:
        """Return what exists tonight and not in the baseline, as far as its questions show it."""
        answers = {question: self.answer(question) for question in self._baseline.questions}
        known = self._baseline.entries
        new = tuple(entry for key, entry in snapshot(answers).items() if key not in known)
        refusals = (answer.refusal for answer in answers.values() if answer.refusal is not None)
        lists = [answers[question] for question in self._baseline.questions if question.shape == "list"]
        return Additions(new, self._baseline, self._estate, _keys(lists), next(refusals, None))

    def _ask(self, question: Question) -> Answer:
        if question.api == "key_vault" and "inside" not in self._estate.vantage:
            reason = "The key vault's names can only be read from inside the virtual network."
            return Answer((), (), NotEvaluated(reason, "Run from inside: --vantage inside."))
        return self._asker.ask(question)


def _keys(answers: Iterable[Answer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for answer in answers for key in answer.readings))
