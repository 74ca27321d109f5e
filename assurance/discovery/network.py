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
PEERING = {
    "forwarded_traffic": "allowForwardedTraffic",
    "gateway_transit": "allowGatewayTransit",
    "remote_gateways": "useRemoteGateways",
}
# What Azure itself needs in the subnet of a gateway (Microsoft Learn: "Application Gateway infrastructure
# configuration", "Virtual network configuration reference: API Management").
AZURES_OWN = {
    "application_gateway": ("manager", "GatewayManager", "65200-65535"),
    "api_management": ("management", "ApiManagement", "3443"),
}
PROBES = "AzureLoadBalancer"


@dataclass(frozen=True, slots=True)
class _Subnet:
    """A subnet, and what it is for; its group is empty where Azure allows none, its gateway where there is none."""

    name: str
    prefix: str
    group: str
    runs_workloads: bool
    holds_endpoints: bool
    gateway: str = ""


def propose_network(draft: Draft, shape: Shape) -> None:
    """Add `[virtual_network]` with its subnets, and the security groups."""
    network = next(iter(shape.networks), None)
    if network is None:
        _network_to_be_named(draft)
        return
    subnets: list[_Subnet] = []
    for found_network in shape.networks:
        header = "virtual_network" if found_network is network else "further_networks"
        table = draft.table(header, is_one_of_many=found_network is not network)
        table.add("name", found_network.name, f"found: {found_network.label}")
        if not shape.found.is_here(found_network):
            table.add("resource_group", found_network.group, "found")
        spaces = at(found_network.values, "properties", "addressSpace", "addressPrefixes")
        table.add("address_space", spaces if isinstance(spaces, list) and spaces else [UNKNOWN_PREFIX], "found")
        if peerings := [
            _peering(each) for each in objects_at(found_network.values, "properties", "virtualNetworkPeerings")
        ]:
            table.add("peerings", peerings, "found: take away what is not meant")
        subnets += [_propose_subnet(draft, shape, header, each) for each in shape.subnets(found_network)]
    for group in dict.fromkeys(subnet.group for subnet in subnets if subnet.group):
        _propose_group(draft, shape, group, [subnet for subnet in subnets if subnet.group == group], subnets)


def _peering(peering: Values) -> dict[str, str | bool]:
    """Return a peering as the file declares it: what it may do beyond the networks' own traffic, only where it may."""
    settings: dict[str, str | bool] = {"name": text_at(peering, "name")}
    settings["network"] = text_at(peering, "properties", "remoteVirtualNetwork", "id")
    settings |= {key: True for key, theirs in PEERING.items() if at(peering, "properties", theirs) is True}
    return settings


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


def _propose_subnet(draft: Draft, shape: Shape, network: str, subnet: Values) -> _Subnet:
    table = draft.table(f"{network}.subnets", is_one_of_many=True)
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
    gateway = next((key for key, _, place in shape.gateways if same_id(text_at(subnet, "id"), place)), "")
    return _Subnet(name, prefix, group, shape.runs_workloads(subnet), holds, gateway)


