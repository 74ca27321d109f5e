"""The stand-in for Azure Resource Manager as Azure's own clients read it: every field that checks will look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.mgmt.appcontainers import ContainerAppsAPIClient
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient
from azure.mgmt.security import SecurityCenter
from azure.mgmt.sql import SqlManagementClient
from azure.mgmt.storage import StorageManagementClient

from sandbox import Fault, Sandbox

GROUP = "apex-rg-sandbox"
SQL = "sql-apex-sandbox"


class FixedToken:
    """A credential that always has the same token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:  # noqa: ANN401 - azure-core's protocol
        """The token, for an hour that does not end."""
        return AccessToken(self._token, 4102444800)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for the tests that change nothing; they take their faults back."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def clients(sandbox: Sandbox) -> Clients:
    """Azure's clients, pointed at the sandbox."""
    return Clients(sandbox, sandbox.token)


class Clients:
    """Azure's clients for one stand-in.

    Attributes:
        subscription_id: The subscription that they read.
    """

    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.subscription_id = sandbox.estate.parameters["subscription_id"]
        options: dict[str, Any] = {
            "credential": FixedToken(token),
            "subscription_id": self.subscription_id,
            "base_url": sandbox.resource_manager.url,
            "credential_scopes": ["https://management.azure.com/.default"],
            "connection_verify": str(sandbox.authority.path),
            "retry_total": 0,
        }
        self.network = NetworkManagementClient(**options)
        self.private_dns = PrivateDnsManagementClient(**options)
        self.container_apps = ContainerAppsAPIClient(**options)
        self.sql = SqlManagementClient(**options)
        self.storage = StorageManagementClient(**options)
        self.cognitive = CognitiveServicesManagementClient(**options)
        self.key_vault = KeyVaultManagementClient(**options)
        self.identity = ManagedServiceIdentityClient(**options)
        self.authorization = AuthorizationManagementClient(**options)
        self.security = SecurityCenter(**options)


def test_virtual_network(clients: Clients) -> None:
    """The network has both subnets inline, one delegated, each with its security group."""
    network = clients.network.virtual_networks.get(GROUP, "vnet-apex-sandbox")
    subnets = {subnet.name: subnet for subnet in network.subnets}
    assert network.address_space.address_prefixes == ["10.0.0.0/16"]
    assert {name: subnet.address_prefix for name, subnet in subnets.items()} == {
        "snet-containerapps": "10.0.0.0/23",
        "snet-privateendpoints": "10.0.2.0/24",
    }
    assert subnets["snet-containerapps"].delegations[0].service_name == "Microsoft.App/environments"
    assert subnets["snet-privateendpoints"].private_endpoint_network_policies == "Disabled"
    assert subnets["snet-privateendpoints"].network_security_group.id.endswith("/nsg-privateendpoints-sandbox")
    assert len(subnets["snet-privateendpoints"].private_endpoints) == 5


def test_subnets_are_resources_too(clients: Clients) -> None:
    """What stands inline in the network is also listed and got on its own."""
    listed = [subnet.name for subnet in clients.network.subnets.list(GROUP, "vnet-apex-sandbox")]
    subnet = clients.network.subnets.get(GROUP, "vnet-apex-sandbox", "snet-privateendpoints")
    assert listed == ["snet-containerapps", "snet-privateendpoints"]
    assert subnet.address_prefix == "10.0.2.0/24"


def test_network_security_groups(clients: Clients) -> None:
    """Both groups are listed, with their own and the six default rules, and name the subnet they are attached to."""
    groups = {group.name: group for group in clients.network.network_security_groups.list(GROUP)}
    assert groups.keys() == {"nsg-containerapps-sandbox", "nsg-privateendpoints-sandbox"}
    group = clients.network.network_security_groups.get(GROUP, "nsg-containerapps-sandbox")
    assert [(rule.priority, rule.direction, rule.access) for rule in group.security_rules] == [
        (100, "Outbound", "Allow"),
        (110, "Outbound", "Allow"),
        (4096, "Outbound", "Deny"),
    ]
    assert group.security_rules[1].destination_port_ranges == ["443", "80"]
    assert group.security_rules[1].destination_port_range is None
    assert [rule.priority for rule in group.default_security_rules] == [65000, 65001, 65500] * 2
    assert group.subnets[0].id.endswith("/subnets/snet-containerapps")


