"""Drift: normalised, compared, classified; two runs compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.drift.classify import SECURITY_GROUP, Change, Weight, classified, effect, expected, presence, rules
from assurance.drift.compare import Difference, differences
from assurance.drift.comparison.verdicts import Roles, differing_cases
from assurance.drift.normalise import noise, normalised
from assurance.environment import load
from assurance.environment.suite_tables import ExpectedChange
from assurance.verdicts import Verdict
from falsification.azure.shapes import RULES, allow, deny
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
    assert [change.weight for change in opened.changes()] == [Weight.SECURITY]


def test_what_is_newly_denied_is_named() -> None:
    """A rule that is gone is told by the traffic that it let through."""
    stopped = effect(_group(), _group(without="AllowContainerAppsInbound"), SPACE)
    assert stopped.allowed == ()
    assert stopped.denied == ("inbound, any protocol all ports from 10.0.0.0/23 to 10.0.2.0/24",)
    assert [change.weight for change in stopped.changes()] == [Weight.OPERATIONAL]


def test_rules_may_name_application_security_groups() -> None:
    """SSH that is newly open is told, in a group whose rules name application security groups."""
    web = {"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/applicationSecurityGroups/web"}
    named = allow("Web", 190, "", sourceApplicationSecurityGroups=[web, {"id": f"{web['id']}2"}])
    opened = effect(_group(named), _group(named, allow("Ssh", 200, "Internet", port="22")), SPACE)
    assert opened.allowed == ("inbound, Tcp 22 from Internet to 10.0.2.0/24",)


APP = "microsoft.app/containerapps"
STORAGE = "microsoft.storage/storageaccounts"


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "weight"),
    [
        (STORAGE, "properties.publicNetworkAccess", "Disabled", "Enabled", Weight.SECURITY),
        (STORAGE, "properties.publicNetworkAccess", "disabled", "Disabled", Weight.COSMETIC),
        (STORAGE, "tags.owner", None, "x", Weight.COSMETIC),
        (STORAGE, "sku.name", "Standard_LRS", "Standard_GRS", Weight.OPERATIONAL),
        (STORAGE, "properties.somethingNew", None, True, Weight.OPERATIONAL),
        ("microsoft.security/securescores", "properties.score.percentage", 0.8, 0.7, Weight.SECURITY),
        ("microsoft.security/securescores", "properties.score.percentage", 0.7, 0.8, Weight.COSMETIC),
        (APP, "properties.template.containers[a].image", "r/a:1", "r/a:2", Weight.OPERATIONAL),
        (APP, "properties.template.containers[a].image", "r/a:1", "r/b:1", Weight.SECURITY),
        (APP, "properties.template.containers[a].image", "r:5000/a:1", "s:5000/a:1", Weight.SECURITY),
        ("contoso.unknown/things", "properties.x", 1, 2, Weight.OPERATIONAL),
    ],
)  # fmt: skip
def test_a_difference_has_its_weight(kind: str, path: str, before: object, after: object, weight: Weight) -> None:
    """Each difference has the weight that the first matching rule gives it; what none knows is operational."""
    change = classified(Difference(path, before, after), kind)
    assert change.weight is weight
    assert change.reason.endswith(".")


def test_the_heaviest_property_of_a_table_decides() -> None:
    """A table that came is as heavy as the heaviest property in it."""
    [difference] = differences({}, {"properties": {"note": "x", "networkAcls": {"defaultAction": "Allow"}}})
    assert classified(difference, STORAGE).weight is Weight.SECURITY


def test_only_what_is_operational_can_be_expected() -> None:
    """An environment may expect operational changes; what is security-relevant stays a finding."""
    declared = (ExpectedChange(resource="ca-*", path="properties.*", reason="A release does that."),)
    operational = Change("properties.x", "", Weight.OPERATIONAL, "")
    assert expected(operational, "ca-apex", declared).weight is Weight.EXPECTED
    assert expected(operational, "sql-apex", declared) is operational
    security = Change("properties.x", "", Weight.SECURITY, "")
    assert expected(security, "ca-apex", declared) is security


def test_whole_resources_have_their_weight() -> None:
    """A public address that came matters more than a cache that came; an alert rule matters when it goes."""
    assert presence("microsoft.network/publicipaddresses", "added", "").weight is Weight.SECURITY
    assert presence("microsoft.cache/redis", "added", "").weight is Weight.OPERATIONAL
    assert presence("microsoft.insights/metricalerts", "removed", "").weight is Weight.SECURITY
    assert presence("microsoft.insights/metricalerts", "added", "").weight is Weight.OPERATIONAL


def test_every_rule_says_why() -> None:
    """Each rule has a reason in a sentence."""
    assert all(rule.reason.endswith(".") for kind in rules().values() for rule in kind)


def test_true_is_not_one() -> None:
    """A switch that became a number is a difference, though Python holds true and 1 for equal."""
    assert differences({"a": True}, {"a": 1}) == (Difference("a", True, 1),)
    assert differences({"a": [True]}, {"a": [1]}) == (Difference("a", [True], [1]),)


NETWORK = "microsoft.network/virtualnetworks"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "A ", "/subscriptions/X/y", "East US"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "id", "etag", "location", "b", "c"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["properties", "tags", "sku", "location"]), json_values))
def test_normalising_again_changes_nothing_and_is_json(values: dict[str, object]) -> None:
    """Values that are normal stay as they are, through JSON and when normalised again, whatever they were made from."""
    once = normalised(values, NETWORK)
    stored = json.loads(json.dumps(once))
    assert differences(once, stored) == ()
    assert differences(once, normalised(stored, NETWORK)) == ()


@given(st.dictionaries(st.sampled_from(["properties", "tags"]), json_values))
def test_the_order_of_keys_does_not_matter(values: dict[str, object]) -> None:
    """The same object with its keys the other way round comes to the same values."""
    assert normalised(dict(reversed(values.items())), NETWORK) == normalised(values, NETWORK)


def test_absent_is_not_false() -> None:
    """Null, an empty text, list and table are as if absent; false and zero are values."""
    values: dict[str, object] = {"properties": {"a": None, "b": "", "c": [], "d": {}, "e": False, "f": 0}}
    assert normalised(values, NETWORK) == {"properties": {"e": False, "f": 0}}


def test_lists_are_keyed_by_what_tells_their_items_apart() -> None:
    """A list of named things is a table by name; a list of texts is sorted; a command keeps its order."""
    values = {
        "rules": [{"name": "B", "x": 1}, {"name": "a", "x": 2}],
        "prefixes": ["10.1.0.0/16", "10.0.0.0/16"],
        "containers": [{"name": "app", "args": ["run", "--all", "again"]}],
    }
    found = normalised(values, "microsoft.app/containerapps")
    assert list(found["rules"]) == ["[a]", "[b]"]
    assert found["prefixes"] == ["10.0.0.0/16", "10.1.0.0/16"]
    assert found["containers"]["[app]"]["args"] == ["run", "--all", "again"]


def test_namesakes_in_a_list_are_not_merged() -> None:
    """Where two items have the same name, both are kept."""
    values = {"rules": [{"name": "a", "x": 1}, {"name": "A", "x": 2}]}
    assert sorted(one["x"] for one in normalised(values, NETWORK)["rules"].values()) == [1, 2]


def test_a_failed_deployment_is_no_noise() -> None:
    """A passing state is left out, a failed one is kept."""
    states = ("Succeeded", "updating", "Failed", "Canceled")
    kept = [normalised({"properties": {"provisioningState": state}}, NETWORK) for state in states]
    assert kept == [
        {},
        {},
        {"properties": {"provisioningState": "Failed"}},
        {"properties": {"provisioningState": "Canceled"}},
    ]


@pytest.mark.parametrize("kind", ["properties", "ordered", "events"])
def test_every_rule_of_noise_says_why(kind: str) -> None:
    """Each rule that leaves something out has a reason in a sentence, and none leaves out everything."""
    rules = getattr(noise(), kind)
    assert rules
    assert all(rule.reason.endswith(".") and (rule.path, rule.type) != ("*", "*") for rule in rules)


ROOT = Path(__file__).parents[3]
PRODUCTION = Roles(load(ROOT / "environments" / "prod.toml"))
STAGING = Roles(load(ROOT / "environments" / "staging.toml"))


@pytest.mark.parametrize(
    ("production", "staging", "role"),
    [
        ("sql-apex-prod", "sql-apex-staging", "{sql}"),
        ("stapexprod4k7x", "STAPEXSTAGING4k7x", "{storage}"),
        ("pe-sql-apex-prod", "pe-sql-apex-staging", "{private endpoint of sql}"),
        ("/resourceGroups/apex-rg-prod/x", "/resourceGroups/rg-apex-staging/x", "/resourceGroups/{resource group}/x"),
        ("alert-cpu-prod", "alert-cpu-staging", "alert-cpu-{environment}"),
        ("logs4k7x", "logs4k7x", "logs{suffix}"),
        ("at 10.0.2.5", "at 10.0.2.9", "at {address in snet-privateendpoints}"),
        ("8.8.8.8", "8.8.8.8", "8.8.8.8"),
        (
            "[redacted token 0123456789abcdef]",
            "[redacted token fedcba9876543210]",
            "[redacted token]",
        ),
    ],
)
def test_names_come_to_their_role(production: str, staging: str, role: str) -> None:
    """Either environment's name gives the same role, in any casing."""
    assert PRODUCTION.of(production) == STAGING.of(staging) == role


