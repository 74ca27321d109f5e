"""Reads `terraform show -json PLAN` with resources of the azapi and azurerm providers as a plan.

azapi tells a resource in Azure's own form. Of azurerm's attributes those in `azurerm.toml` are known; a change of any
other leaves the resource untold, so that nothing passes on what was not understood.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from assurance.planning.changes import ChangeKind, Plan, PlannedChange
from assurance.planning.errors import PlanRefused
from assurance.planning.unknown import unknown

FORM = "Terraform plan"
# What Terraform keeps for itself, and what no view of Azure shows.
SILENT = frozenset({"id", "timeouts", "tags_all"})
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


@cache
def azurerm() -> Mapping[str, Mapping[str, Any]]:
    """Return what is known of azurerm's resources: their Azure type, and where each attribute stands; see the file."""
    return tomllib.loads(files(__package__).joinpath("azurerm.toml").read_text("utf-8"))


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
        yield from _azurerm(one, kind, change, subscription_id)
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
    after = _with_unknown(after, hidden, address)
    after |= {key: values[key] for key in ("location", "tags") if values.get(key) is not None}
    return PlannedChange(place, ChangeKind.DEPLOY, None, after)


def _with_unknown(value: Any, hidden: Any, where: str) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a value with a mark wherever Terraform says that it is known only after the deployment."""
    if hidden is True:
        return unknown(f"{where}, known after apply")
    if isinstance(hidden, Mapping):
        own = dict(value) if isinstance(value, Mapping) else {}
        return own | {key: _with_unknown(own.get(key), item, f"{where}.{key}") for key, item in hidden.items() if item}
    if isinstance(hidden, list) and isinstance(value, list):
        pairs = zip(value, [*hidden, *[False] * len(value)], strict=False)
        return [_with_unknown(item, one, f"{where}[{place}]") for place, (item, one) in enumerate(pairs)]
    return value


def _azurerm(
    one: Mapping[str, Any], kind: ChangeKind, change: Mapping[str, Any], subscription_id: str
) -> Iterator[PlannedChange | str]:
    known = azurerm().get(str(one.get("type")))
    if known is None:
        yield f"{one['address']}: {one.get('type')} is not known here"
        return
    before, after = change.get("before") or {}, change.get("after") or {}
    place = before.get("id") or _made_id(known, after, subscription_id)
    if not place:
        yield f"{one['address']}: where it goes is known only after the deployment"
        return
    if kind is ChangeKind.DELETE:
        yield PlannedChange(place, kind)
        return
    hidden = change.get("after_unknown") or {}
    replaced = tuple(change.get("actions", ())) != ("update",)
    old: dict[str, Any] = {} if replaced else _in_azures_form(known, before)
    new = _in_azures_form(known, {**after, **{key: unknown(f"{one['address']}.{key}, known after apply")
                                              for key, item in hidden.items() if item is True}})  # fmt: skip
    missed = [
        key for key in after
        if key not in SILENT and key not in known["attributes"] and key not in known.get("ignored", ())
        and (after[key] not in (None, [], {}, "") if replaced else after[key] != before.get(key))
    ]  # fmt: skip
    if missed and not replaced:
        reason = f"{one['address']}: what {', '.join(sorted(missed))} comes to in Azure is not known here"
        yield PlannedChange(place, ChangeKind.UNSUPPORTED, reason=reason)
        return
    if replaced and kind is not ChangeKind.CREATE:
        kind = ChangeKind.DEPLOY  # made anew: nothing of what was there stays
    yield PlannedChange(place, kind, None if replaced else old, new)


def _made_id(known: Mapping[str, Any], after: Mapping[str, Any], subscription_id: str) -> str:
    parent = known.get("parent")
    name = after.get("name")
    if parent:
        above = after.get(parent)
        last = known["type"].rpartition("/")[2]
        if known["type"] == "Microsoft.Authorization/roleAssignments":
            return f"{above}/providers/{known['type']}/{name or 'planned'}" if above else ""
        return f"{above}/{last}/{name}" if above and name else ""
    group = after.get("resource_group_name")
    parts = [after.get(key) for key in known.get("names", ("name",))]
    if not group or not all(parts):
        return ""
    namespace, *types = known["type"].split("/")
    path = "/".join(f"{kind}/{part}" for kind, part in zip(types, parts, strict=True))
    return f"/subscriptions/{subscription_id}/resourceGroups/{group}/providers/{namespace}/{path}"


def _in_azures_form(known: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, rule in known["attributes"].items():
        if name in values and values[name] is not None:
            _place(found, rule, values[name])
    return found


def _place(found: dict[str, Any], rule: str | Mapping[str, Any], value: Any) -> None:  # noqa: ANN401  (JSON values)
    """Put one attribute where Azure has it.

    A rule is a path; or a table: `path`, `values` (what a value is called in Azure), `block` (rules of the attributes
    of a block that is there once), `items` (rules of the attributes of each item of a list), `each` (the name under
    which each text of a list stands in an object of its own), `join` (what stands between the texts of a list).
    """
    if isinstance(rule, str):
        rule = {"path": rule}
    if "block" in rule:
        for item in value if isinstance(value, list) else [value]:
            for name, inner in rule["block"].items():
                if isinstance(item, Mapping) and item.get(name) is not None:
                    _place(found, inner, item[name])
        return
    if "items" in rule:
        made = []
        for item in value:
            one: dict[str, Any] = {}
            for name, inner in rule["items"].items():
                if item.get(name) not in (None, [], ""):
                    _place(one, inner, item[name])
            made.append(one)
        value = made
    words = {str(key).casefold(): item for key, item in rule.get("values", {}).items()}
    if not isinstance(value, (list, dict)):
        value = words.get(str(value).casefold(), value)
    *above, last = rule["path"].split(".")
    for key in above:
        found = found.setdefault(key, {})
    if "each" in rule:
        value = [{rule["each"]: item} for item in value]
    if "join" in rule and isinstance(value, list):
        value = rule["join"].join(value)
    found[last] = value


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
