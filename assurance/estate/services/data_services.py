"""SQL servers, storage accounts, key vaults and Cognitive Services accounts: a class a kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.questions import Documents, One
from assurance.estate.resources.resource import (
    Judgement,
    Part,
    listed,
    name_of,
    named,
    resource_group_of,
    same_id,
    shown,
    wrong_among,
)
from assurance.estate.services.platform_service import WithLeastTls, WithNetworkRules
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class StorageAccount(WithNetworkRules, WithLeastTls):
    """A storage account (Microsoft.Storage/storageAccounts)."""

    LISTING = ("storage", "storage_accounts", "list_by_resource_group")
    UPDATE = "az storage account update"
    TLS = "properties.minimumTlsVersion"
    TLS_OPTION = "--min-tls-version TLS1_2"

    @property
    def requires_https(self) -> Fact:
        """Whether it refuses plain HTTP."""
        return self.flag_is("properties.supportsHttpsTrafficOnly", True, self.update("--https-only true"))

    @property
    def forbids_public_blobs(self) -> Fact:
        """Whether it explicitly forbids anonymous access to blobs."""
        return self.flag_is("properties.allowBlobPublicAccess", False, self.update("--allow-blob-public-access false"))

    @property
    def admits_no_resource(self) -> Fact:
        """Whether no resource is let in by its id, but those that are permitted."""
        permitted = self.declared.permitted_resources

        def told(rule: Document) -> str | None:
            resource_id = rule.text("resourceId")
            return (
                None
                if any(same_id(resource_id, permitted_id) for permitted_id in permitted)
                else resource_id or "a resource not named"
            )

        def none(document: Document) -> Judgement:
            wrong = wrong_among(document.items("properties", "networkAcls", "resourceAccessRules"), told)
            return not wrong, f"lets in {listed(wrong)}"

        remedy = (
            f"az storage account network-rule remove --resource-group {resource_group_of(self.id)} --account-name "
            f"{self.name} --resource-id ID --tenant-id ID; or add it to permitted_resources of the service"
        )
        return self.judge("no resource is let in by its id", none, remedy)

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no account keys."""
        return self.flag_is("properties.allowSharedKeyAccess", False, self.update("--allow-shared-key-access false"))


@dataclass(frozen=True, slots=True)
class KeyVault(WithNetworkRules):
    """A key vault (Microsoft.KeyVault/vaults)."""

    LISTING = ("key_vault", "vaults", "list_by_resource_group")
    UPDATE = "az keyvault update"

    def has_sku(self, name: str) -> Fact:
        """Whether its SKU is that one, which a vault tells among its properties."""
        return self._sku_is("properties.sku.name", name)

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether access is granted by roles only, and not by the vault's own policies."""
        return self.flag_is("properties.enableRbacAuthorization", True, self.update("--enable-rbac-authorization true"))


