"""Reads what Azure Resource Manager says that a deployment would do.

The form is that of `az deployment group|sub what-if --no-pretty-print` (Microsoft.Resources, "WhatIfOperationResult"):
`status` and `changes` at the top, or under `properties` as the REST API answers. A plan of any form is kept in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assurance.planning.changes import ChangeKind, Plan, PlannedChange, PlanRefused, with_marks

FORM = "what-if"
SUCCEEDED = "succeeded"
NO_EFFECT = "NoEffect"
TELLS_AFTER = frozenset({ChangeKind.CREATE, ChangeKind.MODIFY, ChangeKind.DEPLOY})
"""What full payloads tell with the resource as it would be; `Deploy` stands only where ids alone were asked for."""


def is_what_if(document: Mapping[str, Any]) -> bool:
    """Tell whether a JSON document is of this form."""
    return isinstance(_result(document).get("changes"), list) or "status" in document or "error" in document


def read_what_if(document: Mapping[str, Any], where: str) -> Plan:
    """Return the plan.

    Raises:
        PlanRefused: The operation failed or has not ended, was cut off, or tells ids only.
    """
    status = str(document.get("status") or ("Failed" if document.get("error") else "Succeeded"))
    if status.casefold() != SUCCEEDED or document.get("error"):
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
    planned: list[PlannedChange] = []
    diagnostics: list[str] = []
    for number, entry in enumerate([*changes, *potential]):
        outcome = _change(entry, where, number)
        if isinstance(outcome, str):
            diagnostics.append(outcome)
        else:
            planned.append(outcome)
    for diagnostic in result.get("diagnostics") or []:
        if isinstance(diagnostic, Mapping) and str(diagnostic.get("level", "Warning")).casefold() != "info":
            diagnostics.append(str(diagnostic.get("message", diagnostic)))
    form, made = str(document.get("form") or FORM), str(document.get("made") or "")
    return Plan(form, tuple(planned), unplaced=tuple(diagnostics), made=made)


def _result(document: Mapping[str, Any]) -> Mapping[str, Any]:
    within = document.get("properties")
    return within if isinstance(within, Mapping) and "changes" in within else document


def _change(entry: object, where: str, number: int) -> PlannedChange | str:
    if not isinstance(entry, Mapping):
        raise PlanRefused(f"{where}: changes[{number}] is no object")
    resource_id, kind = entry.get("resourceId"), entry.get("changeType")
    known = {str(member).casefold(): member for member in ChangeKind}
    if str(kind).casefold() == "unsupported" and not _is_id(resource_id):
        return f"{resource_id}: {entry.get('unsupportedReason') or 'only Azure can compute its id'}"
    if not _is_id(resource_id):
        raise PlanRefused(f"{where}: changes[{number}] has no resourceId that is an id")
    if str(kind).casefold() not in known:
        raise PlanRefused(
            f"{where}: changes[{number}] has changeType {kind!r}; expected one of {', '.join(ChangeKind)}"
        )
    kind_of_change = known[str(kind).casefold()]
    before, after = (_payload(entry, name) for name in ("before", "after"))
    if kind_of_change in TELLS_AFTER and after is None and not entry.get("unsupportedReason"):
        raise PlanRefused(
            f"{where}: changes[{number}] ({resource_id}) does not tell the resource as it would be; make the what-if "
            "with --result-format FullResourcePayloads"
        )
    if before is not None and after is not None:
        after = _without_effectless(before, after, entry.get("delta"))
    return PlannedChange(str(resource_id), kind_of_change, before, after, str(entry.get("unsupportedReason") or ""))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/") and "[" not in value


def _without_effectless(before: Any, after: Any, delta: object) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return what would be, with what was wherever what-if says that the template's value has no effect."""
    for difference in delta if isinstance(delta, list) else ():
        if not isinstance(difference, Mapping):
            continue
        *above, last = str(difference.get("path", "")).split(".")
        was, would = _below(before, above), _below(after, above)
        if difference.get("propertyChangeType") == NO_EFFECT and isinstance(would, dict):
            if isinstance(was, Mapping) and last in was:
                would[last] = was[last]
            else:
                would.pop(last, None)
        elif difference.get("children"):
            _without_effectless(_below(was, [last]), _below(would, [last]), difference["children"])
    return after


def _below(value: Any, path: list[str]) -> Any:  # noqa: ANN401  (JSON values of any kind)
    for key in path:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _payload(entry: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    payload = entry.get(name)
    marked = with_marks(payload) if isinstance(payload, Mapping) else None
    return marked if isinstance(marked, Mapping) else None
