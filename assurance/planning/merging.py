"""Lays a planned change over a resource as it is.

Two plans, two semantics. What-if tells the resource before and after: only what differs between the two is carried
over, so that whatever the plan does not touch stays as it was read. A template tells the whole resource, and in
incremental mode Azure applies all of it again: a property that the template leaves out is not kept, but what Azure
itself computes is (Microsoft, "Azure Resource Manager deployment modes", incremental mode).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assurance.estate.resources.resource import folded
from assurance.planning.changes import MADE_BY_AZURE, ChangeKind, PlannedChange, Values, is_unknown, unknown

PRINCIPAL = re.compile(r"(?:principalid\s+eq\s+'([^']+)'|assignedto\('([^']+)'\))", re.I)
RECORDS = "microsoft.network/privatednszones/"
ALL_RECORDS = frozenset({f"{RECORDS}all", f"{RECORDS}recordsets"})
"""The lists that hold a zone's records of every type."""
NO_RECORDS = frozenset({f"{RECORDS}virtualnetworklinks"})
NOT_IN_INVENTORIES = ("microsoft.authorization/", "microsoft.resources/", "microsoft.security/")


@dataclass(frozen=True, slots=True)
class Place:
    """What a path asks for.

    Attributes:
        path: The path as an id, in lower case.
        scope: Of a list: under what it stands. Of a resource: the resource itself.
        type: The type of what is asked for, in lower case; empty for a resource group's plain inventory.
        is_list: Whether it is a list.
    """

    path: str
    scope: str
    type: str
    is_list: bool


def place_of(path: str) -> Place | None:
    """Return what a path asks for; None for what is no resource and no list of them."""
    whole = folded(path)
    parts = whole.strip("/").split("/")
    if len(parts) == 5 and parts[2] == "resourcegroups" and parts[4] == "resources":
        return Place(whole, "/" + "/".join(parts[:4]), "", is_list=True)
    places = [place for place, part in enumerate(parts) if part == "providers"]
    if not places or len(parts) < places[-1] + 3:
        return None
    start = places[-1]
    namespace, *rest = parts[start + 1 :]
    kind = "/".join((namespace, *rest[::2]))
    if len(rest) % 2 == 0:
        return Place(whole, whole, kind, is_list=False)
    above = parts[: start if len(rest) == 1 else -1]
    return Place(whole, "/" + "/".join(above), kind, is_list=True)


def kinds_listed(place: Place, kinds: Iterable[str]) -> tuple[str, ...]:
    """Return which of some types of resources a list may hold."""
    if not place.type:
        return tuple(kinds)
    if place.type in ALL_RECORDS:
        return tuple(kind for kind in kinds if kind.startswith(RECORDS) and kind not in ALL_RECORDS | NO_RECORDS)
    return (place.type,) if place.type in kinds else ()


def is_listed_at(resource_id: str, resource_type: str, place: Place, *, has_location: bool = False) -> bool:
    """Tell whether a resource stands in a list, by its type and what it stands under.

    A group's inventory holds resources, and those below one that have a location of their own, as databases have.
    """
    own = folded(resource_id)
    if not own.startswith(f"{place.scope}/") or resource_type not in kinds_listed(place, (resource_type,)):
        return False
    if not place.type:
        # What extends another resource, or says who may do what, is in no inventory of a group.
        is_one = resource_type.count("/") == 1 or has_location
        return is_one and own.count("/providers/") == 1 and not resource_type.startswith(NOT_IN_INVENTORIES)
    if place.type in ALL_RECORDS:
        return True
    # A list under a resource holds that resource's own; one under a scope holds all below it.
    depth = place.type.count("/")
    return depth == 1 or own.rsplit("/", 2)[0] == place.scope


def principal_in(query: str) -> str:
    """Return whose role assignments a filter asks for, in lower case; empty if it does not say."""
    match = PRINCIPAL.search(query)
    return (match.group(1) or match.group(2)).casefold() if match is not None else ""


# What tells the items of a list apart, the first that all of them have.
IDENTITIES = ("name", "id", "key", "principalId")
COMPUTED = frozenset(
    {
        "callratelimit", "capabilities", "clientid", "createdat", "createddate", "creationdate", "creationtime",
        "currentserviceobjectivename", "customdnsconfigs", "customdomainverificationid", "databaseid", "datecreated",
        "defaultdomain", "defaultsecurityrules", "earliestrestoredate", "endpoint", "endpoints", "etag",
        "eventstreamendpoint", "fullyqualifieddomainname", "hsmpoolresourceid", "id", "internalid", "ismigrated",
        "latestreadyrevisionname", "latestrevisionfqdn", "latestrevisionname", "lastmodifieddate", "loginserver",
        "maxnumberofrecordsets", "maxnumberofvirtualnetworklinks", "networkinterfaces", "numberofrecordsets",
        "numberofvirtualnetworklinks", "outboundipaddresses", "primaryendpoints", "primarylocation", "principalid",
        "privateendpointconnections", "privateendpoints", "provisioningstate", "resourceguid", "runningstatus",
        "secondaryendpoints", "secondarylocation", "staticip", "state", "status", "statusofprimary",
        "statusofsecondary", "systemdata", "updatedon", "vaulturi", "virtualnetworklinkstate", "workspaceid",
    }
)  # fmt: skip
"""Properties that Azure computes and no template sets, in lower case (the SDK's models mark them as read-only)."""

