"""Reads a compiled ARM template (Bicep's build output) with its parameters as a plan.

A template tells what is to be, and not what changes: each of its resources is laid over what is there now, by the
semantics of incremental mode (see `merging`). Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assurance.planning.changes import ChangeKind, Plan, PlannedChange
from assurance.planning.errors import PlanRefused
from assurance.planning.expressions import Scope, computed
from assurance.planning.template_functions import provider_path
from assurance.planning.unknown import is_unknown

FORM = "ARM template"
NESTED = "microsoft.resources/deployments"
GROUPS = "microsoft.resources/resourcegroups"
MAX_COPIES = 800
"""Azure Resource Manager's own limit of a copy loop."""
OF_A_RESOURCE = ("location", "tags", "kind", "sku", "identity", "managedBy", "zones", "properties")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a template is deployed to.

    Attributes:
        subscription_id: The subscription.
        resource_group: The resource group; a template for a subscription names its own.
        location: The resource group's region; empty if it is not known.
    """

    subscription_id: str
    resource_group: str
    location: str = ""


def is_template(document: Mapping[str, Any]) -> bool:
    """Tell whether a JSON document is of this form."""
    return "deploymenttemplate.json" in str(document.get("$schema", "")).casefold()


def read_template(document: Mapping[str, Any], parameters: Mapping[str, Any], target: Target, where: str) -> Plan:
    """Return the plan.

    Args:
        document: The template.
        parameters: A parameter file's document, or a plain object of values by name.
        target: Where it is deployed to.
        where: What to call it in messages.

    Raises:
        PlanRefused: It has no resources, a parameter without a value, or one that it does not declare.
    """
    given = {key: value.get("value") if isinstance(value, Mapping) and "value" in value else value
             for key, value in (parameters.get("parameters") or parameters).items() if not key.startswith("$")
             and key != "contentVersion"}  # fmt: skip
    scope = _scope(document, given, target, where)
    found: list[PlannedChange] = []
    unplaced: list[str] = []
    for outcome in _resources(document, scope, where):
        if isinstance(outcome, str):
            unplaced.append(outcome)
        else:
            found.append(outcome)
    return Plan(FORM, tuple(found), tuple(unplaced))


def _scope(document: Mapping[str, Any], given: Mapping[str, Any], target: Target, where: str) -> Scope:
    declared = document.get("parameters") or {}
    stranger = next((name for name in given if name.casefold() not in {one.casefold() for one in declared}), None)
    if stranger is not None:
        raise PlanRefused(f"{where}: the template declares no parameter {stranger!r}; it has {', '.join(declared)}")
    values: dict[str, Any] = {}
    scope = Scope(
        target.subscription_id, target.resource_group, values, document.get("variables") or {}, target.location
    )
    folded = {name.casefold(): value for name, value in given.items()}
    for name, one in declared.items():
        if name.casefold() in folded:
            values[name] = folded[name.casefold()]
        elif "defaultValue" in one:
            values[name] = computed(one["defaultValue"], scope)
        elif one.get("nullable"):
            values[name] = None
        else:
            raise PlanRefused(f"{where}: parameter {name!r} has no value; give it with --plan-parameters FILE")
    return scope


def _resources(document: Mapping[str, Any], scope: Scope, where: str) -> Iterator[PlannedChange | str]:
    declared = document.get("resources")
    if isinstance(declared, Mapping):  # languageVersion 2.0: resources by symbolic name
        declared = list(declared.values())
    if not isinstance(declared, list):
        raise PlanRefused(f"{where}: a template has a list 'resources', and this has none; was it cut off?")
    for one in declared:
        if isinstance(one, Mapping) and not one.get("existing"):
            yield from _copies(one, scope, where, above="")


def _copies(resource: Mapping[str, Any], scope: Scope, where: str, above: str) -> Iterator[PlannedChange | str]:
    copy = resource.get("copy")
    if not isinstance(copy, Mapping):
        yield from _one(resource, scope, where, above)
        return
    count = computed(copy.get("count"), scope)
    if not isinstance(count, int):
        yield f"{resource.get('type')} is made as often as {copy.get('count')} comes to, which only Azure can compute"
        return
    for number in range(min(count, MAX_COPIES)):
        indices = {**scope.indices, "": number, str(copy.get("name")): number}
        yield from _one(resource, replace(scope, indices=indices), where, above)


def _one(resource: Mapping[str, Any], scope: Scope, where: str, above: str) -> Iterator[PlannedChange | str]:
    kind = f"{above.rpartition('#')[0]}/{resource.get('type')}" if above else str(resource.get("type"))
    condition = computed(resource.get("condition", True), scope)
    if condition is False:
        return
    name = computed(resource.get("name"), scope)
    if kind.casefold() == NESTED:
        yield from _nested(resource, scope, where)
        return
    if above:
        name = f"{above.rpartition('#')[2]}/{name}"
    try:
        place = _id(kind, str(name), resource, scope)
    except ValueError:
        yield f"{kind} named {resource.get('name')}: only Azure can compute its name or scope"
        return
    if condition is not True:
        yield PlannedChange(place, ChangeKind.UNSUPPORTED, reason=f"whether it is deployed rests on {condition}")
        return
    after = {key: computed(_with_loops(resource[key], scope), scope) for key in OF_A_RESOURCE if key in resource}
    yield PlannedChange(place, ChangeKind.DEPLOY, None, after)
    for child in resource.get("resources") or ():
        yield from _copies(child, scope, where, f"{kind}#{name}")


def _id(kind: str, name: str, resource: Mapping[str, Any], scope: Scope) -> str:
    if is_unknown(name) or "\x01" in name:
        raise ValueError(name)
    if kind.casefold() == GROUPS:
        return f"/subscriptions/{scope.subscription_id}/resourceGroups/{name}"
    outer = computed(resource.get("scope"), scope)
    if isinstance(outer, str) and ("\x01" in outer or is_unknown(outer)):
        raise ValueError(outer)
    base = f"/subscriptions/{scope.subscription_id}" + (
        f"/resourceGroups/{scope.resource_group}" if scope.resource_group else ""
    )
    if isinstance(outer, str) and outer:
        base = outer if outer.startswith("/subscriptions/") else f"{base}/providers/{_provider(outer)}"
    return f"{base}/providers/{provider_path(kind, [name])}"


def _provider(scope: str) -> str:
    """Return a scope such as `Microsoft.Storage/storageAccounts/NAME` as a path; it is one already."""
    return scope.removeprefix("/").removeprefix("providers/")


def _with_loops(value: Any, scope: Scope) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a value in which loops of properties (`copy` within an object) are written out."""
    if isinstance(value, list):
        return [_with_loops(item, scope) for item in value]
    if not isinstance(value, Mapping):
        return value
    found = {key: _with_loops(item, scope) for key, item in value.items() if key != "copy"}
    loops: Sequence[Any] = value["copy"] if isinstance(value.get("copy"), list) else ()
    for loop in loops:
        count = computed(loop["count"], scope)
        if not isinstance(count, int):
            found[loop["name"]] = count
            continue
        found[loop["name"]] = [
            computed(loop["input"], replace(scope, indices={**scope.indices, "": number, str(loop["name"]): number}))
            for number in range(min(count, MAX_COPIES))
        ]
    return found


def _nested(resource: Mapping[str, Any], scope: Scope, where: str) -> Iterator[PlannedChange | str]:
    """Give the resources of a nested deployment; a module of Bicep is one."""
    properties = resource.get("properties") or {}
    inner = properties.get("template")
    if not isinstance(inner, Mapping):
        yield f"the deployment {resource.get('name')} links to a template elsewhere; build it into one file"
        return
    group = computed(resource.get("resourceGroup", scope.resource_group), scope)
    subscription = computed(resource.get("subscriptionId", scope.subscription_id), scope)
    if is_unknown(group) or is_unknown(subscription):
        yield f"the deployment {resource.get('name')} goes where only Azure can compute"
        return
    own = str((properties.get("expressionEvaluationOptions") or {}).get("scope", "outer")).casefold() == "inner"
    target = Target(subscription, group, scope.location)
    if own:
        given = {
            key: computed(value.get("value"), scope) for key, value in (properties.get("parameters") or {}).items()
        }
        yield from _resources(inner, _scope(inner, given, target, where), where)
    else:
        yield from _resources(inner, replace(scope, subscription_id=subscription, resource_group=group), where)
