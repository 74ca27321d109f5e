"""What an environment file declares: one deployment of APEX, in pydantic models that refuse what they do not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from assurance.environment.application import DeclaredApplication
from assurance.environment.application_tables import DeclaredLoad, DeclaredTelemetry
from assurance.environment.container_apps import DeclaredContainerApps, told_of_other_ways_in
from assurance.environment.deployment import DeclaredDefender, DeclaredDeployment
from assurance.environment.kinds import DeclaredKind, judged_kinds, service_types
from assurance.environment.network import (
    DeclaredEndpoint,
    DeclaredNetwork,
    DeclaredSecurityGroup,
    FurtherEndpoint,
    Subnet,
    Views,
)
from assurance.environment.suite_tables import DeclaredDrift, DeclaredInventory, DeclaredWaivers, Evidence, Limits
from assurance.environment.values import (
    Declared,
    Guid,
    HostName,
    HttpsUrl,
    Port,
    ResourceId,
    Scope,
    Text,
    Vantage,
    VariableName,
    repeated,
)


class Cloud(Declared):
    """Endpoints of the Azure cloud; a sovereign cloud or a stand-in has others."""

    resource_manager: HttpsUrl
    authority: HttpsUrl
    log_analytics: HttpsUrl = "https://api.loganalytics.azure.com"
    key_vault_suffix: HostName = "vault.azure.net"
    ca_bundle: Path | None = Field(default=None, strict=False)


class Credential(Declared):
    """How the suite signs in; a secret is never here, only the name of the variable that holds it."""

    kind: Literal["default", "environment", "azure_cli", "managed_identity", "workload_identity", "token"]
    client_id: Guid | None = None
    token_variable: VariableName | None = None

    @model_validator(mode="after")
    def _token_needs_its_variable(self) -> Self:
        if self.kind == "token" and self.token_variable is None:
            raise ValueError('kind = "token" needs token_variable, the name of the environment variable that holds it')
        return self


class DeclaredService(Declared):
    """A platform service; `database` and `secrets` are names within it, for the controls that look into a service.

    What may pass beside its private endpoint is an exception, and named: Azure's trusted services, subnets of other
    networks, endpoints of others, and resources that storage lets in by their id.
    """

    kind: Text
    name: Text
    resource_group: Text | None = None
    subscription: Guid | None = None
    trusted_services: bool = False
    permitted_subnets: tuple[ResourceId, ...] = Field(default=(), strict=False)
    permitted_endpoints: tuple[ResourceId, ...] = Field(default=(), strict=False)
    permitted_resources: tuple[ResourceId, ...] = Field(default=(), strict=False)
    fqdn: HostName
    port: Port = 443
    tls: bool = True
    local_authentication: bool | None = False
    database: Text | None = None
    secrets: tuple[Text, ...] = Field(default=(), strict=False)
    private_endpoint: DeclaredEndpoint
    further_endpoints: tuple[FurtherEndpoint, ...] = Field(default=(), strict=False)

    @property
    def endpoints(self) -> tuple[DeclaredEndpoint, ...]:
        """All its private endpoints, that of its own name first."""
        return (self.private_endpoint, *self.further_endpoints)


class RequiredRole(Declared):
    """A role that the identity must have on a service."""

    role: Text
    role_definition: Guid | None = None
    service: Text


class PermittedRole(Declared):
    """A role that the application's identities may hold beside those they must have, where, and why.

    `scope` is a full id: a resource, a resource group or the subscription.
    """

    role: Text
    role_definition: Guid | None = None
    scope: Scope
    reason: Annotated[str, StringConstraints(min_length=10)]


class DeclaredIdentity(Declared):
    """The application's user-assigned identity, what it must be able to do, and what else it may hold.

    `federated_credentials` are the names of those by which somebody outside Azure may sign in as it.
    """

    name: Text
    resource_group: Text | None = None
    subscription: Guid | None = None
    roles: Annotated[tuple[RequiredRole, ...], Field(min_length=1, strict=False)]
    permitted_roles: tuple[PermittedRole, ...] = Field(default=(), strict=False)
    federated_credentials: tuple[Text, ...] = Field(default=(), strict=False)


class NotApplicable(Declared):
    """A case that this environment declares not to apply, and why; `subject` absent means every subject of the check.

    With `unless_vantage` it does apply to a run from that vantage: two runs then share the work.
    """

    control: Text
    check: Text | None = None
    subject: Text | None = None
    unless_vantage: Vantage | None = None
    reason: Annotated[str, StringConstraints(min_length=10)]


class Environment(Declared):
    """One deployment of APEX."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    description: str = ""
    stand_in: Literal["sandbox"] | None = None
    tenant_id: Guid
    subscription_id: Guid
    resource_group: Text
    location: Text
    vantage: Annotated[tuple[Vantage, ...], Field(min_length=1, strict=False)]
    cloud: Cloud
    credential: Credential
    limits: Limits = Limits()
    views: Views = Views()
    virtual_network: DeclaredNetwork
    further_networks: tuple[DeclaredNetwork, ...] = Field(default=(), strict=False)
    network_security_groups: Annotated[tuple[DeclaredSecurityGroup, ...], Field(min_length=1, strict=False)]
    kinds: dict[Text, DeclaredKind] = Field(default_factory=dict)
    services: Annotated[dict[str, DeclaredService], Field(min_length=1)]
    container_apps: DeclaredContainerApps
    identity: DeclaredIdentity
    defender: DeclaredDefender
    public_addresses: tuple[ResourceId, ...] = Field(default=(), strict=False)
    application: DeclaredApplication | None = None
    telemetry: DeclaredTelemetry | None = None
    load: DeclaredLoad = DeclaredLoad()
    deployment: DeclaredDeployment = DeclaredDeployment()
    not_applicable: tuple[NotApplicable, ...] = Field(default=(), strict=False)
    waivers: DeclaredWaivers = DeclaredWaivers()
    drift: DeclaredDrift = DeclaredDrift()
    inventory: DeclaredInventory = DeclaredInventory()
    evidence: Evidence = Evidence()

    @model_validator(mode="after")
    def _names_refer_to_what_is_declared(self) -> Self:
        groups = [group.name for group in self.network_security_groups]
        references = [
            (f"{table}.subnets.{subnet.name}.network_security_group", subnet.network_security_group, groups)
            for table, network in self._tables_of_networks()
            for subnet in network.subnets
            if subnet.network_security_group is not None
        ]
        apps = self.container_apps
        placed: list[tuple[str, str | None, str]] = [
            (f"services.{key}.{'further_endpoints' if number else 'private_endpoint'}", one.network, one.subnet)
            for key, service in self.services.items()
            for number, one in enumerate(service.endpoints)
        ]
        placed += [
            (f"container_apps.{environment.name}", environment.network, environment.subnet)
            for environment in apps.environments[1:]
        ]
        placed += [
            ("container_apps", None, subnet) for subnet in (apps.subnet, *(each.subnet for each in apps.gateways))
        ]
        for where, network, subnet in placed:
            known = [subnet.name for subnet in self.subnets_of(network)]
            wanted = (
                (f"{where}.subnet", subnet, known)
                if known
                else (f"{where}.network", str(network), [network.name for network in self.networks])
            )
            references.append(wanted)
        references += [("identity.roles.service", role.service, list(self.services)) for role in self.identity.roles]
        references += [("deployment.skus", service, list(self.services)) for service in self.deployment.skus]
        kinds = [*service_types(), *self.kinds]
        references += [(f"services.{key}.kind", service.kind, kinds) for key, service in self.services.items()]
        integrations = self.application.integrations if self.application is not None else ()
        references += [("application.integrations", service, list(self.services)) for service in integrations]
        wrong = [
            f"{where}: names {name!r}, which is not declared; one of {', '.join(sorted(known))} was expected"
            for where, name, known in references
            if name not in known
        ]
        if wrong:
            raise ValueError("\n  ".join(wrong))
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        apps = self.container_apps
        names = {
            **{
                f"{table}.subnets": [subnet.name for subnet in network.subnets]
                for table, network in self._tables_of_networks()
            },
            "further_networks": [network.name for network in self.networks],
            "network_security_groups": [group.name for group in self.network_security_groups],
            "container_apps.further_environments": [environment.name for environment in apps.environments],
            "container_apps.further": [apps.app, *(app.name for each in apps.environments for app in each.apps)],
            "container_apps.jobs": [name for each in apps.environments for name in each.jobs],
            "identity.roles": [f"{role.role} on {role.service}" for role in self.identity.roles],
        }
        for where, declared in names.items():
            if twice := repeated(declared):
                raise ValueError(f"{where}: declares {twice!r} twice; remove one of the two, or correct its name")
        return self

    @model_validator(mode="after")
    def _a_gateway_is_the_only_way_in(self) -> Self:
        subnets, groups = self.virtual_network.subnets, self.network_security_groups
        if sentence := told_of_other_ways_in(self.container_apps, subnets, groups):
            raise ValueError(sentence)
        return self

    @model_validator(mode="after")
    def _kinds_are_new(self) -> Self:
        for name in self.kinds:
            if name in service_types():
                raise ValueError(f"kinds.{name}: the suite knows this kind already; give another name to yours")
        return self

    @model_validator(mode="after")
    def _no_deep_run_in_production(self) -> Self:
        if "prod" in self.name and self.application is not None and self.application.deep:
            raise ValueError(
                "application.deep: is true for an environment called production; made-up requests are for others only"
            )
        return self

    @property
    def networks(self) -> tuple[DeclaredNetwork, ...]:
        """Every virtual network, the application's first."""
        return (self.virtual_network, *self.further_networks)

    def _tables_of_networks(self) -> Iterator[tuple[str, DeclaredNetwork]]:
        yield "virtual_network", self.virtual_network
        yield from (
            (f"further_networks.{further_network.name}", further_network) for further_network in self.further_networks
        )

    @property
    def address_space(self) -> tuple[str, ...]:
        """The prefixes of every virtual network."""
        return tuple(prefix for network in self.networks for prefix in network.address_space)

    def subnets_of(self, network: str | None) -> tuple[Subnet, ...]:
        """Return the subnets of a network, of the application's own where none is named; none of one not declared."""
        networks = [declared for declared in self.networks if network is None or declared.name == network]
        return networks[0].subnets if networks else ()

    def type_of(self, kind: str) -> str:
        """Return Azure's type of the services of a kind."""
        return self.kinds[kind].type if kind in self.kinds else service_types()[kind]

    def described(self, kind: str) -> DeclaredKind | None:
        """Return by what services of a kind are judged; None for a kind that has code of its own."""
        return self.kinds.get(kind) or judged_kinds().get(kind)

    def group_of(self, resource_group: str | None) -> str:
        """Return the resource group, this environment's own where none is declared."""
        return resource_group or self.resource_group

    def resource_id(
        self, provider_path: str, resource_group: str | None = None, subscription: str | None = None
    ) -> str:
        """Return the full id of `provider_path` (such as `Microsoft.Sql/servers/x`) in a resource group."""
        group, subscription = self.group_of(resource_group), subscription or self.subscription_id
        return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider_path}"
