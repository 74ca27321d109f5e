"""The Container Apps environment, the Front Door before it, and the further applications and jobs in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from assurance.environment.container_apps import DeclaredFrontDoor, FurtherApp, FurtherEnvironment
from assurance.estate.deployment.container_apps import ContainerApp, Ingress
from assurance.estate.deployment.plain_secrets import ROTATE, plain_secrets
from assurance.estate.estate import Estate, read_once
from assurance.estate.network.packet_regions import is_private
from assurance.estate.network.private_endpoint import approves_only
from assurance.estate.resources.questions import Documents
from assurance.estate.resources.resource import Judgement, Part, Resource, listed, named, same_id, shown
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class ContainerEnvironment(Resource):
    """A Container Apps environment (Microsoft.App/managedEnvironments).

    Attributes:
        subnet_id: The id of the subnet in which its infrastructure must stand.
        permitted_endpoints: The ids of the private endpoints that may lead to it.
    """

    subnet_id: str
    permitted_endpoints: tuple[str, ...] = ()

    @property
    def is_internal(self) -> Fact:
        """Whether the environment has only an internal load balancer; an absent flag means it is public."""
        remedy = f"It cannot be changed: deploy the environment again with --internal-only true ({named(self.id)})."
        return self.flag_is("properties.vnetConfiguration.internal", True, remedy)

    @property
    def is_in_its_subnet(self) -> Fact:
        """Whether its infrastructure stands in the declared subnet."""
        remedy = f"Deploy the environment again with --infrastructure-subnet-resource-id {self.subnet_id}."
        path = "properties.vnetConfiguration.infrastructureSubnetId"
        return self.id_is(path, self.subnet_id, "infrastructure subnet", remedy)

    @property
    def has_private_address(self) -> Fact:
        """Whether its static address is a private one."""

        def private(document: Document) -> Judgement:
            static_ip = document.text("properties", "staticIp")
            return is_private(static_ip or ""), f"staticIp is {shown(static_ip)}"

        return self.judge("staticIp is a private address", private, "Deploy the environment again as internal.")

    @property
    def refuses_public_networks(self) -> Fact:
        """Whether public network access is off, where the API tells; an environment that is not internal must tell."""

        def refused(document: Document) -> Judgement:
            setting = document.text("properties", "publicNetworkAccess")
            internal = document.flag("properties", "vnetConfiguration", "internal")
            holds = internal is True if setting is None else setting.casefold() == "disabled"
            return holds, f"publicNetworkAccess is {shown(setting)}, internal is {shown(internal)}"

        remedy = f"az containerapp env update {named(self.id)} --public-network-access Disabled"
        return self.judge("publicNetworkAccess is Disabled", refused, remedy)

    @property
    def approves_no_stranger(self) -> Fact:
        """Whether it has approved no private endpoint but those that are permitted, such as a Front Door's own."""
        return approves_only(self, self.permitted_endpoints, "permitted", "[container_apps]")

    @property
    def holds_no_plaintext_secret(self) -> Fact:
        """Whether nothing of it holds a secret in plain text, such as the headers that its telemetry is sent with."""

        def none(document: Document) -> Judgement:
            secrets = plain_secrets(document)
            return not secrets, listed(secrets, "no secret in plain text")

        return self.judge("no secret stands in plain text: settings of telemetry, tags", none, ROTATE)


def read_container_environment(estate: Estate) -> ContainerEnvironment:
    """Return the Container Apps environment of the application."""
    return read_apps_environment(estate, estate.environment.container_apps.environments[0])


