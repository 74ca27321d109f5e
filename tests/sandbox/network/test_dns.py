"""The DNS server: private addresses inside, public ones outside, over UDP and TCP."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from sandbox import AzureEstate
from sandbox.network.dns import DnsServer, DnsView
from sandbox.network.services import PlatformService, platform_services

SERVICES = platform_services(AzureEstate.load("sandbox"))
VAULT = next(service for service in SERVICES if service.key == "key_vault")


@pytest.fixture
def server() -> Iterator[DnsServer]:
    """A DNS server with both views."""
    running = DnsServer(SERVICES)
    running.start()
    yield running
    running.stop()


def _resolver(view: DnsView) -> dns.resolver.Resolver:
    host, _, port = view.address.partition(":")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [host], int(port), 2.0
    return resolver


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.key)
@pytest.mark.parametrize("over_tcp", [False, True], ids=["udp", "tcp"])
def test_views_differ(server: DnsServer, service: PlatformService, over_tcp: bool) -> None:
    """A service's name leads over its privatelink name to the private address inside, to the public one outside."""
    inside = _resolver(server.inside).resolve(service.fqdn, "A", tcp=over_tcp)
    outside = _resolver(server.outside).resolve(service.fqdn, "A", tcp=over_tcp)
    assert [record.to_text() for record in inside] == [service.private_address]
    assert [record.to_text() for record in outside] == [service.public_address]
    for answer in (inside, outside):
        first = answer.response.answer[0]
        assert first.to_text().split() == [f"{service.fqdn}.", "10", "IN", "CNAME", f"{service.private_name}."]
    assert len(inside.chaining_result.cnames) == 1
    assert len(outside.chaining_result.cnames) == 1 + len(service.public_aliases)


def test_an_unknown_name_does_not_exist(server: DnsServer) -> None:
    """Any other name is NXDOMAIN."""
    with pytest.raises(dns.resolver.NXDOMAIN):
        _resolver(server.inside).resolve("example.vault.azure.net", "A")


def test_there_is_no_ipv6(server: DnsServer) -> None:
    """A service's name exists but has no AAAA record."""
    with pytest.raises(dns.resolver.NoAnswer):
        _resolver(server.inside).resolve(VAULT.fqdn, "AAAA")


def test_names_compare_without_case(server: DnsServer) -> None:
    """Casing in a question does not matter."""
    assert [str(one) for one in _resolver(server.inside).resolve(VAULT.fqdn.upper(), "A")] == [VAULT.private_address]


def test_a_name_can_be_pointed_elsewhere(server: DnsServer) -> None:
    """One call makes a name lead to other addresses, one removes it."""
    server.inside.point(VAULT.fqdn, "203.0.113.9", "203.0.113.10")
    resolver = _resolver(server.inside)
    assert {str(one) for one in resolver.resolve(VAULT.fqdn, "A")} == {"203.0.113.9", "203.0.113.10"}
    server.inside.remove(VAULT.fqdn)
    with pytest.raises(dns.resolver.NXDOMAIN):
        resolver.resolve(VAULT.fqdn, "A")


def test_an_alias_without_address_does_not_exist(server: DnsServer) -> None:
    """A privatelink name whose record is gone is NXDOMAIN behind its alias, as in a zone without the record."""
    server.inside.remove(VAULT.private_name)
    with pytest.raises(dns.resolver.NXDOMAIN):
        _resolver(server.inside).resolve(VAULT.fqdn, "A")


def test_an_alias_loop_ends(server: DnsServer) -> None:
    """Aliases that run in a circle are answered once and have no address."""
    server.inside.aliases["a.example"], server.inside.aliases["b.example"] = "b.example", "a.example"
    query = dns.message.make_query("a.example", "A")
    host, _, port = server.inside.address.partition(":")
    answer = dns.query.udp(query, host, port=int(port), timeout=2)
    assert [rrset.name.to_text() for rrset in answer.answer] == ["a.example.", "b.example."]


def test_a_server_failure(server: DnsServer) -> None:
    """A name can be made to fail with a response code."""
    server.inside.fail(VAULT.fqdn, "SERVFAIL")
    query = dns.message.make_query(VAULT.fqdn, "A")
    host, _, port = server.inside.address.partition(":")
    assert dns.query.udp(query, host, port=int(port), timeout=2).rcode() == dns.rcode.SERVFAIL


def test_silence(server: DnsServer) -> None:
    """A name can be made to get no answer."""
    server.inside.fail(VAULT.fqdn, "silent")
    resolver = _resolver(server.inside)
    resolver.lifetime = 0.3
    with pytest.raises(dns.resolver.LifetimeTimeout):
        resolver.resolve(VAULT.fqdn, "A")
    assert f"{VAULT.fqdn} A" in server.inside.queries


def test_a_long_answer_moves_to_tcp(server: DnsServer) -> None:
    """What does not fit into a datagram is announced as cut short, and complete over TCP."""
    addresses = [f"203.0.113.{number}" for number in range(1, 60)]
    server.inside.point("many.example", *addresses)
    host, _, port = server.inside.address.partition(":")
    query = dns.message.make_query("many.example", "A")
    answer, used_tcp = dns.query.udp_with_fallback(query, host, port=int(port), timeout=2)
    assert used_tcp
    assert len(answer.answer[0]) == len(addresses)


def test_garbage_is_ignored(server: DnsServer) -> None:
    """What is no DNS message is not answered and does no harm."""
    host, _, port = server.inside.address.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"not a message", (host, int(port)))
    assert [str(one) for one in _resolver(server.inside).resolve(VAULT.fqdn, "A")] == [VAULT.private_address]
