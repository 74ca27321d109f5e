"""Takes secrets out of a plan as they are taken out of answers, so that both are judged alike and neither keeps one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assurance.planning.changes import Plan, PlannedChange, Values
from assurance.tape.redaction import Redactor


def redacted(plan: Plan, redactor: Redactor) -> Plan:
    """Return a plan whose resources hold what the tape would keep of them."""
    changes = tuple(_change(change, redactor) for change in plan.changes)
    return replace(plan, changes=changes, unplaced=tuple(map(redactor.text, plan.unplaced)))


def kept(plan: Plan) -> bytes:
    """Return a plan as a file from which it is read again: in the form of a what-if result, and where it came from."""
    changes = [
        {"resourceId": one.id, "changeType": one.kind, "before": one.before, "after": one.after,
         "unsupportedReason": one.reason}
        for one in plan.changes
    ]  # fmt: skip
    document = {
        "status": "Succeeded",
        "form": plan.form,
        "made": plan.made,
        "changes": changes,
        "diagnostics": [{"message": one} for one in plan.unplaced],
    }
    return json.dumps(document, indent=1).encode()


def _change(change: PlannedChange, redactor: Redactor) -> PlannedChange:
    before, after = _resource(change.before, redactor), _resource(change.after, redactor)
    return replace(change, before=before, after=after, reason=redactor.text(change.reason))


def _resource(values: Values | None, redactor: Redactor) -> Values | None:
    if values is None:
        return None
    found: Any = json.loads(redactor.body(json.dumps(values).encode()))
    return found if isinstance(found, Mapping) else None
