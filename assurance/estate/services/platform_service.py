"""What all platform services share; each kind is a class of its own, in a module of its own.

A kind says in class attributes what the Azure CLI calls it and how it is listed, and in adjectives of two lines what it
has beside the others. `assurance.estate.services.public_access` lists the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from assurance.environment.model import DeclaredService
from assurance.estate.estate import Estate
from assurance.estate.network.private_endpoint import approves_only, is_in_force, status_of
from assurance.estate.resources.questions import Documents
from assurance.estate.resources.resource import (
    Judgement,
    Resource,
    is_within,
    listed,
    name_of,
    named,
    only,
    same_id,
    wrong_among,
)
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

ACCESS = "properties.publicNetworkAccess"
Found = tuple[str, Document | None, tuple[str, ...], DeclaredService, tuple[str, ...], tuple[str, ...]]
SECURE_TLS = frozenset({"1.2", "1.3", "tls12", "tls13", "tls1_2", "tls1_3", "tlsv1.2", "tlsv1.3"})
"""How the providers spell the versions that are modern."""


@dataclass(frozen=True, slots=True)
class PlatformService(Resource):
    """One platform service, beside what is declared of it.

    Attributes:
        LISTING: Client, group and operation of the SDK that list the kind in a resource group.
        UPDATE: The Azure CLI's command that changes one.
        declared: What is declared.
        endpoint_ids: The ids of its declared private endpoints.
        network_ids: The ids of the declared virtual networks.
    """

    LISTING: ClassVar[tuple[str, str, str]]
    UPDATE: ClassVar[str]

    declared: DeclaredService
    endpoint_ids: tuple[str, ...]
    network_ids: tuple[str, ...]

    @classmethod
    def read(cls, estate: Estate, key: str) -> PlatformService:
        """Return the declared service of that key, found in the list of its kind."""
        return cls(*cls.found(estate, key))

    @classmethod
    def found(cls, estate: Estate, key: str) -> Found:
        """Return what every kind is made of: id, document, readings, and what is declared of it."""
        service_id = estate.service_id(key)
        documents, readings = cls.listing(estate, service_id[: service_id.index("/providers/")])
        declared, endpoint_ids = estate.environment.services[key], estate.endpoint_ids(key)
        document = only(name_of(service_id), documents)
        return service_id, document, readings, declared, endpoint_ids, estate.network_ids()

    @classmethod
    def listing(cls, estate: Estate, group_id: str) -> Documents:
        """Return all services of the kind in a resource group."""
        return estate.questions.listing(estate.questions.operation(*cls.LISTING, group_id), group_id, name_of(group_id))

    @classmethod
    def closing(cls, service_id: str) -> str:
        """Return the command that disables public network access."""
        return f"{cls.UPDATE} {named(service_id)} --public-network-access Disabled"

    @property
    def refuses_public_networks(self) -> Fact:
        """Whether public network access is explicitly Disabled; absent means enabled."""
        return self.text_is(ACCESS, "Disabled", self.closing(self.id), absent="absent, which means enabled")

    def has_sku(self, name: str) -> Fact:
        """Whether its SKU is that one, such as Standard_LRS."""
        return self._sku_is("sku.name", name)

    def approves(self, endpoint: Resource) -> Fact:
        """Whether the service's own list of connections has this endpoint as Approved."""

        def approved(document: Document) -> Judgement:
            connections = document.items("properties", "privateEndpointConnections")
            own = [
                connection
                for connection in connections
                if same_id(connection.text("properties", "privateEndpoint", "id"), endpoint.id)
            ]
            statuses = [status_of(connection) for connection in own]
            if endpoint.document is None:
                return False, f"the endpoint does not exist; the service has it as {listed(statuses, 'unknown')}"
            return is_in_force(statuses), f"the service has the endpoint as {listed(statuses, 'unknown')}"

        remedy = f"az network private-endpoint-connection approve --id CONNECTION-ID (listed under {self.id})"
        return self.judge(f"the service has {endpoint.name} as Approved", approved, remedy, endpoint.readings)

    @property
    def approves_no_stranger(self) -> Fact:
        """Whether it has approved no endpoint but those that are declared and those that are permitted."""
        known = (*self.endpoint_ids, *self.declared.permitted_endpoints)
        return approves_only(self, known, "declared", "the service")

    @property
    def admits_no_network(self) -> Fact:
        """Whether its rules let in no subnet but those that are declared; each kind says which rules it has."""
        raise NotImplementedError

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no keys or passwords; each kind says how."""
        raise NotImplementedError

    @property
    def admits_no_address(self) -> Fact:
        """Whether no rule of the service lets an address in; each kind says which rules it has."""
        raise NotImplementedError

    def update(self, options: str) -> str:
        """Return the command that changes the service by these options."""
        return f"{self.UPDATE} {named(self.id)} {options}"

    def _subnet_told(self, rule: Document, *path: str) -> str | None:
        """Return the subnet that a rule lets in; None if it is of the declared network, or permitted."""
        subnet = rule.text(*path)
        known = any(same_id(subnet, permitted_subnet) for permitted_subnet in self.declared.permitted_subnets)
        admitted = known or any(is_within(subnet or "", network_id) for network_id in self.network_ids)
        return None if subnet and admitted else subnet or "a subnet not named"

    def _sku_is(self, path: str, name: str) -> Fact:
        def has(document: Document) -> Judgement:
            value = document.text(*path.split("."))
            return (value or "").casefold() == name.casefold(), f"SKU {value or 'absent'}"

        return self.judge(f"SKU {name}", has, f"Deploy the service with SKU {name} (main.bicep).")


@dataclass(frozen=True, slots=True)
class WithNetworkRules(PlatformService):
    """A service with network rules of its own (`networkAcls`).

    Attributes:
        BYPASS_WHEN_ABSENT: What it means that the rules do not say what passes them.
    """

    BYPASS_WHEN_ABSENT: ClassVar[str] = "AzureServices"

    @property
    def denies_by_default(self) -> Fact:
        """Whether the network rules' default action is explicitly Deny."""
        return self.text_is("properties.networkAcls.defaultAction", "Deny", self.update("--default-action Deny"))

    @property
    def admits_no_address(self) -> Fact:
        """Whether no IP rule lets an address in."""

        def none(document: Document) -> Judgement:
            rules = document.items("properties", "networkAcls", "ipRules")
            rules += document.items("properties", "networkAcls", "ipv6Rules")
            wrong = wrong_among(rules, _address)
            return not wrong, f"lets in {listed(wrong)}"

        return self.judge("no IP or firewall rule", none, self.update("--set properties.networkAcls.ipRules=[]"))

    @property
    def admits_no_network(self) -> Fact:
        """Whether no rule lets in a subnet of another network, but those that are permitted."""

        def none(document: Document) -> Judgement:
            rules = document.items("properties", "networkAcls", "virtualNetworkRules")
            wrong = wrong_among(rules, lambda rule: self._subnet_told(rule, "id"))
            return not wrong, f"lets in {listed(wrong)}"

        remedy = "Remove the rule, or add the subnet to permitted_subnets of the service in the environment file."
        return self.judge("no subnet of another network is let in", none, remedy)

    @property
    def admits_no_trusted_service(self) -> Fact:
        """Whether the services that Azure trusts do not pass the rules, unless the environment file permits it."""

        def none(document: Document) -> Judgement:
            bypass = document.text("properties", "networkAcls", "bypass")
            passing = [word.strip() for word in (bypass or self.BYPASS_WHEN_ABSENT).split(",")]
            allowed = {"none", "azureservices"} if self.declared.trusted_services else {"none"}
            described = bypass or f"absent, which means {self.BYPASS_WHEN_ABSENT}"
            return {word.casefold() for word in passing} <= allowed, f"networkAcls.bypass is {described}"

        expected = "networkAcls.bypass is None" + (" or AzureServices" if self.declared.trusted_services else "")
        remedy = (
            f"{self.update('--bypass None')}; or, if they must pass, trusted_services = true in the environment file"
        )
        return self.judge(expected, none, remedy)


@dataclass(frozen=True, slots=True)
class WithLeastTls(PlatformService):
    """A service whose least TLS version can be set.

    Attributes:
        TLS: The property that holds it.
        TLS_OPTION: The Azure CLI's option that sets it to 1.2.
    """

    TLS: ClassVar[str]
    TLS_OPTION: ClassVar[str]

    @property
    def requires_modern_tls(self) -> Fact:
        """Whether TLS 1.2 or newer is explicitly the least that is accepted; the text `None` is no version."""
        name = self.TLS.removeprefix("properties.")

        def modern(document: Document) -> Judgement:
            version = document.text(*self.TLS.split("."))
            return (version or "").casefold() in SECURE_TLS, f"{name} is {version or 'absent'}"

        return self.judge(f"{name} is 1.2 or newer", modern, self.update(self.TLS_OPTION))


def _address(rule: Document) -> str:
    return rule.text("value") or rule.text("ipAddressOrRange") or "an unreadable rule"
