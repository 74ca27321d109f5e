"""Classifying: by rules in data, each with its reason, the heaviest property deciding."""

from __future__ import annotations

import pytest

from assurance.drift.classify import Change, Weight, classified, expected, presence, rules
from assurance.drift.compare import Difference, differences
from assurance.environment.drift import ExpectedChange

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