def test_a_longer_word_is_no_name() -> None:
    """The environment's name within another word stays, and a built-in role's definition keeps its id."""
    role = "/providers/microsoft.authorization/roledefinitions/4633458b-17de-408a-b874-0445c86b69e6"
    assert PRODUCTION.of("product") == "product"
    assert PRODUCTION.of(role) == role
    assert PRODUCTION.of("principal 4633458b-17de-408a-b874-0445c86b69e6") == "principal {id}"


def record(check: str, verdict: str) -> dict[str, str]:
    """Return a verdict as results hold it."""
    told = {"observed": f"seen in {check}", "reason": ""}
    return {"check": f"checks/x.py::{check}", "control": "SEC-06", "verdict": verdict, **told}


def test_cases_are_held_together_by_role() -> None:
    """What staging passes and production fails is one difference, told first; a case that one lacks is another."""
    before = [record("test_a[sql-apex-staging]", "pass"), record("test_b", "pass"), record("test_c", "pass")]
    after = [record("test_a[sql-apex-prod]", "fail"), record("test_b", "pass")]
    first, second = differing_cases(before, after, STAGING.of, PRODUCTION.of)
    assert (first.case, first.before, first.after) == ("test_a[{sql}]", Verdict.PASS, Verdict.FAIL)
    assert (second.case, second.before, second.after) == ("test_c", Verdict.PASS, None)


def test_cases_that_roles_make_alike_are_all_kept() -> None:
    """Two cases whose names differ only in an id that Azure made up are compared each, and none is lost."""
    ids = ("11111111-1111-4111-8111-111111111119", "11111111-1111-4111-8111-111111111118")
    both = [record(f"test_a[{one}]", "pass") for one in ids]
    [found] = differing_cases(both, both[:1], PRODUCTION.of, PRODUCTION.of)
    assert found.case == "test_a[{id}] #2"