def test_private_endpoints(clients: Clients) -> None:
    """Five endpoints are approved; each leads to its interface's address and to its zone group's zone."""
    endpoints = list(clients.network.private_endpoints.list(GROUP))
    assert len(endpoints) == 5
    for endpoint in endpoints:
        connection = endpoint.private_link_service_connections[0]
        assert connection.private_link_service_connection_state.status == "Approved"
        interface = clients.network.network_interfaces.get(GROUP, endpoint.network_interfaces[0].id.split("/")[-1])
        address = interface.ip_configurations[0].private_ip_address
        name = str(endpoint.name)
        zones = clients.network.private_dns_zone_groups.get(GROUP, name, "default").private_dns_zone_configs
        assert address.startswith("10.0.2.")
        assert zones[0].record_sets[0].ip_addresses == [address]
        groups = list(clients.network.private_dns_zone_groups.list(name, GROUP))
        assert [group.name for group in groups] == ["default"]


def test_no_public_address(clients: Clients) -> None:
    """A list of a known type may be empty; the platform's own group has the one address of its load balancer."""
    assert list(clients.network.public_ip_addresses.list(GROUP)) == []
    assert [one.name for one in clients.network.public_ip_addresses.list_all()] == ["capp-svc-lb-ip"]


def test_private_dns(clients: Clients) -> None:
    """Each of five zones has one A record and one completed link without registration."""
    zones = [str(zone.name) for zone in clients.private_dns.private_zones.list_by_resource_group(GROUP)]
    assert len(zones) == 5
    for zone in zones:
        records = list(clients.private_dns.record_sets.list_by_type(GROUP, zone, "A"))
        links = list(clients.private_dns.virtual_network_links.list(GROUP, zone))
        assert [len(record.a_records) for record in records] == [1]
        assert records[0].fqdn == f"{records[0].name}.{zone}."
        assert [(link.virtual_network_link_state, link.registration_enabled) for link in links] == [
            ("Completed", False)
        ]
        assert links[0].virtual_network.id.endswith("/vnet-apex-sandbox")
        assert list(clients.private_dns.record_sets.list(GROUP, zone)) == records


def test_managed_environment(clients: Clients) -> None:
    """The environment is internal, in the declared subnet, with a private address."""
    environment = clients.container_apps.managed_environments.get(GROUP, "cae-apex-sandbox")
    assert environment.vnet_configuration.internal is True
    assert environment.vnet_configuration.infrastructure_subnet_id.endswith("/subnets/snet-containerapps")
    assert environment.static_ip == "10.0.0.62"
    assert environment.public_network_access == "Disabled"
    assert environment.workload_profiles[0].workload_profile_type == "Consumption"


def test_container_app(clients: Clients) -> None:
    """The app has its identity, its secrets by reference, internal ingress, two revisions, probes and its scale."""
    app = clients.container_apps.container_apps.get(GROUP, "ca-apex-sandbox")
    configuration, container = app.configuration, app.template.containers[0]
    assert app.identity is not None
    (identity_id,) = app.identity.user_assigned_identities or {}
    assert app.identity.type == "UserAssigned"
    assert identity_id.endswith("/id-apex-sandbox")
    assert configuration.registries[0].identity == identity_id
    assert all(secret.key_vault_url and secret.identity and not secret.value for secret in configuration.secrets)
    assert (configuration.ingress.external, configuration.ingress.target_port) == (False, 8000)
    assert configuration.ingress.allow_insecure is False
    assert [traffic.weight for traffic in configuration.ingress.traffic] == [100, 0]
    assert configuration.active_revisions_mode == "Multiple"
    assert {bool(variable.value) != bool(variable.secret_ref) for variable in container.env} == {True}
    assert [probe.type for probe in container.probes] == ["Liveness", "Readiness"]
    assert (app.template.scale.min_replicas, app.template.scale.max_replicas) == (2, 10)
    assert app.template.scale.rules[0].http.metadata == {"concurrentRequests": "50"}
    assert app.latest_revision_name == app.latest_ready_revision_name


