"""The evaluation of network security groups: each quirk by example, and the whole against an obvious reference."""

from collections.abc import Iterator, Sequence
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import product
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.network.packet_regions import Box, escapes, merged, remainder
from assurance.estate.network.security_rules import Blocking, Flow, Opening, RuleSet, SecurityRule

SPACE = ("10.0.0.0/16", "fd00:a::/48")
GROUP_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/applicationSecurityGroups/web"


def properties(**changes: object) -> dict[str, object]:
    """The properties of an inbound rule that allows everything, with changes."""
    return {
        "priority": 100,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
        "sourceAddressPrefixes": [],
        "sourcePortRanges": [],
        "destinationAddressPrefixes": [],
        "destinationPortRanges": [],
    } | changes


def rule(name: str, priority: int, access: str = "Allow", **changes: object) -> SecurityRule:
    """A custom rule."""
    document = {"name": name, "properties": properties(priority=priority, access=access, **changes)}
    return SecurityRule.parse(document, default=False)


def from_source(name: str, priority: int, access: str, *prefixes: str) -> SecurityRule:
    """A custom rule about some source prefixes."""
    return rule(name, priority, access, sourceAddressPrefix="", sourceAddressPrefixes=list(prefixes))


def default_rules() -> Iterator[SecurityRule]:
    """The rules that Azure puts into every group."""
    for name, direction, priority, access, source, destination in (
        ("AllowVnetInBound", "Inbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
        ("AllowAzureLoadBalancerInBound", "Inbound", 65001, "Allow", "AzureLoadBalancer", "*"),
        ("DenyAllInBound", "Inbound", 65500, "Deny", "*", "*"),
        ("AllowVnetOutBound", "Outbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
        ("AllowInternetOutBound", "Outbound", 65001, "Allow", "*", "Internet"),
        ("DenyAllOutBound", "Outbound", 65500, "Deny", "*", "*"),
    ):
        ends = {"sourceAddressPrefix": source, "destinationAddressPrefix": destination}
        fields = properties(priority=priority, direction=direction, access=access, **ends)
        yield SecurityRule.parse({"name": name, "properties": fields}, default=True)


DEFAULTS = tuple(default_rules())


def group(*rules: SecurityRule) -> RuleSet:
    """A group with these custom rules and the default ones."""
    return RuleSet((*rules, *DEFAULTS), SPACE)


def flow(source: str, destination: str, *ports: str, protocol: str = "Tcp", direction: str = "Inbound") -> Flow:
    """A declared flow."""
    return Flow("declared", direction, protocol, source, destination, ports or ("*",))


def deciding(found: Sequence[Opening | Blocking]) -> list[str]:
    """The names of the deciding rules, in order, each once."""
    return list(dict.fromkeys(one.rule for one in found))


DENY_ALL = rule("DenyAll", 4096, "Deny")


# Priority and first match


def test_a_later_deny_does_not_cure_an_earlier_allow() -> None:
    """An Allow at 100 stays open though a Deny at 200 is about the same packets."""
    rules = group(rule("Ssh", 100, destinationPortRange="22"), rule("NoSsh", 200, "Deny", destinationPortRange="22"))
    assert deciding(rules.admits_from_internet()) == ["Ssh"]


def test_an_allow_behind_a_matching_deny_is_dead() -> None:
    """An Allow whose packets are all denied before it opens nothing."""
    rules = group(rule("Ssh", 200, destinationPortRange="22"), rule("NoSsh", 100, "Deny", destinationPortRange="20-30"))
    assert rules.admits_from_internet() == ()


def test_priority_decides_and_not_the_order_of_the_list() -> None:
    """The same rules in reverse give the same answer."""
    rules = (rule("NoSsh", 100, "Deny", destinationPortRange="22"), rule("Low", 200, destinationPortRange="1-1024"))
    assert group(*rules).admits_from_internet() == group(*reversed(rules)).admits_from_internet()
    assert "1-21, 23-1024" in group(*reversed(rules)).admits_from_internet()[0].description


def test_denying_tcp_leaves_udp_open() -> None:
    """A Deny of one protocol takes away that protocol only."""
    rules = group(rule("NoTcp", 100, "Deny", protocol="TCP"), rule("Dns", 200, destinationPortRange="53"))
    (opening,) = rules.admits_from_internet()
    assert opening.description.startswith("Udp, Icmp, Esp, Ah, other protocols 53 from Internet")


def test_rules_of_one_direction_do_not_touch_the_other() -> None:
    """An outbound Allow opens nothing inbound."""
    rules = group(rule("Out", 100, direction="Outbound"), DENY_ALL)
    assert rules.undeclared("Inbound", ()) == ()
    assert deciding(rules.undeclared("outbound", ())) == ["Out"]


def test_the_same_priority_twice_is_a_broken_reading() -> None:
    """Azure allows one rule per priority and direction, so two cannot be judged."""
    with pytest.raises(BrokenReading, match="share priority 100"):
        group(rule("One", 100), rule("Other", 100, "Deny")).admits_from_internet()


def test_rules_without_the_default_ones_cannot_be_judged() -> None:
    """Packets that no rule decides mean that the reading is incomplete, not that they are denied."""
    rules = RuleSet((rule("Ssh", 100, destinationPortRange="22"),), SPACE)
    with pytest.raises(BrokenReading, match="No inbound rule decides"):
        rules.admits_from_internet()
    with pytest.raises(BrokenReading, match="No inbound rule decides"):
        rules.blocked(flow("*", "*", "22", "23"))


# Fields


def test_plural_fields_count() -> None:
    """An Allow that names its source and ports in the plural fields only is an opening."""
    plural = rule(
        "Web",
        100,
        sourceAddressPrefix=None,
        sourceAddressPrefixes=["10.0.0.0/24", "203.0.113.0/24"],
        destinationPortRange="",
        destinationPortRanges=["80", "8000-8100"],
    )
    (opening,) = group(plural).admits_from_internet()
    assert "any protocol 80, 8000-8100 from Internet (203.0.113.0/24) to any address" in opening.description


def test_singular_and_plural_fields_are_united() -> None:
    """Both fields set at once both count."""
    for single, several in (("10.0.0.0/24", "198.51.100.7"), ("198.51.100.7", "10.0.0.0/24")):
        both = rule("Web", 100, sourceAddressPrefix=single, sourceAddressPrefixes=[several])
        assert "Internet (198.51.100.7)" in group(both).admits_from_internet()[0].description


@pytest.mark.parametrize("word", ["tcp", "Tcp", "TCP"])
def test_casing_of_every_word_varies(word: str) -> None:
    """Protocol, access, direction and tags are read in any casing."""
    odd = rule("Odd", 100, "ALLOW", protocol=word, direction="inBound", sourceAddressPrefix="INTERNET")
    assert group(odd).admits_from_internet()[0].description.startswith("Tcp all ports from Internet to any address")


@pytest.mark.parametrize("protocol", ["Tcp", "UDP", "icmp", "Esp", "Ah", "*", "Any"])
def test_every_protocol_of_azure_is_known(protocol: str) -> None:
    """Each protocol that Azure documents opens something."""
    assert deciding(group(rule("Open", 100, protocol=protocol)).admits_from_internet()) == ["Open"]


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": "Sctp"},
        {"sourceAddressPrefix": "10.0.0.0/33"},
        {"sourceAddressPrefix": "10.0.0"},
        {"sourceAddressPrefix": "10.0.0.9-10.0.0.1"},
        {"destinationPortRange": "80,443"},
        {"destinationPortRange": "443-80"},
        {"destinationPortRange": "65536"},
        {"destinationPortRange": "http"},
        {"destinationPortRange": "-22"},
    ],
    ids=str,
)
def test_a_text_that_cannot_be_read_is_a_doubt_of_its_rule(changes: dict[str, object]) -> None:
    """Azure accepts a few that mean nothing: the rule says which, and its group is read all the same."""
    [(field, value)] = changes.items()
    assert rule("Odd", 100, "Allow", **changes).doubt == f"{field} {value!r} cannot be read"


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": None},
        {"access": "Permit"},
        {"direction": "Both"},
        {"direction": None},
        {"priority": "100"},
        {"priority": True},
        {"priority": None},
        {"sourceAddressPrefix": ""},
        {"sourceAddressPrefix": 10},
        {"sourceAddressPrefixes": "10.0.0.0/8"},
        {"destinationAddressPrefix": None},
        {"destinationPortRange": None},
        {"sourcePortRange": ""},
        {"sourceApplicationSecurityGroups": [{}]},
    ],
    ids=str,
)
def test_a_field_that_azure_does_not_send_is_a_broken_reading(changes: dict[str, object]) -> None:
    """A missing or malformed field is never read as matching nothing."""
    with pytest.raises(BrokenReading, match="Security rule 'Odd'"):
        SecurityRule.parse({"name": "Odd", "properties": properties(**changes)}, default=False)


