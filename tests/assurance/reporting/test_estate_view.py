"""The network as the readings of a run show it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assurance.reporting.estate_view import kind_of, networks
from assurance.reporting.html.estate_figure import MAX_LINKS, estate_section
from assurance.reporting.model import RunModel
from assurance.tape import Reading
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import HOSTILE, SUBSCRIPTION, reading, record, sample_model

NETWORK = f"{SUBSCRIPTION}/providers/Microsoft.Network"
VNET = f"{NETWORK}/virtualNetworks/vnet"
SQL = f"{SUBSCRIPTION}/providers/Microsoft.Sql/servers/sql"
CAE = f"{SUBSCRIPTION}/providers/Microsoft.App/managedEnvironments/cae"
IDENTITY = f"{SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
ZONE = f"{NETWORK}/privateDnsZones/privatelink.database.windows.net"


def answered(number: int, identifier: str, document: object) -> Reading:
    """Return the reading of a resource, or of a list."""
    return reading(number, f"GET https://management.azure.com{identifier}", json.dumps(document).encode())


def subnet(name: str, group: str) -> dict[str, object]:
    """Return a subnet as a virtual network has it."""
    properties = {
        "addressPrefix": "10.0.0.0/24",
        "networkSecurityGroup": {"id": f"{NETWORK}/networkSecurityGroups/{group}"},
    }
    return {"id": f"{VNET}/subnets/{name}", "name": name, "properties": properties}


def endpoint(name: str) -> dict[str, object]:
    """Return a private endpoint to the SQL server, in the subnet `endpoints`."""
    state = {"status": "Approved"}
    connection = {"properties": {"privateLinkServiceId": SQL, "privateLinkServiceConnectionState": state}}
    properties = {"subnet": {"id": f"{VNET}/subnets/ENDPOINTS"}, "privateLinkServiceConnections": [connection]}
    return {"id": f"{NETWORK}/privateEndpoints/{name}", "name": name, "properties": properties}


def readings(endpoints: int = 1, name: str = "pe") -> tuple[Reading, ...]:
    """Return what a run reads of a network with two subnets, endpoints and an application."""
    space = {"addressPrefixes": ["10.0.0.0/16"]}
    vnet = {
        "id": VNET,
        "properties": {"addressSpace": space, "subnets": [subnet("apps", "nsg-a"), subnet("endpoints", "nsg-e")]},
    }
    listed = {"value": [endpoint(f"{name}{number}") for number in range(endpoints)]}
    group_id = f"{NETWORK}/privateEndpoints/{name}0/privateDnsZoneGroups/default"
    zones = {
        "value": [
            {"id": group_id, "properties": {"privateDnsZoneConfigs": [{"properties": {"privateDnsZoneId": ZONE}}]}}
        ]
    }
    cae = {
        "id": CAE,
        "properties": {"vnetConfiguration": {"internal": True, "infrastructureSubnetId": f"{VNET}/subnets/apps"}},
    }
    ingress = {"external": True, "targetPort": 8000}
    app_id = f"{SUBSCRIPTION}/providers/Microsoft.App/containerApps/app"
    app = {
        "id": app_id,
        "identity": {"userAssignedIdentities": {IDENTITY: {}}},
        "properties": {"managedEnvironmentId": CAE, "configuration": {"ingress": ingress}},
    }
    return (
        answered(1, VNET, vnet),
        answered(2, f"{NETWORK}/privateEndpoints", listed),
        answered(3, f"{NETWORK}/privateDnsZoneGroups", zones),
        answered(4, CAE, cae),
        answered(5, app_id, app),
    )


def model(*cases: tuple[str, Verdict], endpoints: int = 1, name: str = "pe") -> RunModel:
    """Return a run with these readings, and a case about each of these resources."""
    verdicts = tuple(
        replace(record("SEC-01", "test_it", f"s{number}", verdict), resources=(resource,))
        for number, (resource, verdict) in enumerate(cases)
    )
    return replace(sample_model(), verdicts=verdicts, readings=readings(endpoints, name))


def test_what_was_read_is_found() -> None:
    """Subnets with groups, endpoints with zones and services, environment, ingress and identities are found."""
    [network] = networks(model())
    assert (network.part.name, network.part.note) == ("vnet", "10.0.0.0/16")
    apps, endpoints = network.subnets
    assert [one.group.name for one in network.subnets if one.group is not None] == ["nsg-a", "nsg-e"]
    assert apps.environment is not None
    assert (apps.environment.name, apps.environment.note) == ("cae", "internal")
    [(application, identities)] = apps.applications
    assert application.note == "ingress from the network to port 8000"
    assert [one.name for one in identities] == ["id"]
    [link] = endpoints.links
    assert (link.endpoint.name, link.endpoint.note, link.service.name) == ("pe0", "Approved", "sql")
    assert [one.name for one in link.zones] == ["privatelink.database.windows.net"]


def test_a_part_has_its_worst_verdict() -> None:
    """A resource is coloured by the worst case about it, or about a part of it, whatever the casing of the id."""
    failing = (f"{SQL.upper()}/firewallRules/all", Verdict.FAIL)
    [network] = networks(model((SQL, Verdict.PASS), failing, (f"{VNET}/subnets/apps", Verdict.NOT_EVALUATED)))
    [link] = network.subnets[1].links
    assert (link.service.verdict, link.service.cases) == (Verdict.FAIL, 2)
    assert network.part.verdict is Verdict.NOT_EVALUATED
    assert link.endpoint.verdict is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"value": 3}', b'{"id": 5}', b'{"id": "' + VNET.encode() + b'"}', b"[" * 9999]
)
def test_other_answers_are_no_resources(body: bytes) -> None:
    """An answer that is no resource is not drawn, and one without properties is drawn as what it is."""
    broken = replace(sample_model(), readings=(reading(1, f"GET https://x{VNET}", body),))
    assert all(one.subnets == () for one in networks(broken))


def test_kind_is_told_by_the_id() -> None:
    """The type of a resource stands in its id; what is no id has none."""
    assert kind_of(f"{VNET}/subnets/apps") == "microsoft.network/virtualnetworks/subnets"
    assert kind_of("sql-apex") == ""


def test_each_part_is_a_link_to_its_cases() -> None:
    """What a case is about leads to the cases about it, with its verdict in words; what none is about is no link."""
    drawn = estate_section(model((SQL, Verdict.FAIL)))
    assert drawn.count("<a ") == 1
    assert "#about:%2Fsubscriptions" in drawn
    assert "sql SQL server: fail, 1 case" in drawn


def test_nothing_is_drawn_without_a_network() -> None:
    """A run that read no virtual network has no picture."""
    assert estate_section(replace(sample_model(), readings=())) == ""


def test_many_endpoints_and_hostile_names_stay_bounded() -> None:
    """Of very many endpoints some are drawn and the others counted; a name stays text, and within its box."""
    drawn = estate_section(model(endpoints=MAX_LINKS + 3, name=HOSTILE.replace("/", "") + "n" * 5_000))
    assert "and 3 more endpoints" in drawn
    assert "<script>" not in drawn
    assert len(drawn) < 3_000_000
