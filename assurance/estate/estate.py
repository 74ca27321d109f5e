"""The estate: the typed view of all readings, obtained as it is asked for, each thing once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import chain

from assurance.environment import Environment
from assurance.environment.base import Vantage
from assurance.environment.model import DeclaredService, ServiceKind
from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_apps import ContainerApp, ContainerEnvironment
from assurance.estate.deployment_reading import Deployment
from assurance.estate.identity.access import read_access
from assurance.estate.identity.identity import Access, ManagedIdentity
from assurance.estate.ids import DeclaredIds
from assurance.estate.monitoring.defender import Alerts, DefenderPlans, SecureScore
from assurance.estate.network.flows import InsideFlow, OutsideFlow
from assurance.estate.network.network import NetworkSecurityGroup, VirtualNetwork
from assurance.estate.network.private_link import PrivateDnsZone, PrivateEndpoint
from assurance.estate.resources.questions import Questions
from assurance.estate.resources.resource import answer_for, listed_within, name_of, only, resource_group_of
from assurance.estate.services.service_reading import list_services, read_service
from assurance.estate.services.services import PROVIDERS, PlatformService, PublicAddresses, ServicesOfKind
from assurance.estate.services.vault import VaultSecrets
from assurance.world.azure import reader
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.document import Document
from assurance.world.dns import Resolution, Resolver
from assurance.world.files import FileReader
from assurance.world.sockets import Connection, Dialer

WAYS = {
    "inside": "from a machine or a Container Apps job in the virtual network",
    "outside": "from a machine outside the virtual network",
}


class Estate(DeclaredIds):
    """What Azure, DNS and the network say of one environment.

    Every method returns a frozen view and remembers it. Raises NotEvaluated where the world did not say.

    Attributes:
        vantage: From where names are resolved and connections made.
        deployment: What the deployment checks look at.
    """

    def __init__(
        self,
        environment: Environment,
        clients: AzureClients,
        resolvers: Mapping[Vantage, Resolver],
        dialers: Mapping[Vantage, Dialer],
        vantage: tuple[Vantage, ...],
        files: FileReader,
        now: datetime,
    ) -> None:
        super().__init__(environment)
        self.vantage = vantage
        self._questions = Questions(clients)
        self.deployment = Deployment(self, self._questions, files, now, self.container_app)
        self._resolvers = resolvers
        self._dialers = dialers

    @property
    def questions(self) -> Questions:
        """Where questions to Azure are asked that no view here asks."""
        return self._questions

    def virtual_network(self) -> VirtualNetwork:
        """Return the virtual network with its subnets."""
        network_id = self.virtual_network_id()
        operation = self._questions.operation("network", "virtual_networks", "get")
        return self._questions.once(
            "virtual network",
            lambda: VirtualNetwork(
                network_id, *reader.get(operation(), resource_group_of(network_id), name_of(network_id))
            ),
        )

    def network_security_group(self, name: str) -> NetworkSecurityGroup:
        """Return a declared network security group."""
        group_id = self.network_security_group_id(name)
        operation = self._questions.operation("network", "network_security_groups", "get")
        space = self.environment.virtual_network.address_space
        return self._questions.once(
            ("network security group", name),
            lambda: NetworkSecurityGroup(group_id, *reader.get(operation(), resource_group_of(group_id), name), space),
        )

    def private_endpoint(self, service: str) -> PrivateEndpoint:
        """Return the private endpoint of a service, with its addresses and its DNS zone groups."""
        return self._questions.once(("private endpoint", service), lambda: self._read_private_endpoint(service))

    def private_dns_zone(self, service: str) -> PrivateDnsZone:
        """Return the private DNS zone of a service."""
        zone_id = self.zone_id(service)
        return self._questions.once(("zone", zone_id.casefold()), lambda: self._read_zone(zone_id))

    def container_environment(self) -> ContainerEnvironment:
        """Return the Container Apps environment."""
        environment_id = self.container_environment_id()
        operation = self._questions.operation("container_apps", "managed_environments", "get")
        return self._questions.once(
            "container environment",
            lambda: ContainerEnvironment(
                environment_id, *reader.get(operation(), resource_group_of(environment_id), name_of(environment_id))
            ),
        )

    def container_app(self) -> ContainerApp:
        """Return the application."""
        app_id = self.container_app_id()
        operation = self._questions.operation("container_apps", "container_apps", "get")
        return self._questions.once(
            "container app",
            lambda: ContainerApp(app_id, *reader.get(operation(), resource_group_of(app_id), name_of(app_id))),
        )

    def service(self, service: str) -> PlatformService:
        """Return a declared platform service."""
        declared = self.environment.services[service]
        return self._questions.once(
            ("service", service), lambda: read_service(self._questions, self.service_id(service), declared)
        )

    def services_of_kind(self, kind: ServiceKind) -> ServicesOfKind:
        """Return all services of a kind in the environment's resource group."""
        documents, readings = list_services(self._questions, kind, self.group_id)
        return ServicesOfKind(kind, f"{self.group_id}/providers/{PROVIDERS[kind]}", documents, readings)

    def public_addresses(self) -> PublicAddresses:
        """Return the public IP addresses of the resource group."""
        operation = self._questions.operation("network", "public_ip_addresses", "list")
        documents, readings = self._questions.listing(operation, self.group_id, self.environment.resource_group)
        return PublicAddresses(self.group_id, documents, readings)

    def identity(self) -> ManagedIdentity:
        """Return the application's user-assigned identity."""
        identity_id = self.identity_id()
        operation = self._questions.operation("managed_identity", "user_assigned_identities", "get")
        return self._questions.once(
            "identity",
            lambda: ManagedIdentity(
                identity_id, *reader.get(operation(), resource_group_of(identity_id), name_of(identity_id))
            ),
        )

    def access(self) -> Access:
        """Return what the identity may do."""
        return self._questions.once(
            "access", lambda: read_access(self._questions, self.subscription_id, self.identity())
        )

    def vault_secrets(self) -> VaultSecrets:
        """Return the names of the secrets in the declared Key Vault."""
        name, declared = next((key, one) for key, one in self.environment.services.items() if one.kind == "key_vault")
        return self._questions.once("vault secrets", lambda: self._read_secrets(name, declared))

    def defender_plans(self) -> DefenderPlans:
        """Return the Defender plans of the subscription."""
        return self._questions.once("plans", self._read_plans)

    def alerts(self) -> Alerts:
        """Return the security alerts of the subscription."""
        documents, readings = self._questions.listing(
            self._questions.operation("security", "alerts", "list"), self.subscription_id
        )
        return Alerts(self.group_id, documents, readings)

    def secure_score(self) -> SecureScore:
        """Return the secure score of the subscription."""
        operation = self._questions.operation("security", "secure_scores", "list")
        documents, readings = self._questions.listing(operation, self.subscription_id)
        return SecureScore(self.subscription_id, documents, readings)

    def inside_flow(self, service: str) -> InsideFlow:
        """Return what a service's name leads to from inside the network; its endpoint must be known to judge that."""
        self.private_endpoint(service)
        self._demand("inside")
        return self._questions.once(("inside", service), lambda: InsideFlow(*self._probe("inside", service)))

    def outside_flow(self, service: str) -> OutsideFlow:
        """Return what a service's name leads to from outside the network; its endpoint must be known to judge that."""
        self.private_endpoint(service)
        self._demand("outside")
        return self._questions.once(("outside", service), lambda: OutsideFlow(*self._probe("outside", service)))

    def _group(self, name: str) -> str:
        return f"{self.subscription_id}/resourceGroups/{name}"

    def _read_private_endpoint(self, service: str) -> PrivateEndpoint:
        declared = self.environment.services[service].private_endpoint
        group = self.environment.group_of(declared.resource_group)
        endpoint_id = self._provider_id(f"Microsoft.Network/privateEndpoints/{declared.name}", declared.resource_group)
        operation = self._questions.operation("network", "private_endpoints", "list")
        listing, readings = self._questions.listing(operation, self._group(group), group)
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
        zone_groups, zone_readings = self._questions.children(
            self._questions.operation("network", "private_dns_zone_groups", "list"), endpoint_id, declared.name, group
        )
        cited = tuple(chain.from_iterable(reading for _, reading in interfaces))
        return PrivateEndpoint(endpoint_id, found, readings, addresses, zone_groups or (), cited, zone_readings)

    def _network_interface(self, interface_id: str) -> tuple[Document | None, tuple[str, ...]]:
        operation = self._questions.operation("network", "network_interfaces", "get")
        found, readings = reader.get(operation(), resource_group_of(interface_id), name_of(interface_id))
        return answer_for(interface_id, found), readings

    def _read_zone(self, zone_id: str) -> PrivateDnsZone:
        arguments = (resource_group_of(zone_id), name_of(zone_id))
        records = self._questions.operation("private_dns", "record_sets", "list_by_type")
        links = self._questions.operation("private_dns", "virtual_network_links", "list")
        found_records, record_readings = self._questions.children(records, zone_id, *arguments, "A")
        found_links, link_readings = self._questions.children(links, zone_id, *arguments)
        return PrivateDnsZone(zone_id, found_records, found_links, record_readings, link_readings)

    def _read_secrets(self, service: str, declared: DeclaredService) -> VaultSecrets:
        self.container_app()
        self._demand("inside")
        secrets = self._questions.clients.secrets(declared.fqdn)
        documents, readings = reader.list_all(secrets.list_properties_of_secrets)
        if documents is None:
            raise NotEvaluated(
                f"The vault {declared.fqdn} has no list of secrets.", "Check services.key_vault.fqdn.", readings
            )
        return VaultSecrets(self.service_id(service), documents, readings)

    def _read_plans(self) -> DefenderPlans:
        scope = self.subscription_id.removeprefix("/")
        document, readings = reader.get(self._questions.operation("security", "pricings", "list")(), scope)
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
