"""The platform services: SQL, Storage, Cognitive Services (Azure OpenAI, Document Intelligence) and Key Vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.environment.model import ServiceKind
from assurance.errors import NotEvaluated
from assurance.estate.resources.resource import Judgement, Resource, is_within, listed, named, same_id
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

PROVIDERS: dict[ServiceKind, str] = {
    "sql": "Microsoft.Sql/servers",
    "storage": "Microsoft.Storage/storageAccounts",
    "cognitive": "Microsoft.CognitiveServices/accounts",
    "key_vault": "Microsoft.KeyVault/vaults",
}
_UPDATES: dict[ServiceKind, str] = {
    "sql": "az sql server update",
    "storage": "az storage account update",
    "cognitive": "az cognitiveservices account update",
    "key_vault": "az keyvault update",
}
_DISABLE_PUBLIC_ACCESS: dict[ServiceKind, str] = {
    "sql": "--enable-public-network false",
    "storage": "--public-network-access Disabled",
    "key_vault": "--public-network-access Disabled",
}
SECURE_TLS = frozenset({"1.2", "1.3", "tls1_2", "tls1_3"})


@dataclass(frozen=True, slots=True)
class PlatformService(Resource):
    """One platform service.

    Attributes:
        kind: Which.
        firewall_rules: Rules of a SQL server, for IPv4 and IPv6, which stand beside it; empty for the other kinds.
        entra_only: A SQL server's setting for Microsoft Entra-only authentication; None if absent or of another kind.
        rule_readings: Keys of the readings behind the firewall rules.
        entra_readings: Keys of the readings behind that setting.
    """

    kind: ServiceKind = "storage"
    firewall_rules: tuple[Document, ...] = ()
    entra_only: Document | None = None
    rule_readings: tuple[str, ...] = ()
    entra_readings: tuple[str, ...] = ()

    @property
    def refuses_public_networks(self) -> Fact:
        """Whether public network access is explicitly Disabled; absent means enabled."""
        remedy = _disable_public_access(self.kind, self.id)
        return self.judge("publicNetworkAccess is Disabled", _refuses_public_networks, remedy)

    @property
    def denies_by_default(self) -> Fact:
        """Whether the network rules' default action is explicitly Deny."""

        def denied(document: Document) -> Judgement:
            found = document.text("properties", "networkAcls", "defaultAction")
            return (found or "").casefold() == "deny", f"networkAcls.defaultAction is {found or 'absent'}"

        return self.judge("networkAcls.defaultAction is Deny", denied, self._update("--default-action Deny"))

    @property
    def admits_no_address(self) -> Fact:
        """Whether no IP or firewall rule lets an address in."""

        def none(document: Document) -> Judgement:
            found = [_address_range(rule) for rule in self.firewall_rules]
            found += [
                rule.text("value") or rule.text("ipAddressOrRange") or "an unreadable rule"
                for field in ("ipRules", "ipv6Rules")
                for rule in document.items("properties", "networkAcls", field)
            ]
            return not found, f"lets in {listed(found)}"

        remedy = self._update("--set properties.networkAcls.ipRules=[]")
        if self.kind == "sql":
            remedy = f"az sql server firewall-rule delete {named(self.id).replace('--name', '--server')} --name RULE"
        return self.judge("no IP or firewall rule", none, remedy, self.rule_readings)

    @property
    def requires_modern_tls(self) -> Fact:
        """Whether TLS 1.2 or newer is explicitly the least that is accepted."""
        key = "minimalTlsVersion" if self.kind == "sql" else "minimumTlsVersion"

        def modern(document: Document) -> Judgement:
            found = document.text("properties", key)
            return (found or "").casefold() in SECURE_TLS, f"{key} is {found or 'absent'}"

        option = "--minimal-tls-version 1.2" if self.kind == "sql" else "--min-tls-version TLS1_2"
        return self.judge(f"{key} is 1.2 or newer", modern, self._update(option))

    def has_sku(self, name: str) -> Fact:
        """Whether its SKU is that one, such as Standard_LRS; a vault tells it among its properties."""
        path = ("properties", "sku", "name") if self.kind == "key_vault" else ("sku", "name")

        def has(document: Document) -> Judgement:
            found = document.text(*path)
            return (found or "").casefold() == name.casefold(), f"SKU {found or 'absent'}"

        return self.judge(f"SKU {name}", has, f"Deploy the service with SKU {name} (main.bicep).")

    @property
    def requires_https(self) -> Fact:
        """Whether a storage account refuses plain HTTP."""

        def required(document: Document) -> Judgement:
            found = document.flag("properties", "supportsHttpsTrafficOnly")
            return found is True, f"supportsHttpsTrafficOnly is {_told(found)}"

        return self.judge("supportsHttpsTrafficOnly is true", required, self._update("--https-only true"))

    @property
    def forbids_public_blobs(self) -> Fact:
        """Whether a storage account explicitly forbids anonymous access to blobs."""

        def forbidden(document: Document) -> Judgement:
            found = document.flag("properties", "allowBlobPublicAccess")
            return found is False, f"allowBlobPublicAccess is {_told(found)}"

        return self.judge("allowBlobPublicAccess is false", forbidden, self._update("--allow-blob-public-access false"))

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted: no SQL logins, account keys or access policies."""
        expected, remedy = {
            "sql": ("azureADOnlyAuthentication is true", "az sql server ad-only-auth enable"),
            "storage": ("allowSharedKeyAccess is false", self._update("--allow-shared-key-access false")),
            "cognitive": (
                "disableLocalAuth is true",
                f"az resource update --ids {self.id} --set properties.disableLocalAuth=true",
            ),
            "key_vault": ("enableRbacAuthorization is true", self._update("--enable-rbac-authorization true")),
        }[self.kind]
        if self.kind == "sql":
            remedy = f"{remedy} {named(self.id)}"
        return self.judge(expected, self._local_authentication, remedy, self.entra_readings)

    def _local_authentication(self, document: Document) -> Judgement:
        match self.kind:
            case "sql":
                found = self.entra_only.flag("properties", "azureADOnlyAuthentication") if self.entra_only else None
                return found is True, f"azureADOnlyAuthentication is {_told(found)}"
            case "storage":
                found = document.flag("properties", "allowSharedKeyAccess")
                return found is False, f"allowSharedKeyAccess is {_told(found)}"
            case "cognitive":
                found = document.flag("properties", "disableLocalAuth")
                return found is True, f"disableLocalAuth is {_told(found)}"
            case _:
                found = document.flag("properties", "enableRbacAuthorization")
                return found is True, f"enableRbacAuthorization is {_told(found)}"

    def _update(self, options: str) -> str:
        return f"{_UPDATES[self.kind]} {named(self.id)} {options}"


@dataclass(frozen=True, slots=True)
class ServicesOfKind:
    """All services of one kind in the resource group, declared or not."""

    kind: ServiceKind
    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def undeclared_refuse_public_networks(self, declared_ids: Sequence[str]) -> Fact:
        """Whether every service that the environment does not declare refuses public networks, too.

        Raises:
            NotEvaluated: The list is empty, although services of this kind are declared: who may not see any sees none.
        """
        if not self.documents and any(is_within(known, self.scope) for known in declared_ids):
            raise NotEvaluated(
                f"Azure lists nothing at {self.scope}, where the environment file declares services.",
                "Grant the suite's identity Reader on the resource group, or deploy what is declared.",
                self.readings,
            )
        others = [one for one in self.documents if not any(same_id(one.id, known) for known in declared_ids)]
        judged = [(one, *_refuses_public_networks(one)) for one in others]
        found = [f"{one.id}: {observed}" for one, holds, observed in judged if not holds]
        remedy = "; ".join(_disable_public_access(self.kind, one.id) for one, holds, _ in judged if not holds)
        if len(others) + len(declared_ids) < len(self.documents):
            found.append("two services of one id were listed")
        return Fact(
            not found,
            f"publicNetworkAccess is Disabled on every other service of kind {PROVIDERS[self.kind]}",
            listed(found, f"{len(others)} undeclared, none of them public"),
            self.scope,
            self.readings,
            remedy,
        )


@dataclass(frozen=True, slots=True)
class PublicAddresses:
    """The public IP addresses of the resource group."""

    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    @property
    def are_none(self) -> Fact:
        """Whether there is no public IP address."""
        found = [f"{one.name} ({one.text('properties', 'ipAddress') or 'no address yet'})" for one in self.documents]
        remedy = "; ".join(f"az network public-ip delete {named(one.id)}" for one in self.documents)
        return Fact(not found, "no public IP address", listed(found), self.scope, self.readings, remedy)


def _disable_public_access(kind: ServiceKind, service_id: str) -> str:
    """Return the command that disables public access; the Azure CLI has none of its own for Cognitive Services."""
    if kind == "cognitive":
        return f"az resource update --ids {service_id} --set properties.publicNetworkAccess=Disabled"
    return f"{_UPDATES[kind]} {named(service_id)} {_DISABLE_PUBLIC_ACCESS[kind]}"


def _refuses_public_networks(document: Document) -> Judgement:
    found = document.text("properties", "publicNetworkAccess")
    return (found or "").casefold() == "disabled", f"publicNetworkAccess is {found or 'absent, which means enabled'}"


def _address_range(rule: Document) -> str:
    """Return a firewall rule's range: the addresses decide, not the name."""
    start = rule.text("properties", "startIpAddress") or rule.text("properties", "startIPv6Address") or "?"
    end = rule.text("properties", "endIpAddress") or rule.text("properties", "endIPv6Address") or "?"
    meaning = " (all of Azure)" if start == end == "0.0.0.0" else ""  # noqa: S104  (an address that is judged, not bound)
    return f"{start}-{end}{meaning} by rule {rule.name}"


def _told(flag: bool | None) -> str:
    return "absent" if flag is None else str(flag).lower()
