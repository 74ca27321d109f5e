"""Flows from outside: what one open door proves is not undone by an address that nobody could reach."""

from __future__ import annotations

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.network.flows import InsideFlow, OutsideFlow
from assurance.world.dns import Resolution
from assurance.world.sockets import Connection

NAME = "kv-apex-prod.vault.azure.net"
ZONE = "privatelink.vaultcore.azure.net"
OPEN = Connection("open", http_status=200, reading="open")
REFUSED = Connection("refused", reading="refused")
STRANDED = Connection("unreachable", tls_failure="No route to host", reading="stranded")
FIREWALL = Connection("open", http_status=403, http_body="ForbiddenByFirewall", reading="firewall")
SILENT = Connection("open", reading="silent")


def outside(*connections: tuple[str, Connection]) -> OutsideFlow:
    """Return the flow of a service with these connections, by address."""
    addresses = tuple(address for address, _ in connections)
    return OutsideFlow(NAME, 443, Resolution(NAME, True, (), addresses, "name"), connections)


def test_open_address_fails_though_another_cannot_be_reached() -> None:
    """An address that admits proves the service open, whatever this machine has no route to."""
    fact = outside(("203.0.113.7", OPEN), ("203.0.113.8", STRANDED)).is_closed
    assert not fact.holds
    assert "203.0.113.7:443 open, HTTP 200" in fact.observed


def test_unreachable_public_address_proves_nothing() -> None:
    """Without a route to a public address, nothing is known of it."""
    with pytest.raises(NotEvaluated, match=r"no route to 203\.0\.113\.8"):
        _ = outside(("203.0.113.7", REFUSED), ("203.0.113.8", STRANDED)).is_closed


def test_refusal_by_the_service_is_closed_and_told() -> None:
    """A service that says why it refuses is closed, and its words are in what was observed."""
    fact = outside(("203.0.113.7", FIREWALL)).is_closed
    assert fact.holds
    assert fact.observed == "203.0.113.7:443 open, HTTP 403, ForbiddenByFirewall"


def test_open_port_that_says_no_more_is_not_judged() -> None:
    """A gateway that accepts and says nothing may still refuse at sign-in."""
    with pytest.raises(NotEvaluated, match="accepts a connection from outside, and says no more: 203"):
        _ = outside(("203.0.113.7", SILENT)).is_closed


@pytest.mark.parametrize(
    ("aliases", "addresses", "holds", "observed"),
    [
        ((f"x.{ZONE}",), ("10.0.2.4",), True, f"aliases x.{ZONE}"),
        ((f"x.{ZONE}",), (), False, f"aliases x.{ZONE}, and no address"),
        ((f"x{ZONE}",), ("10.0.2.4",), False, f"aliases x{ZONE}"),
    ],
)
def test_alias_counts_only_where_it_leads_somewhere(
    aliases: tuple[str, ...], addresses: tuple[str, ...], holds: bool, observed: str
) -> None:
    """A name leads through the zone if an alias lies in it and the chain ends in an address."""
    flow = InsideFlow(NAME, 443, Resolution(NAME, True, aliases, addresses, "name"), ())
    fact = flow.resolves_through(ZONE)
    assert (fact.holds, fact.observed) == (holds, observed)