@pytest.mark.parametrize("document", [{}, {"name": "Odd"}, {"name": "", "properties": {}}], ids=str)
def test_a_rule_without_name_or_properties_is_a_broken_reading(document: dict[str, object]) -> None:
    """What is not shaped like a rule cannot be judged."""
    with pytest.raises(BrokenReading):
        SecurityRule.parse(document, default=False)


# Addresses


@pytest.mark.parametrize(
    "source",
    ["*", "Any", "Internet", "0.0.0.0/0", "::/0", "0.0.0.0/1", "8.0.0.0/7", "203.0.113.9", "2600::/12", "AzureCloud"],
)
def test_every_spelling_of_a_public_source_is_an_opening(source: str) -> None:
    """Wildcards, halves, large ranges, single addresses, IPv6 and broad tags all let the Internet in."""
    assert deciding(group(rule("Open", 100, sourceAddressPrefix=source)).admits_from_internet()) == ["Open"]


@pytest.mark.parametrize(
    "source",
    ["VirtualNetwork", "AzureLoadBalancer", "10.0.0.0/8", "192.168.7.1", "fd00::/8", "168.63.129.16", "10.0.0.5/24"],
)
def test_a_private_source_is_not_the_internet(source: str) -> None:
    """Private prefixes, the virtual network and health probes are no public source."""
    assert group(rule("Inner", 100, sourceAddressPrefix=source)).admits_from_internet() == ()


