"""The deployment behind Front Door, with kinds of services that have no code of their own: what can be wrong there."""
# ruff: noqa: E501, S104  (a catalogue is read as a table: one change, one line; addresses are data, nothing binds them)

from __future__ import annotations

from assurance.world.sockets import Connection
from falsification.azure.changes import GROUP, Violation, adds, appends, connects_inside, connects_outside, drops, sets
from falsification.azure.world import Change

POSTGRESQL, REDIS, BUS = (
    "flexibleServers/psql-apex-{environment}",
    "Redis/redis-apex-{environment}",
    "namespaces/sbns-apex-{environment}",
)
EXPORTS = "storageAccounts/stexports{environment}{suffix}"
RULES = f"{BUS}/networkRuleSets/default"
APP, WORKER, JOB = (
    "containerApps/ca-apex-{environment}",
    "containerApps/ca-worker-{environment}",
    "jobs/job-cleanup-{environment}",
)
ENVIRONMENT, ORIGIN = "managedEnvironments/cae-apex-{environment}", "originGroups/apex/origins/apex"
LINK = "properties.sharedPrivateLinkResource"
ACCESS, ADDRESS, SUBNETS = (
    "test_public_network_access_is_disabled",
    "test_no_address_is_let_in",
    "test_no_other_network_is_let_in",
)
TLS, DEMANDED, KEYS = (
    "test_modern_tls_is_required",
    "test_what_its_kind_demands_holds",
    "test_local_authentication_is_off",
)
FRONT, STRANGER, RUNS = (
    "test_front_door_reaches_it_privately",
    "test_no_stranger_is_let_in",
    "test_further_workload_runs_in_the_environment",
)
INGRESS, IDENTITY = "test_further_application_has_its_ingress", "test_further_workloads_use_the_identity"
JUMP = "/subscriptions/{subscription_id}/resourceGroups/apex-rg-shared/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jump"
HOST = "a.purplebay-3f9c2d41.{location}.azurecontainerapps.io"


def _rule(server: str, name: str, start: str, end: str) -> Change:
    properties = {"startIpAddress": start, "endIpAddress": end}
    return adds({"id": f"{GROUP}/providers/{server}/firewallRules/{name}", "properties": properties})


def _origin(properties: dict[str, object]) -> Change:
    where = f"{GROUP}/providers/Microsoft.Cdn/profiles/afd-apex-{{environment}}/originGroups/apex/origins/second"
    return adds({"id": where, "properties": {"enabledState": "Enabled", **properties}})


_SERVICES = (
    Violation("postgresql-public", "PostgreSQL accepts public networks.", sets(POSTGRESQL, "properties.network.publicNetworkAccess", "Enabled"), ("SEC-06",), ACCESS),
    Violation("postgresql-access-absent", "PostgreSQL does not tell, which means enabled.", drops(POSTGRESQL, "properties.network.publicNetworkAccess"), ("SEC-06",), ACCESS),
    Violation("postgresql-firewall-rule", "A rule of PostgreSQL lets all of Azure in.", _rule("Microsoft.DBforPostgreSQL/flexibleServers/psql-apex-{environment}", "AllowAllAzure", "0.0.0.0", "0.0.0.0"), ("SEC-06",), ADDRESS),
    Violation("postgresql-passwords", "PostgreSQL accepts passwords.", sets(POSTGRESQL, "properties.authConfig.passwordAuth", "Enabled"), ("SEC-07",), KEYS),
    Violation("postgresql-old-tls", "PostgreSQL accepts TLS 1.1.", sets("configurations/ssl_min_protocol_version", "properties.value", "TLSv1.1"), ("SEC-06",), TLS),
    Violation("postgresql-plain", "PostgreSQL accepts connections without TLS.", sets("configurations/require_secure_transport", "properties.value", "off"), ("SEC-06",), DEMANDED),
    Violation("redis-public", "Redis accepts public networks.", sets(REDIS, "properties.publicNetworkAccess", "Enabled"), ("SEC-06",), ACCESS),
    Violation("redis-keys", "Redis accepts its access keys.", sets(REDIS, "properties.disableAccessKeyAuthentication", False), ("SEC-07",), KEYS),
    Violation("redis-keys-untold", "Redis does not say that it refuses its access keys.", drops(REDIS, "properties.disableAccessKeyAuthentication"), ("SEC-07",), KEYS),
    Violation("redis-plain-port", "Redis has a port without TLS.", sets(REDIS, "properties.enableNonSslPort", True), ("SEC-06",), DEMANDED),
    Violation("redis-old-tls", "Redis accepts TLS 1.0.", sets(REDIS, "properties.minimumTlsVersion", "1.0"), ("SEC-06",), TLS),
    Violation("redis-missing", "Redis does not exist.", drops(REDIS), ("SEC-06", "SEC-03", "SEC-07"), ACCESS),
    Violation("redis-second-public", "A second Redis of the group is public.", adds({"id": f"{GROUP}/providers/Microsoft.Cache/Redis/redis-scratch", "location": "{location}", "properties": {"publicNetworkAccess": "Enabled"}}), ("SEC-06",), "test_undeclared_services_are_not_public"),
    Violation("bus-public", "Service Bus accepts public networks.", sets(BUS, "properties.publicNetworkAccess", "Enabled"), ("SEC-06",), ACCESS),
    Violation("bus-keys", "Service Bus accepts shared access signatures.", sets(BUS, "properties.disableLocalAuth", False), ("SEC-07",), KEYS),
    Violation("bus-address-rule", "A rule of Service Bus lets an address in.", sets(RULES, "properties.ipRules", [{"ipMask": "203.0.113.7", "action": "Allow"}]), ("SEC-06",), ADDRESS),
    Violation("bus-subnet-rule", "A rule of Service Bus lets in a subnet of another network.", sets(RULES, "properties.virtualNetworkRules", [{"subnet": {"id": JUMP}, "ignoreMissingVnetServiceEndpoint": False}]), ("SEC-06",), SUBNETS),
    Violation("bus-trusted-services", "Azure's trusted services pass the rules of Service Bus.", sets(RULES, "properties.trustedServiceAccessEnabled", True), ("SEC-06",), DEMANDED),
    Violation("bus-role-missing", "The identity may not send.", drops("roleAssignments/f0bd8195-dc1a-540f-ba99-1d5ff6333735"), ("SEC-08",), "test_required_role_is_assigned"),
    Violation("bus-answers-the-internet", "Service Bus asks the Internet for a token.", connects_outside("service_bus", Connection("open", http_status=401, http_body="<Error><Code>401</Code><Detail>MissingToken</Detail></Error>")), ("SEC-09",), "test_service_is_closed_from_outside"),
    Violation("postgresql-closed-inside", "PostgreSQL is not reached from inside.", connects_inside("postgresql", Connection("timed out")), ("SEC-09",), "test_connection_opens_from_inside"),
    Violation("second-account-with-keys", "The second storage account accepts its keys.", sets(EXPORTS, "properties.allowSharedKeyAccess", True), ("SEC-07",), KEYS),
    Violation("second-account-public-blobs", "The second storage account has public blobs.", sets(EXPORTS, "properties.allowBlobPublicAccess", True), ("SEC-06",), "test_public_blobs_are_forbidden"),
)  # fmt: skip

