"""The Container Apps environment."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.deployment.plain_secrets import ROTATE, plain_secrets
from assurance.estate.estate import Estate, read_once
from assurance.estate.network.addresses import is_private
from assurance.estate.network.private_endpoint import approves_only
from assurance.estate.resources.resource import Judgement, Resource, listed, named, shown
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
            found = document.text("properties", "staticIp")
            return is_private(found or ""), f"staticIp is {shown(found)}"

        return self.judge("staticIp is a private address", private, "Deploy the environment again as internal.")

    @property
    def refuses_public_networks(self) -> Fact:
        """Whether public network access is off, where the API tells; an environment that is not internal must tell."""

        def refused(document: Document) -> Judgement:
            found = document.text("properties", "publicNetworkAccess")
            internal = document.flag("properties", "vnetConfiguration", "internal")
            holds = internal is True if found is None else found.casefold() == "disabled"
            return holds, f"publicNetworkAccess is {shown(found)}, internal is {shown(internal)}"

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
            found = plain_secrets(document)
            return not found, listed(found, "no secret in plain text")

        return self.judge("no secret stands in plain text: settings of telemetry, tags", none, ROTATE)


@read_once
def read_container_environment(estate: Estate) -> ContainerEnvironment:
    """Return the Container Apps environment."""
    environment_id = estate.container_environment_id()
    operation = estate.questions.operation("container_apps", "managed_environments", "get")
    subnet_id = estate.subnet_id(estate.environment.container_apps.subnet)
    found = estate.questions.resource(operation, environment_id)
    return ContainerEnvironment(
        environment_id, *found, subnet_id, estate.environment.container_apps.permitted_endpoints
    )
