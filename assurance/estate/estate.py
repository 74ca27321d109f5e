"""The estate: the typed view of all readings, obtained as it is asked for, each thing once."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from assurance.azure import reader
from assurance.azure.clients import AzureClients
from assurance.azure.document import Document
from assurance.environment import Environment
from assurance.environment.base import Vantage
from assurance.environment.model import DeclaredContainerApps, DeclaredService, ServiceKind
from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.container_apps import ContainerApp, ContainerEnvironment
from assurance.estate.defender import Alerts, DefenderPlans, SecureScore
from assurance.estate.flows import InsideFlow, OutsideFlow
from assurance.estate.identity import Access, ManagedIdentity
from assurance.estate.ids import DeclaredIds
from assurance.estate.network import NetworkSecurityGroup, VirtualNetwork
from assurance.estate.once import Once
from assurance.estate.private_link import PrivateDnsZone, PrivateEndpoint
from assurance.estate.resource import answer_for, listed_within, name_of, only, resource_group_of
from assurance.estate.services import PROVIDERS, PlatformService, PublicAddresses, ServicesOfKind
from assurance.estate.vault import VaultSecrets
from assurance.probes.dialer import Connection, Dialer
from assurance.probes.resolver import Resolution, Resolver

WAYS = {
    "inside": "from a machine or a Container Apps job in the virtual network",
    "outside": "from a machine outside the virtual network",
}

Documents = tuple[tuple[Document, ...], tuple[str, ...]]
Children = tuple[tuple[Document, ...] | None, tuple[str, ...]]


class Estate(DeclaredIds):
    """What Azure, DNS and the network say of one environment.

    Every method returns a frozen view and remembers it. Raises NotEvaluated where the world did not say.
    """

    def __init__(
        self,
        environment: Environment,
        clients: AzureClients,
        resolvers: Mapping[Vantage, Resolver],
        dialers: Mapping[Vantage, Dialer],
        vantage: tuple[Vantage, ...],
    ) -> None:
        super().__init__(environment)
        self.vantage = vantage
        self._clients = clients
        self._resolvers = resolvers
        self._dialers = dialers
        self._once = Once()

    def virtual_network(self) -> VirtualNetwork:
        """Return the virtual network with its subnets."""
        network_id = self.virtual_network_id()
        operation = self._operation("network", "virtual_networks", "get")
        return self._once.of(
            "virtual network",
            lambda: VirtualNetwork(
                network_id, *reader.get(operation(), resource_group_of(network_id), name_of(network_id))
            ),
        )

    def network_security_group(self, name: str) -> NetworkSecurityGroup:
        """Return a declared network security group."""
        group_id = self.network_security_group_id(name)
        operation = self._operation("network", "network_security_groups", "get")
        space = self.environment.virtual_network.address_space
        return self._once.of(
            ("network security group", name),
            lambda: NetworkSecurityGroup(group_id, *reader.get(operation(), resource_group_of(group_id), name), space),
        )

    def private_endpoint(self, service: str) -> PrivateEndpoint:
        """Return the private endpoint of a service, with its addresses and its DNS zone groups."""
        return self._once.of(("private endpoint", service), lambda: self._read_private_endpoint(service))

    def private_dns_zone(self, service: str) -> PrivateDnsZone:
        """Return the private DNS zone of a service."""
        zone_id = self.zone_id(service)
        return self._once.of(("zone", zone_id.casefold()), lambda: self._read_zone(zone_id))

    def container_environment(self) -> ContainerEnvironment:
        """Return the Container Apps environment."""
        environment_id = self.container_environment_id()
        operation = self._operation("container_apps", "managed_environments", "get")
        return self._once.of(
            "container environment",
            lambda: ContainerEnvironment(
                environment_id, *reader.get(operation(), resource_group_of(environment_id), name_of(environment_id))
            ),
        )

    def container_app(self) -> ContainerApp:
        """Return the application."""
        declared: DeclaredContainerApps = self.environment.container_apps
        app_id = self._provider_id(f"Microsoft.App/containerApps/{declared.app}", declared.resource_group)
        operation = self._operation("container_apps", "container_apps", "get")
        return self._once.of(
            "container app",
            lambda: ContainerApp(app_id, *reader.get(operation(), resource_group_of(app_id), declared.app)),
        )

    def service(self, service: str) -> PlatformService:
        """Return a declared platform service."""
        return self._once.of(("service", service), lambda: self._read_service(service))

    def services_of_kind(self, kind: ServiceKind) -> ServicesOfKind:
        """Return all services of a kind in the environment's resource group."""
        documents, readings = self._services(kind, self.environment.resource_group)
        return ServicesOfKind(kind, f"{self.group_id}/providers/{PROVIDERS[kind]}", documents, readings)

    def public_addresses(self) -> PublicAddresses:
        """Return the public IP addresses of the resource group."""
        operation = self._operation("network", "public_ip_addresses", "list")
        documents, readings = self._list(operation, self.group_id, self.environment.resource_group)
        return PublicAddresses(self.group_id, documents, readings)

    def identity(self) -> ManagedIdentity:
        """Return the application's user-assigned identity."""
        identity_id = self.identity_id()
        operation = self._operation("managed_identity", "user_assigned_identities", "get")
        return self._once.of(
            "identity",
            lambda: ManagedIdentity(
                identity_id, *reader.get(operation(), resource_group_of(identity_id), name_of(identity_id))
            ),
        )

    def access(self) -> Access:
        """Return what the identity may do."""
        return self._once.of("access", self._read_access)

    def vault_secrets(self) -> VaultSecrets:
        """Return the names of the secrets in the declared Key Vault."""
        name, declared = next((key, one) for key, one in self.environment.services.items() if one.kind == "key_vault")
        return self._once.of("vault secrets", lambda: self._read_secrets(name, declared))

    def defender_plans(self) -> DefenderPlans:
        """Return the Defender plans of the subscription."""
        return self._once.of("plans", self._read_plans)

    def alerts(self) -> Alerts:
        """Return the security alerts of the subscription."""
        documents, readings = self._list(self._operation("security", "alerts", "list"), self.subscription_id)
        return Alerts(self.group_id, documents, readings)

    def secure_score(self) -> SecureScore:
        """Return the secure score of the subscription."""
        documents, readings = self._list(self._operation("security", "secure_scores", "list"), self.subscription_id)
        return SecureScore(self.subscription_id, documents, readings)

    def inside_flow(self, service: str) -> InsideFlow:
        """Return what a service's name leads to from inside the network; its endpoint must be known to judge that."""
        self.private_endpoint(service)
        self._demand("inside")
        return self._once.of(("inside", service), lambda: InsideFlow(*self._probe("inside", service)))

    def outside_flow(self, service: str) -> OutsideFlow:
        """Return what a service's name leads to from outside the network; its endpoint must be known to judge that."""
        self.private_endpoint(service)
        self._demand("outside")
        return self._once.of(("outside", service), lambda: OutsideFlow(*self._probe("outside", service)))

    def _group(self, name: str) -> str:
        return f"{self.subscription_id}/resourceGroups/{name}"

    def _operation(self, client: str, group: str, name: str) -> _Bound:
        return _Bound(self._clients, client, group, name)

    def _list(self, operation: _Bound, scope: str, *arguments: object, **options: object) -> Documents:
        """Return all of a list, at a scope, that Azure always has, if only empty."""

        def read() -> Documents:
            documents, readings = reader.list_all(operation(), *arguments, **options)
            if documents is None:
                raise NotEvaluated(f"Azure has no list of {operation}.", "Check the environment file's ids.", readings)
            return listed_within(scope, documents), readings

        return self._once.of(("list", str(operation), scope.casefold()), read)

    def _children(self, operation: _Bound, scope: str, *arguments: object) -> Children:
        """Return all that hangs under a resource, or None if that resource does not exist."""
        documents, readings = reader.list_all(operation(), *arguments)
        return (None if documents is None else listed_within(scope, documents)), readings

    def _read_private_endpoint(self, service: str) -> PrivateEndpoint:
        declared = self.environment.services[service].private_endpoint
        group = self.environment.group_of(declared.resource_group)
        endpoint_id = self._provider_id(f"Microsoft.Network/privateEndpoints/{declared.name}", declared.resource_group)
        operation = self._operation("network", "private_endpoints", "list")
        listing, readings = self._list(operation, self._group(group), group)
        found = only(declared.name, listing)
        if found is None:
            return PrivateEndpoint(endpoint_id, None, readings)
        interfaces = [self._network_interface(one.id) for one in found.items("properties", "networkInterfaces")]
        addresses = tuple(
            address
            for interface, _ in interfaces
            if interface is not None
            for configuration in interface.required_items("properties", "ipConfigurations")
            if (address := configuration.text("properties", "privateIPAddress"))
        )
        zone_groups, zone_readings = self._children(
            self._operation("network", "private_dns_zone_groups", "list"), endpoint_id, declared.name, group
        )
        cited = tuple(chain.from_iterable(reading for _, reading in interfaces))
        return PrivateEndpoint(endpoint_id, found, readings, addresses, zone_groups or (), cited, zone_readings)

    def _network_interface(self, interface_id: str) -> tuple[Document | None, tuple[str, ...]]:
        operation = self._operation("network", "network_interfaces", "get")
        found, readings = reader.get(operation(), resource_group_of(interface_id), name_of(interface_id))
        return answer_for(interface_id, found), readings

    def _read_zone(self, zone_id: str) -> PrivateDnsZone:
        arguments = (resource_group_of(zone_id), name_of(zone_id))
        records = self._operation("private_dns", "record_sets", "list_by_type")
        links = self._operation("private_dns", "virtual_network_links", "list")
        found_records, record_readings = self._children(records, zone_id, *arguments, "A")
        found_links, link_readings = self._children(links, zone_id, *arguments)
        return PrivateDnsZone(zone_id, found_records, found_links, record_readings, link_readings)

    def _services(self, kind: ServiceKind, resource_group: str) -> Documents:
        client, group, name = {
            "sql": ("sql", "servers", "list_by_resource_group"),
            "storage": ("storage", "storage_accounts", "list_by_resource_group"),
            "cognitive": ("cognitive_services", "accounts", "list_by_resource_group"),
            "key_vault": ("key_vault", "vaults", "list_by_resource_group"),
        }[kind]
        return self._list(self._operation(client, group, name), self._group(resource_group), resource_group)

    def _read_service(self, service: str) -> PlatformService:
        declared = self.environment.services[service]
        service_id = self.service_id(service)
        documents, readings = self._services(declared.kind, resource_group_of(service_id))
        found = only(declared.name, documents)
        if declared.kind != "sql" or found is None:
            return PlatformService(service_id, found, readings, declared.kind)
        arguments = (resource_group_of(service_id), declared.name)
        rules, cited = self._firewall_rules(service_id)
        setting = f"{service_id}/azureADOnlyAuthentications/Default"
        operation = self._operation("sql", "server_azure_ad_only_authentications", "get")
        entra, entra_readings = reader.get(operation(), *arguments, name_of(setting))
        entra = answer_for(setting, entra)
        return PlatformService(service_id, found, readings, "sql", rules, entra, cited, entra_readings)

    def _firewall_rules(self, server_id: str) -> Documents:
        """Return the firewall rules of a SQL server, for IPv4 and for IPv6."""
        rules: tuple[Document, ...] = ()
        readings: tuple[str, ...] = ()
        for family in ("firewall_rules", "ipv6_firewall_rules"):
            operation = self._operation("sql", family, "list_by_server")
            found, cited = self._children(operation, server_id, resource_group_of(server_id), name_of(server_id))
            if found is None:
                raise NotEvaluated(f"{server_id} is listed, but its firewall rules are not found.", "", cited)
            rules, readings = rules + found, readings + cited
        return rules, readings

    def _read_access(self) -> Access:
        identity = self.identity()
        principal = identity.principal_id
        if principal is None:
            return Access(identity, (), (), {}, {}, identity.readings)
        everything = f"assignedTo('{principal}')"
        assignments, readings = self._list(
            self._operation("authorization", "role_assignments", "list_for_subscription"),
            self.subscription_id,
            filter=everything,
        )
        denials, denial_readings = self._list(
            self._operation("authorization", "deny_assignments", "list"), self.subscription_id, filter=everything
        )
        definitions: dict[str, Document] = {}
        definition_readings: dict[str, tuple[str, ...]] = {}
        for role_id in sorted(
            {name_of(one.required_text("properties", "roleDefinitionId")).casefold() for one in assignments}
        ):
            full_id = f"{self.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
            operation = self._operation("authorization", "role_definitions", "get_by_id")
            definition, definition_readings[role_id] = reader.get(operation(), full_id)
            if definition is not None:
                definitions[role_id] = self._of_role(role_id, definition)
        cited = identity.readings + readings + denial_readings
        return Access(identity, assignments, denials, definitions, definition_readings, cited)

    def _of_role(self, role_id: str, definition: Document) -> Document:
        """Return a role's definition after a look at whether it is that role's."""
        if name_of(definition.id).casefold() != role_id:
            reason = f"Azure was asked for role {role_id} and answered with {definition.id}."
            raise BrokenReading(reason, "Look at the reading.", definition.readings)
        return listed_within(self.subscription_id, (definition,))[0]

    def _read_secrets(self, service: str, declared: DeclaredService) -> VaultSecrets:
        self.container_app()
        self._demand("inside")
        secrets = self._clients.secrets(declared.fqdn)
        documents, readings = reader.list_all(secrets.list_properties_of_secrets)
        if documents is None:
            raise NotEvaluated(
                f"The vault {declared.fqdn} has no list of secrets.", "Check services.key_vault.fqdn.", readings
            )
        return VaultSecrets(self.service_id(service), documents, readings)

    def _read_plans(self) -> DefenderPlans:
        scope = self.subscription_id.removeprefix("/")
        document, readings = reader.get(self._operation("security", "pricings", "list")(), scope)
        if document is None:
            raise NotEvaluated("Azure has no Defender plans for the subscription.", "Check subscription_id.", readings)
        if document.value("nextLink"):
            raise document.broken(("nextLink",), "no further page", document.value("nextLink"))
        plans = listed_within(self.subscription_id, document.required_items("value"))
        return DefenderPlans(self.subscription_id, plans, readings)

    def _probe(self, vantage: Vantage, service: str) -> tuple[str, int, Resolution, tuple[tuple[str, Connection], ...]]:
        declared = self.environment.services[service]
        resolution = self._resolvers[vantage].resolve(declared.fqdn)
        dialer = self._dialers[vantage]
        connections = tuple(
            (address, dialer.dial(declared.fqdn, address, declared.port, tls=declared.tls, ask=vantage == "outside"))
            for address in resolution.addresses
        )
        return declared.fqdn, declared.port, resolution, connections

    def _demand(self, vantage: Vantage) -> None:
        if vantage not in self.vantage:
            here = "/".join(self.vantage)
            raise NotEvaluated(
                f"This can only be judged from {vantage} the virtual network, and the suite runs from {here}.",
                f"Run it {WAYS[vantage]}: --vantage {vantage}.",
            )


class _Bound:
    """An operation of a client, looked up when it is called, so that no client is imported before its turn."""

    def __init__(self, clients: AzureClients, client: str, group: str, name: str) -> None:
        self._clients = clients
        self._path = (client, group, name)

    def __call__(self) -> reader.Operation:
        client, group, name = self._path
        operation: reader.Operation = getattr(getattr(self._clients.management(client), group), name)
        return operation

    def __str__(self) -> str:
        return " ".join(self._path[1:]).replace("_", " ")
