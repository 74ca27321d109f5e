"""The platform services: their kinds, and how each is reached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from assurance.environment import load
from assurance.environment.kinds import service_types
from assurance.errors import NotEvaluated
from assurance.estate.estate import DeclaredIds
from assurance.estate.network.private_dns_zone import PrivateDnsZone
from assurance.estate.network.private_endpoint import PrivateEndpoint
from assurance.estate.services.data_services import CognitiveAccount, KeyVault, SqlServer, StorageAccount
from assurance.estate.services.platform_service import WithNetworkRules
from assurance.estate.services.private_access import ServiceName, names_of_services
from assurance.estate.services.public_access import KINDS, PublicAddresses
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
    return cls(service_id, found, READING, declared_service(kind, **declared), (ENDPOINT,), (NETWORK,))


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
    return SqlServer(server_id, found, READING, declared, (ENDPOINT,), (NETWORK,), firewall, refused(), refused())


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


PROD = Path(__file__).parents[4] / "environments" / "prod.toml"
ZONES = "providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com"


def name(zone: PrivateDnsZone, *zone_ids: str) -> ServiceName:
    """Return a name whose endpoint keeps its record in these zones."""
    configurations = [{"properties": {"privateDnsZoneId": zone_id}} for zone_id in zone_ids]
    group = resource(f"{ENDPOINT}/privateDnsZoneGroups/default", privateDnsZoneConfigs=configurations)
    endpoint = PrivateEndpoint(ENDPOINT, resource(ENDPOINT), READING, refused(), lambda: ((group,), ("groups",)))
    return ServiceName("one.openai.azure.com", zone, NETWORK, lambda: endpoint)


def missing(zone_id: str) -> PrivateDnsZone:
    """Return a zone that is not there."""
    return PrivateDnsZone(zone_id, None, READING, lambda: (None, READING))


def test_zone_of_the_hub_that_is_not_declared_is_not_judged() -> None:
    """The endpoint keeps its record in a zone elsewhere: nothing is told to be missing, and no remedy breaks it."""
    judged = name(missing(f"{GROUP}/{ZONES}"), f"{HUB}/{ZONES}")
    for adjective in ("has_its_zone", "is_known_to_the_network", "is_registered", "leads_to_its_endpoint"):
        with pytest.raises(NotEvaluated, match="which the environment file does not declare"):
            getattr(judged, adjective)


def test_zone_of_the_hub_that_is_declared_holds() -> None:
    """Declared with its subscription and group, the hub's zone is judged like any other."""
    zone = PrivateDnsZone(f"{HUB}/{ZONES}", (), READING, refused())
    assert name(zone, f"{HUB}/{ZONES}").is_registered.holds
    assert name(zone, f"{HUB}/{ZONES}").has_its_zone.holds


def test_zone_that_is_nowhere_is_missing() -> None:
    """Where no zone group names another, the declared zone does not exist, and that fails."""
    assert not name(missing(f"{GROUP}/{ZONES}")).has_its_zone.holds


def _declared(more: Mapping[str, object]) -> Mapping[str, object]:
    endpoint = {"private_endpoint": more}
    return {"services": {"openai": endpoint}}


def test_each_further_name_is_judged_in_its_own_zone() -> None:
    """An endpoint that serves three names has three records, in the zones that are declared for them."""
    names = [
        {"fqdn": "ai.cognitiveservices.azure.com", "zone": "privatelink.cognitiveservices.azure.com"},
        {
            "fqdn": "ai.services.ai.azure.com",
            "zone": "privatelink.services.ai.azure.com",
            "zone_resource_group": "hub",
            "zone_subscription": HUB.split("/")[2],
        },
    ]
    environment = load(PROD, _declared({"names": names}))
    mine = [one for one in names_of_services(environment) if one.service == "openai"]
    assert [one.host for one in mine[1:]] == ["ai.cognitiveservices.azure.com", "ai.services.ai.azure.com"]
    assert DeclaredIds(environment).zone_id(mine[2].zone) == (
        f"{HUB}/providers/Microsoft.Network/privateDnsZones/privatelink.services.ai.azure.com"
    )


ADDRESS = f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/pip"
GATEWAY = f"{GROUP}/providers/Microsoft.Network/natGateways/ng"


@pytest.mark.parametrize(("permitted", "holds"), [((), False), ((ADDRESS,), False), ((ADDRESS, GATEWAY), True)])
def test_address_of_a_gateway_is_told_as_its_own(permitted: tuple[str, ...], holds: bool) -> None:
    """The way out of the subnets is named, and passes where it is declared; the remedy does not delete it."""
    address = resource(ADDRESS, ipAddress="203.0.113.9", natGateway={"id": GATEWAY})
    lists = (lambda: ((address,), ("addresses",)), lambda: ((resource(GATEWAY),), ("gateways",)))
    fact = PublicAddresses(GROUP, permitted, lists).are_none
    assert fact.holds is holds
    if not permitted:
        assert f"pip (203.0.113.9) of NAT gateway {GATEWAY}" in fact.observed
        assert "add its id to public_addresses" in fact.remedy


def test_address_is_told_though_prefixes_cannot_be_read() -> None:
    """One list that shows an address is enough to fail."""
    address = resource(ADDRESS, ipAddress="203.0.113.9")
    assert not PublicAddresses(GROUP, (), (refused(), lambda: ((address,), ("addresses",)))).are_none.holds


RESOURCE_GROUP = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/apex-rg-prod"


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("sql", "az sql server update --resource-group apex-rg-prod --name one --enable-public-network false"),
        (
            "storage",
            "az storage account update --resource-group apex-rg-prod --name one --public-network-access Disabled",
        ),
        ("key_vault", "az keyvault update --resource-group apex-rg-prod --name one --public-network-access Disabled"),
        ("cognitive", "az resource update --ids ID --set properties.publicNetworkAccess=Disabled"),
    ],
)
def test_the_remedy_for_public_access_is_that_of_the_kind(kind: str, command: str) -> None:
    """A service that is public is closed by the command of its own kind, with its names filled in."""
    service_id = f"{RESOURCE_GROUP}/providers/{service_types()[kind]}/one"
    assert KINDS[kind].closing(service_id) == command.replace("ID", service_id)
