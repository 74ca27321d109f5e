"""The network as the guide wants it: subnets as they are, and of traffic what the guide permits and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assurance.discovery.draft import Draft, Table
from assurance.discovery.found import FoundResource, Values, at, objects_at, text_at
from assurance.discovery.shape import SECURITY_GROUP, Shape
from assurance.environment.network import WITHOUT_GROUP
from assurance.estate.resources.resource import name_of, same_id

GUIDE_FLOWS = "guide: deny all but the application to its endpoints, and Azure's own services"
NONE_FOUND = "none was found, and the guide demands one"
POLICIES = frozenset({"Disabled", "Enabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"})
UNKNOWN_PREFIX = "10.0.0.0/16"


@dataclass(frozen=True, slots=True)
class _Subnet:
    """A subnet, and what it is for; its group is empty where Azure allows none."""

    name: str
    prefix: str
    group: str
    is_the_applications: bool
    holds_endpoints: bool


def propose_network(draft: Draft, shape: Shape) -> None:
    """Add `[virtual_network]` with its subnets, and the security groups."""
    network = next(iter(shape.networks), None)
    if network is None:
        _network_to_be_named(draft)
        return
    table = draft.table("virtual_network", remarks=_others(shape))
    table.add("name", network.name, f"found: {network.label}")
    if not shape.found.is_here(network):
        table.add("resource_group", network.group, "found")
    spaces = at(network.values, "properties", "addressSpace", "addressPrefixes")
    table.add("address_space", spaces if isinstance(spaces, list) and spaces else [UNKNOWN_PREFIX], "found")
    subnets = [_propose_subnet(draft, shape, subnet) for subnet in shape.subnets(network)]
    for group in dict.fromkeys(subnet.group for subnet in subnets if subnet.group):
        _propose_group(draft, shape, group, [subnet for subnet in subnets if subnet.group == group], subnets)


def _others(shape: Shape) -> list[str]:
    return [f"found beside it, and not judged: virtual network {one.name} ({one.id})" for one in shape.networks[1:]]


def _network_to_be_named(draft: Draft) -> None:
    table = draft.table("virtual_network")
    table.add("name", "vnet-apex", "", f"what the virtual network is called: {NONE_FOUND}")
    table.add("address_space", [UNKNOWN_PREFIX], "default")
    for name, prefix in (("snet-containerapps", "10.0.0.0/23"), ("snet-privateendpoints", "10.0.2.0/24")):
        subnet = draft.table("virtual_network.subnets", is_one_of_many=True)
        subnet.add("name", name, "default")
        subnet.add("prefix", prefix, "default")
        subnet.add("network_security_group", "nsg-apex", "default")
    group = draft.table("network_security_groups", is_one_of_many=True)
    group.add("name", "nsg-apex", "default")
    group.add("deny_all", ["Inbound"], GUIDE_FLOWS)
    _flow(draft, "required", "app-to-endpoints", "Inbound", "Tcp", "10.0.0.0/23", "10.0.2.0/24", ["443"])


def _propose_subnet(draft: Draft, shape: Shape, subnet: Values) -> _Subnet:
    table = draft.table("virtual_network.subnets", is_one_of_many=True)
    name, prefix = text_at(subnet, "name"), text_at(subnet, "properties", "addressPrefix")
    prefixes = at(subnet, "properties", "addressPrefixes")
    prefix = prefix or (str(prefixes[0]) if isinstance(prefixes, list) and prefixes else UNKNOWN_PREFIX)
    table.add("name", name, "found")
    table.add("prefix", prefix, "found")
    delegations = objects_at(subnet, "properties", "delegations")
    service = text_at(delegations[0], "properties", "serviceName") if delegations else ""
    if service:
        table.add("delegation", service, "found")
    holds = shape.holds_endpoints(subnet)
    policies = text_at(subnet, "properties", "privateEndpointNetworkPolicies")
    if holds:
        # The guide's network has them disabled; others are stricter, and no less right.
        table.add("private_endpoint_network_policies", policies if policies in POLICIES else "Disabled", "found")
    group_id = text_at(subnet, "properties", "networkSecurityGroup", "id")
    if not group_id and name.casefold() in WITHOUT_GROUP:
        return _Subnet(name, prefix, "", False, False)
    group = name_of(group_id) if group_id else f"nsg-{name}"
    asks = "" if group_id else f"which security group this subnet has: {NONE_FOUND}"
    table.add("network_security_group", group, "found" if group_id else "", asks)
    return _Subnet(name, prefix, group, same_id(text_at(subnet, "id"), shape.app_subnet_id), holds)


def _propose_group(draft: Draft, shape: Shape, name: str, mine: list[_Subnet], subnets: list[_Subnet]) -> None:
    app = [subnet for subnet in subnets if subnet.is_the_applications]
    endpoints = [subnet for subnet in subnets if subnet.holds_endpoints]
    out, into = any(one in app for one in mine), any(one in endpoints for one in mine)
    found = next((one for one in shape.found.of_type(SECURITY_GROUP) if one.name.casefold() == name.casefold()), None)
    table = draft.table("network_security_groups", is_one_of_many=True, remarks=_open(found))
    table.add("name", name, f"found: {found.label}" if found is not None else "")
    if found is not None and not shape.found.is_here(found):
        table.add("resource_group", found.group, "found")
    directions = [way for way, wanted in (("Outbound", out), ("Inbound", into)) if wanted] or ["Inbound"]
    table.add("deny_all", directions, GUIDE_FLOWS)
    ports = sorted({service.kind.port for service in shape.services} or {443})
    listed = [str(port) for port in ports]
    pairs = [(one.prefix, other.prefix) for one in app for other in endpoints]
    for number, (source, destination) in enumerate(pairs):
        last = f"-{number + 1}" if number else ""
        if out:
            _flow(draft, "permitted", f"endpoints{last}", "Outbound", "*", source, destination, ["*"])
        if into:
            _flow(draft, "permitted", f"app{last}", "Inbound", "*", source, destination, ["*"])
    if out:
        _flow(draft, "permitted", "azure-cloud", "Outbound", "Tcp", "*", "AzureCloud", ["80", "443"])
    for number, (source, destination) in enumerate(pairs):
        last = f"-{number + 1}" if number else ""
        for way, wanted in (("Outbound", out), ("Inbound", into)):
            if wanted:
                name = "app-to-endpoints" if not (out and into) else f"app-to-endpoints-{way.casefold()}"
                _flow(draft, "required", f"{name}{last}", way, "Tcp", source, destination, listed)


def _flow(
    draft: Draft, which: str, name: str, way: str, protocol: str, source: str, destination: str, ports: list[str]
) -> None:
    table: Table = draft.table(f"network_security_groups.{which}_flows", is_one_of_many=True)
    table.add("name", name, "guide")
    table.add("direction", way)
    table.add("protocol", protocol)
    table.add("source", source)
    table.add("destination", destination)
    table.add("ports", ports)


def _open(group: FoundResource | None) -> list[str]:
    """Tell which rules were found that let traffic through: what is found open is not thereby permitted."""
    rules = list(_allowing(group)) if group is not None else []
    if not rules:
        return []
    told = [f"found open (add what is meant to the permitted flows; what they do not cover fails): {rules[0]}"]
    return [*told, *(f"  and {rule}" for rule in rules[1:])]


def _allowing(group: FoundResource) -> Iterator[str]:
    for rule in objects_at(group.values, "properties", "securityRules"):
        told = rule.get("properties")
        if text_at(told, "access").casefold() == "allow":
            ends = (_end(told, "sourceAddress"), _end(told, "destinationAddress"))
            ports = _end(told, "destinationPort", "Range", "Ranges")
            way, protocol = text_at(told, "direction"), text_at(told, "protocol")
            yield f"{text_at(rule, 'name')}, {way} {protocol} {ends[0]} to {ends[1]}, ports {ports}"


def _end(rule: object, key: str, one: str = "Prefix", many: str = "Prefixes") -> str:
    single, several = text_at(rule, f"{key}{one}"), at(rule, f"{key}{many}")
    values = [single] if single else [str(value) for value in several] if isinstance(several, list) else []
    return ", ".join(values) or "an application security group"
