"""Public addresses: whose each is, and which are declared."""

from __future__ import annotations

import pytest

from assurance.estate.services.public_access import PublicAddresses
from tests.assurance.estate.documents import GROUP, refused, resource

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
