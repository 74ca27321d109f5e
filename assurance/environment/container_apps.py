"""The table `[container_apps]`: the environment, the applications and jobs in it, and what stands before them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assurance.environment.base import Declared, Port, Text
from assurance.environment.values import Guid, ResourceId


class DeclaredFrontDoor(Declared):
    """The Front Door profile before the application: the only way in, over an approved private link."""

    profile: Text
    resource_group: Text | None = None
    subscription: Guid | None = None


class FurtherApp(Declared):
    """A further application in the environment, held to the same as the first.

    Attributes:
        ingress: Who may call it: nobody, the virtual network, or whoever reaches the environment.
    """

    name: Text
    ingress: Literal["none", "internal", "external"] = "internal"


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
    permitted_endpoints: tuple[ResourceId, ...] = Field(default=(), strict=False)
    further: tuple[FurtherApp, ...] = Field(default=(), strict=False)
    jobs: tuple[Text, ...] = Field(default=(), strict=False)
