"""Rules of network security groups, in Azure's own shape."""

from __future__ import annotations

from collections.abc import Sequence

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
