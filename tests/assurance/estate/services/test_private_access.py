"""Names of services: each is judged by itself, and a zone that stands elsewhere is declared or not judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from assurance.environment import load
from assurance.errors import NotEvaluated
from assurance.estate.ids import DeclaredIds
from assurance.estate.network.private_dns_zone import PrivateDnsZone
from assurance.estate.network.private_endpoint import PrivateEndpoint
from assurance.estate.services.private_access import ServiceName, names_of_services
from tests.assurance.estate.documents import ENDPOINT, GROUP, HUB, NETWORK, READING, refused, resource

PROD = Path(__file__).parents[4] / "environments" / "prod.toml"
ZONES = "providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com"


def name(zone: PrivateDnsZone, *zone_ids: str) -> ServiceName:
    """Return a name whose endpoint keeps its record in these zones."""
    configurations = [{"properties": {"privateDnsZoneId": one}} for one in zone_ids]
    group = resource(f"{ENDPOINT}/privateDnsZoneGroups/default", privateDnsZoneConfigs=configurations)
    endpoint = PrivateEndpoint(ENDPOINT, resource(ENDPOINT), READING, refused(), lambda: ((group,), ("groups",)))
    return ServiceName("one.openai.azure.com", zone, NETWORK, lambda: endpoint)


def missing(zone_id: str) -> PrivateDnsZone:
    """Return a zone that is not there."""
    return PrivateDnsZone(zone_id, None, READING, lambda: (None, READING))


def test_zone_of_the_hub_that_is_not_declared_is_not_judged() -> None:
    """The endpoint keeps its record in a zone elsewhere: nothing is told to be missing, and no remedy breaks it."""
    judged = name(missing(f"{GROUP}/{ZONES}"), f"{HUB}/{ZONES}")
    for adjective in ("has_its_zone", "is_known_to_the_network", "is_registered", "leads_to_its_endpoint"):
        with pytest.raises(NotEvaluated, match="which the environment file does not declare"):
            getattr(judged, adjective)


def test_zone_of_the_hub_that_is_declared_holds() -> None:
    """Declared with its subscription and group, the hub's zone is judged like any other."""
    zone = PrivateDnsZone(f"{HUB}/{ZONES}", (), READING, refused())
    assert name(zone, f"{HUB}/{ZONES}").is_registered.holds
    assert name(zone, f"{HUB}/{ZONES}").has_its_zone.holds


def test_zone_that_is_nowhere_is_missing() -> None:
    """Where no zone group names another, the declared zone does not exist, and that fails."""
    assert not name(missing(f"{GROUP}/{ZONES}")).has_its_zone.holds


def _declared(more: Mapping[str, object]) -> Mapping[str, object]:
    endpoint = {"private_endpoint": more}
    return {"services": {"openai": endpoint}}


def test_each_further_name_is_judged_in_its_own_zone() -> None:
    """An endpoint that serves three names has three records, in the zones that are declared for them."""
    names = [
        {"fqdn": "ai.cognitiveservices.azure.com", "zone": "privatelink.cognitiveservices.azure.com"},
        {
            "fqdn": "ai.services.ai.azure.com",
            "zone": "privatelink.services.ai.azure.com",
            "zone_resource_group": "hub",
            "zone_subscription": HUB.split("/")[2],
        },
    ]
    environment = load(PROD, _declared({"names": names}))
    mine = [one for one in names_of_services(environment) if one.service == "openai"]
    assert [one.host for one in mine[1:]] == ["ai.cognitiveservices.azure.com", "ai.services.ai.azure.com"]
    assert DeclaredIds(environment).zone_id(mine[2].zone) == (
        f"{HUB}/providers/Microsoft.Network/privateDnsZones/privatelink.services.ai.azure.com"
    )