def _propose_group(draft: Draft, shape: Shape, name: str, mine: list[_Subnet], subnets: list[_Subnet]) -> None:
    app = [subnet for subnet in subnets if subnet.runs_workloads]
    endpoints = [subnet for subnet in subnets if subnet.holds_endpoints]
    gateways = [subnet for subnet in subnets if subnet.gateway]
    out, into = any(subnet in app for subnet in mine), any(subnet in endpoints for subnet in mine)
    # Gateways stand in the application's own network, whose environment is the first of the subnets that run any.
    reached = [subnet for subnet in app[:1] if gateways and subnet in mine]
    group = next(
        (group for group in shape.found.of_type(SECURITY_GROUP) if group.name.casefold() == name.casefold()), None
    )
    table = draft.table("network_security_groups", is_one_of_many=True, remarks=_open(group))
    table.add("name", name, f"found: {group.label}" if group is not None else "")
    if group is not None and not shape.found.is_here(group):
        table.add("resource_group", group.group, "found")
    ways = (("Outbound", out), ("Inbound", into or bool(reached)))
    directions = [way for way, wanted in ways if wanted] or ["Inbound"]
    table.add("deny_all", directions, GUIDE_FLOWS)
    ports = sorted({service.kind.port for service in shape.services} or {443})
    listed = [str(port) for port in ports]
    pairs = [(first, other) for first in app for other in endpoints]
    mine_out = [(first.prefix, other.prefix) for first, other in pairs if first in mine]
    mine_in = [(first.prefix, other.prefix) for first, other in pairs if other in mine]
    for number, (source, destination) in enumerate(mine_out):
        _flow(draft, "permitted", f"endpoints{_last(number)}", "Outbound", "*", source, destination, ["*"])
    for number, (source, destination) in enumerate(mine_in):
        _flow(draft, "permitted", f"app{_last(number)}", "Inbound", "*", source, destination, ["*"])
    if out:
        _flow(draft, "permitted", "azure-cloud", "Outbound", "Tcp", "*", "AzureCloud", ["80", "443"])
    for way, wanted in (("Outbound", mine_out), ("Inbound", mine_in)):
        for number, (source, destination) in enumerate(wanted):
            called = "app-to-endpoints" if not (out and into) else f"app-to-endpoints-{way.casefold()}"
            _flow(draft, "required", f"{called}{_last(number)}", way, "Tcp", source, destination, listed)
    _propose_ways_in(draft, reached, [subnet for subnet in mine if subnet.gateway], gateways)


def _propose_ways_in(draft: Draft, reached: list[_Subnet], own: list[_Subnet], gateways: list[_Subnet]) -> None:
    """Add the flows from gateways to the application, and those to gateways: Azure's own, and their callers'."""
    for app in reached:
        for subnet in gateways:
            _flow(draft, "permitted", subnet.gateway, "Inbound", "Tcp", subnet.prefix, app.prefix, ["443"])
        _flow(draft, "permitted", "probes", "Inbound", "*", PROBES, "*", ["*"])
    for subnet in own:
        name, tag, port = AZURES_OWN[subnet.gateway]
        _flow(draft, "permitted", name, "Inbound", "Tcp", tag, "*", [port])
        _flow(draft, "permitted", f"{name}-probes", "Inbound", "*", PROBES, "*", ["*"])
        before = [other.prefix for other in gateways if other.gateway == "application_gateway" != subnet.gateway]
        source = before[0] if before else "Internet"
        _flow(draft, "permitted", "callers", "Inbound", "Tcp", source, subnet.prefix, ["443"])


def _last(number: int) -> str:
    return f"-{number + 1}" if number else ""


def _flow(
    draft: Draft, which: str, name: str, way: str, protocol: str, source: str, destination: str, ports: list[str]
) -> None:
    table: Table = draft.table(f"network_security_groups.{which}_flows", is_one_of_many=True)
    values = {"name": name, "direction": way, "protocol": protocol, "source": source, "destination": destination}
    for key, value in values.items():
        table.add(key, value, "guide")
    table.add("ports", ports, "guide")


def _open(group: FoundResource | None) -> list[str]:
    """Tell which rules were found that let traffic through: what is found open is not thereby permitted."""
    rules = list(_allowing(group)) if group is not None else []
    if not rules:
        return []
    findings = [f"found open (add what is meant to the permitted flows; what they do not cover fails): {rules[0]}"]
    return [*findings, *(f"  and {rule}" for rule in rules[1:])]


def _allowing(group: FoundResource) -> Iterator[str]:
    for rule in objects_at(group.values, "properties", "securityRules"):
        properties = rule.get("properties")
        if text_at(properties, "access").casefold() == "allow":
            ends = (_end(properties, "sourceAddress"), _end(properties, "destinationAddress"))
            ports = _end(properties, "destinationPort", "Range", "Ranges")
            way, protocol = text_at(properties, "direction"), text_at(properties, "protocol")
            yield f"{text_at(rule, 'name')}, {way} {protocol} {ends[0]} to {ends[1]}, ports {ports}"


def _end(rule: object, key: str, one: str = "Prefix", many: str = "Prefixes") -> str:
    single, several = text_at(rule, f"{key}{one}"), at(rule, f"{key}{many}")
    values = [single] if single else [str(value) for value in several] if isinstance(several, list) else []
    return ", ".join(values) or "an application security group"