def test_default_rules_alone_keep_the_internet_out() -> None:
    """A group without custom rules admits nothing from a public address."""
    assert group().admits_from_internet() == ()


def test_default_rules_alone_segment_nothing() -> None:
    """Without a custom Deny the virtual network, health probes and the way out to the Internet are open."""
    assert deciding(group().undeclared("Inbound", ())) == ["AllowVnetInBound", "AllowAzureLoadBalancerInBound"]
    assert deciding(group().undeclared("Outbound", ())) == ["AllowVnetOutBound", "AllowInternetOutBound"]


def test_the_halves_of_ipv4_add_up_to_all_of_it() -> None:
    """Two Deny rules on the halves close IPv4, service tags' IPv4 addresses included, and leave IPv6."""
    halves = (from_source("Low", 100, "Deny", "0.0.0.0/1"), from_source("High", 110, "Deny", "128.0.0.0/1"))
    opens = (from_source("Storage", 200, "Allow", "Storage"), from_source("Four", 210, "Allow", "0.0.0.0/0"))
    openings = group(*halves, *opens).admits_from_internet()
    assert deciding(openings) == ["Storage"]
    assert deciding(group(*halves, from_source("Six", 150, "Deny", "::/0"), *opens).admits_from_internet()) == []


def test_one_rule_with_both_halves_is_all_of_ipv4() -> None:
    """The halves in one rule are told as the whole."""
    (opening,) = group(from_source("Halves", 100, "Allow", "0.0.0.0/1", "128.0.0.0/1"), DENY_ALL).undeclared(
        "Inbound", ()
    )
    assert "from 0.0.0.0/0 to any address" in opening.description


def test_denying_all_of_ipv4_leaves_ipv6_open() -> None:
    """0.0.0.0/0 says nothing about IPv6."""
    rules = group(from_source("NoFour", 100, "Deny", "0.0.0.0/0"), rule("Open", 200))
    assert deciding(rules.admits_from_internet()) == ["Open"]


def test_host_bits_under_the_mask_are_ignored() -> None:
    """10.0.0.5/24 is the network it lies in, and a range runs from its first to its last address."""
    rules = group(
        from_source("Net", 100, "Allow", "10.0.0.5/24"), from_source("Run", 110, "Allow", "10.0.1.1-10.0.1.9"), DENY_ALL
    )
    told = [opening.description for opening in rules.undeclared("Inbound", ())]
    assert [" from 10.0.0.0/24 " in told[0], " from 10.0.1.1-10.0.1.9 " in told[1]] == [True, True]


def test_a_public_range_of_the_virtual_network_is_not_the_internet() -> None:
    """What the address space declares is inside, whatever range it is."""
    rules = RuleSet((from_source("Own", 100, "Allow", "203.0.113.0/24"), *DEFAULTS), ("203.0.113.0/24",))
    assert rules.admits_from_internet() == ()


