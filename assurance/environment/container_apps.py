"""The table `[container_apps]`: environments, the applications and jobs in them, and what stands before them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from assurance.environment.network import DeclaredSecurityGroup, Subnet
from assurance.environment.values import Declared, Guid, Port, ResourceId, Text, VariableName


class DeclaredFrontDoor(Declared):
    """The Front Door profile before the application: the only way in.

    Attributes:
        by: How it reaches the application: over an approved private link, or by the public addresses of the service tag
            AzureFrontDoor.Backend, which alone the application's ingress may let in. The environment is public then.
        id_variable: The environment variable by which the application knows the profile's id, so that it refuses
            requests whose header X-Azure-FDID is another's: all Front Doors of the world have the same addresses.
    """

    profile: Text
    resource_group: Text | None = None
    subscription: Guid | None = None
    by: Literal["private_link", "service_tag"] = "private_link"
    id_variable: VariableName | None = None

    @model_validator(mode="after")
    def _addresses_need_the_id(self) -> Self:
        if (self.by == "service_tag") is not (self.id_variable is not None):
            raise ValueError(
                'by = "service_tag" needs id_variable, the environment variable that holds the profile\'s id, and '
                '"private_link" has no use for it'
            )
        return self


class DeclaredGateway(Declared):
    """An Application Gateway or an API Management before the application: the only way in.

    Attributes:
        subnet: The subnet in which it stands, of the application's network.
    """

    name: Text
    resource_group: Text | None = None
    subscription: Guid | None = None
    subnet: Text


class FurtherApp(Declared):
    """A further application in the environment, held to the same as the first.

    Attributes:
        ingress: Who may call it: nobody, the virtual network, or whoever reaches the environment.
    """

    name: Text
    ingress: Literal["none", "internal", "external"] = "internal"


class FurtherEnvironment(Declared):
    """A further Container Apps environment, held to the same as the first, with the applications and jobs in it.

    Attributes:
        network: The network of its subnet, where that is a further one.
        permitted_endpoints: The private endpoints that may lead to it.
    """

    name: Text
    network: Text | None = None
    subnet: Text
    workload_profiles: bool
    permitted_endpoints: tuple[ResourceId, ...] = Field(default=(), strict=False)
    apps: tuple[FurtherApp, ...] = Field(default=(), strict=False)
    jobs: tuple[Text, ...] = Field(default=(), strict=False)


class DeclaredContainerApps(Declared):
    """The Container Apps environment and the application in it; `image` is the repository of its image.

    `job` is the job that runs this suite inside the virtual network (`apex-assurance inside`).
    """

    environment: Text
    app: Text
    job: Text | None = None
    resource_group: Text | None = None
    subnet: Text
    image: Text | None = None
    workload_profiles: bool
    ingress_external: bool = False
    external_ports: tuple[Port, ...] = Field(default=(), strict=False)
    front_door: DeclaredFrontDoor | None = None
    application_gateway: DeclaredGateway | None = None
    api_management: DeclaredGateway | None = None
    permitted_endpoints: tuple[ResourceId, ...] = Field(default=(), strict=False)
    further: tuple[FurtherApp, ...] = Field(default=(), strict=False)
    jobs: tuple[Text, ...] = Field(default=(), strict=False)
    further_environments: tuple[FurtherEnvironment, ...] = Field(default=(), strict=False)

    @property
    def environments(self) -> tuple[FurtherEnvironment, ...]:
        """Every environment, each with the further applications and jobs in it; the application's own comes first."""
        own = FurtherEnvironment(
            name=self.environment,
            subnet=self.subnet,
            workload_profiles=self.workload_profiles,
            permitted_endpoints=self.permitted_endpoints,
            apps=self.further,
            jobs=self.jobs,
        )
        return (own, *self.further_environments)

    @property
    def gateways(self) -> tuple[DeclaredGateway, ...]:
        """What stands before the application in its network."""
        return tuple(gateway for gateway in (self.application_gateway, self.api_management) if gateway is not None)

    @property
    def is_public(self) -> bool:
        """Whether the environment is declared to have a public address, behind a Front Door."""
        return self.front_door is not None and self.front_door.by == "service_tag"

    @model_validator(mode="after")
    def _what_is_reached_has_an_ingress(self) -> Self:
        if (self.front_door is not None or self.gateways) and not self.ingress_external:
            raise ValueError(
                "front_door, application_gateway and api_management reach an application whose ingress is external to "
                "the environment: say ingress_external = true"
            )
        return self


def told_of_other_ways_in(
    apps: DeclaredContainerApps, subnets: Sequence[Subnet], groups: Sequence[DeclaredSecurityGroup]
) -> str:
    """Return what a file must say for a gateway to be the only way in; empty if it says so."""
    name = next((subnet.network_security_group for subnet in subnets if subnet.name == apps.subnet), None)
    group = next((group for group in groups if group.name == name), None)
    if not apps.gateways or group is None or "Inbound" in group.deny_all:
        return ""
    return (
        f'network_security_groups: {name} must have "Inbound" in deny_all, and a permitted flow from the subnet of '
        f"{apps.gateways[0].name}, for that to be the only way in"
    )
