"""The Front Door before the application, and whether it reaches it by private link only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from assurance.environment.container_apps import DeclaredFrontDoor
from assurance.estate.deployment.container_environment import read_container_environment
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.questions import Documents
from assurance.estate.resources.resource import Judgement, Part, Resource, listed, same_id
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

API_VERSION = "2024-02-01"
LINK = ("properties", "sharedPrivateLinkResource")


@dataclass(frozen=True, slots=True)
class FrontDoor(Resource):
    """A Front Door profile (Microsoft.Cdn/profiles).

    Attributes:
        environment_id: The Container Apps environment to which it must lead.
        domain: The environment's domain, with which the names of its applications end.
        origins: All origins of all of its groups.
    """

    environment_id: str
    domain: str
    origins: Part[Documents]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """Its origins."""
        return (self.origins,) if self.document is not None else ()

    @property
    def reaches_the_environment_privately(self) -> Fact:
        """Whether it has an origin in the environment, and each of them goes over an approved private link to it."""
        origins, readings = self.origins() if self.document is not None else ((), ())
        mine = [one for one in origins if self._leads_here(one)]
        wrong = [told for one in mine if (told := self._told(one))]

        def private(_: Document) -> Judgement:
            observed = listed(wrong, f"{len(mine)} origins over private link" if mine else "no origin leads to it")
            return bool(mine) and not wrong, observed

        remedy = (
            f"az afd origin update --ids ORIGIN-ID --enable-private-link true --private-link-resource "
            f"{self.environment_id} --private-link-sub-resource-type managedEnvironments; then approve the connection"
        )
        return self.judge(
            "each origin in the environment goes over an approved private link", private, remedy, readings
        )

    def _leads_here(self, origin: Document) -> bool:
        host = (origin.text("properties", "hostName") or "").casefold()
        by_name = bool(self.domain) and host.endswith(f".{self.domain.casefold()}")
        return by_name or same_id(_linked(origin), self.environment_id)

    def _told(self, origin: Document) -> str:
        """Return what is wrong with an origin in the environment; empty if nothing is."""
        if not same_id(_linked(origin), self.environment_id):
            return f"{origin.name} goes {'over a link to ' + found if (found := _linked(origin)) else 'without a link'}"
        status = origin.text(*LINK, "status") or "absent"
        return "" if status.casefold() == "approved" else f"{origin.name} has a link that is {status}"


@read_once
def read_front_door(estate: Estate, declared: DeclaredFrontDoor) -> FrontDoor:
    """Return the declared Front Door profile."""
    profile_id, environment = estate.front_door_id(declared), read_container_environment(estate)
    found, readings = estate.questions.one_at(profile_id, API_VERSION)
    domain = environment.document.text("properties", "defaultDomain") if environment.document is not None else None
    cited = (*readings, *environment.readings)
    return FrontDoor(profile_id, found, cited, environment.id, domain or "", partial(_origins, estate, profile_id))


def _origins(estate: Estate, profile_id: str) -> Documents:
    groups, readings = estate.questions.all_at(f"{profile_id}/originGroups", profile_id, API_VERSION)
    found: list[Document] = []
    for group in groups:
        origins, cited = estate.questions.all_at(f"{group.id}/origins", profile_id, API_VERSION)
        found += origins
        readings += cited
    return tuple(found), readings


def _linked(origin: Document) -> str | None:
    """Return the id to which an origin's private link leads; None where it has none."""
    link = origin.within(*LINK)
    return link.text("privateLink", "id") if link is not None else None
