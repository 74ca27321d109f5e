"""Reads `terraform show -json PLAN` with resources of the azapi and azurerm providers as a plan.

azapi tells a resource in Azure's own form; what azurerm tells is put into it by `azurerm`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assurance.planning.azurerm import changes_in
from assurance.planning.changes import ChangeKind, Plan, PlannedChange
from assurance.planning.errors import PlanRefused
from assurance.planning.unknown import with_unknown

FORM = "Terraform plan"
KINDS = {
    ("no-op",): ChangeKind.NO_CHANGE,
    ("read",): ChangeKind.IGNORE,
    ("create",): ChangeKind.CREATE,
    ("update",): ChangeKind.MODIFY,
    ("delete",): ChangeKind.DELETE,
    ("delete", "create"): ChangeKind.MODIFY,
    ("create", "delete"): ChangeKind.MODIFY,
    ("forget",): ChangeKind.IGNORE,
}


def is_terraform(document: Mapping[str, Any]) -> bool:
    """Tell whether a JSON document is of this form."""
    return "terraform_version" in document or ("format_version" in document and "resource_changes" in document)


def read_terraform(document: Mapping[str, Any], subscription_id: str, where: str) -> Plan:
    """Return the plan.

    Args:
        document: What `terraform show -json` printed.
        subscription_id: The subscription of resources that do not tell their own.
        where: What to call it in messages.

    Raises:
        PlanRefused: It is a state and no plan, was cut off, or the plan itself failed.
    """
    changes = document.get("resource_changes")
    if not isinstance(changes, list):
        raise PlanRefused(
            f"{where}: a Terraform plan has 'resource_changes', and this has none; show a plan, not a state"
        )
    if document.get("errored"):
        raise PlanRefused(f"{where}: the plan ended in an error; mend it and plan again")
    found: list[PlannedChange] = []
    unplaced: list[str] = []
    for one in changes:
        if one.get("mode") == "data":
            continue
        for outcome in _change(one, subscription_id):
            (unplaced if isinstance(outcome, str) else found).append(outcome)  # type: ignore[arg-type]  # one list each
    return Plan(FORM, tuple(_joined(found)), tuple(unplaced), made=str(document.get("timestamp", "")))


def _change(one: Mapping[str, Any], subscription_id: str) -> Iterator[PlannedChange | str]:
    change = one["change"]
    kind = KINDS.get(tuple(change.get("actions", ())))
    if kind is None:
        yield f"{one['address']}: unknown actions {change.get('actions')}"
        return
    if kind in {ChangeKind.NO_CHANGE, ChangeKind.IGNORE}:
        return
    provider = str(one.get("provider_name", "")).rpartition("/")[2]
    if provider == "azapi":
        yield _azapi(one["address"], kind, change)
    elif provider == "azurerm":
        yield from changes_in(one, kind, change, subscription_id)
    elif provider not in {"random", "null", "time", "local", "tls", "terraform"}:
        yield f"{one['address']}: resources of provider {provider} are not known here"


def _azapi(address: str, kind: ChangeKind, change: Mapping[str, Any]) -> PlannedChange | str:
    values = change.get("after") or change.get("before") or {}
    resource_type, parent, name = (
        str(values.get("type", "")).partition("@")[0],
        values.get("parent_id"),
        values.get("name"),
    )
    place = (change.get("before") or {}).get("id") or values.get("resource_id")
    if not place:
        if not (isinstance(parent, str) and isinstance(name, str) and "/" in resource_type):
            return f"{address}: its parent or name is known only after the deployment"
        nested = resource_type.count("/") > 1
        place = (
            f"{parent}/{resource_type.rpartition('/')[2]}/{name}"
            if nested
            else f"{parent}/providers/{resource_type}/{name}"
        )
    if kind is ChangeKind.DELETE:
        return PlannedChange(place, kind)
    body = values.get("body")
    after = json.loads(body) if isinstance(body, str) else dict(body or {})
    hidden = (change.get("after_unknown") or {}).get("body")
    if hidden is True:
        return PlannedChange(place, kind, reason=f"the body of {address} is known only after the deployment")
    after = with_unknown(after, hidden, address)
    after |= {key: values[key] for key in ("location", "tags") if values.get(key) is not None}
    return PlannedChange(place, ChangeKind.DEPLOY, None, after)


def _joined(changes: list[PlannedChange]) -> Iterator[PlannedChange]:
    """Give each resource once: what several resources of Terraform say of one resource of Azure becomes one change."""
    found: dict[str, PlannedChange] = {}
    for change in changes:
        key = change.id.casefold()
        earlier = found.get(key)
        if earlier is None or change.after is None or earlier.after is None:
            found[key] = change
            continue
        found[key] = PlannedChange(
            change.id, earlier.kind, _deep(earlier.before, change.before), _deep(earlier.after, change.after)
        )
    yield from found.values()


def _deep(one: Any, other: Any) -> Any:  # noqa: ANN401  (JSON values of any kind)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {key: _deep(one.get(key), other.get(key)) for key in {**one, **other}}
    return one if other is None else other
