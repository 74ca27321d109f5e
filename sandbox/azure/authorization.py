"""Role and deny assignments and role definitions: what Azure lists at a scope, by which filter.

Source: Azure's documentation of "List role assignments using the REST API": without a filter at, above and below the
scope; `atScope()` leaves out what lies below; `principalId eq` sees one principal's own; `assignedTo()` adds what the
principal's groups have, through any depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sandbox.azure.azure_estate import AzureEstate, Resource
from sandbox.azure.errors import invalid_filter
from sandbox.azure.resource_ids import ResourcePath, is_at_or_below, normalized

ROLE_DEFINITIONS = "roledefinitions"
ASSIGNMENTS = ("roleassignments", "denyassignments")
PERMISSIONS = "permissions"

_AT_SCOPE = re.compile(r"atscope\(\)", re.IGNORECASE)
_PRINCIPAL = re.compile(r"(?:principalid\s+eq\s+'(?P<own>[^']+)'|assignedto\('(?P<any>[^']+)'\))", re.IGNORECASE)
_DEFINITION = re.compile(r"(?P<property>rolename|type)\s+eq\s+'(?P<value>[^']*)'", re.IGNORECASE)
# Management groups and the tenant's root stand above every subscription.
_ABOVE_SUBSCRIPTIONS = "/providers/microsoft.management/managementgroups/"

EVERYONE = "00000000-0000-0000-0000-000000000000"

Keep = Callable[[Resource], bool]


def list_assignments(estate: AzureEstate, path: ResourcePath, filter_text: str) -> list[Resource]:
    """The role or deny assignments that Azure lists at the path's scope.

    Raises:
        ArmError: The filter cannot be read.
    """
    conditions = [_assignment_condition(estate, path.scope, part) for part in _parts(filter_text)]
    return [
        assignment
        for assignment in estate.of_type(f"{path.namespace}/{path.types[0]}")
        if _relates(normalized(assignment["properties"]["scope"]), path.scope)
        and all(keep(assignment) for keep in conditions)
    ]


def list_definitions(estate: AzureEstate, path: ResourcePath, filter_text: str) -> list[Resource]:
    """The role definitions that can be assigned at the path's scope, with ids as that scope spells them.

    Raises:
        ArmError: The filter cannot be read.
    """
    conditions = [_definition_condition(part) for part in _parts(filter_text)]
    definitions = estate.of_type("Microsoft.Authorization/roleDefinitions")
    return [
        _at_scope(definition, path.scope) for definition in definitions if all(keep(definition) for keep in conditions)
    ]


def find_definition(estate: AzureEstate, path: ResourcePath) -> Resource | None:
    """One role definition by its GUID, at any scope: with and without a subscription in front."""
    for definition in estate.of_type("Microsoft.Authorization/roleDefinitions"):
        if definition["name"].lower() == path.names[0]:
            return _at_scope(definition, path.scope)
    return None


def permissions_of_caller(estate: AzureEstate, path: ResourcePath) -> list[Resource]:
    """What whoever asks may do at the path's scope: the permissions of every role that it has there or above.

    Source: Azure's documentation of "Permissions - List For Resource Group" and "- List For Resource".
    """
    permissions: list[Resource] = []
    for assignment in list_assignments(estate, path_of_assignments(path), f"assignedTo('{estate.caller}')"):
        properties = assignment["properties"]
        if not _is_below(normalized(properties["scope"]), path.scope):
            definition = find_definition(estate, ResourcePath.parse(normalized(properties["roleDefinitionId"])))
            permissions += definition["properties"]["permissions"] if definition is not None else []
    return permissions


def path_of_assignments(path: ResourcePath) -> ResourcePath:
    """The collection of role assignments at a path's scope."""
    return ResourcePath(path.scope, path.namespace, ("roleassignments",), ())


def _at_scope(definition: Resource, scope: str) -> Resource:
    if scope:
        return definition
    tail = definition["id"][definition["id"].index("/providers/") :]
    return {**definition, "id": tail}


def _relates(assigned: str, scope: str) -> bool:
    above_all = assigned.startswith(_ABOVE_SUBSCRIPTIONS)
    return above_all or is_at_or_below(assigned, scope) or is_at_or_below(scope, assigned)


def _parts(filter_text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\s+and\s+", filter_text, flags=re.IGNORECASE)] if filter_text else []


def _assignment_condition(estate: AzureEstate, scope: str, text: str) -> Keep:
    if _AT_SCOPE.fullmatch(text):
        return lambda assignment: not _is_below(normalized(assignment["properties"]["scope"]), scope)
    match = _PRINCIPAL.fullmatch(text)
    if match is None:
        raise invalid_filter(text)
    if match.group("own"):
        principals = {match.group("own").lower()}
    else:
        # What is denied to everyone is denied to this one, too.
        principals = {*_with_groups(estate, match.group("any").lower()), EVERYONE}
    return lambda assignment: not principals.isdisjoint(_principals(assignment["properties"]))


def _definition_condition(text: str) -> Keep:
    match = _DEFINITION.fullmatch(text)
    if match is None:
        raise invalid_filter(text)
    key = "roleName" if match.group("property").lower() == "rolename" else "type"
    value = match.group("value").lower()
    return lambda assignment: bool(assignment["properties"][key].lower() == value)


def _is_below(assigned: str, scope: str) -> bool:
    return not assigned.startswith(_ABOVE_SUBSCRIPTIONS) and assigned != scope and is_at_or_below(assigned, scope)


def _principals(properties: dict[str, Any]) -> set[str]:
    if "principals" in properties:
        return {principal["id"].lower() for principal in properties["principals"]}
    return {properties["principalId"].lower()}


def _with_groups(estate: AzureEstate, principal: str) -> set[str]:
    """A principal and every group that holds it, directly or through another group."""
    principals = {principal}
    while True:
        holders = {
            group.lower()
            for group, members in estate.groups.items()
            if any(member.lower() in principals for member in members)
        }
        if holders <= principals:
            return principals
        principals |= holders
