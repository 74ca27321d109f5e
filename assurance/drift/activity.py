"""Who changed a resource and when, from the activity log; what it does not tell is said, and fails nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from assurance.errors import NotEvaluated
from assurance.estate.resources.questions import Questions
from assurance.tape.moments import recorded, to_text
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
        told = [_told(event) for event in sorted(events or (), key=_when, reverse=True) if _is_change(event)]
    except NotEvaluated as refusal:
        return Attribution(f"who changed it is not known: {refusal.reason}", refusal.readings)
    if not told:
        return Attribution(f"the activity log names nobody who changed it since {begin:%Y-%m-%d}", readings)
    return Attribution(f"changed {'; '.join(dict.fromkeys(told[:MAX_TOLD]))}", readings)


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
