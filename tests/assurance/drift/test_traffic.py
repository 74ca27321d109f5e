"""Security rules are compared by what they decide."""

from __future__ import annotations

from assurance.drift.classify import Weight
from assurance.drift.normalise import normalised
from assurance.drift.traffic import SECURITY_GROUP, effect
from falsification.azure.rules import RULES, allow, deny
from sandbox import AzureEstate

SPACE = ("10.0.0.0/16",)


def _group(*more: dict[str, object], without: str = "") -> dict[str, object]:
    group = AzureEstate.load().find("networkSecurityGroups/nsg-privateendpoints-sandbox")
    rules = [one for one in group["properties"][RULES.rpartition(".")[2]] if one["name"] != without]
    group["properties"]["securityRules"] = [*rules, *more]
    return normalised(group, SECURITY_GROUP)


def test_the_same_rules_have_no_effect() -> None:
    """A group compared with itself, or with a dead rule more, decides nothing otherwise."""
    same = effect(_group(), _group(deny("Again", 300, "Internet", protocol="*")), SPACE)
    assert (same.allowed, same.denied) == ((), ())


def test_what_is_newly_allowed_is_named() -> None:
    """A rule that lets an address in is told with its protocol, port, source and destination."""
    opened = effect(_group(), _group(allow("Vendor", 200, "203.0.113.7/32", port="22")), SPACE)
    assert opened.denied == ()
    assert opened.allowed == ("inbound, Tcp 22 from Internet (203.0.113.7) to 10.0.2.0/24",)
    assert [one.weight for one in opened.changes()] == [Weight.SECURITY]


def test_what_is_newly_denied_is_named() -> None:
    """A rule that is gone is told by the traffic that it let through."""
    stopped = effect(_group(), _group(without="AllowContainerAppsInbound"), SPACE)
    assert stopped.allowed == ()
    assert stopped.denied == ("inbound, any protocol all ports from 10.0.0.0/23 to 10.0.2.0/24",)
    assert [one.weight for one in stopped.changes()] == [Weight.OPERATIONAL]


def test_rules_may_name_application_security_groups() -> None:
    """SSH that is newly open is told, in a group whose rules name application security groups."""
    web = {"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/applicationSecurityGroups/web"}
    named = allow("Web", 190, "", sourceApplicationSecurityGroups=[web, {"id": f"{web['id']}2"}])
    opened = effect(_group(named), _group(named, allow("Ssh", 200, "Internet", port="22")), SPACE)
    assert opened.allowed == ("inbound, Tcp 22 from Internet to 10.0.2.0/24",)
