"""Role and deny assignments, role definitions and security rules, in Azure's own shapes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from falsification.azure.changes import adds
from falsification.azure.world import Change

PRINCIPAL = "7b1f9c52-8d34-4e0a-9a6e-52c1d3f0a711"
CLIENT = "c4d2a8e6-15b7-4f93-8e21-0f6ab97d3c58"
SUBSCRIPTION = "/subscriptions/{subscription_id}"
DEFINITIONS = "providers/Microsoft.Authorization/roleDefinitions"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
ROLES_ADMINISTRATOR = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CUSTOM = "0b6f3c9e-1d24-4a58-9c77-5e2f8a1d6b30"


def grants(
    role: str, scope: str, *, principal: str = PRINCIPAL, kind: str = "ServicePrincipal", condition: str | None = None
) -> Change:
    """Return the change that assigns a role."""
    name = uuid5(NAMESPACE_URL, f"{role}{scope}{principal}")
    definition = role if "/" in role else f"{SUBSCRIPTION}/{DEFINITIONS}/{role}"
    properties = {
        "roleDefinitionId": definition,
        "principalId": principal,
        "principalType": kind,
        "scope": scope,
        "condition": condition,
    }
    return adds({"id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}", "properties": properties})


def denies(
    scope: str,
    *,
    actions: tuple[str, ...] = (),
    data: tuple[str, ...] = (),
    principal: str = PRINCIPAL,
    kind: str = "ServicePrincipal",
    **other: object,
) -> Change:
    """Return the change that adds a deny assignment."""
    name = uuid5(NAMESPACE_URL, f"{scope}{actions}{data}")
    taken = {"actions": list(actions), "notActions": [], "dataActions": list(data), "notDataActions": []}
    properties = {
        "denyAssignmentName": "Planted", "permissions": [taken], "scope": scope, "doNotApplyToChildScopes": False,
        "principals": [{"id": principal, "type": kind}], "excludePrincipals": [], **other,
    }  # fmt: skip
    return adds({"id": f"{scope}/providers/Microsoft.Authorization/denyAssignments/{name}", "properties": properties})


def defines(
    role: str,
    *,
    actions: tuple[str, ...] = (),
    data: tuple[str, ...] = (),
    not_actions: tuple[str, ...] = (),
    not_data: tuple[str, ...] = (),
) -> Change:
    """Return the change that adds a custom role, or gives a role of that GUID another definition."""
    permission = {
        "actions": list(actions),
        "notActions": list(not_actions),
        "dataActions": list(data),
        "notDataActions": list(not_data),
    }
    properties = {
        "roleName": "Planted",
        "type": "CustomRole",
        "assignableScopes": [SUBSCRIPTION],
        "permissions": [permission],
    }
    return adds({"id": f"{SUBSCRIPTION}/{DEFINITIONS}/{role}", "name": role, "properties": properties})


APPS_GROUP = "networkSecurityGroups/nsg-containerapps-{environment}"
ENDPOINTS_GROUP = "networkSecurityGroups/nsg-privateendpoints-{environment}"
RULES = "properties.securityRules"


def rule(
    name: str,
    priority: int,
    direction: str,
    access: str,
    *,
    protocol: str = "Tcp",
    source: str | list[str] = "*",
    destination: str = "*",
    port: str = "",
    ports: Sequence[str] = (),
    **other: object,
) -> dict[str, object]:
    """Return a rule.

    Args:
        name: Its name.
        priority: 100 to 4096.
        direction: `Inbound` or `Outbound`.
        access: `Allow` or `Deny`.
        protocol: The protocol.
        source: A prefix or tag; a list goes into the plural field, an empty text into none.
        destination: A prefix or tag.
        port: The destination port of the singular field; empty for none.
        ports: Those of the plural field.
        other: Further fields, and fields to be overwritten.
    """
    singular = {"sourceAddressPrefix": source} if isinstance(source, str) and source else {}
    properties: dict[str, object] = {
        "provisioningState": "Succeeded",
        "protocol": protocol,
        "sourcePortRange": "*",
        **({"destinationPortRange": port} if port else {}),
        **singular,
        "destinationAddressPrefix": destination,
        "access": access,
        "priority": priority,
        "direction": direction,
        "sourcePortRanges": [],
        "destinationPortRanges": list(ports),
        "sourceAddressPrefixes": source if isinstance(source, list) else [],
        "destinationAddressPrefixes": [],
        **other,
    }
    return {"name": name, "type": "Microsoft.Network/networkSecurityGroups/securityRules", "properties": properties}


def allow(
    name: str,
    priority: int,
    source: str | list[str],
    *,
    port: str = "443",
    ports: Sequence[str] = (),
    **other: object,
) -> dict[str, object]:
    """Return a rule that lets a source in, to the endpoints' subnet if nothing else is said."""
    return _inbound(
        name, priority, "Allow", source, "" if ports else port, ports, {"destination": "10.0.2.0/24", **other}
    )


def deny(name: str, priority: int, source: str | list[str], *, port: str = "*", **other: object) -> dict[str, object]:
    """Return a rule that keeps a source out."""
    return _inbound(name, priority, "Deny", source, port, (), {"destination": "*", **other})


def _inbound(
    name: str,
    priority: int,
    access: str,
    source: str | list[str],
    port: str,
    ports: Sequence[str],
    other: dict[str, object],
) -> dict[str, object]:
    destination, protocol = str(other.pop("destination")), str(other.pop("protocol", "Tcp"))
    made = rule(
        name,
        priority,
        "Inbound",
        access,
        protocol=protocol,
        source=source,
        destination=destination,
        port=port,
        ports=ports,
    )
    properties = made["properties"]
    assert isinstance(properties, dict)
    properties.update(other)
    return made