_APPLICATIONS = (
    Violation("origin-without-link", "Front Door reaches the application over the Internet.", sets(ORIGIN, LINK, None), ("SEC-05",), FRONT),
    Violation("origin-link-pending", "The link of Front Door is not approved.", sets(ORIGIN, f"{LINK}.status", "Pending"), ("SEC-05",), FRONT),
    Violation("origin-link-elsewhere", "The link of Front Door leads to another environment.", sets(ORIGIN, f"{LINK}.privateLink.id", f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae-other"), ("SEC-05",), FRONT),
    Violation("second-origin-without-link", "A second origin in the environment has no link.", _origin({"hostName": HOST, "sharedPrivateLinkResource": None}), ("SEC-05",), FRONT),
    Violation("front-door-missing", "The declared Front Door does not exist.", drops("profiles/afd-apex-{environment}"), ("SEC-05",), FRONT),
    Violation("stranger-at-the-environment", "The environment has approved an endpoint that nobody permits.", appends(ENVIRONMENT, "properties.privateEndpointConnections", {"id": "x", "properties": {"privateEndpoint": {"id": f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-stranger"}, "privateLinkServiceConnectionState": {"status": "Approved"}}}), ("SEC-05",), STRANGER),
    Violation("environment-public-behind-front-door", "The environment is open beside Front Door.", sets(ENVIRONMENT, "properties.publicNetworkAccess", "Enabled"), ("SEC-05",), "test_environment_refuses_public_networks"),
    Violation("worker-with-ingress", "The worker, which nobody calls, has an ingress.", sets(WORKER, "properties.configuration.ingress", {"external": False, "targetPort": 8000}), ("SEC-05",), INGRESS),
    Violation("worker-elsewhere", "The worker runs in another environment.", sets(WORKER, "properties.managedEnvironmentId", f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae-other"), ("SEC-05",), RUNS),
    Violation("job-missing", "The declared job does not exist.", drops(JOB), ("SEC-05", "SEC-07"), RUNS),
    Violation("job-without-identity", "The job has an identity of its own.", sets(JOB, "identity", {"type": "SystemAssigned", "principalId": "6f1e2d3c-0000-4000-8000-000000000001"}), ("SEC-07",), IDENTITY),
    Violation("worker-with-password", "The worker pulls images with a password.", sets(WORKER, "properties.configuration.registries[0].passwordSecretRef", "registry-password"), ("SEC-07",), IDENTITY),
    Violation("job-with-own-secret", "The job has a secret that is not from the vault.", sets(JOB, "properties.configuration.secrets", [{"name": "token"}]), ("SEC-07",), "test_secrets_of_further_workloads_come_from_the_vault"),
    Violation("second-job", "A job of which the file says nothing stands in the group.", adds({"id": f"{GROUP}/providers/Microsoft.App/jobs/job-scratch", "location": "{location}", "properties": {"environmentId": f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae-apex-{{environment}}", "template": {"containers": [{"name": "a", "image": "b"}]}}}), ("SEC-11",), "test_everything_is_accounted_for"),
    Violation("application-only-inside", "The application is not open to Front Door.", sets(APP, "properties.configuration.ingress.external", False), ("SEC-05",), "test_ingress_is_as_declared"),
)  # fmt: skip

VIOLATIONS = (*_SERVICES, *_APPLICATIONS)
