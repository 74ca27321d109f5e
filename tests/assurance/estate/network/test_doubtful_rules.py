"""Rules of which it is not known what they match spoil only what rests on them."""

from __future__ import annotations

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.network.doubtful_rules import JudgedRules
from assurance.estate.network.rule_documents import Flow, SecurityRule
from tests.assurance.estate.network.test_security_rules import GROUP_ID, from_source, group, rule

APP_TO_ENDPOINTS = Flow("app", "Inbound", "Tcp", "10.0.0.0/23", "10.0.2.0/24", ("443",))
PERMITTED = [Flow("any", "Inbound", "*", "10.0.0.0/23", "10.0.2.0/24", ("*",))]
OPEN = rule("App", 100, sourceAddressPrefix="10.0.0.0/23", destinationAddressPrefix="10.0.2.0/24")
ODD = from_source("Odd", 200, "Allow", "789")
CLOSED = rule("None", 4000, "Deny")
MEMBERS = [{"id": GROUP_ID}]
TO_MEMBERS: dict[str, object] = {"destinationAddressPrefix": "", "destinationApplicationSecurityGroups": MEMBERS}
TO_GROUP = rule("ToGroup", 100, "Allow", sourceAddressPrefix="10.0.0.0/23", **TO_MEMBERS)


def judged(*rules: SecurityRule) -> JudgedRules:
    """Return these rules with Azure's own, to be judged."""
    return JudgedRules(group(*rules))


def test_what_is_decided_before_an_odd_rule_is_judged() -> None:
    """A flow that is open before the odd rule is open."""
    assert judged(OPEN, ODD, CLOSED).blocked(APP_TO_ENDPOINTS) == ()


def test_outbound_is_not_touched_by_an_odd_inbound_rule() -> None:
    """The other direction is judged as if the odd rule were not there."""
    denied = rule("NoOut", 100, "Deny", direction="Outbound")
    assert judged(ODD, denied).undeclared("Outbound", ()) == ()
    assert judged(ODD, denied).explicit_deny_all("Outbound").holds


def test_hole_beside_an_odd_rule_is_told() -> None:
    """What another rule opens fails, whatever the odd rule matches."""
    [opening] = judged(
        ODD, rule("Open", 300, sourceAddressPrefix="Internet", destinationPortRange="22"), CLOSED
    ).admits_from_internet()
    assert "allowed by 'Open'" in opening.description


def test_what_rests_on_an_odd_rule_is_not_judged() -> None:
    """Whether an odd rule opens anything undeclared cannot be known, and the rule is named."""
    with pytest.raises(NotEvaluated, match="rule 'Odd': sourceAddressPrefix '789' cannot be read"):
        judged(OPEN, ODD, CLOSED).undeclared("Inbound", PERMITTED)


@pytest.mark.parametrize("field", ["destinationPortRange", "protocol", "destinationAddressPrefix"])
def test_each_field_may_be_odd(field: str) -> None:
    """A port, a protocol or a destination that cannot be read is a doubt of its rule alone."""
    odd = rule("Odd", 200, "Deny", **{field: "7:9"})
    assert judged(OPEN, odd, CLOSED).blocked(APP_TO_ENDPOINTS) == ()
    with pytest.raises(NotEvaluated, match=f"{field} '7:9' cannot be read"):
        judged(odd, rule("App", 300), CLOSED).blocked(APP_TO_ENDPOINTS)


def test_flow_to_an_application_security_group_is_not_judged() -> None:
    """Whether the group's members are the endpoints is not known here: neither open nor blocked."""
    with pytest.raises(NotEvaluated, match="application security group web, whose members are not known"):
        judged(TO_GROUP, CLOSED).blocked(APP_TO_ENDPOINTS)


def test_group_at_the_permitted_destination_is_not_judged() -> None:
    """An Allow to a group may open no more than is permitted: if its members are the permitted destination."""
    with pytest.raises(NotEvaluated, match="members are not known"):
        judged(TO_GROUP, CLOSED).undeclared("Inbound", PERMITTED)


def test_group_that_may_enter_is_a_hole() -> None:
    """Who may come in is known by address only."""
    from_group = rule("FromGroup", 100, sourceAddressPrefix="", sourceApplicationSecurityGroups=MEMBERS)
    assert judged(from_group, CLOSED).undeclared("Inbound", PERMITTED)


def test_internet_to_a_group_is_a_hole() -> None:
    """Whoever the members are, the Internet reaches them."""
    to_group = rule("ToGroup", 100, "Allow", **TO_MEMBERS)
    assert judged(to_group, CLOSED).admits_from_internet()


def test_odd_denial_of_all_is_not_taken_for_one() -> None:
    """A denial of a source that cannot be read may be of everything: not known."""
    with pytest.raises(NotEvaluated, match="rule 'Odd'"):
        judged(from_source("Odd", 200, "Deny", "789")).explicit_deny_all("Inbound")
    assert judged(from_source("Odd", 200, "Deny", "789"), CLOSED).explicit_deny_all("Inbound").holds