def test_denying_the_declared_space_leaves_peered_networks() -> None:
    """`VirtualNetwork` is more than the declared prefixes: a Deny on these does not close it."""
    rules = group(from_source("Own", 100, "Deny", *SPACE))
    assert "peered or on-premises networks" in rules.undeclared("Inbound", ())[0].description
    closed = group(from_source("All", 100, "Deny", "VirtualNetwork"))
    assert "AllowVnetInBound" not in deciding(closed.undeclared("Inbound", ()))


# Service tags and application security groups


@pytest.mark.parametrize("denied", ["203.0.113.0/24", "Sql", "AzureCloud", "Storage.EastUS", "VirtualNetwork"])
def test_a_deny_elsewhere_does_not_close_a_service_tag(denied: str) -> None:
    """A Deny on a prefix, on another tag or on one region leaves the tag open, so that no hole hides."""
    rules = group(from_source("No", 100, "Deny", denied), from_source("Storage", 200, "Allow", "Storage"))
    assert deciding(rules.admits_from_internet()) == ["Storage"]


@pytest.mark.parametrize("denied", ["*", "Internet", "storage", "Storage"])
def test_a_deny_of_everything_or_of_the_tag_closes_it(denied: str) -> None:
    """What surely holds the tag closes it."""
    rules = group(from_source("No", 100, "Deny", denied), from_source("Storage", 200, "Allow", "Storage"))
    assert rules.admits_from_internet() == ()


def test_a_regional_tag_lies_within_its_service() -> None:
    """Denying Storage closes Storage.EastUS, and denying Storage.EastUS does not close Storage."""
    closed = group(from_source("No", 100, "Deny", "Storage"), from_source("East", 200, "Allow", "Storage.EastUS"))
    assert closed.admits_from_internet() == ()
    assert (
        deciding(group(rule("East", 100, destinationAddressPrefix="Storage.EastUS")).undeclared("Inbound", ()))[0]
        == "East"
    )


def test_a_tag_whose_name_begins_like_another_is_not_part_of_it() -> None:
    """Denying Sql does not close SqlManagement."""
    rules = group(from_source("No", 100, "Deny", "Sql"), from_source("Management", 200, "Allow", "SqlManagement"))
    assert deciding(rules.admits_from_internet()) == ["Management"]


def test_an_application_security_group_is_inside_and_counts() -> None:
    """A rule that names only a group is no public source, and is open all the same."""
    changes: dict[str, object] = {"sourceAddressPrefix": None, "sourceApplicationSecurityGroups": [{"id": GROUP_ID}]}
    rules = group(rule("Web", 100, "Allow", **changes), DENY_ALL)
    assert rules.admits_from_internet() == ()
    (opening,) = rules.undeclared("Inbound", ())
    assert "from application security group web to any address" in opening.description
    assert rules.undeclared("Inbound", [flow("VirtualNetwork", "*", protocol="*")]) == ()
    assert rules.undeclared("Inbound", [flow("10.0.0.0/16", "*", protocol="*")]) != ()


# Permitted and required flows: the groups of APEX

OUTBOUND = {"direction": "Outbound"}
APEX_OUT = (
    rule("Endpoints", 100, **OUTBOUND, sourceAddressPrefix="10.0.0.0/23", destinationAddressPrefix="10.0.2.0/24"),
    rule(
        "Cloud",
        110,
        **OUTBOUND,
        protocol="Tcp",
        destinationAddressPrefix="AzureCloud",
        destinationPortRange=None,
        destinationPortRanges=["443", "80"],
    ),
    rule("DenyAllOut", 4096, "Deny", **OUTBOUND),
)
PERMITTED = (
    flow("10.0.0.0/23", "10.0.2.0/24", protocol="*", direction="Outbound"),
    flow("*", "AzureCloud", "80", "443", direction="Outbound"),
)


def test_the_apex_group_opens_what_is_permitted_and_no_more() -> None:
    """The container apps' group has no undeclared opening, and its Deny holds."""
    rules = group(*APEX_OUT)
    assert rules.undeclared("Outbound", PERMITTED) == ()
    assert rules.blocked(flow("10.0.0.0/23", "10.0.2.0/24", "443", "1433", direction="Outbound")) == ()
    assert rules.explicit_deny_all("Outbound").rule == "DenyAllOut"