# What a new resource has that Azure makes, by type: who judges it must wait until it is there.
MADE = {
    "microsoft.network/privateendpoints": ("networkInterfaces",),
    "microsoft.sql/servers": ("fullyQualifiedDomainName",),
    "microsoft.app/managedenvironments": ("defaultDomain", "staticIp"),
    "microsoft.app/containerapps": ("latestRevisionName", "latestReadyRevisionName"),
    "microsoft.managedidentity/userassignedidentities": ("principalId", "clientId"),
}


def planned(change: PlannedChange, now: Values | None) -> dict[str, Any]:
    """Return the resource as it would be; whatever is laid over is taken to be provisioned.

    Args:
        change: A change whose `after` is known.
        now: The resource as it was read; None if there is none.
    """
    after: dict[str, Any] = dict(change.after or {})
    if now is None:
        values = _created(change, after)
    elif change.before is not None:
        values = carried_over(now, change.before, after)
    else:
        values = put(now, after)
    if change.kind is not ChangeKind.NO_CHANGE and isinstance(values.get("properties"), dict):
        values["properties"].setdefault("provisioningState", "Succeeded")
    return values


def _created(change: PlannedChange, after: dict[str, Any]) -> dict[str, Any]:
    properties = dict(after.get("properties") or {})
    for name in MADE.get(change.type, ()):
        properties.setdefault(name, unknown(f"{MADE_BY_AZURE} ({name})"))
    named = {"id": change.id, "name": change.id.rstrip("/").rsplit("/", 1)[-1], "type": change.type}
    return {**named, **{key: value for key, value in after.items() if key != "apiVersion"}, "properties": properties}


def carried_over(now: Any, before: Any, after: Any) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return what is now, with every difference between before and after made to it."""
    if before == after:
        return now
    if isinstance(now, Mapping) and isinstance(before, Mapping) and isinstance(after, Mapping):
        names = {str(key).casefold(): key for key in now}
        values = dict(now)
        for key in dict.fromkeys((*before, *after)):
            own = names.get(str(key).casefold(), key)
            if key not in after:
                values.pop(own, None)
            elif key not in before:
                values[own] = after[key] if own not in now else carried_over(now[own], {}, after[key])
            else:
                values[own] = carried_over(now.get(own), before[key], after[key])
        return values
    if isinstance(now, list) and isinstance(after, list):
        return _items(now, before if isinstance(before, list) else [], after)
    return after


def _items(now: list[Any], before: list[Any], after: list[Any]) -> list[Any]:
    """Return a list as it would be; an item that is told apart by its name keeps what the plan does not tell of it."""
    key = next(
        (identity for identity in IDENTITIES if all(_has(item, identity) for item in (*now, *before, *after))), None
    )
    if key is None:
        return after
    known = {str(item[key]).casefold(): item for item in now}
    earlier = {str(item[key]).casefold(): item for item in before}
    return [
        carried_over(known[name], earlier.get(name, {}), item) if (name := str(item[key]).casefold()) in known else item
        for item in after
    ]


def _has(item: object, key: str) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get(key), str) and not is_unknown(item[key])


def put(now: Values, template: Values) -> dict[str, Any]:
    """Return the resource after a template was applied: what it leaves out is gone, but for what Azure computes."""
    values = {**now, **{key: value for key, value in template.items() if key not in {"apiVersion", "properties"}}}
    values["properties"] = _put(now.get("properties") or {}, template.get("properties") or {})
    return values


def _put(now: object, given: object) -> Any:  # noqa: ANN401  (JSON values of any kind)
    if isinstance(now, Mapping) and isinstance(given, Mapping):
        names = {str(key).casefold(): key for key in now}
        kept = {key: value for key, value in now.items() if str(key).casefold() in COMPUTED}
        return {
            **kept,
            **{key: _put(now.get(names.get(str(key).casefold(), "")), value) for key, value in given.items()},
        }
    if isinstance(now, list) and isinstance(given, list):
        key = next((identity for identity in IDENTITIES if all(_has(item, identity) for item in (*now, *given))), None)
        known = {str(item[key]).casefold(): item for item in now} if key is not None else {}
        return [_put(known.get(str(item[key]).casefold()), item) if key is not None else item for item in given]
    return given