def test_sql(clients: Clients) -> None:
    """The server is closed to the public, Entra only, without firewall or network rules, with its database."""
    (server,) = clients.sql.servers.list_by_resource_group(GROUP)
    assert (server.name, server.public_network_access, server.minimal_tls_version) == (SQL, "Disabled", "1.2")
    assert server.administrators.azure_ad_only_authentication is True
    assert server.private_endpoint_connections[0].properties.private_link_service_connection_state.status == "Approved"
    assert list(clients.sql.firewall_rules.list_by_server(GROUP, SQL)) == []
    assert list(clients.sql.virtual_network_rules.list_by_server(GROUP, SQL)) == []
    only = clients.sql.server_azure_ad_only_authentications.get(GROUP, SQL, "Default")
    assert only.azure_ad_only_authentication is True
    listed = list(clients.sql.server_azure_ad_only_authentications.list_by_server(GROUP, SQL))
    assert [item.azure_ad_only_authentication for item in listed] == [True]
    names = [database.name for database in clients.sql.databases.list_by_server(GROUP, SQL)]
    assert names[:2] == ["master", "db-apex-sandbox"]
    assert [(name or "").rstrip("0123456789") for name in names[2:]] == ["db-apex-sandbox-backup-"]


def test_storage(clients: Clients) -> None:
    """Every security setting of the storage account is explicit."""
    (account,) = clients.storage.storage_accounts.list_by_resource_group(GROUP)
    assert account.name == "stapexsandbox4k7x"
    assert account.public_network_access == "Disabled"
    assert (account.network_rule_set.default_action, account.network_rule_set.bypass) == ("Deny", "None")
    assert account.minimum_tls_version == "TLS1_2"
    assert account.enable_https_traffic_only is True
    assert account.allow_blob_public_access is False
    assert account.allow_shared_key_access is False
    assert account.private_endpoint_connections[0].private_link_service_connection_state.status == "Approved"


def test_cognitive_services(clients: Clients) -> None:
    """Both accounts are closed to the public and to keys."""
    accounts = {account.kind: account for account in clients.cognitive.accounts.list_by_resource_group(GROUP)}
    assert accounts.keys() == {"OpenAI", "FormRecognizer"}
    for account in accounts.values():
        assert account.properties is not None
        assert account.properties.public_network_access == "Disabled"
        assert account.properties.disable_local_auth is True
        assert account.properties.network_acls is not None
        assert account.properties.network_acls.default_action == "Deny"
        assert account.properties.custom_sub_domain_name == account.name
        (connection,) = account.properties.private_endpoint_connections or []
        assert connection.properties is not None
        assert connection.properties.private_link_service_connection_state.status == "Approved"


def test_key_vault(clients: Clients) -> None:
    """The vault has RBAC, soft delete for 90 days, purge protection and no public access."""
    (vault,) = clients.key_vault.vaults.list_by_resource_group(GROUP)
    properties = vault.properties
    assert vault.name == "kv-apex-sandbox-4k7x"
    assert properties.enable_rbac_authorization is True
    assert (properties.enable_soft_delete, properties.soft_delete_retention_in_days) == (True, 90)
    assert properties.enable_purge_protection is True
    assert properties.public_network_access == "Disabled"
    assert properties.network_acls is not None
    assert (properties.network_acls.default_action, properties.network_acls.bypass) == ("Deny", "None")
    (connection,) = properties.private_endpoint_connections or []
    assert connection.private_link_service_connection_state.status == "Approved"


def test_identity(clients: Clients) -> None:
    """The identity's client id is not its principal id."""
    identity = clients.identity.user_assigned_identities.get(GROUP, "id-apex-sandbox")
    assert identity.principal_id
    assert identity.client_id
    assert identity.principal_id != identity.client_id


def test_role_assignments_resolve_to_definitions(clients: Clients) -> None:
    """The identity has its four roles and AcrPull; each definition is found by the id the assignment names."""
    identity = clients.identity.user_assigned_identities.get(GROUP, "id-apex-sandbox")
    assignments = list(
        clients.authorization.role_assignments.list_for_subscription(filter=f"principalId eq '{identity.principal_id}'")
    )
    definitions = [
        clients.authorization.role_definitions.get_by_id(assignment.role_definition_id) for assignment in assignments
    ]
    assert sorted(definition.role_name for definition in definitions) == [
        "AcrPull",
        "Cognitive Services OpenAI User",
        "Cognitive Services User",
        "Key Vault Secrets User",
        "Storage Blob Data Contributor",
    ]
    blob = next(one for one in definitions if one.role_name == "Storage Blob Data Contributor")
    assert any(action.endswith("/blobs/write") for action in blob.permissions[0].data_actions)


