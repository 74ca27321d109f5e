"""The public ingress of an application behind a Front Door that reaches it by the addresses of a service tag.

Container Apps lets in addresses and knows no service tag: the prefixes of AzureFrontDoor.Backend are asked of Azure.
Every Front Door of the world has these addresses, so the application must refuse requests of others by their header.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from assurance.environment.container_apps import DeclaredFrontDoor
from assurance.environment.values import lies_within
from assurance.errors import NotEvaluated
from assurance.estate.deployment.application_setup import ApplicationSetup, read_application_setup
from assurance.estate.deployment.container_apps import ContainerApp, read_container_app
from assurance.estate.deployment.container_environment import (
    read_front_door,
    read_further_app,
)
from assurance.estate.estate import Estate, read_once
from assurance.estate.network.flows import OutsideFlow, read_outside_name
from assurance.estate.resources.resource import Judgement, Part, Resource, listed, named, shown, wrong_among
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

TAG = "AzureFrontDoor.Backend"
HTTPS = 443


@dataclass(frozen=True, slots=True)
class PublicIngress:
    """The ingress of an application that the Internet reaches through a Front Door, by the addresses of a service tag.

    Attributes:
        app: The application.
        prefixes: The prefixes of the tag, as Azure tells them.
    """

    app: ContainerApp
    prefixes: Part[tuple[tuple[str, ...], tuple[str, ...]]]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """The tag's prefixes."""
        return (self.prefixes,)

    @property
    def lets_in_front_doors_only(self) -> Fact:
        """Whether its ingress lets in addresses of Front Doors only; without a rule it lets in everybody."""
        prefixes, readings = self.prefixes()

        def stranger(rule: Document) -> str | None:
            address_range, action = rule.text("ipAddressRange") or "", (rule.text("action") or "").casefold()
            if action != "allow":
                return f"{shown(rule.text('name'))} is a rule of the action {shown(rule.text('action'))}"
            try:
                within = lies_within(address_range, prefixes)
            except ValueError:
                return f"{shown(address_range)} is no prefix"
            return None if within else f"{address_range} is let in"

        def only(document: Document) -> Judgement:
            rules = document.items("properties", "configuration", "ingress", "ipSecurityRestrictions")
            wrong = wrong_among(rules, stranger)
            return bool(rules) and not wrong, listed(wrong, f"{len(rules)} rules" if rules else "everybody is let in")

        remedy = (
            f"az containerapp ingress access-restriction set {named(self.app.id)} --action Allow --ip-address PREFIX, "
            f"for each prefix of the service tag {TAG}, and remove the others"
        )
        return self.app.judge(f"only addresses of {TAG} are let in", only, remedy, readings)


@dataclass(frozen=True, slots=True)
class FrontDoorHeader:
    """How the application tells its own Front Door from others: it knows the id that stands in X-Azure-FDID.

    Attributes:
        profile: The Front Door's profile.
        setup: How the application is set up.
        variable: The environment variable that must hold the profile's id.
    """

    profile: Resource
    setup: ApplicationSetup
    variable: str

    @property
    def is_known_to_the_application(self) -> Fact:
        """Whether the application's variable holds the id of this very profile."""
        profile = self.profile.document
        wanted = profile.text("properties", "frontDoorId") if profile is not None else None
        if not wanted:
            return self.profile.fact(False, "the profile has its id", "frontDoorId is absent")
        return self.setup.has_variable(self.variable, wanted)


def read_public_ingress(estate: Estate, further: str | None) -> PublicIngress:
    """Return the ingress of an application, or of a further one, that a Front Door reaches by its addresses."""
    return PublicIngress(_app(estate, further), partial(_prefixes, estate))


def _app(estate: Estate, further: str | None) -> ContainerApp:
    apps = estate.environment.container_apps
    declared = next((app for app in apps.further if app.name == further), None)
    return read_container_app(estate) if declared is None else read_further_app(estate, apps.environment, declared)


def read_front_door_header(estate: Estate, declared: DeclaredFrontDoor) -> FrontDoorHeader:
    """Return how the application tells its Front Door from others."""
    return FrontDoorHeader(
        read_front_door(estate, declared), read_application_setup(estate), declared.id_variable or ""
    )


def read_door_beside_front_door(estate: Estate, further: str | None) -> OutsideFlow:
    """Return what the name of an application, or of a further one, leads to from outside, past its Front Door.

    Raises:
        NotEvaluated: The application tells no name.
    """
    app = _app(estate, further)
    fqdn = app.document.text("properties", "configuration", "ingress", "fqdn") if app.document is not None else None
    if not fqdn:
        raise NotEvaluated("The application tells no name of its ingress.", "Judge SEC-05.", app.readings)
    return read_outside_name(estate, fqdn, HTTPS)


@read_once
def _prefixes(estate: Estate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prefixes of the service tag of Front Doors, and the readings that say so.

    Raises:
        NotEvaluated: Azure tells none.
    """
    operation = estate.questions.operation("network", "service_tag_information", "list")
    listing, readings = estate.questions.listing(
        operation, estate.subscription_id, estate.environment.location, tag_name=TAG
    )
    prefixes = {
        prefix
        for tag in listing
        if tag.name.casefold() == TAG.casefold()
        for prefix in tag.texts("properties", "addressPrefixes")
    }
    if not prefixes:
        raise NotEvaluated(f"Azure tells no address of the service tag {TAG}.", "Look at the reading.", readings)
    return tuple(sorted(prefixes)), readings
