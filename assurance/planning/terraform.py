"""Reads `terraform show -json PLAN` with resources of the azapi and azurerm providers as a plan."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from assurance.estate.identity.identity import BUILT_IN_ROLES
from assurance.planning.changes import ChangeKind, Plan, PlannedChange, PlanRefused, is_unknown, unknown, with_unknown

ROLES = "Microsoft.Authorization/roleDefinitions"
SILENT = frozenset({"id", "timeouts", "tags_all"})
"""What Terraform keeps for itself, and what no view of Azure shows."""


@cache
def _known() -> Mapping[str, Mapping[str, Any]]:
    """Return what is known of azurerm's resources: their Azure type, and where each attribute stands; see the file."""
    return tomllib.loads(files(__package__).joinpath("azurerm.toml").read_text("utf-8"))


def changes_in(
    one: Mapping[str, Any], kind: ChangeKind, change: Mapping[str, Any], subscription_id: str
) -> Iterator[PlannedChange | str]:
    """Give what a change of a resource of azurerm changes in Azure; in words where that is not known."""
    known = _known().get(str(one.get("type")))
    before, after = change.get("before") or {}, change.get("after") or {}
    if known is None:
        reason = f"{one['address']}: {one.get('type')} is not known here"
        own = str(before.get("id", ""))
        yield PlannedChange(own, ChangeKind.UNSUPPORTED, reason=reason) if own.startswith("/") else reason
        return
    if "laid_over" in known:
        yield from _laid_over(one["address"], known, kind, change)
        return
    place = before.get("id") or _made_id(known, after, subscription_id, one["address"])
    if not place:
        yield f"{one['address']}: where it goes is known only after the deployment"
        return
    if kind is ChangeKind.DELETE:
        yield PlannedChange(place, kind)
        return
    after = with_unknown(after, change.get("after_unknown"), one["address"])
    replaced = tuple(change.get("actions", ())) != ("update",)
    old: dict[str, Any] = {} if replaced else _in_azures_form(known, before)
    new = _in_azures_form(known, after)
    yield from _parts(known, place, before, after)
    known_attributes = {*SILENT, *known["attributes"], *known.get("ignored", ()), *known.get("parts", ())}
    missed = [
        key for key in after
        if key not in known_attributes
        and (after[key] not in (None, [], {}, "") if replaced else after[key] != before.get(key))
    ]  # fmt: skip
    if missed and not replaced:
        reason = f"{one['address']}: what {', '.join(sorted(missed))} comes to in Azure is not known here"
        yield PlannedChange(place, ChangeKind.UNSUPPORTED, reason=reason)
        return
    if replaced and kind is not ChangeKind.CREATE:
        kind = ChangeKind.DEPLOY  # made anew: nothing of what was there stays
    yield PlannedChange(place, kind, None if replaced else old, new)


def _laid_over(
    address: str, known: Mapping[str, Any], kind: ChangeKind, change: Mapping[str, Any]
) -> Iterator[PlannedChange | str]:
    """Give what changes of the resource that this one only says something about, such as a subnet's security group."""
    before, after = change.get("before") or {}, change.get("after") or {}
    place = (after or before).get(known["laid_over"])
    if not place:
        yield f"{address}: where it goes is known only after the deployment"
        return
    hidden = change.get("after_unknown")
    would = known.get("gone", {}) if kind is ChangeKind.DELETE else with_unknown(after, hidden, address)
    bare: dict[str, Any] = {"properties": {}}
    was, new = (bare | _in_azures_form(known, side) for side in (before, would))
    yield PlannedChange(place, ChangeKind.MODIFY, was, new)


