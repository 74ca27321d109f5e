"""Deployments of one network: the smallest, a spoke of a hub, and two behind Front Door. What can be wrong with each."""
# ruff: noqa: E501, S104  (a catalogue is read as a table: one change, one line; addresses are data, nothing binds them)

from __future__ import annotations

from assurance.world.sockets import Connection
from falsification.azure.changes import (
    GROUP,
    Violation,
    adds,
    all_of,
    appends,
    connects_inside,
    connects_outside,
    drops,
    names,
    sets,
)
from falsification.azure.shapes import CONTRIBUTOR, grants
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


_FRONTED_SERVICES = (
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

_FRONTED_APPLICATIONS = (
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

FRONTED = (*_FRONTED_SERVICES, *_FRONTED_APPLICATIONS)


ONLY_APP = "containerApps/ca-apex-{environment}"
VAULT = "vaults/kv-apex-{environment}-{suffix}"
VAULT_ROLE = "roleAssignments/4ce3d97f-130d-5982-85d3-760bdc4c0183"
ACCOUNTED, SHUT = "test_everything_is_accounted_for", "test_other_public_doors_are_shut"


def _undeclared(path: str, access: str) -> Change:
    where = f"{{resource_group_id}}/providers/{path}"
    return adds({"id": where, "location": "{location}", "properties": {"publicNetworkAccess": access}})


# No service of these kinds is declared, so that no check of public access lists them: only SEC-11 can see them.
_UNDECLARED = (
    Violation("undeclared-storage-public", "A storage account of which the file says nothing is public.",
        _undeclared("Microsoft.Storage/storageAccounts/stscratch", "Enabled"), ("SEC-11",), SHUT),
    Violation("undeclared-server-public", "A SQL server of which the file says nothing is public.",
        _undeclared("Microsoft.Sql/servers/sql-scratch", "Enabled"), ("SEC-11",), SHUT),
    Violation("undeclared-account-shut", "An account for AI services of which the file says nothing is shut.",
        _undeclared("Microsoft.CognitiveServices/accounts/ai-scratch", "Disabled"), ("SEC-11",), ACCOUNTED),
)  # fmt: skip

SMALLEST = (
    *_UNDECLARED,
    Violation("only-vault-public", "The only service is public.", sets(VAULT, "properties.publicNetworkAccess", "Enabled"), ("SEC-06",), "test_public_network_access_is_disabled"),
    Violation("only-vault-with-policies", "The only service grants access by policies of its own.", sets(VAULT, "properties.enableRbacAuthorization", False), ("SEC-07",), "test_local_authentication_is_off"),
    Violation("only-role-missing", "The only role of the identity is gone.", drops(VAULT_ROLE), ("SEC-08",), "test_required_role_is_assigned"),
    Violation("role-on-the-group", "The identity may change everything in the group.", grants(CONTRIBUTOR, "{resource_group_id}"), ("SEC-08",), "test_access_is_no_broader_than_needed"),
    Violation("only-endpoint-missing", "The only private endpoint is gone.", drops("privateEndpoints/pe-kv-apex-{environment}"), ("SEC-03", "SEC-04", "SEC-09"), "test_endpoint_is_provisioned"),
    Violation("only-zone-unlinked", "The only zone is linked to no network.", drops("privatelink.vaultcore.azure.net/virtualNetworkLinks/vnet-apex-{environment}-link"), ("SEC-04",), "test_zone_is_linked_to_the_network"),
    Violation("secret-in-plain-text", "The only secret stands in the application.", sets(ONLY_APP, "properties.template.containers[apex-backend].env[AZURE_AD_CLIENT_SECRET]", {"name": "AZURE_AD_CLIENT_SECRET", "value": "Qm7-8Q~secretsecretsecretsecretsecret0"}), ("SEC-07",), "test_no_secret_stands_in_plain_text"),
    Violation("secret-not-from-the-vault", "The only secret is the application's own.", all_of(drops(ONLY_APP, "properties.configuration.secrets[0].keyVaultUrl"), drops(ONLY_APP, "properties.configuration.secrets[0].identity")), ("SEC-07",), "test_secrets_come_from_the_vault"),
    Violation("ingress-external", "The ingress lets the Internet in.", sets(ONLY_APP, "properties.configuration.ingress.external", True), ("SEC-05",), "test_ingress_is_as_declared"),
    Violation("only-plan-off", "The plan that watches the only service is off.", sets("pricings/KeyVaults", "properties.pricingTier", "Free"), ("SEC-10",), "test_plan_is_on"),
    Violation("vault-answers-the-internet", "The vault asks the Internet who is there.", connects_outside("key_vault", Connection("open", http_status=401, http_body="{}")), ("SEC-09",), "test_service_is_closed_from_outside"),
    Violation("outbound-open", "A rule lets the application out to everywhere.", appends("networkSecurityGroups/nsg-containerapps-{environment}", "properties.securityRules", {
        "name": "AllowAll", "id": "{resource_group_id}/providers/Microsoft.Network/networkSecurityGroups/nsg-containerapps-{environment}/securityRules/AllowAll",
        "properties": {"provisioningState": "Succeeded", "protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "access": "Allow", "priority": 200, "direction": "Outbound"}}), ("SEC-02",), "test_nothing_undeclared_passes"),
)  # fmt: skip


ACCOUNT = "accounts/ais-apex-{environment}"
HUB = "/subscriptions/55555555-5555-4555-8555-555555555555/resourceGroups/rg-hub-dns/providers/Microsoft.Network/privateDnsZones"
COGNITIVE, OPENAI, FOUNDRY = (
    f"{HUB}/privatelink.{zone}" for zone in ("cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com")
)
SPOKES_LINK, RECORD = "virtualNetworkLinks/vnet-apex-{environment}-link", "A/ais-apex-{environment}"
ZONE_GROUP = "privateEndpoints/pe-ais-apex-{environment}/privateDnsZoneGroups/default"
NETWORK = "virtualNetworks/vnet-apex-{environment}"
LINKED, HELD, REGISTERED, PRIVATE = (
    "test_zone_is_linked_to_the_network",
    "test_record_is_the_endpoints_address",
    "test_endpoint_registers_in_the_zone",
    "test_zone_has_only_private_addresses",
)

SPOKE = (
    Violation("hub-zone-not-linked-to-the-spoke", "The hub links a zone to its own network only.", drops(f"{OPENAI}/{SPOKES_LINK}"), ("SEC-04",), LINKED),
    Violation("hub-zone-linked-to-another-spoke", "The hub links a zone to another spoke in this one's place.",
        sets(f"{COGNITIVE}/{SPOKES_LINK}", "properties.virtualNetwork.id", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-other"), ("SEC-04",), LINKED),
    Violation("hub-zone-link-unfinished", "The link of a zone is not completed.", sets(f"{FOUNDRY}/{SPOKES_LINK}", "properties.virtualNetworkLinkState", "InProgress"), ("SEC-04",), LINKED),
    Violation("hub-zone-missing", "The hub has no zone for one of the account's names.", drops(FOUNDRY), ("SEC-04",), LINKED),
    Violation("member-without-record", "One of the account's names has no record in the hub.", drops(f"{OPENAI}/{RECORD}"), ("SEC-04",), HELD),
    Violation("member-at-another-members-address", "A name of the account has the address of another member.",
        sets(f"{OPENAI}/{RECORD}", "properties.aRecords", [{"ipv4Address": "10.0.2.9"}]), ("SEC-04",), HELD),
    Violation("member-public", "A name of the account has a public address in the hub.",
        sets(f"{FOUNDRY}/{RECORD}", "properties.aRecords", [{"ipv4Address": "203.0.113.17"}]), ("SEC-04",), PRIVATE),
    Violation("member-not-registered", "The endpoint keeps two of the three names only.", drops(ZONE_GROUP, "properties.privateDnsZoneConfigs[2]"), ("SEC-04",), REGISTERED),
    Violation("member-resolves-elsewhere", "From inside, one of the account's names leads to another member.",
        names("inside", "ai_services_openai", "ais-apex-{environment}.privatelink.openai.azure.com", addresses=("10.0.2.9",)), ("SEC-09",), "test_name_resolves_to_the_private_endpoint"),
    Violation("account-public", "The account for AI services is public.", sets(ACCOUNT, "properties.publicNetworkAccess", "Enabled"), ("SEC-06",), "test_public_network_access_is_disabled"),
    Violation("account-with-keys", "The account for AI services accepts its keys.", sets(ACCOUNT, "properties.disableLocalAuth", False), ("SEC-07",), "test_local_authentication_is_off"),
    Violation("guard-taken-off", "The application's subnet has no security group, as the gateway's has none.",
        sets(NETWORK, "properties.subnets[snet-containerapps].properties.networkSecurityGroup", None), ("SEC-02",), "test_subnet_is_guarded_by_its_group"),
    Violation("gateway-subnet-moved", "The gateway's subnet has another prefix.", sets(NETWORK, "properties.subnets[GatewaySubnet].properties.addressPrefix", "10.0.4.0/27"), ("SEC-01",), "test_subnet_has_its_prefix"),
    Violation("zone-of-its-own-beside-the-hubs", "The spoke has a zone of its own beside the hub's, which the endpoint is registered in.",
        all_of(adds({"id": f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com", "location": "global", "properties": {"provisioningState": "Succeeded"}}),
               sets(ZONE_GROUP, "properties.privateDnsZoneConfigs[1].properties.privateDnsZoneId", f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com")), ("SEC-04", "SEC-11"), REGISTERED),
)  # fmt: skip


OPEN_APP, OPEN_ENVIRONMENT = "containerApps/ca-apex-{environment}", "managedEnvironments/cae-apex-{environment}"
PROFILE, OPEN_ORIGIN = "profiles/afd-apex-{environment}", "originGroups/apex/origins/apex"
OPEN_INGRESS = "properties.configuration.ingress"
RESTRICTIONS = f"{OPEN_INGRESS}.ipSecurityRestrictions"
LETS_IN, TOLD, LEADS, BESIDE = (
    "test_only_front_doors_are_let_in",
    "test_front_door_is_told_from_others",
    "test_front_door_leads_to_it",
    "test_application_is_closed_beside_its_front_door",
)
VARIABLE = "properties.template.containers[apex-backend].env[FRONT_DOOR_ID]"
OTHER = "0d5c7f36-92b1-4d1e-8c44-7a3f6e9b2d58"


def _restriction(prefix: str, action: str = "Allow") -> dict[str, str]:
    return {"name": "another", "ipAddressRange": prefix, "action": action}


EDGE = (
    Violation("ingress-for-everybody", "The ingress has no restriction, so that it lets everybody in.", sets(OPEN_APP, RESTRICTIONS, None), ("SEC-05",), LETS_IN),
    Violation("ingress-restrictions-empty", "The list of restrictions is empty.", sets(OPEN_APP, RESTRICTIONS, []), ("SEC-05",), LETS_IN),
    Violation("ingress-lets-an-office-in", "An address that is no Front Door's is let in.", appends(OPEN_APP, RESTRICTIONS, _restriction("198.51.100.0/24")), ("SEC-05",), LETS_IN),
    Violation("ingress-lets-more-in", "A prefix is let in of which Front Door has a part.", appends(OPEN_APP, RESTRICTIONS, _restriction("147.242.0.0/15")), ("SEC-05",), LETS_IN),
    Violation("ingress-lets-all-in", "Every address is let in.", appends(OPEN_APP, RESTRICTIONS, _restriction("0.0.0.0/0")), ("SEC-05",), LETS_IN),
    Violation("ingress-denies-some", "The ingress denies some and so lets all others in.", sets(OPEN_APP, RESTRICTIONS, [_restriction("198.51.100.0/24", "Deny")]), ("SEC-05",), LETS_IN),
    Violation("tag-has-lost-a-prefix", "A prefix is let in that the service tag no longer has.", sets("serviceTagDetails/AzureFrontDoor.Backend", "properties.addressPrefixes", ["147.243.0.0/16"]), ("SEC-05",), LETS_IN),
    Violation("header-unknown", "The application does not know its Front Door's id.", drops(OPEN_APP, VARIABLE), ("SEC-05",), TOLD),
    Violation("header-of-another", "The application knows the id of another Front Door.", sets(OPEN_APP, f"{VARIABLE}.value", OTHER), ("SEC-05",), TOLD),
    Violation("profile-made-again", "The profile was made again, and has another id.", sets(PROFILE, "properties.frontDoorId", OTHER), ("SEC-05",), TOLD),
    Violation("profile-missing", "The declared Front Door does not exist.", drops(PROFILE), ("SEC-05",), LEADS),
    Violation("origin-elsewhere", "The Front Door leads somewhere else.", sets(OPEN_ORIGIN, "properties.hostName", "apex.example.com"), ("SEC-05",), LEADS),
    Violation("origin-disabled", "The origin is not in use.", sets(OPEN_ORIGIN, "properties.enabledState", "Disabled"), ("SEC-05",), LEADS),
    Violation("application-answers-the-internet", "The application answers whoever comes past the Front Door.", connects_outside("application", Connection("open", http_status=200, http_body='{"status": "ok"}')), ("SEC-09",), BESIDE),
    Violation("application-asks-for-a-token", "The application itself refuses, so the ingress has let the caller in.", connects_outside("application", Connection("open", http_status=401, http_body='{"detail": "Not authenticated"}')), ("SEC-09",), BESIDE),
    Violation("plain-http-at-the-edge", "The public ingress serves plain HTTP.", sets(OPEN_APP, f"{OPEN_INGRESS}.allowInsecure", True), ("SEC-05",), "test_plain_http_is_refused"),
    Violation("port-at-the-edge", "A further port is open to the Internet.", sets(OPEN_APP, f"{OPEN_INGRESS}.additionalPortMappings", [{"external": True, "targetPort": 9090, "exposedPort": 9090}]), ("SEC-05",), "test_no_further_port_is_external"),
    Violation("environment-approves-a-stranger", "The public environment has approved a private endpoint that nobody permits.", sets(OPEN_ENVIRONMENT, "properties.privateEndpointConnections", [{"id": "x", "properties": {"privateEndpoint": {"id": "{resource_group_id}/providers/Microsoft.Network/privateEndpoints/pe-stranger"}, "privateLinkServiceConnectionState": {"status": "Approved"}}}]), ("SEC-05",), "test_no_stranger_is_let_in"),
    Violation("second-profile", "A Front Door of which the file says nothing stands in the group.", adds({"id": "{resource_group_id}/providers/Microsoft.Cdn/profiles/afd-scratch", "location": "Global", "properties": {"frontDoorId": OTHER}}), ("SEC-11",), "test_everything_is_accounted_for"),
)  # fmt: skip
