"""A plan reviewed: what is security-relevant and unannounced fails; known noise is silent."""

import json
import tomllib
from pathlib import Path

import pytest

import assurance.planning
from assurance.drift.classify import Weight
from assurance.drift.compare import Difference
from assurance.environment.deployment import AnnouncedChange
from assurance.estate.resources.resource import folded
from assurance.planning.deployment import beside
from assurance.planning.review import PlanReview, is_brought_about, is_noise, review
from tests.assurance.planning.plans import ENVIRONMENT, GROUP, SERVER, modify, read, server, tape, what_if

FILE = tomllib.loads((Path(assurance.planning.__file__).parent / "noise.toml").read_text("utf-8"))
NOISE, BROUGHT_ABOUT = FILE["property"], FILE["brought_about"]
SPACE = ENVIRONMENT.virtual_network.address_space


def reviewed(content: bytes, *announced: AnnouncedChange) -> PlanReview:
    """Return the review of a plan over the bundled tape."""
    return review(read(content), {folded(SERVER): json.loads(server())}, announced, GROUP, SPACE)


def test_an_unannounced_security_change_fails() -> None:
    """It is told with what was and what would be."""
    fact = reviewed(what_if(modify(SERVER, json.loads(server()), publicNetworkAccess="Enabled"))).announces_what_matters
    assert not fact.holds
    assert "publicNetworkAccess was Disabled, is Enabled" in fact.observed


def test_an_announced_one_does_not() -> None:
    """By resource and path, with a reason; another path is not covered by it."""
    content = what_if(modify(SERVER, json.loads(server()), publicNetworkAccess="Enabled"))
    right = AnnouncedChange(resource="sql-*", path="properties.publicNetworkAccess", reason="migration from outside")
    wrong = AnnouncedChange(resource="sql-*", path="properties.version", reason="migration from outside")
    assert reviewed(content, right).announces_what_matters.holds
    assert not reviewed(content, wrong).announces_what_matters.holds


def test_a_deleted_endpoint_is_security_relevant() -> None:
    """What goes away is classified as drift classifies it."""
    endpoint = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-sql-apex-prod"
    found = reviewed(what_if({"resourceId": endpoint, "changeType": "Delete"}))
    assert found.changes[0].weight is Weight.SECURITY


def test_what_the_plan_does_not_tell_is_not_harmless() -> None:
    """Unsupported: nobody knows what becomes of it."""
    found = reviewed(what_if({"resourceId": SERVER, "changeType": "Unsupported", "unsupportedReason": "nested"}))
    assert not found.announces_what_matters.holds


def test_there_are_forty_kinds_of_noise() -> None:
    """Each has its reason."""
    assert len(NOISE) >= 40
    assert all(one["reason"].endswith(".") for one in NOISE)


@pytest.mark.parametrize("rule", NOISE, ids=lambda one: f"{one.get('type', 'any')} {one['path']}")
def test_known_noise_is_silent(rule: dict[str, str]) -> None:
    """What-if reports it although nothing would change; the same difference the other way round is no noise."""
    kind = rule.get("type", "*").replace("*", "x")
    path = rule["path"].replace("*", "")
    change = rule.get("change", "")
    noise = Difference(path, "there", None if change == "removed" else "other")
    assert is_noise(noise, kind)
    if change == "removed":
        assert not is_noise(Difference(path, None, "there"), kind)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("microsoft.sql/servers", "properties.publicNetworkAccess"),
        ("microsoft.storage/storageaccounts", "properties.networkAcls.defaultAction"),
        ("microsoft.network/virtualnetworks", "properties.subnets[snet-a].properties.networkSecurityGroup.id"),
        ("microsoft.network/networksecuritygroups", "properties.securityRules[deny].properties.access"),
        ("microsoft.app/containerapps", "properties.configuration.ingress.external"),
        ("microsoft.keyvault/vaults", "properties.networkAcls.bypass"),
        ("microsoft.network/privatednszones/virtualnetworklinks", "properties.registrationEnabled"),
    ],
)
def test_what_a_control_judges_is_never_noise(kind: str, path: str) -> None:
    """Neither removed, nor added, nor changed."""
    assert not is_noise(Difference(path, "a", None), kind)
    assert not is_noise(Difference(path, None, "a"), kind)
    assert not is_noise(Difference(path, "a", "b"), kind)


def test_what_a_deployment_brings_about_is_no_more_than_planned() -> None:
    """Each kind has its reason; a new revision is one, an open door is none."""
    assert all(one["reason"].endswith(".") for one in BROUGHT_ABOUT)
    assert is_brought_about("properties.latestRevisionName", "microsoft.app/containerapps")
    assert is_brought_about("properties.configuration.ingress.traffic[r12].weight", "microsoft.app/containerapps")
    assert not is_brought_about("properties.configuration.ingress.external", "microsoft.app/containerapps")
    assert not is_brought_about("properties.latestRevisionName", "microsoft.sql/servers")


def test_a_deployment_is_held_to_its_plan() -> None:
    """Planned and not done, and done and not planned, are both told, by resource and property."""
    as_it_is = json.loads(server())
    unchanged = read(what_if(modify(SERVER, as_it_is)))
    assert beside(unchanged, ENVIRONMENT, tape().readings()).was_carried_out.holds

    opened = read(what_if(modify(SERVER, as_it_is, publicNetworkAccess="Enabled")))
    fact = beside(opened, ENVIRONMENT, tape().readings()).was_carried_out
    assert not fact.holds
    assert "planned, not done: sql-apex-prod properties.publicNetworkAccess" in fact.observed

    earlier = {**as_it_is, "properties": {**as_it_is["properties"], "publicNetworkAccess": "Enabled"}}
    more = read(what_if({"resourceId": SERVER, "changeType": "NoChange", "before": earlier, "after": earlier}))
    fact = beside(more, ENVIRONMENT, tape().readings()).was_carried_out
    assert "done, not planned: sql-apex-prod properties.publicNetworkAccess" in fact.observed