def _parts(
    known: Mapping[str, Any], place: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[PlannedChange]:
    """Give the resources of Azure that azurerm tells as blocks of another, such as an endpoint's group of zones."""
    for block, rules in known.get("parts", {}).items():
        was, would = ({part["name"]: part for part in some.get(block) or ()} for some in (before, after))
        for name in dict.fromkeys((*was, *would)):
            own = f"{place}/{rules['type']}/{name}"
            if name not in would:
                yield PlannedChange(own, ChangeKind.DELETE)
            elif was.get(name) != would[name]:
                yield PlannedChange(own, ChangeKind.DEPLOY, None, _in_azures_form(rules, would[name]))


def _made_id(known: Mapping[str, Any], after: Mapping[str, Any], subscription_id: str, address: str) -> str:
    parent = known.get("parent")
    name = after.get("name")
    if parent:
        above = after.get(parent)
        last = known["type"].rpartition("/")[2]
        if known["type"] == "Microsoft.Authorization/roleAssignments":
            own = name or uuid5(NAMESPACE_URL, address)  # azurerm names it when it makes it
            return f"{above}/providers/{known['type']}/{own}" if above else ""
        return f"{above}/{last}/{name}" if above and name else ""
    group = after.get("resource_group_name")
    parts = [after.get(key) for key in known.get("names", ("name",))]
    if known.get("scope") == "subscription" and all(parts):
        return f"/subscriptions/{subscription_id}/providers/{known['type']}/{parts[0]}"
    if not group or not all(parts):
        return ""
    namespace, *types = known["type"].split("/")
    path = "/".join(f"{kind}/{part}" for kind, part in zip(types, parts, strict=True))
    return f"/subscriptions/{subscription_id}/resourceGroups/{group}/providers/{namespace}/{path}"


def _in_azures_form(known: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    converted: dict[str, Any] = {}
    # A role is told by its id or its name; the other is known only after the deployment.
    by_name = isinstance(values.get("role_definition_name"), str) and not is_unknown(values["role_definition_name"])
    for name, rule in known["attributes"].items():
        if name == ("role_definition_id" if by_name else "role_definition_name"):
            continue
        if name in values and values[name] is not None:
            _place(converted, rule, values[name])
    return converted


def _place(found: dict[str, Any], rule: str | Mapping[str, Any], value: Any) -> None:  # noqa: ANN401  (JSON values)
    """Put one attribute where Azure has it.

    A rule is a path; or a table: `path`, `values` (what a value is called in Azure), `block` (rules of the attributes
    of a block that is there once), `items` (rules of the attributes of each item of a list), `each` (the name under
    which each text of a list stands in an object of its own), `join` (what stands between the texts of a list), `role`
    (the value is the name of a built-in role, whose id stands there).
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
            holder: dict[str, Any] = {}
            for name, inner in rule["items"].items():
                if item.get(name) not in (None, [], ""):
                    _place(holder, inner, item[name])
            made.append(holder)
        value = made
    words = {str(key).casefold(): item for key, item in rule.get("values", {}).items()}
    if not isinstance(value, (list, dict)):
        value = words.get(str(value).casefold(), value)
    *above, last = rule["path"].split(".")
    for key in above:
        found = found.setdefault(key, {})
    if "each" in rule:
        value = [_nest(rule["each"], item) for item in value]
    if rule.get("role"):
        own = BUILT_IN_ROLES.get(str(value))
        value = f"/providers/{ROLES}/{own}" if own else unknown(f"the id of the role {value}")
    if "join" in rule and isinstance(value, list):
        value = rule["join"].join(value)
    found[last] = value


def _nest(path: str, value: Any) -> Any:  # noqa: ANN401  (JSON values)
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


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
    planned: list[PlannedChange] = []
    unplaced: list[str] = []
    for change in changes:
        if change.get("mode") == "data":
            continue
        for outcome in _change(change, subscription_id):
            (unplaced if isinstance(outcome, str) else planned).append(outcome)  # type: ignore[arg-type]  # one list each
    return Plan(FORM, tuple(_joined(planned)), tuple(unplaced), made=str(document.get("timestamp", "")))


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
    joined: dict[str, PlannedChange] = {}
    for change in changes:
        key = change.id.casefold()
        earlier = joined.get(key)
        if earlier is None or change.after is None or earlier.after is None:
            joined[key] = change
            continue
        joined[key] = PlannedChange(
            change.id, earlier.kind, _deep(earlier.before, change.before), _deep(earlier.after, change.after)
        )
    yield from joined.values()


def _deep(one: Any, other: Any) -> Any:  # noqa: ANN401  (JSON values of any kind)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {key: _deep(one.get(key), other.get(key)) for key in {**one, **other}}
    return one if other is None else other
