"""The platform services: each behind a private endpoint, as the guide demands, whatever was found."""

from __future__ import annotations

from urllib.parse import urlsplit

from assurance.discovery.draft import Draft, Table
from assurance.discovery.found import at, text_at
from assurance.discovery.shape import FoundEndpoint, FoundService, Shape
from assurance.estate.resources.resource import name_of, resource_group_of, subscription_of

DATABASES = "microsoft.sql/servers/databases"
NO_ENDPOINT = "what its private endpoint is called: none was found, and the guide demands one"


def propose_services(draft: Draft, shape: Shape) -> None:
    """Add a table for each service."""
    for service in shape.services:
        _propose(draft, shape, service)
    if not shape.services:
        _service_to_be_named(draft, shape)


def _propose(draft: Draft, shape: Shape, service: FoundService) -> None:
    resource, kind = service.resource, service.kind
    table = draft.table(f"services.{service.key}", remarks=_findings(service))
    table.add("kind", kind.kind, f"found: {resource.type}")
    table.add("name", resource.name, "found")
    if not shape.found.is_here(resource):
        table.add("resource_group", resource.group, "found")
    if resource.subscription.casefold() != shape.found.subscription_id.casefold():
        table.add("subscription", resource.subscription, "found")
    if kind.kind == "sql" and (database := _database(shape, service)):
        table.add("database", database, "found")
    endpoint = next(iter(service.endpoints), None)
    group_id = endpoint.group_id if endpoint is not None and endpoint.group_id else kind.first_sub_resource
    table.add("fqdn", host_of(service, group_id), "found" if kind.host else "name and kind")
    if kind.port != 443:
        table.add("port", kind.port, "kind")
    if not kind.tls:
        table.add("tls", False, "kind: TLS begins inside the service's own protocol")
    _propose_endpoint(draft, shape, service, endpoint, table)
    for further in _further(service):
        added = _propose_endpoint(draft, shape, service, further, table)
        added.add("fqdn", host_of(service, further.group_id), "name and kind")


def _further(service: FoundService) -> list[FoundEndpoint]:
    """Return the endpoints of a service beside its first: one for each further sub-resource."""
    first = {endpoint.group_id.casefold(): endpoint for endpoint in reversed(service.endpoints)}
    return [
        endpoint
        for endpoint in service.endpoints[1:]
        if endpoint in first.values() and endpoint is not service.endpoints[0]
    ]


def _findings(service: FoundService) -> list[str]:
    findings = [
        f"found beside it, and not judged: private endpoint {endpoint.resource.name} ({endpoint.group_id})"
        for endpoint in service.endpoints[1:]
        if endpoint not in _further(service)
    ]
    access = service.resource.text("properties", "publicNetworkAccess")
    if access and access.casefold() != "disabled":
        findings.append(f"guide: publicNetworkAccess is Disabled; FOUND: {access}")
    return findings


def _database(shape: Shape, service: FoundService) -> str:
    names = [
        database.name for database in shape.found.below(service.resource.id, DATABASES) if database.name != "master"
    ]
    # A copy that was made before a migration is called after its database.
    return next((name for name in names if not any(name != two and name.startswith(two) for two in names)), "")


def host_of(service: FoundService, group_id: str) -> str:
    """Return the host name of a service, by what it tells itself, else by its name."""
    address = service.resource.text(*service.kind.host) if service.kind.host else ""
    host = (urlsplit(address).hostname or "") if "//" in address else address
    return host or f"{service.resource.name}.{service.kind.suffix(group_id)}"


