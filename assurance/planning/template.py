"""Reads a compiled ARM template (Bicep's build output) with its parameters as a plan.

A template tells what is to be, and not what changes: each of its resources is laid over what is there now, by the
semantics of incremental mode (see `merging`). Nothing is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from assurance.planning.changes import ChangeKind, Plan, PlannedChange, PlanRefused, is_unknown, unknown
from assurance.planning.expressions import MAX_COPIES, Scope, computed, looped
from assurance.planning.template_functions import provider_path

DEPLOYMENTS = "microsoft.resources/deployments"


def scopes(resource: Mapping[str, Any], scope: Scope) -> list[Scope]:
    """Return the scope of each copy of a resource; none where only Azure can compute how many there are."""
    copy = resource.get("copy")
    if not isinstance(copy, Mapping):
        return [scope]
    count = computed(copy.get("count"), scope)
    if not isinstance(count, int):
        return []
    name = str(copy.get("name"))
    indices = ({**scope.indices, "": number, name: number} for number in range(min(count, MAX_COPIES)))
    return [replace(scope, indices=index) for index in indices]


def place_of(deployment: Mapping[str, Any], scope: Scope) -> tuple[Any, Any]:
    """Return the subscription and the resource group that a nested deployment goes to; a mark for what is unknown."""
    subscription = computed(deployment.get("subscriptionId", scope.subscription_id), scope)
    own = "" if "subscriptionId" in deployment else scope.resource_group  # with no group, it goes to the subscription
    return subscription, computed(deployment.get("resourceGroup", own), scope)


def names_of(symbol: str, deployment: Mapping[str, Any], scope: Scope) -> tuple[str, ...]:
    """Return what `reference()` may call a nested deployment: its ids and its symbolic name, folded."""
    subscription, group = place_of(deployment, scope)
    within = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    own = f"{DEPLOYMENTS}/{computed(deployment.get('name'), scope)}"
    return tuple(name.casefold() for name in (symbol, own, f"{within}/providers/{own}"))


def with_loops(value: Any, scope: Scope) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a value in which loops of properties (`copy` within an object) are written out."""
    if isinstance(value, list):
        return [with_loops(item, scope) for item in value]
    if not isinstance(value, Mapping):
        return value
    values = {key: with_loops(item, scope) for key, item in value.items() if key != "copy"}
    loops = value["copy"] if isinstance(value.get("copy"), list) else ()
    return {**values, **{loop["name"]: looped(loop, scope) for loop in loops}}


FORM = "ARM template"
NESTED = "microsoft.resources/deployments"
GROUPS = "microsoft.resources/resourcegroups"
ASSIGNMENTS = "microsoft.authorization/roleassignments"
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
    given = {key: value_given(value, key) for key, value in (parameters.get("parameters") or parameters).items()
             if not key.startswith("$") and key != "contentVersion"}  # fmt: skip
    scope = _scope(document, given, target, where)
    changes: list[PlannedChange] = []
    unplaced: list[str] = []
    for outcome in _resources(document, scope, where):
        if isinstance(outcome, str):
            unplaced.append(outcome)
        else:
            changes.append(outcome)
    return Plan(FORM, tuple(changes), tuple(unplaced))


def value_given(value: Any, name: str) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return what a parameter is given: itself, under `value`, or a secret of a vault, which only Azure can read."""
    if isinstance(value, Mapping) and "value" in value:
        return value["value"]
    if isinstance(value, Mapping) and "reference" in value:
        return unknown(f"[parameters('{name}')], a secret of a key vault")
    return value


def _scope(document: Mapping[str, Any], given: Mapping[str, Any], target: Target, where: str) -> Scope:
    declared = document.get("parameters") or {}
    stranger = next((name for name in given if name.casefold() not in {each.casefold() for each in declared}), None)
    if stranger is not None:
        raise PlanRefused(f"{where}: the template declares no parameter {stranger!r}; it has {', '.join(declared)}")
    values: dict[str, Any] = {}
    to_group = "subscriptiondeploymenttemplate" not in str(document.get("$schema", "")).casefold()
    group = target.resource_group if to_group else ""
    variables, location = document.get("variables") or {}, target.location
    scope = Scope(target.subscription_id, group, values, variables, location, functions=_own(document))
    folded = {name.casefold(): value for name, value in given.items()}
    for name, declaration in declared.items():
        if name.casefold() in folded:
            values[name] = folded[name.casefold()]
        elif "defaultValue" not in declaration and not declaration.get("nullable"):
            raise PlanRefused(f"{where}: parameter {name!r} has no value; give it with --plan-parameters FILE")
    # A default may refer to a parameter that is declared after it.
    for _ in range(2):
        for name, declaration in declared.items():
            if name.casefold() not in folded:
                values[name] = computed(declaration.get("defaultValue"), scope)
    return scope


def _own(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the functions that a template defines itself, by `namespace.name`."""
    return {
        f"{space.get('namespace')}.{name}".casefold(): member
        for space in document.get("functions") or ()
        for name, member in (space.get("members") or {}).items()
    }


