"""Private DNS zones: records of every type, and what is known of them whatever else cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.network.private_dns_zone import PrivateDnsZone
from assurance.world.azure.document import Document
from tests.assurance.estate.documents import GROUP, READING, refused, resource

ZONE = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.cognitiveservices.azure.com"
A = {"aRecords": [{"ipv4Address": "10.0.2.4"}]}


def zone(**records: Mapping[str, object]) -> PrivateDnsZone:
    """Return a zone with these record sets, by name."""
    found = tuple(resource(f"{ZONE}/X/{name}", **properties) for name, properties in records.items())
    return PrivateDnsZone(ZONE, (), READING, lambda: (found, ("records",)))


def at(*addresses: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses of an endpoint."""
    return addresses, ("interface",)


@pytest.mark.parametrize(
    "properties",
    [
        {"aRecords": [{"ipv4Address": "20.1.2.3"}]},
        {"aaaaRecords": [{"ipv6Address": "2001:db8::5"}]},
        {"cnameRecord": {"cname": "x.azurewebsites.net"}},
        {"cnameRecord": {"cname": "x.cognitiveservices.azure.com."}},
        {"cnameRecord": {"cname": "x.notprivatelink.cognitiveservices.azure.com"}},
    ],
)
def test_no_record_leads_out(properties: dict[str, object]) -> None:
    """A public address of either family fails, and so does an alias of a name outside the zone."""
    assert not zone(one=A, two=properties).has_only_private_addresses.holds


@pytest.mark.parametrize(
    "properties",
    [
        {"aaaaRecords": [{"ipv6Address": "fd00::5"}]},
        {"cnameRecord": {"cname": "one.privatelink.cognitiveservices.azure.com."}},
        {"soaRecord": {"host": "azureprivatedns.net"}},
        {"txtRecords": [{"value": ["20.1.2.3"]}]},
    ],
)
def test_other_records_are_no_finding(properties: dict[str, object]) -> None:
    """Private addresses, aliases within the zone, and records that are no addresses pass."""
    assert zone(one=A, two=properties).has_only_private_addresses.holds


def test_zone_without_addresses_is_not_judged() -> None:
    """The start of authority alone proves nothing."""
    with pytest.raises(NotEvaluated, match="no A record to judge"):
        _ = zone(one={"soaRecord": {"host": "azureprivatedns.net"}}).has_only_private_addresses


def test_broken_record_hides_no_public_one() -> None:
    """A record that cannot be read leaves the others judged; alone it is not judged."""
    broken: dict[str, object] = {"aRecords": [{"ipv4Address": 7}]}
    public: dict[str, object] = {"aRecords": [{"ipv4Address": "20.1.2.3"}]}
    assert not zone(a=broken, b=public).has_only_private_addresses.holds
    with pytest.raises(NotEvaluated):
        _ = zone(a=broken, b=A).has_only_private_addresses


def test_each_service_of_a_shared_zone_needs_its_own_record() -> None:
    """A zone that two services share holds a record for each: the second's is not the first's."""
    shared = zone(**{"di-two": A})
    assert shared.holds_record("di-two", lambda: at("10.0.2.4")).holds
    missing = shared.holds_record("di", lambda: at("10.0.2.5"))
    assert (missing.holds, missing.observed) == (False, "A record di: none")


def test_missing_and_public_records_fail_though_the_endpoint_cannot_be_read() -> None:
    """Only a private address has to be compared with the endpoint's."""
    found = zone(public={"aRecords": [{"ipv4Address": "20.1.2.3"}]}, private=A)
    assert not found.holds_record("none", refused()).holds
    assert not found.holds_record("public", refused()).holds
    with pytest.raises(NotEvaluated, match="No permission"):
        found.holds_record("private", refused())


def test_second_address_of_either_family_is_not_the_endpoints() -> None:
    """A name with an IPv6 address beside its endpoint's address leads to two places."""
    six: dict[str, object] = {"aaaaRecords": [{"ipv6Address": "fd00::5"}]}
    records: tuple[Document, ...] = (resource(f"{ZONE}/A/one", **A), resource(f"{ZONE}/AAAA/one", **six))
    judged = PrivateDnsZone(ZONE, (), READING, lambda: (records, READING))
    assert not judged.holds_record("one", lambda: at("10.0.2.4")).holds
