"""The copies of a template's resources, and where each goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assurance.planning.expressions import MAX_COPIES, Scope, computed, looped

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
    return [replace(scope, indices=one) for one in indices]


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
    return tuple(one.casefold() for one in (symbol, own, f"{within}/providers/{own}"))


def with_loops(value: Any, scope: Scope) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a value in which loops of properties (`copy` within an object) are written out."""
    if isinstance(value, list):
        return [with_loops(item, scope) for item in value]
    if not isinstance(value, Mapping):
        return value
    found = {key: with_loops(item, scope) for key, item in value.items() if key != "copy"}
    loops = value["copy"] if isinstance(value.get("copy"), list) else ()
    return {**found, **{loop["name"]: looped(loop, scope) for loop in loops}}