@dataclass(frozen=True, slots=True)
class CognitiveAccount(WithNetworkRules):
    """A Cognitive Services account (Microsoft.CognitiveServices/accounts)."""

    LISTING = ("cognitive_services", "accounts", "list_by_resource_group")
    UPDATE = "az cognitiveservices account update"
    # "Grant access to trusted Azure services for Azure OpenAI", Microsoft Learn: none passes unless it is switched on.
    BYPASS_WHEN_ABSENT = "None"

    @classmethod
    def closing(cls, service_id: str) -> str:
        """Return the command that disables public network access; the Azure CLI has none of its own."""
        return f"az resource update --ids {service_id} --set properties.publicNetworkAccess=Disabled"

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no account keys."""
        remedy = f"az resource update --ids {self.id} --set properties.disableLocalAuth=true"
        return self.flag_is("properties.disableLocalAuth", True, remedy)


@dataclass(frozen=True, slots=True)
class SqlServer(WithLeastTls):
    """A SQL server (Microsoft.Sql/servers).

    Attributes:
        firewall_rules: Its rules, for IPv4 and for IPv6, which stand beside it.
        network_rules: Its rules that let in subnets.
        entra_only: Its setting for Microsoft Entra-only authentication; None if it has none.
    """

    LISTING = ("sql", "servers", "list_by_resource_group")
    UPDATE = "az sql server update"
    TLS = "properties.minimalTlsVersion"
    TLS_OPTION = "--minimal-tls-version 1.2"

    firewall_rules: tuple[Part[Documents], ...]
    network_rules: Part[Documents]
    entra_only: Part[One]

    @classmethod
    def read(cls, estate: Estate, key: str) -> SqlServer:
        """Return the declared server of that key."""
        service = cls.found(estate, key)
        rules, entra = partial(_rules, estate, service[0]), partial(_entra_only, estate, service[0])
        firewall = tuple(partial(rules, family) for family in ("firewall_rules", "ipv6_firewall_rules"))
        return cls(*service, firewall, partial(rules, "virtual_network_rules"), entra)

    @classmethod
    def closing(cls, service_id: str) -> str:
        """Return the command that disables public network access."""
        return f"{cls.UPDATE} {named(service_id)} --enable-public-network false"

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """Its rules and its setting for authentication, if it exists."""
        return (*self.firewall_rules, self.network_rules, self.entra_only) if self.document is not None else ()

    @property
    def admits_no_address(self) -> Fact:
        """Whether no firewall rule lets an address in."""
        cited: list[str] = []

        def told(part: Part[Documents]) -> str | None:
            rules, readings = part()
            cited.extend(readings)
            return listed(map(_address_range, rules), "") or None

        wrong = wrong_among(self.firewall_rules if self.document is not None else (), told)
        server = named(self.id).replace("--name", "--server")
        remedy = f"az sql server firewall-rule delete {server} --name RULE"
        observed = f"lets in {listed(wrong)}"
        return self.judge("no IP or firewall rule", lambda _: (not wrong, observed), remedy, tuple(cited))

    @property
    def admits_no_network(self) -> Fact:
        """Whether no rule lets in a subnet of another network, but those that are permitted."""
        rules, readings = self.network_rules() if self.document is not None else ((), ())
        wrong = wrong_among(rules, lambda rule: self._subnet_told(rule, "properties", "virtualNetworkSubnetId"))
        server = named(self.id).replace("--name", "--server")
        remedy = f"az sql server vnet-rule delete {server} --name RULE; or add the subnet to permitted_subnets"
        observed = f"lets in {listed(wrong)}"
        expected = "no subnet of another network is let in"
        return self.judge(expected, lambda _: (not wrong, observed), remedy, readings)

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no SQL logins."""
        setting, readings = self.entra_only() if self.document is not None else (None, ())
        entra_only = setting.flag("properties", "azureADOnlyAuthentication") if setting is not None else None

        def refused(_: Document) -> Judgement:
            return entra_only is True, f"azureADOnlyAuthentication is {shown(entra_only)}"

        remedy = f"az sql server ad-only-auth enable {named(self.id)}"
        return self.judge("azureADOnlyAuthentication is true", refused, remedy, readings)


@read_once
def _rules(estate: Estate, server_id: str, family: str) -> Documents:
    operation = estate.questions.operation("sql", family, "list_by_server", server_id)
    arguments = (resource_group_of(server_id), name_of(server_id))
    documents, cited = estate.questions.children(operation, server_id, *arguments)
    if documents is None:
        raise NotEvaluated(f"{server_id} is listed, but its rules are not found.", "Run again.", cited)
    return documents, cited


@read_once
def _entra_only(estate: Estate, server_id: str) -> One:
    setting = f"{server_id}/azureADOnlyAuthentications/Default"
    operation = estate.questions.operation("sql", "server_azure_ad_only_authentications", "get", server_id)
    return estate.questions.nested(
        operation, setting, resource_group_of(server_id), name_of(server_id), name_of(setting)
    )


def _address_range(rule: Document) -> str:
    """Return a firewall rule's range: the addresses decide, not the name."""
    start = rule.text("properties", "startIpAddress") or rule.text("properties", "startIPv6Address") or "?"
    end = rule.text("properties", "endIpAddress") or rule.text("properties", "endIPv6Address") or "?"
    meaning = " (all of Azure)" if start == end == "0.0.0.0" else ""  # noqa: S104  (an address that is judged, not bound)
    return f"{start}-{end}{meaning} by rule {rule.name}"