def _resources(document: Mapping[str, Any], scope: Scope, where: str) -> Iterator[PlannedChange | str]:
    declared = _by_symbol(document)
    if declared is None:
        raise PlanRefused(f"{where}: a template has a list 'resources', and this has none; was it cut off?")
    scope = _with_outputs(declared, scope, where)
    for resource in declared.values():
        if isinstance(resource, Mapping) and not resource.get("existing"):
            yield from _copies(resource, scope, where, above="")


def _by_symbol(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a template's resources by symbolic name (languageVersion 2.0), or by number; None where it has none."""
    declared = document.get("resources")
    if isinstance(declared, list):
        return {str(number): resource for number, resource in enumerate(declared)}
    return declared if isinstance(declared, Mapping) else None


def _with_outputs(declared: Mapping[str, Any] | None, scope: Scope, where: str) -> Scope:
    """Return the scope in which `reference()` gives the outputs of nested deployments, once they are asked for."""
    outputs: dict[str, Callable[[], Any]] = {}
    scope = replace(scope, outputs=outputs)
    for symbol, resource in (declared or {}).items():
        if isinstance(resource, Mapping) and str(resource.get("type")).casefold() == NESTED:
            for number, copy in enumerate(scopes(resource, scope)):
                names = names_of(f"{symbol}[{number}]" if "copy" in resource else symbol, resource, copy)
                outputs.update(dict.fromkeys(names, partial(_outputs, resource, copy, where)))
    return scope


def _copies(resource: Mapping[str, Any], scope: Scope, where: str, above: str) -> Iterator[PlannedChange | str]:
    copies = scopes(resource, scope)
    count = (resource.get("copy") or {}).get("count")
    if not copies and not isinstance(computed(count, scope), int):
        yield f"{resource.get('type')} is made as often as {count} comes to, which only Azure can compute"
    for copy in copies:
        yield from _one(resource, copy, where, above)


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
    if kind.casefold() == ASSIGNMENTS and is_unknown(name):
        # Named by guid(), which only Azure computes: what it grants is known, and any name that is its own will do.
        name = str(uuid5(NAMESPACE_URL, json.dumps([resource, dict(scope.indices), scope.resource_group])))
    try:
        place = _id(kind, str(name), resource, scope)
    except ValueError:
        yield f"{kind} named {resource.get('name')}: only Azure can compute its name or scope"
        return
    if condition is not True:
        yield PlannedChange(place, ChangeKind.UNSUPPORTED, reason=f"whether it is deployed rests on {condition}")
        return
    after = {key: computed(with_loops(resource[key], scope), scope) for key in OF_A_RESOURCE if key in resource}
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


def _nested(resource: Mapping[str, Any], scope: Scope, where: str) -> Iterator[PlannedChange | str]:
    """Give the resources of a nested deployment; a module of Bicep is one."""
    if not isinstance((resource.get("properties") or {}).get("template"), Mapping):
        yield f"the deployment {resource.get('name')} links to a template elsewhere; build it into one file"
        return
    inside = _inside(resource, scope, where)
    if inside is None:
        yield f"the deployment {resource.get('name')} goes where only Azure can compute"
        return
    yield from _resources(*inside, where)


def _outputs(resource: Mapping[str, Any], scope: Scope, where: str) -> dict[str, Any]:
    """Return the outputs of a nested deployment, as `reference()` gives them."""
    inside = _inside(resource, scope, where)
    if inside is None:
        return {}
    template, within = inside
    within = _with_outputs(_by_symbol(template), within, where)
    outputs = template.get("outputs") or {}
    return {
        key: {"value": computed(with_loops(output.get("value"), within), within)} for key, output in outputs.items()
    }


def _inside(resource: Mapping[str, Any], scope: Scope, where: str) -> tuple[Mapping[str, Any], Scope] | None:
    """Return the template of a nested deployment and what its expressions refer to; None if its place is unknown."""
    properties = resource.get("properties") or {}
    inner = properties.get("template") or {}
    subscription, group = place_of(resource, scope)
    if is_unknown(group) or is_unknown(subscription):
        return None
    if str((properties.get("expressionEvaluationOptions") or {}).get("scope", "outer")).casefold() == "outer":
        return inner, replace(scope, subscription_id=subscription, resource_group=group)
    given = {
        key: computed(value_given(value, key), scope) for key, value in (properties.get("parameters") or {}).items()
    }
    return inner, _scope(inner, given, Target(subscription, group, scope.location), where)