def test_an_opening_beyond_the_permitted_flows_names_its_rule() -> None:
    """Each Allow is reported once its flow is not permitted."""
    rules = group(*APEX_OUT)
    assert deciding(rules.undeclared("Outbound", PERMITTED[1:])) == ["Endpoints"]
    (cloud,) = rules.undeclared("Outbound", PERMITTED[:1])
    expected = "Tcp 80, 443 from any address to AzureCloud, allowed by 'Cloud' (priority 110)"
    assert cloud == Opening("Cloud", 110, expected)


def test_permitted_flows_of_the_other_direction_permit_nothing() -> None:
    """An inbound flow does not excuse an outbound opening."""
    inbound = [flow("*", "*", protocol="*", direction="Inbound")]
    assert deciding(group(*APEX_OUT).undeclared("Outbound", inbound)) == ["Endpoints", "Cloud"]


def test_a_permitted_tag_does_not_excuse_another() -> None:
    """A permission for Storage does not cover AzureCloud."""
    permitted = [PERMITTED[0], flow("*", "Storage", "80", "443", direction="Outbound")]
    assert deciding(group(*APEX_OUT).undeclared("Outbound", permitted)) == ["Cloud"]


def test_permitting_azure_cloud_does_not_excuse_other_tags() -> None:
    """Most tags lie within AzureCloud, but not surely all: an Allow of Storage needs a flow of its own."""
    storage = rule("Storage", 100, direction="Outbound", destinationAddressPrefix="Storage")
    permitted = [flow("*", "AzureCloud", protocol="*", direction="Outbound")]
    assert deciding(group(storage, APEX_OUT[-1]).undeclared("Outbound", permitted)) == ["Storage"]


def test_a_blocked_part_of_a_required_flow_is_told_with_its_rule() -> None:
    """Only the part that is denied is reported, with the rule that denies it."""
    no_sql = rule("NoSql", 90, "Deny", **OUTBOUND, protocol="Tcp", destinationPortRange="1433")
    needed = flow("10.0.0.0/23", "10.0.2.0/24", "443", "1433", direction="Outbound")
    expected = "Tcp 1433 from 10.0.0.0/23 to 10.0.2.0/24, denied by 'NoSql' (priority 90)"
    assert group(no_sql, *APEX_OUT).blocked(needed) == (Blocking("NoSql", 90, expected),)


def test_azure_cloud_holds_the_other_tags_for_a_required_flow() -> None:
    """Allowing AzureCloud opens Storage, denying it blocks Storage, and a region is one part of it."""
    needed = flow("10.0.0.0/23", "Storage", "443", direction="Outbound")
    assert group(*APEX_OUT).blocked(needed) == ()
    for tag in ("AzureCloud", "AzureCloud.EastUS", "Storage.EastUS"):
        deny = rule("No", 90, "Deny", **OUTBOUND, destinationAddressPrefix=tag)
        assert deciding(group(deny, *APEX_OUT).blocked(needed)) == ["No"]


def test_a_region_of_azure_cloud_holds_nothing_of_another_region() -> None:
    """Denying AzureCloud.EastUS leaves Storage.WestUS open, and denying Storage takes a part of AzureCloud."""
    east = rule("East", 90, "Deny", direction="Outbound", destinationAddressPrefix="AzureCloud.EastUS")
    assert group(east, *APEX_OUT).blocked(flow("*", "Storage.WestUS", "443", direction="Outbound")) == ()
    storage = rule("NoStorage", 90, "Deny", direction="Outbound", destinationAddressPrefix="Storage")
    (blocking,) = group(storage, *APEX_OUT).blocked(flow("*", "AzureCloud", "443", direction="Outbound"))
    assert blocking.description == "Tcp 443 from any address to Storage, denied by 'NoStorage' (priority 90)"


def test_a_required_flow_of_the_virtual_network_includes_private_peers() -> None:
    """Denying a private range outside the declared space may cut off a peer; denying a public one does not."""
    needed = flow("VirtualNetwork", "10.0.0.0/24", "443")
    assert deciding(group(from_source("No", 100, "Deny", "192.168.0.0/16")).blocked(needed)) == ["No"]
    assert group(from_source("No", 100, "Deny", "203.0.113.0/24")).blocked(needed) == ()


