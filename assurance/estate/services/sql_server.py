"""SQL servers."""

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
    shown,
)
from assurance.estate.services.platform_service import WithLeastTls
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class SqlServer(WithLeastTls):
    """A SQL server (Microsoft.Sql/servers).

    Attributes:
        firewall_rules: Its rules, for IPv4 and IPv6, which stand beside it.
        entra_only: Its setting for Microsoft Entra-only authentication; None if it has none.
    """

    LISTING = ("sql", "servers", "list_by_resource_group")
    UPDATE = "az sql server update"
    TLS = "properties.minimalTlsVersion"
    TLS_OPTION = "--minimal-tls-version 1.2"

    firewall_rules: Part[Documents]
    entra_only: Part[One]

    @classmethod
    def read(cls, estate: Estate, key: str) -> SqlServer:
        """Return the declared server of that key."""
        service_id, document, readings = cls.found(estate, key)
        rules, entra = partial(_firewall_rules, estate, service_id), partial(_entra_only, estate, service_id)
        return cls(service_id, document, readings, estate.environment.services[key], rules, entra)

    @classmethod
    def closing(cls, service_id: str) -> str:
        """Return the command that disables public network access."""
        return f"{cls.UPDATE} {named(service_id)} --enable-public-network false"

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """Its firewall rules and its setting for authentication, if it exists."""
        return (self.firewall_rules, self.entra_only) if self.document is not None else ()

    @property
    def admits_no_address(self) -> Fact:
        """Whether no firewall rule lets an address in."""
        rules, readings = self.firewall_rules() if self.document is not None else ((), ())
        found = [_address_range(rule) for rule in rules]
        server = named(self.id).replace("--name", "--server")
        remedy = f"az sql server firewall-rule delete {server} --name RULE"
        observed = f"lets in {listed(found)}"
        return self.judge("no IP or firewall rule", lambda _: (not found, observed), remedy, readings)

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no SQL logins."""
        setting, readings = self.entra_only() if self.document is not None else (None, ())
        found = setting.flag("properties", "azureADOnlyAuthentication") if setting is not None else None

        def refused(_: Document) -> Judgement:
            return found is True, f"azureADOnlyAuthentication is {shown(found)}"

        remedy = f"az sql server ad-only-auth enable {named(self.id)}"
        return self.judge("azureADOnlyAuthentication is true", refused, remedy, readings)


@read_once
def _firewall_rules(estate: Estate, server_id: str) -> Documents:
    rules: tuple[Document, ...] = ()
    readings: tuple[str, ...] = ()
    for family in ("firewall_rules", "ipv6_firewall_rules"):
        operation = estate.questions.operation("sql", family, "list_by_server")
        arguments = (resource_group_of(server_id), name_of(server_id))
        found, cited = estate.questions.children(operation, server_id, *arguments)
        if found is None:
            raise NotEvaluated(f"{server_id} is listed, but its firewall rules are not found.", "", cited)
        rules, readings = rules + found, readings + cited
    return rules, readings


@read_once
def _entra_only(estate: Estate, server_id: str) -> One:
    setting = f"{server_id}/azureADOnlyAuthentications/Default"
    operation = estate.questions.operation("sql", "server_azure_ad_only_authentications", "get")
    return estate.questions.nested(
        operation, setting, resource_group_of(server_id), name_of(server_id), name_of(setting)
    )


def _address_range(rule: Document) -> str:
    """Return a firewall rule's range: the addresses decide, not the name."""
    start = rule.text("properties", "startIpAddress") or rule.text("properties", "startIPv6Address") or "?"
    end = rule.text("properties", "endIpAddress") or rule.text("properties", "endIPv6Address") or "?"
    meaning = " (all of Azure)" if start == end == "0.0.0.0" else ""  # noqa: S104  (an address that is judged, not bound)
    return f"{start}-{end}{meaning} by rule {rule.name}"
