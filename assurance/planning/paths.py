"""Paths of Azure Resource Manager, taken apart: one resource, a list of resources under a scope, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assurance.estate.resources.resource import folded

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
        return tuple(one for one in kinds if one.startswith(RECORDS) and one not in ALL_RECORDS | NO_RECORDS)
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
    found = PRINCIPAL.search(query)
    return (found.group(1) or found.group(2)).casefold() if found is not None else ""
