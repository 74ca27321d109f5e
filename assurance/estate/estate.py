"""The estate: what the readings of one environment are obtained with, and the ids of what it declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from assurance.environment import Environment
from assurance.environment.container_apps import DeclaredFrontDoor, DeclaredGateway
from assurance.environment.deployment import DeclaredMonitoring, DeclaredRegistry
from assurance.environment.network import DeclaredEndpoint, DeclaredName
from assurance.environment.values import Vantage
from assurance.errors import NotEvaluated
from assurance.estate.resources.questions import Questions
from assurance.estate.resources.resource import demanded
from assurance.world.azure.clients import AzureClients
from assurance.world.dns import Resolver
from assurance.world.files import FileReader
from assurance.world.sockets import Dialer

T = TypeVar("T")


class DeclaredIds:
    """Full resource ids, made from the names that an environment file declares."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    @property
    def group_id(self) -> str:
        """The id of the environment's resource group."""
        return f"{self.subscription_id}/resourceGroups/{self.environment.resource_group}"

    @property
    def subscription_id(self) -> str:
        """The id of the environment's subscription."""
        return f"/subscriptions/{self.environment.subscription_id}"

    def virtual_network_id(self, name: str | None = None) -> str:
        """Return the id of the declared virtual network, or of a further one of that name."""
        declared = next(network for network in self.environment.networks if name in {None, network.name})
        return self._id(f"Microsoft.Network/virtualNetworks/{declared.name}", declared.resource_group)

    def network_ids(self) -> tuple[str, ...]:
        """Return the ids of every declared network."""
        return tuple(self.virtual_network_id(network.name) for network in self.environment.networks)

    def subnet_id(self, name: str, network: str | None = None) -> str:
        """Return the id of a declared subnet, of the application's network where no other is named."""
        return f"{self.virtual_network_id(network)}/subnets/{name}"

    def service_id(self, service: str) -> str:
        """Return the id of a declared service."""
        declared = self.environment.services[service]
        return self._id(
            f"{self.environment.type_of(declared.kind)}/{declared.name}", declared.resource_group, declared.subscription
        )

    def network_security_group_id(self, name: str) -> str:
        """Return the id of a declared network security group."""
        declared = next(group for group in self.environment.network_security_groups if group.name == name)
        return self._id(f"Microsoft.Network/networkSecurityGroups/{name}", declared.resource_group)

    def endpoint_id(self, endpoint: DeclaredEndpoint) -> str:
        """Return the id of a private endpoint of a service."""
        path = f"Microsoft.Network/privateEndpoints/{endpoint.name}"
        return self._id(path, endpoint.resource_group, endpoint.subscription)

    def endpoint_ids(self, service: str) -> tuple[str, ...]:
        """Return the ids of all private endpoints of a service."""
        return tuple(map(self.endpoint_id, self.environment.services[service].endpoints))

    def zone_id(self, declared: DeclaredEndpoint | DeclaredName) -> str:
        """Return the id of the private DNS zone of an endpoint's name."""
        path = f"Microsoft.Network/privateDnsZones/{declared.zone}"
        return self._id(path, declared.zone_resource_group, declared.zone_subscription)

    def container_environment_id(self, name: str | None = None) -> str:
        """Return the id of the Container Apps environment, or of a further one of that name."""
        apps = self.environment.container_apps
        return self._id(f"Microsoft.App/managedEnvironments/{name or apps.environment}", apps.resource_group)

    def container_app_id(self, name: str | None = None) -> str:
        """Return the id of the application, or of a further one of that name."""
        declared = self.environment.container_apps
        return self._id(f"Microsoft.App/containerApps/{name or declared.app}", declared.resource_group)

    def further_job_id(self, name: str) -> str:
        """Return the id of a declared job."""
        return self._id(f"Microsoft.App/jobs/{name}", self.environment.container_apps.resource_group)

    def front_door_id(self, declared: DeclaredFrontDoor) -> str:
        """Return the id of the Front Door profile."""
        return self._id(f"Microsoft.Cdn/profiles/{declared.profile}", declared.resource_group, declared.subscription)

    def gateway_id(self, declared: DeclaredGateway) -> str:
        """Return the id of what stands before the application in its network."""
        is_api_management = declared == self.environment.container_apps.api_management
        kind = "Microsoft.ApiManagement/service" if is_api_management else "Microsoft.Network/applicationGateways"
        return self._id(f"{kind}/{declared.name}", declared.resource_group, declared.subscription)

    def job_id(self) -> str | None:
        """Return the id of the job that runs this suite inside the virtual network; None where none is declared."""
        declared = self.environment.container_apps
        return self._id(f"Microsoft.App/jobs/{declared.job}", declared.resource_group) if declared.job else None

    def identity_id(self) -> str:
        """Return the id of the application's user-assigned identity."""
        declared = self.environment.identity
        return self._id(
            f"Microsoft.ManagedIdentity/userAssignedIdentities/{declared.name}",
            declared.resource_group,
            declared.subscription,
        )

    def all_ids(self) -> tuple[str, ...]:
        """Return the ids of everything that the environment file declares."""
        environment = self.environment
        apps = environment.container_apps
        endpoints = [endpoint for service in environment.services.values() for endpoint in service.endpoints]
        return (
            *self.network_ids(),
            *(self.network_security_group_id(group.name) for group in environment.network_security_groups),
            *self.service_ids(),
            *map(self.endpoint_id, endpoints),
            *map(self.zone_id, endpoints),
            *(self.zone_id(name) for endpoint in endpoints for name in endpoint.names),
            *(self.container_environment_id(each.name) for each in apps.environments),
            self.container_app_id(),
            *([job] if (job := self.job_id()) is not None else []),
            *(self.container_app_id(app.name) for each in apps.environments for app in each.apps),
            *(self.further_job_id(name) for each in apps.environments for name in each.jobs),
            *((self.front_door_id(apps.front_door),) if apps.front_door is not None else ()),
            *map(self.gateway_id, apps.gateways),
            self.identity_id(),
            *environment.public_addresses,
            *self._deployment_ids(),
        )

    def _deployment_ids(self) -> list[str]:
        declared, telemetry = self.environment.deployment, self.environment.telemetry
        ids: list[str] = []
        if (registry := declared.registry) is not None:
            ids.append(self._id(f"Microsoft.ContainerRegistry/registries/{registry.name}", registry.resource_group))
        if (monitoring := declared.monitoring) is not None:
            group = monitoring.workspace_resource_group or monitoring.resource_group
            ids.append(self._id(f"Microsoft.Insights/components/{monitoring.component}", monitoring.resource_group))
            ids.append(self._id(f"Microsoft.OperationalInsights/workspaces/{monitoring.workspace}", group))
        if telemetry is not None:
            ids.append(self._id(f"Microsoft.Insights/components/{telemetry.component}", telemetry.resource_group))
        return ids

    def service_ids(self, kind: str | None = None) -> tuple[str, ...]:
        """Return the ids of the declared services, of one kind or of all."""
        services = self.environment.services.items()
        return tuple(self.service_id(name) for name, declared in services if kind is None or declared.kind == kind)

    def first_of_kind(self, kind: str) -> str:
        """Return the key of the first declared service of a kind.

        Raises:
            NotEvaluated: None is declared.
        """
        service_key = next((key for key, service in self.environment.services.items() if service.kind == kind), None)
        return demanded(service_key, f"a service of kind {kind}", "Declare it in [services].")

    def database_id(self) -> str:
        """Return the id of the declared database; see `first_of_kind`."""
        key = self.first_of_kind("sql")
        hint = f"Add database to [services.{key}] of the environment file."
        return f"{self.service_id(key)}/databases/" + demanded(
            self.environment.services[key].database, "what the database is called", hint
        )

    def declared_registry(self) -> DeclaredRegistry:
        """Return what is declared of the registry.

        Raises:
            NotEvaluated: Nothing is.
        """
        hint = "Add [deployment.registry] to the environment file."
        return demanded(self.environment.deployment.registry, "which registry holds the image", hint)

    def declared_monitoring(self) -> DeclaredMonitoring:
        """Return what is declared of monitoring.

        Raises:
            NotEvaluated: Nothing is.
        """
        hint = "Add [deployment.monitoring] to the environment file."
        return demanded(self.environment.deployment.monitoring, "what monitors the application", hint)

    def registry_id(self) -> str:
        """Return the id of the declared registry."""
        declared = self.declared_registry()
        return self._id(
            f"Microsoft.ContainerRegistry/registries/{declared.name}", declared.resource_group, declared.subscription
        )

    def component_id(self) -> str:
        """Return the id of the declared Application Insights component."""
        declared = self.declared_monitoring()
        return self._id(
            f"Microsoft.Insights/components/{declared.component}", declared.resource_group, declared.subscription
        )

    def workspace_id(self) -> str:
        """Return the id of the declared Log Analytics workspace."""
        declared = self.declared_monitoring()
        path = f"Microsoft.OperationalInsights/workspaces/{declared.workspace}"
        group = declared.workspace_resource_group or declared.resource_group
        return self._id(path, group, declared.workspace_subscription or declared.subscription)

    def dashboard_id(self) -> str:
        """Return the id of the declared dashboard."""
        declared = self.declared_monitoring()
        return self._id(
            f"Microsoft.Portal/dashboards/{declared.dashboard}", declared.resource_group, declared.subscription
        )

    def _id(self, provider_path: str, resource_group: str | None, subscription: str | None = None) -> str:
        return self.environment.resource_id(provider_path, resource_group, subscription)