def test_deny_assignments(clients: Clients) -> None:
    """One deny assignment exists, of another principal than the identity."""
    identity = clients.identity.user_assigned_identities.get(GROUP, "id-apex-sandbox")
    (deny,) = clients.authorization.deny_assignments.list()
    assert identity.principal_id not in {principal.id for principal in deny.principals}
    assert list(clients.authorization.deny_assignments.list(filter=f"principalId eq '{identity.principal_id}'")) == []
    assert len(list(clients.authorization.deny_assignments.list_for_resource_group(GROUP))) == 1


def test_defender_plans(clients: Clients) -> None:
    """The declared plans are Standard and fully covering, the others Free."""
    plans = clients.security.pricings.list(scope_id=f"subscriptions/{clients.subscription_id}").value
    standard = {plan.name for plan in plans if plan.pricing_tier == "Standard"}
    assert standard == {"SqlServers", "StorageAccounts", "KeyVaults", "Containers", "AI"}
    assert {plan.resources_coverage_status for plan in plans if plan.name in standard} == {"FullyCovered"}
    assert {plan.pricing_tier for plan in plans if plan.name not in standard} == {"Free"}


def test_security_alerts(clients: Clients) -> None:
    """Alerts of the whole subscription are listed; the one active high alert belongs to another group."""
    alerts = list(clients.security.alerts.list())
    assert sorted((alert.severity, alert.status) for alert in alerts) == [
        ("High", "Active"),
        ("High", "Dismissed"),
        ("Low", "Active"),
    ]
    (serious,) = [alert for alert in alerts if (alert.severity, alert.status) == ("High", "Active")]
    assert "/resourceGroups/apex-rg-shared/" in serious.resource_identifiers[0].azure_resource_id
    assert len(list(clients.security.alerts.list_by_resource_group(GROUP))) == 2


def test_secure_score(clients: Clients) -> None:
    """The secure score is a share of one."""
    (score,) = clients.security.secure_scores.list()
    assert (score.name, score.percentage) == ("ascScore", 0.78)
    assert score.current / score.max == pytest.approx(score.percentage)


def test_clients_follow_the_next_link(sandbox: Sandbox, clients: Clients) -> None:
    """A list that comes in pages is read whole, by the newer and the older kind of client."""
    whole = len(list(clients.authorization.role_assignments.list_for_subscription()))
    before = len(sandbox.resource_manager.requests_served)
    sandbox.resource_manager.page_size = 2
    try:
        assert len(list(clients.network.private_endpoints.list(GROUP))) == 5
        assert len(sandbox.resource_manager.requests_served) - before == 3
        assert len(list(clients.authorization.role_assignments.list_for_subscription())) == whole
        assert len(list(clients.security.alerts.list())) == 3
    finally:
        sandbox.resource_manager.page_size = 50


def test_a_missing_resource_is_not_found(clients: Clients) -> None:
    """An id of nothing raises the client's own not-found error with Azure's code."""
    with pytest.raises(ResourceNotFoundError) as caught:
        clients.network.virtual_networks.get(GROUP, "vnet-nothing")
    assert caught.value.error is not None
    assert caught.value.error.code == "ResourceNotFound"


def test_a_wrong_token_is_refused(sandbox: Sandbox) -> None:
    """Only the sandbox's token is accepted."""
    strangers = Clients(sandbox, "another-token")
    with pytest.raises(ClientAuthenticationError, match="InvalidAuthenticationToken"):
        strangers.network.virtual_networks.get(GROUP, "vnet-apex-sandbox")


@pytest.mark.parametrize(("status", "code"), [(403, "AuthorizationFailed"), (429, "SubscriptionRequestsThrottled")])
def test_a_fault_reaches_the_client(sandbox: Sandbox, clients: Clients, status: int, code: str) -> None:
    """A fault by status shows in the client as Azure's error of that status, as often as it is told to."""
    fault = sandbox.resource_manager.faults.append(Fault("virtualNetworks/vnet-apex", status=status, times=1))
    with pytest.raises(HttpResponseError, match=code) as caught:
        clients.network.virtual_networks.get(GROUP, "vnet-apex-sandbox")
    assert caught.value.status_code == status
    assert fault.met == 1
    assert clients.network.virtual_networks.get(GROUP, "vnet-apex-sandbox").name == "vnet-apex-sandbox"
