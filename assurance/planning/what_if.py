"""Reads what Azure Resource Manager says that a deployment would do.

The form is that of `az deployment group|sub what-if --no-pretty-print` (Microsoft.Resources, "WhatIfOperationResult"):
`status` and `changes` at the top, or under `properties` as the REST API answers. A plan of any form is kept in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assurance.planning.changes import ChangeKind, Plan, PlannedChange
from assurance.planning.errors import PlanRefused
from assurance.planning.unknown import with_marks

FORM = "what-if"
SUCCEEDED = "succeeded"


def is_what_if(document: Mapping[str, Any]) -> bool:
    """Tell whether a JSON document is of this form."""
    return isinstance(_result(document).get("changes"), list) or "status" in document


def read_what_if(document: Mapping[str, Any], where: str) -> Plan:
    """Return the plan.

    Raises:
        PlanRefused: The operation failed or has not ended, was cut off, or tells ids only.
    """
    status = str(document.get("status", "Succeeded"))
    if status.casefold() != SUCCEEDED:
        error = document.get("error") or {}
        raise PlanRefused(
            f"{where}: the what-if operation came to {status} ({error.get('code', 'no code')}: "
            f"{error.get('message', 'no message')}); run it again, and give its result"
        )
    result = _result(document)
    changes = result.get("changes")
    if not isinstance(changes, list):
        raise PlanRefused(f"{where}: a what-if result has a list 'changes', and this has none; was it cut off?")
    potential = result.get("potentialChanges") or []
    found = [_change(entry, where, number) for number, entry in enumerate([*changes, *potential])]
    diagnostics = [str(one.get("message", one)) for one in result.get("diagnostics") or [] if isinstance(one, Mapping)]
    form, made = str(document.get("form") or FORM), str(document.get("made") or "")
    return Plan(form, tuple(found), unplaced=tuple(diagnostics), made=made)


def _result(document: Mapping[str, Any]) -> Mapping[str, Any]:
    within = document.get("properties")
    return within if isinstance(within, Mapping) and "changes" in within else document


def _change(entry: object, where: str, number: int) -> PlannedChange:
    if not isinstance(entry, Mapping):
        raise PlanRefused(f"{where}: changes[{number}] is no object")
    resource_id, kind = entry.get("resourceId"), entry.get("changeType")
    known = {str(one).casefold(): one for one in ChangeKind}
    if not isinstance(resource_id, str) or not resource_id.startswith("/"):
        raise PlanRefused(f"{where}: changes[{number}] has no resourceId that is an id")
    if str(kind).casefold() not in known:
        raise PlanRefused(
            f"{where}: changes[{number}] has changeType {kind!r}; expected one of {', '.join(ChangeKind)}"
        )
    found = known[str(kind).casefold()]
    before, after = (_payload(entry, name) for name in ("before", "after"))
    if found in {ChangeKind.CREATE, ChangeKind.MODIFY} and after is None and not entry.get("unsupportedReason"):
        raise PlanRefused(
            f"{where}: changes[{number}] ({resource_id}) does not tell the resource as it would be; make the what-if "
            "with --result-format FullResourcePayloads"
        )
    return PlannedChange(resource_id, found, before, after, str(entry.get("unsupportedReason") or ""))


def _payload(entry: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found = entry.get(name)
    marked = with_marks(found) if isinstance(found, Mapping) else None
    return marked if isinstance(marked, Mapping) else None