@read_once
def read_apps_environment(estate: Estate, declared: FurtherEnvironment) -> ContainerEnvironment:
    """Return a declared Container Apps environment."""
    environment_id = estate.container_environment_id(declared.name)
    operation = estate.questions.operation("container_apps", "managed_environments", "get")
    subnet_id = estate.subnet_id(declared.subnet, declared.network)
    answer = estate.questions.resource(operation, environment_id)
    return ContainerEnvironment(environment_id, *answer, subnet_id, declared.permitted_endpoints)


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
    def leads_to_the_environment(self) -> Fact:
        """Whether it has an origin in the environment that is in use, by its public name."""
        origins, readings = self.origins() if self.document is not None else ((), ())
        leading = [origin for origin in origins if self._leads_here(origin)]
        used = [
            origin for origin in leading if (origin.text("properties", "enabledState") or "").casefold() == "enabled"
        ]
        observed = f"origins there: {listed((origin.name for origin in leading), 'none')}; in use: {len(used)}"
        remedy = "az afd origin create --host-name NAME-OF-THE-APPLICATION --enabled-state Enabled"
        return self.judge("an origin leads to the environment", lambda _: (bool(used), observed), remedy, readings)

    @property
    def reaches_the_environment_privately(self) -> Fact:
        """Whether it has an origin in the environment, and each of them goes over an approved private link to it."""
        origins, readings = self.origins() if self.document is not None else ((), ())
        leading = [origin for origin in origins if self._leads_here(origin)]
        wrong = [sentence for origin in leading if (sentence := self._told(origin))]

        def private(_: Document) -> Judgement:
            observed = listed(
                wrong, f"{len(leading)} origins over private link" if leading else "no origin leads to it"
            )
            return bool(leading) and not wrong, observed

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
            return f"{origin.name} goes {'over a link to ' + link if (link := _linked(origin)) else 'without a link'}"
        status = origin.text(*LINK, "status") or "absent"
        return "" if status.casefold() == "approved" else f"{origin.name} has a link that is {status}"


@read_once
def read_front_door(estate: Estate, declared: DeclaredFrontDoor) -> FrontDoor:
    """Return the declared Front Door profile."""
    profile_id, environment = estate.front_door_id(declared), read_container_environment(estate)
    document, readings = estate.questions.one_at(profile_id, API_VERSION)
    domain = environment.document.text("properties", "defaultDomain") if environment.document is not None else None
    cited = (*readings, *environment.readings)
    return FrontDoor(profile_id, document, cited, environment.id, domain or "", partial(_origins, estate, profile_id))


def _origins(estate: Estate, profile_id: str) -> Documents:
    groups, readings = estate.questions.all_at(f"{profile_id}/originGroups", profile_id, API_VERSION)
    origins_of_groups: list[Document] = []
    for group in groups:
        origins, cited = estate.questions.all_at(f"{group.id}/origins", profile_id, API_VERSION)
        origins_of_groups += origins
        readings += cited
    return tuple(origins_of_groups), readings


def _linked(origin: Document) -> str | None:
    """Return the id to which an origin's private link leads; None where it has none."""
    link = origin.within(*LINK)
    return link.text("privateLink", "id") if link is not None else None


@dataclass(frozen=True, slots=True)
class FurtherWorkload(ContainerApp):
    """A further application, or a job, which nobody calls.

    Attributes:
        ingress: The ingress that is declared of it.
    """

    NEEDS_SECRETS: ClassVar[bool] = False

    ingress: Ingress

    @property
    def has_its_ingress(self) -> Fact:
        """Whether its ingress is the declared one, or it has none."""
        return self.has_ingress(self.ingress)


@read_once
def read_further_app(estate: Estate, environment: str, declared: FurtherApp) -> FurtherWorkload:
    """Return a further application, which must run in the environment of that name."""
    return _read(estate, "container_apps", estate.container_app_id(declared.name), environment, declared.ingress)


@read_once
def read_job(estate: Estate, environment: str, name: str) -> FurtherWorkload:
    """Return a job, which must run in the environment of that name."""
    return _read(estate, "jobs", estate.further_job_id(name), environment, "none")


def _read(estate: Estate, group: str, resource_id: str, environment: str, ingress: Ingress) -> FurtherWorkload:
    operation = estate.questions.operation("container_apps", group, "get", resource_id)
    answer = estate.questions.resource(operation, resource_id)
    declared = estate.environment.container_apps
    return FurtherWorkload(resource_id, *answer, declared, estate.container_environment_id(environment), ingress)
