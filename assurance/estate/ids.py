"""The ids of what an environment declares."""

from __future__ import annotations

from assurance.environment import Environment
from assurance.environment.model import ServiceKind
from assurance.estate.services.services import PROVIDERS


class DeclaredIds:
    """Full resource ids, made from the names that an environment file declares."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    @property
    def group_id(self) -> str:
        """The id of the environment's resource group."""
        return f"/subscriptions/{self.environment.subscription_id}/resourceGroups/{self.environment.resource_group}"

    @property
    def subscription_id(self) -> str:
        """The id of the environment's subscription."""
        return f"/subscriptions/{self.environment.subscription_id}"

    def virtual_network_id(self) -> str:
        """Return the id of the declared virtual network."""
        declared = self.environment.virtual_network
        return self._provider_id(f"Microsoft.Network/virtualNetworks/{declared.name}", declared.resource_group)

    def subnet_id(self, name: str) -> str:
        """Return the id of a declared subnet."""
        return f"{self.virtual_network_id()}/subnets/{name}"

    def service_id(self, service: str) -> str:
        """Return the id of a declared service."""
        declared = self.environment.services[service]
        return self._provider_id(f"{PROVIDERS[declared.kind]}/{declared.name}", declared.resource_group)

    def network_security_group_id(self, name: str) -> str:
        """Return the id of a declared network security group."""
        declared = next(group for group in self.environment.network_security_groups if group.name == name)
        return self._provider_id(f"Microsoft.Network/networkSecurityGroups/{name}", declared.resource_group)

    def zone_id(self, service: str) -> str:
        """Return the id of the private DNS zone of a service."""
        endpoint = self.environment.services[service].private_endpoint
        return self._provider_id(f"Microsoft.Network/privateDnsZones/{endpoint.zone}", endpoint.zone_resource_group)

    def container_environment_id(self) -> str:
        """Return the id of the Container Apps environment."""
        declared = self.environment.container_apps
        return self._provider_id(f"Microsoft.App/managedEnvironments/{declared.environment}", declared.resource_group)

    def container_app_id(self) -> str:
        """Return the id of the application."""
        declared = self.environment.container_apps
        return self._provider_id(f"Microsoft.App/containerApps/{declared.app}", declared.resource_group)

    def identity_id(self) -> str:
        """Return the id of the application's user-assigned identity."""
        declared = self.environment.identity
        return self._provider_id(
            f"Microsoft.ManagedIdentity/userAssignedIdentities/{declared.name}", declared.resource_group
        )

    def service_ids(self, kind: ServiceKind | None = None) -> tuple[str, ...]:
        """Return the ids of the declared services, of one kind or of all."""
        services = self.environment.services.items()
        return tuple(self.service_id(name) for name, declared in services if kind is None or declared.kind == kind)

    def _provider_id(self, provider_path: str, resource_group: str | None) -> str:
        return self.environment.resource_id(provider_path, resource_group)
