"""Private endpoints: an address for each member, and connections that are in force."""

from __future__ import annotations

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.network.private_endpoint import PrivateEndpoint, is_in_force
from assurance.world.azure.document import Document
from tests.assurance.estate.documents import ENDPOINT, GROUP, READING, document, refused, resource

MEMBERS = {
    "default": "ai.cognitiveservices.azure.com",
    "secondary": "ai.openai.azure.com",
    "third": "ai.services.ai.azure.com",
}


def interface(members: dict[str, str]) -> Document:
    """Return an interface with an address for each member, which names one host."""
    links = [
        {"groupId": "g", "requiredMemberName": name, "fqdns": [host] * bool(host)} for name, host in members.items()
    ]
    configurations = [
        {"properties": {"privateIPAddress": f"10.0.2.{number}", "privateLinkConnectionProperties": link}}
        for number, link in enumerate(links, start=4)
    ]  # fmt: skip
    return resource(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/nic", ipConfigurations=configurations)


def endpoint(members: dict[str, str], *statuses: str) -> PrivateEndpoint:
    """Return an endpoint of these members, with a connection of each status."""
    connections = [{"properties": {"privateLinkServiceConnectionState": {"status": one}}} for one in statuses]
    return PrivateEndpoint(
        ENDPOINT,
        resource(ENDPOINT, privateLinkServiceConnections=connections),
        READING,
        lambda: ((interface(members),), ("interface",)),
        refused(),
    )


@pytest.mark.parametrize(
    ("host", "address"), [(host, f"10.0.2.{number}") for number, host in enumerate(MEMBERS.values(), start=4)]
)
def test_each_host_has_the_address_of_its_member(host: str, address: str) -> None:
    """An account of three members has three addresses, and each name its own, in any casing."""
    assert endpoint(MEMBERS).addresses_of(host.upper()) == ((address,), (*READING, "interface"))


def test_host_of_no_member_is_not_judged() -> None:
    """An endpoint that names the hosts of its members says nothing of another host."""
    with pytest.raises(NotEvaluated, match=r"not for ai\.example"):
        endpoint(MEMBERS).addresses_of("ai.example")


def test_addresses_of_members_without_hosts_are_all_meant() -> None:
    """Where no member tells its hosts, the name has every address."""
    assert endpoint({"a": "", "b": ""}).addresses_of("ai.example")[0] == ("10.0.2.4", "10.0.2.5")


def test_only_address_is_that_of_any_name() -> None:
    """An endpoint with one address leads there, whatever host it tells."""
    assert endpoint({"vault": "other.example"}).addresses_of("one.example")[0] == ("10.0.2.4",)


@pytest.mark.parametrize(
    ("statuses", "holds"),
    [
        (("Approved",), True),
        (("Approved", "Disconnected"), True),
        (("Disconnected", "approved"), True),
        (("Disconnected",), False),
        (("Approved", "Rejected"), False),
        (("Approved", "Pending"), False),
        ((), False),
    ],
)
def test_one_connection_in_force_suffices(statuses: tuple[str, ...], holds: bool) -> None:
    """What is Disconnected beside an approved connection is history; anything else is not."""
    assert is_in_force(statuses) is holds
    assert endpoint(MEMBERS, *statuses).is_approved.holds is holds


def test_rejection_is_told_though_the_interface_cannot_be_read() -> None:
    """What is wrong with the endpoint itself does not wait for its neighbours."""
    found = document(id=ENDPOINT, properties={"subnet": {"id": f"{GROUP}/x"}})
    judged = PrivateEndpoint(ENDPOINT, found, READING, refused(), refused())
    assert not judged.is_in_subnet(f"{GROUP}/y").holds
    assert not judged.is_approved.holds
