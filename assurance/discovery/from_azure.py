"""What Azure has of a deployment: its resource group's list, and the details of what is in it. Reader suffices."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assurance.discovery.found import Found, FoundResource, Values, gathered, objects_at, text_at
from assurance.discovery.shape import (
    API_MANAGEMENT,
    APP,
    ENDPOINT,
    FRONT_DOOR,
    GATEWAY,
    IDENTITY,
    JOB,
    NETWORK,
    kind_of,
)
from assurance.environment import Environment
from assurance.errors import NotEvaluated, UsageError
from assurance.estate.deployment.container_environment import API_VERSION as FRONT_DOOR_VERSION
from assurance.estate.deployment.gateways import ApiManagement
from assurance.estate.resources.resource import name_of, resource_group_of, subscription_of
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.azure import reader
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import SignInOnce
from assurance.world.azure.document import Document

# By type, the client, its group of operations, and what lists a resource group's; the plain list tells the rest.
LISTS = {
    NETWORK: ("network", "virtual_networks", "list"),
    "microsoft.network/networksecuritygroups": ("network", "network_security_groups", "list"),
    ENDPOINT: ("network", "private_endpoints", "list"),
    APP: ("container_apps", "container_apps", "list_by_resource_group"),
    "microsoft.app/managedenvironments": ("container_apps", "managed_environments", "list_by_resource_group"),
    JOB: ("container_apps", "jobs", "list_by_resource_group"),
    GATEWAY: ("network", "application_gateways", "list"),
    IDENTITY: ("managed_identity", "user_assigned_identities", "list_by_resource_group"),
    "microsoft.sql/servers": ("sql", "servers", "list_by_resource_group"),
    "microsoft.storage/storageaccounts": ("storage", "storage_accounts", "list_by_resource_group"),
    "microsoft.cognitiveservices/accounts": ("cognitive_services", "accounts", "list_by_resource_group"),
    "microsoft.keyvault/vaults": ("key_vault", "vaults", "list_by_resource_group"),
    "microsoft.insights/components": ("application_insights", "components", "list_by_resource_group"),
    "microsoft.operationalinsights/workspaces": ("log_analytics", "workspaces", "list_by_resource_group"),
}
PUBLIC_CLOUD = "https://management.azure.com"
NAMED = LISTS | {
    "microsoft.containerregistry/registries": ("registries", "registries", "list_by_resource_group"),
}


@dataclass(slots=True)
class _Search:
    """A search under way: what was found, and what could not be read."""

    clients: AzureClients
    subscription_id: str
    pieces: list[tuple[str, Values]]
    refusals: list[str]

    def ask(self, client: str, group: str, name: str, *arguments: object, place: str = "") -> tuple[Document, ...]:
        """Return a list and keep what is in it; one that Azure refuses is remembered, and is empty."""
        try:
            operation = self.clients.operation(client, group, name, subscription_of(place) or None)
            documents, _ = reader.list_all(operation, *arguments)
        except NotEvaluated as error:
            self.refusals.append(f"{group.replace('_', ' ')}: {error}")
            return ()
        for document in documents or ():
            self.pieces.append((document.id, document.values))
        return documents or ()

    def ask_at(self, path: str, version: str = FRONT_DOOR_VERSION) -> tuple[Document, ...]:
        """Return a list that no client asks for, by its path, and keep what is in it."""
        try:
            documents, _ = reader.list_all(self.clients.plain("list", path, version))
        except NotEvaluated as error:
            self.refusals.append(f"{path}: {error}")
            return ()
        self.pieces += [(document.id, document.values) for document in documents or ()]
        return documents or ()

    def found(self) -> dict[tuple[str, ...], FoundResource]:
        """Return what was found until now."""
        return gathered(self.pieces)


def read_azure(access: Environment) -> Found:
    """Return what Azure has in the resource group of an environment, and what that leads to elsewhere.

    Args:
        access: Says the subscription, the resource group, the cloud and how to sign in; nothing else of it is used.

    Raises:
        UsageError: Azure does not list the resource group.
    """
    with tempfile.TemporaryDirectory(prefix="apex-init-") as directory:
        header = TapeHeader(
            environment=access.name,
            subscription_id=access.subscription_id,
            resource_group=access.resource_group,
            source="LIVE",
            origin="init",
            vantage=(),
            started=utc_now(),
            run_id="init",
        )
        tape = Tape.create(Path(directory), header)
        salt = f"{access.subscription_id}/{access.name}"
        clients = AzureClients(access, tape, Redactor(salt=salt), SignInOnce(access))
        search = _Search(clients, access.subscription_id, [], [])
        group = access.resource_group
        listed = search.ask("resources", "resources", "list_by_resource_group", group)
        if not listed:
            why = search.refusals[0] if search.refusals else "it is empty, or there is no such group"
            raise UsageError(
                f"--resource-group {group}: nothing can be read there ({why}); check the subscription, the group, and "
                "that you have Reader on it"
            )
        _read_details(search, group)
        resources = search.found()
    host = access.cloud.resource_manager.removeprefix("https://")
    origin = f"what Azure ({host}) has in {group} on {header.started[:10]}"
    return Found(origin, access.subscription_id, group, resources, salt, tuple(search.refusals))


def _read_details(search: _Search, group: str) -> None:
    present = {resource.type for resource in search.found().values()}
    for kind, (client, operations, name) in LISTS.items():
        if kind in present:
            search.ask(client, operations, name, group)
    _read_elsewhere(search)
    for endpoint in [resource for resource in search.found().values() if resource.type == ENDPOINT]:
        place = endpoint.id
        search.ask("network", "private_dns_zone_groups", "list", endpoint.name, endpoint.group, place=place)
    for server in [resource for resource in search.found().values() if resource.type == "microsoft.sql/servers"]:
        _read_databases(search, server)
    for identity in [resource for resource in search.found().values() if resource.type == IDENTITY]:
        _read_assignments(search, identity)
    place = f"/subscriptions/{search.subscription_id}/resourceGroups/{group}/providers"
    if API_MANAGEMENT in present:
        search.ask_at(f"{place}/Microsoft.ApiManagement/service", ApiManagement.API_VERSION)
    if FRONT_DOOR in present:
        search.ask_at(f"{place}/Microsoft.Cdn/profiles")
    for profile in [resource for resource in search.found().values() if resource.type == FRONT_DOOR]:
        for origins in search.ask_at(f"{profile.id}/originGroups"):
            search.ask_at(f"{origins.id}/origins")
    search.ask("registries", "registries", "list")
    _read_plans(search, search.subscription_id)


def _read_elsewhere(search: _Search) -> None:
    """Read what the group leads to in other groups: the services behind its endpoints, the network of its subnet."""
    resources = search.found()
    wanted: dict[tuple[str, str], str] = {}
    for place in _places(resources):
        known = gathered([(place, {})])
        known_resource = next(iter(known.values()), None)
        if known_resource is not None and known_resource.type in NAMED and not any(key in resources for key in known):
            wanted[(known_resource.type, f"{subscription_of(place)}/{resource_group_of(place)}".casefold())] = place
    for (kind, _), place in wanted.items():
        client, operations, name = NAMED[kind]
        search.ask(client, operations, name, resource_group_of(place), place=place)


def _places(found: dict[tuple[str, ...], FoundResource]) -> Iterator[str]:
    for resource in found.values():
        if resource.type == ENDPOINT:
            for connection in objects_at(resource.values, "properties", "privateLinkServiceConnections"):
                yield text_at(connection, "properties", "privateLinkServiceId")
            yield resource.text("properties", "subnet", "id").rpartition("/subnets/")[0]
        elif resource.type == APP:
            identity = resource.values.get("identity")
            held = identity.get("userAssignedIdentities") if isinstance(identity, dict) else None
            yield from held if isinstance(held, dict) else ()
            yield resource.text("properties", "managedEnvironmentId")
        elif resource.type == "microsoft.app/managedenvironments":
            subnet = resource.text("properties", "vnetConfiguration", "infrastructureSubnetId")
            yield subnet.rpartition("/subnets/")[0]
        elif resource.type == "microsoft.insights/components":
            yield resource.text("properties", "WorkspaceResourceId")
        elif resource.type == NETWORK:
            for within in objects_at(resource.values, "properties", "subnets"):
                yield text_at(within, "properties", "networkSecurityGroup", "id")


def _read_databases(search: _Search, server: FoundResource) -> None:
    kind = kind_of(server)
    if kind is None:
        return
    databases = search.ask("sql", "databases", "list_by_server", server.group, server.name, place=server.id)
    names = sorted(database.name for database in databases if database.name != "master")
    if names:  # the application's own; the others are copies, called after it
        where = (server.group, server.name, names[0])
        search.ask("sql", "long_term_retention_policies", "list_by_database", *where, place=server.id)


def _read_assignments(search: _Search, identity: FoundResource) -> None:
    principal = identity.text("properties", "principalId")
    if not principal:
        return
    try:
        operation = search.clients.management("authorization").role_assignments.list_for_subscription
        documents, _ = reader.list_all(operation, filter=f"assignedTo('{principal}')")
    except NotEvaluated as error:
        search.refusals.append(f"what {name_of(identity.id)} holds: {error}")
        return
    search.pieces += [(document.id, document.values) for document in documents or ()]


def _read_plans(search: _Search, subscription: str) -> None:
    try:
        document, _ = reader.get(search.clients.management("security").pricings.list, f"subscriptions/{subscription}")
    except NotEvaluated as error:
        search.refusals.append(f"plans of Defender: {error}")
        return
    search.pieces += [(item.id, item.values) for item in (document.items("value") if document is not None else ())]


def public_access() -> Environment:
    """Return how Azure's public cloud is asked by whoever is signed in; all else in it is only there to be valid."""
    nobody = "00000000-0000-0000-0000-000000000000"
    endpoint = {"name": "none", "subnet": "none", "group_id": "none", "zone": "none"}
    service = {"kind": "key_vault", "name": "none", "fqdn": "none", "private_endpoint": endpoint}
    subnet = {"name": "none", "prefix": "10.0.0.0/24", "network_security_group": "none"}
    return Environment.model_validate(
        {
            "name": "none",
            "tenant_id": nobody,
            "subscription_id": nobody,
            "resource_group": "none",
            "location": "none",
            "vantage": ["outside"],
            "cloud": {"resource_manager": PUBLIC_CLOUD, "authority": "https://login.microsoftonline.com"},
            "credential": {"kind": "default"},
            "virtual_network": {"name": "none", "address_space": ["10.0.0.0/24"], "subnets": [subnet]},
            "network_security_groups": [{"name": "none", "deny_all": ["Inbound"]}],
            "services": {"none": service},
            "container_apps": {"environment": "none", "app": "none", "subnet": "none", "workload_profiles": True},
            "identity": {"name": "none", "roles": [{"role": "none", "service": "none"}]},
            "defender": {"plans": ["none"], "secure_score_floor": 0},
        }
    )