def test_a_required_flow_needs_no_rule_of_its_own() -> None:
    """The default rules open a required flow too."""
    assert group().blocked(flow("*", "20.1.2.3", "443", direction="Outbound")) == ()


@pytest.mark.parametrize(
    "odd",
    [
        flow("10.0.0.0/99", "*"),
        flow("*", "*", protocol="Sctp"),
        flow("*", "*", "80,443"),
        flow("*", "*", direction="Sideways"),
        Flow("declared", "Inbound", "Tcp", "*", "*", ()),
    ],
)
def test_a_flow_that_cannot_be_read_is_not_evaluated(odd: Flow) -> None:
    """A flow that stands for nothing neither passes nor fails."""
    with pytest.raises(NotEvaluated, match="declared"):
        group().blocked(odd)


# The explicit Deny of everything


def test_the_default_deny_is_not_an_explicit_one() -> None:
    """Azure's own DenyAllInBound does not count."""
    denial = group().explicit_deny_all("Inbound")
    assert (denial.holds, denial.rule, denial.observed) == (False, None, "no custom rule denies anything inbound")


def test_one_rule_can_deny_everything() -> None:
    """`*` in every field denies everything."""
    denial = group(rule("Web", 100, destinationPortRange="443"), DENY_ALL).explicit_deny_all("Inbound")
    assert (denial.holds, denial.rule) == (True, "DenyAll")
    assert denial.observed == "'DenyAll' (priority 4096) denies everything inbound"


def test_several_rules_can_deny_everything_together() -> None:
    """Halves of IPv4 and all of IPv6 make a whole, without the rules that add nothing."""
    rules = group(
        from_source("Low", 100, "Deny", "0.0.0.0/1"),
        from_source("Lower", 110, "Deny", "10.0.0.0/8"),
        from_source("High", 120, "Deny", "128.0.0.0/1"),
        from_source("Six", 130, "Deny", "::/0"),
    )
    assert rules.explicit_deny_all("Inbound").rule == "Low + High + Six"


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": "Tcp"},
        {"destinationPortRange": "1-65535"},
        {"sourcePortRange": "1024-65535"},
        {"sourceAddressPrefix": "0.0.0.0/0"},
        {"sourceAddressPrefix": "Internet"},
        {"destinationAddressPrefix": "VirtualNetwork"},
    ],
    ids=str,
)
def test_a_deny_with_a_gap_is_not_a_deny_of_everything(changes: dict[str, object]) -> None:
    """One protocol, port, family or part of the network left out is told."""
    denial = group(rule("Deny", 4096, "Deny", **changes)).explicit_deny_all("Inbound")
    assert not denial.holds
    assert "leave out" in denial.observed


def test_a_deny_that_nothing_reaches_does_not_count() -> None:
    """A Deny of everything behind an Allow of everything is dead."""
    denial = group(rule("Open", 100), DENY_ALL).explicit_deny_all("Inbound")
    assert not denial.holds
    assert "never reached" in denial.observed


def test_two_hundred_rules_are_judged_at_once() -> None:
    """A large group takes well under a second."""
    rules = [
        rule(
            f"R{number}",
            100 + number,
            "Deny" if number % 3 else "Allow",
            sourceAddressPrefix=f"10.{number}.0.0/{8 + number % 17}",
            destinationAddressPrefix=f"{number}.0.0.0/{1 + number % 24}",
            destinationPortRange=f"{number * 50}-{number * 100}",
        )
        for number in range(200)
    ]
    started = process_time()
    assert group(*rules, DENY_ALL).undeclared("Inbound", ()) != ()
    assert process_time() - started < 4


# Against an obvious reference: every packet of a small universe, one by one

Place = tuple[str, str]
"""An address, and what it belongs to: nothing, a connected network, a service tag or an application security group."""
Packet = tuple[str, Place, Place, int]

OUTSIDE = ("10.9.0.1", "192.168.0.1", "224.0.0.1", "fd00:b::1")
PUBLIC = ("8.8.8.8", "198.51.100.7", "203.0.113.5", "2001:db8::1", "2600::1")
TAGS = ("Storage", "Storage.EastUS", "AzureCloud", "AzureCloud.EastUS")
NEAR = ("10.0.0.4", "10.0.1.4", "10.0.2.4", "fd00:a::1")
HOST = "168.63.129.16"