P = ParamSpec("P")
WAYS = {
    "inside": "from a machine or a Container Apps job in the virtual network",
    "outside": "from a machine outside the virtual network",
}


class Estate(DeclaredIds):
    """Azure, DNS and the network, as one environment is read from them.

    Attributes:
        questions: Where questions to Azure are asked, each once.
        resolvers: What resolves names, by vantage.
        dialers: What makes connections, by vantage.
        vantage: From where names are resolved and connections made.
        files: What reads the files that a pipeline has left.
    """

    def __init__(
        self,
        environment: Environment,
        clients: AzureClients,
        resolvers: Mapping[Vantage, Resolver],
        dialers: Mapping[Vantage, Dialer],
        vantage: tuple[Vantage, ...],
        files: FileReader,
        now: datetime,
    ) -> None:
        super().__init__(environment)
        self.questions = Questions(clients)
        self.resolvers = resolvers
        self.dialers = dialers
        self.vantage = vantage
        self.files = files
        self._now = now

    @property
    def now(self) -> datetime:
        """When the run was begun; NotEvaluated where the clock that says so is wrong."""
        self.questions.clients.demand_clock()
        return self._now

    def demand(self, vantage: Vantage) -> None:
        """Raise NotEvaluated for what can only be judged from a vantage that the suite does not run from."""
        if vantage not in self.vantage:
            place = f"from {vantage} the virtual network, and the suite runs from {'/'.join(self.vantage)}"
            raise NotEvaluated(f"This can only be judged {place}.", f"Run it {WAYS[vantage]}: --vantage {vantage}.")


def read_once(function: Callable[Concatenate[Estate, P], T]) -> Callable[Concatenate[Estate, P], T]:
    """Let a reader ask once in an estate for each set of arguments; an inability is remembered as well."""

    @wraps(function)
    def read(estate: Estate, /, *arguments: P.args, **options: P.kwargs) -> T:
        key = (function.__module__, function.__qualname__, arguments, tuple(sorted(options.items())))
        return estate.questions.once(key, lambda: function(estate, *arguments, **options))

    return read