def _propose_endpoint(
    draft: Draft, shape: Shape, service: FoundService, endpoint: FoundEndpoint | None, above: Table
) -> Table:
    is_further = endpoint is not None and endpoint is not service.endpoints[0]
    name = "further_endpoints" if is_further else "private_endpoint"
    table = draft.table(f"{above.name}.{name}", is_one_of_many=is_further)
    if endpoint is None:
        group_id = service.kind.first_sub_resource
        table.add("name", f"pe-{service.resource.name}", "", NO_ENDPOINT)
        table.add("subnet", _endpoint_subnet(shape), "default")
        table.add("group_id", group_id, "kind")
        table.add("zone", service.kind.zone(group_id), "kind")
        return table
    home = shape.found
    table.add("name", endpoint.resource.name, "found")
    if not home.is_here(endpoint.resource):
        table.add("resource_group", endpoint.resource.group, "found")
    if endpoint.resource.subscription.casefold() != home.subscription_id.casefold():
        table.add("subscription", endpoint.resource.subscription, "found")
    subnet, network = name_of(endpoint.subnet_id), shape.network_of(endpoint.subnet_id)
    if network:
        table.add("network", network, "found")
    table.add("subnet", subnet if network or subnet in _subnets(shape) else _endpoint_subnet(shape), "found")
    group_id = endpoint.group_id or service.kind.first_sub_resource
    table.add("group_id", group_id, "found")
    zone = service.kind.zone(group_id)
    zone_id = next((zone_id for zone_id in endpoint.zone_ids if name_of(zone_id).casefold() == zone.casefold()), "")
    zone_id = zone_id or next(iter(endpoint.zone_ids), "")
    table.add("zone", name_of(zone_id) or zone, "found" if zone_id else "kind; no zone group was found")
    if zone_id and resource_group_of(zone_id).casefold() != home.resource_group.casefold():
        table.add("zone_resource_group", resource_group_of(zone_id), "found")
    if zone_id and subscription_of(zone_id).casefold() != home.subscription_id.casefold():
        table.add("zone_subscription", subscription_of(zone_id), "found")
    others = [other for other in endpoint.zone_ids if other != zone_id]
    if others:
        table.add(
            "names",
            [_further_name(shape, service, zone) for zone in others],
            "found: its other zones",
        )
    return table


def _further_name(shape: Shape, service: FoundService, zone_id: str) -> dict[str, str]:
    """Return a further host name of an endpoint, made of its zone: the public zone is the private one's rest."""
    zone = name_of(zone_id)
    name = {"fqdn": f"{service.resource.name}.{zone.removeprefix('privatelink.')}", "zone": zone}
    if resource_group_of(zone_id).casefold() != shape.found.resource_group.casefold():
        name["zone_resource_group"] = resource_group_of(zone_id)
    if subscription_of(zone_id).casefold() != shape.found.subscription_id.casefold():
        name["zone_subscription"] = subscription_of(zone_id)
    return name


def _subnets(shape: Shape) -> list[str]:
    network = next(iter(shape.networks), None)
    if network is None:
        return ["snet-privateendpoints", "snet-containerapps"]
    return [text_at(subnet, "name") for subnet in shape.subnets(network)]


def _endpoint_subnet(shape: Shape) -> str:
    network = next(iter(shape.networks), None)
    held = (
        [text_at(subnet, "name") for subnet in shape.subnets(network) if shape.holds_endpoints(subnet)]
        if network
        else []
    )
    return next(iter([*held, *reversed(_subnets(shape))]), "snet-privateendpoints")


def _service_to_be_named(draft: Draft, shape: Shape) -> None:
    table = draft.table("services.key_vault")
    table.add("kind", "key_vault", "default")
    table.add("name", "kv-apex", "", "what the key vault is called: no platform service was found")
    table.add("fqdn", "kv-apex.vault.azure.net", "default")
    endpoint = draft.table("services.key_vault.private_endpoint")
    endpoint.add("name", "pe-kv-apex", "", NO_ENDPOINT)
    endpoint.add("subnet", _endpoint_subnet(shape), "default")
    endpoint.add("group_id", "vault", "kind")
    endpoint.add("zone", "privatelink.vaultcore.azure.net", "kind")


def sku_of(shape: Shape, service: FoundService) -> str:
    """Return a service's SKU, of a SQL server its database's service objective; empty where it does not tell."""
    if service.kind.kind == "sql":
        name = _database(shape, service)
        database = next(
            (database for database in shape.found.below(service.resource.id, DATABASES) if database.name == name), None
        )
        objective = database.text("properties", "currentServiceObjectiveName") if database is not None else ""
        return objective or (database.text("sku", "name") if database is not None else "")
    sku = at(service.resource.values, *service.kind.sku) if service.kind.sku else None
    return sku if isinstance(sku, str) else ""
