"""Doors beside public network access: what passes the rules, who is let in, and what the environment file permits."""

from __future__ import annotations

import pytest

from assurance.environment.kinds import service_types
from assurance.errors import NotEvaluated
from assurance.estate.services.cognitive_account import CognitiveAccount
from assurance.estate.services.key_vault import KeyVault
from assurance.estate.services.platform_service import WithNetworkRules
from assurance.estate.services.sql_server import SqlServer
from assurance.estate.services.storage_account import StorageAccount
from tests.assurance.estate.documents import ENDPOINT, GROUP, HUB, NETWORK, READING, declared_service, refused, resource

STRANGER = f"{HUB}/providers/Microsoft.Network/privateEndpoints/pe-stranger"
JUMP = f"{HUB}/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jump"
WORKSPACE = f"{HUB}/providers/Microsoft.Synapse/workspaces/syn"


def service(
    cls: type[WithNetworkRules], kind: str, properties: dict[str, object], **declared: object
) -> WithNetworkRules:
    """Return a service of a kind with these properties."""
    service_id = f"{GROUP}/providers/{service_types()[kind]}/one"
    found = resource(service_id, **properties)
    return cls(service_id, found, READING, declared_service(kind, **declared), ENDPOINT, NETWORK)


def vault(rules: dict[str, object], **declared: object) -> WithNetworkRules:
    """Return a vault with these network rules."""
    return service(KeyVault, "key_vault", {"publicNetworkAccess": "Disabled", "networkAcls": rules}, **declared)


@pytest.mark.parametrize(
    ("bypass", "permitted", "holds"),
    [
        ("None", False, True),
        ("none", False, True),
        ("AzureServices", False, False),
        (None, False, False),
        ("AzureServices", True, True),
        (None, True, True),
        ("Logging, AzureServices", True, False),
    ],
)
def test_trusted_services_pass_only_where_declared(bypass: str | None, permitted: bool, holds: bool) -> None:
    """Disabled and Deny are not enough: what is not said of trusted services means that they pass."""
    rules: dict[str, object] = {"defaultAction": "Deny", **({"bypass": bypass} if bypass else {})}
    assert vault(rules, trusted_services=permitted).admits_no_trusted_service.holds is holds


def test_cognitive_services_let_nobody_pass_unless_they_say_so() -> None:
    """For this kind, absent means that no trusted service passes."""
    silent = service(CognitiveAccount, "cognitive", {"networkAcls": {"defaultAction": "Deny"}})
    assert silent.admits_no_trusted_service.holds


@pytest.mark.parametrize(
    ("subnet", "permitted", "holds"),
    [
        (JUMP, (), False),
        (JUMP, (JUMP.replace("vnet-hub", "VNET-HUB"),), True),
        (f"{NETWORK}/subnets/apps", (), True),
        (f"{NETWORK}2/subnets/apps", (), False),
    ],
)
def test_subnets_of_other_networks_are_let_in_only_where_declared(
    subnet: str, permitted: tuple[str, ...], holds: bool
) -> None:
    """A rule may name the deployment's own network, or what the environment file permits."""
    judged = vault({"virtualNetworkRules": [{"id": subnet}]}, permitted_subnets=permitted)
    assert judged.admits_no_network.holds is holds


@pytest.mark.parametrize(("permitted", "holds"), [((), False), ((WORKSPACE,), True)])
def test_resources_are_let_in_only_where_declared(permitted: tuple[str, ...], holds: bool) -> None:
    """A storage account may let resources in by their id."""
    rules = {"networkAcls": {"resourceAccessRules": [{"tenantId": "t", "resourceId": WORKSPACE}]}}
    account = service(StorageAccount, "storage", dict(rules), permitted_resources=permitted)
    assert isinstance(account, StorageAccount)
    assert account.admits_no_resource.holds is holds


@pytest.mark.parametrize(
    ("status", "endpoint", "permitted", "holds"),
    [
        ("Approved", STRANGER, (), False),
        ("Approved", STRANGER, (STRANGER,), True),
        ("Pending", STRANGER, (), True),
        ("Approved", ENDPOINT, (), True),
    ],
)
def test_strangers_endpoints_are_approved_only_where_declared(
    status: str, endpoint: str, permitted: tuple[str, ...], holds: bool
) -> None:
    """An approved endpoint is a way in, whoever it belongs to."""
    state = {"privateLinkServiceConnectionState": {"status": status}, "privateEndpoint": {"id": endpoint}}
    properties: dict[str, object] = {"privateEndpointConnections": [{"properties": state}]}
    judged = service(KeyVault, "key_vault", properties, permitted_endpoints=permitted)
    assert judged.approves_no_stranger.holds is holds


def server(**properties: object) -> SqlServer:
    """Return a SQL server of which only the firewall for IPv4 can be read."""
    server_id = f"{GROUP}/providers/Microsoft.Sql/servers/one"
    rule = resource(f"{server_id}/firewallRules/all", startIpAddress="0.0.0.0", endIpAddress="255.255.255.255")  # noqa: S104  (an address that is judged, not bound)
    firewall = (lambda: ((rule,), ("ipv4",)), refused())
    found = resource(server_id, **properties)
    declared = declared_service("sql")
    return SqlServer(server_id, found, READING, declared, ENDPOINT, NETWORK, firewall, refused(), refused())


def test_open_firewall_is_told_though_its_other_half_cannot_be_read() -> None:
    """What is known to let addresses in fails; what is not known does not hide it."""
    fact = server().admits_no_address
    assert (fact.holds, fact.readings) == (False, (*READING, "ipv4"))
    with pytest.raises(NotEvaluated, match="No permission"):
        _ = server().refuses_local_authentication


@pytest.mark.parametrize(("version", "holds"), [("None", False), ("1.0", False), ("1.2", True), ("1.3", True)])
def test_text_none_is_no_least_version(version: str, holds: bool) -> None:
    """Azure answers the text None where no least TLS version was set."""
    assert server(minimalTlsVersion=version).requires_modern_tls.holds is holds