NEAR_PLACES: list[Place] = [
    *product(NEAR, ("", "web")),
    *product(OUTSIDE, ("", "connected")),
    *product(PUBLIC, ("", "connected", *TAGS)),
    (HOST, ""),
]
FAR_PLACES: list[Place] = [
    *product(("10.0.1.4", "10.0.2.4", "fd00:a::1", HOST), ("",)),
    *product(("10.9.0.1", "fd00:b::1"), ("", "connected")),
    *product(("8.8.8.8", "2600::1"), ("", "connected", "Sql")),
]
PROTOCOLS = ("Tcp", "Udp", "Icmp")
PORTS = (22, 80, 443, 9)
NEAR_TERMS = (
    *("*", "Internet", "VirtualNetwork", "AzureLoadBalancer", "10.0.0.0/24", "10.0.0.0/16", "192.168.0.0/16"),
    *("203.0.113.0/24", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0", "::/0", "2001:db8::/32", *TAGS),
)
FAR_TERMS = ("*", "10.0.0.0/16", "10.0.1.0/24", "0.0.0.0/0", "::/0", "Internet", "VirtualNetwork", "Sql")
PORT_TERMS = ("*", "22", "80-443", "443")


@cache
def belongs(place: Place, term: str, *, removing: bool, nested: bool) -> bool:
    """Whether a place is one that a term stands for."""
    address, member = place
    tagged = member in (*TAGS, "Sql")
    if term in ("*", "web"):
        return term in ("*", member)
    if term == "Internet":
        return address in PUBLIC and member != "connected"
    if term == "VirtualNetwork":
        return member in ("connected", "web") or address in (*NEAR, HOST)
    if term == "AzureLoadBalancer":
        return address == HOST
    if "/" in term:
        routed = member == "connected" and address in PUBLIC
        return ip_address(address) in ip_network(term) and (removing or not routed)
    if nested and tagged and term.startswith("AzureCloud"):
        return member.endswith(term.removeprefix("AzureCloud"))
    return tagged and (member == term or member.startswith(f"{term}."))


@cache
def port_in(port: int, term: str) -> bool:
    """Whether a port is one that a term stands for."""
    first, _, last = term.partition("-")
    return term == "*" or int(first) <= port <= int(last or first)


def matches(packet: Packet, one: Flow, *, removing: bool, nested: bool) -> bool:
    """Whether a packet is of a flow, or of a rule written as one."""
    protocol, source, destination, port = packet
    return (
        one.protocol in ("*", protocol)
        and any(port_in(port, term) for term in one.ports)
        and belongs(source, one.source, removing=removing, nested=nested)
        and belongs(destination, one.destination, removing=removing, nested=nested)
    )


def packets(direction: str) -> Iterator[Packet]:
    """Every packet of the universe."""
    ends = (NEAR_PLACES, FAR_PLACES) if direction == "Inbound" else (FAR_PLACES, NEAR_PLACES)
    return product(PROTOCOLS, *ends, PORTS)


def decider(packet: Packet, rules: Sequence[tuple[Flow, bool]], *, nested: bool) -> tuple[Flow, bool]:
    """The first rule that matches a packet, and whether it allows."""
    return next(
        (one, allows) for one, allows in rules if matches(packet, one, removing=nested or not allows, nested=nested)
    )


@st.composite
def flows(draw: st.DrawFn, direction: str, name: str) -> Flow:
    """A flow of the small universe."""
    near, far = draw(st.sampled_from(NEAR_TERMS)), draw(st.sampled_from(FAR_TERMS))
    source, destination = (near, far) if direction == "Inbound" else (far, near)
    ports = draw(st.lists(st.sampled_from(PORT_TERMS), min_size=1, max_size=2, unique=True))
    protocol = draw(st.sampled_from(("*", "Tcp", "Udp")))
    return Flow(name, direction, protocol, source, destination, tuple(ports))


DEFAULT_ENDS = (
    ("VirtualNetwork", "VirtualNetwork"),
    ("AzureLoadBalancer", "*"),
    ("*", "*"),
    ("VirtualNetwork", "VirtualNetwork"),
    ("*", "Internet"),
    ("*", "*"),
)
Case = tuple[str, RuleSet, list[tuple[Flow, bool]], list[Flow]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A direction, a group, its rules by priority as the reference reads them, and some declared flows."""
    direction = draw(st.sampled_from(("Inbound", "Outbound")))
    count = draw(st.integers(0, 6))
    custom = [(draw(flows(direction, f"R{number}")), draw(st.booleans())) for number in range(count)]
    if direction == "Inbound" and draw(st.booleans()):
        custom.append((Flow("Web", direction, "*", "web", "*", ("*",)), True))
    parsed = [written(one, 100 + number, allows=allows) for number, (one, allows) in enumerate(custom)]
    plain = [
        (Flow(one.name, direction, "*", *ends, ("*",)), one.access == "Allow")
        for one, ends in zip(DEFAULTS, DEFAULT_ENDS, strict=True)
        if one.direction == direction
    ]
    declared = [draw(flows(direction, f"F{number}")) for number in range(draw(st.integers(1, 3)))]
    return direction, RuleSet((*draw(st.permutations(parsed)), *DEFAULTS), SPACE), custom + plain, declared


def written(one: Flow, priority: int, *, allows: bool) -> SecurityRule:
    """A flow written as a rule of Azure."""
    changes: dict[str, object] = {"sourceAddressPrefix": one.source}
    if one.source == "web":
        changes = {"sourceAddressPrefix": "", "sourceApplicationSecurityGroups": [{"id": GROUP_ID}]}
    return rule(
        one.name,
        priority,
        "Allow" if allows else "Deny",
        **changes,
        direction=one.direction,
        protocol=one.protocol,
        destinationAddressPrefix=one.destination,
        destinationPortRange="",
        destinationPortRanges=list(one.ports),
    )


@settings(max_examples=80)
@given(cases())
def test_undeclared_openings_are_those_of_the_reference(case: Case) -> None:
    """A rule is reported if and only if some packet that it lets through lies outside every permitted flow."""
    direction, rules, by_priority, permitted = case
    expected = set()
    for packet in packets(direction):
        one, allows = decider(packet, by_priority, nested=False)
        if allows and not any(matches(packet, other, removing=True, nested=False) for other in permitted):
            expected.add(one.name)
    assert set(deciding(rules.undeclared(direction, permitted))) == expected


@settings(max_examples=80)
@given(cases())
def test_openings_to_the_internet_are_those_of_the_reference(case: Case) -> None:
    """A rule is reported if and only if it lets some packet in from a public address."""
    direction, rules, by_priority, _ = case
    expected = set()
    if direction == "Inbound":
        for packet in packets(direction):
            if belongs(packet[1], "Internet", removing=False, nested=False):
                one, allows = decider(packet, by_priority, nested=False)
                expected |= {one.name} if allows else set()
    assert set(deciding(rules.admits_from_internet())) == expected


@settings(max_examples=80)
@given(cases())
def test_blocked_parts_are_those_of_the_reference(case: Case) -> None:
    """A rule is reported if and only if it stops some packet of the required flow."""
    direction, rules, by_priority, (needed, *_) = case
    expected = set()
    for packet in packets(direction):
        routed = any(member == "connected" and address in PUBLIC for address, member in packet[1:3])
        if not routed and matches(packet, needed, removing=False, nested=True):
            one, allows = decider(packet, by_priority, nested=True)
            expected |= set() if allows else {one.name}
    assert set(deciding(rules.blocked(needed))) == expected


@settings(max_examples=40)
@given(cases())
def test_permitting_what_the_rules_allow_leaves_nothing_undeclared(case: Case) -> None:
    """A group whose every Allow is also a permitted flow has no undeclared opening."""
    direction, rules, by_priority, _ = case
    permitted = [one for one, allows in by_priority if allows and one.source != "web"]
    assert set(deciding(rules.undeclared(direction, permitted))) <= {"Web"}


boxes = st.tuples(*(st.integers(1, 7) for _ in range(5)))


def points(box: Box) -> set[tuple[int, ...]]:
    """The single packets of a box."""
    return set(product(*([bit for bit in range(3) if axis >> bit & 1] for axis in box)))


@given(boxes, st.lists(boxes, max_size=5))
def test_subtracting_boxes_is_subtracting_their_packets(box: Box, taken: list[Box]) -> None:
    """What is left has exactly the packets of the one and of none of the others, each once, merged or not."""
    expected = points(box).difference(*map(points, taken))
    left = remainder([box], taken)
    for pieces in (left, merged(left)):
        assert set().union(*map(points, pieces)) == expected
        assert sum(len(points(piece)) for piece in pieces) == len(expected)
    escaped = escapes(box, taken)
    assert (escaped is not None) == bool(expected)
    assert escaped is None or points(escaped) <= expected
