"""The catalogue of drift: what may change between two nights, and how much it matters."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from dataclasses import dataclass

from assurance.drift.classify import Weight
from falsification.azure.changes import SHARED, adds, all_of, appends, copies, drops, edits, rewrites, sets
from falsification.azure.shapes import (
    APPS_GROUP,
    CONTRIBUTOR,
    ENDPOINTS_GROUP,
    OWNER,
    PRINCIPAL,
    READER,
    RULES,
    SUBSCRIPTION,
    allow,
    defines,
    denies,
    deny,
    grants,
)
from falsification.azure.violations.sec_02 import APP_IN, APP_OUT, CLOUD_OUT, DENY_IN, DENY_OUT, GUARD
from falsification.azure.violations.sec_07 import CONTAINERS, IDENTITY, REGISTRIES, SECRETS
from falsification.azure.violations.sec_08 import ASSIGNMENTS, BLOB_READER, GROUP, STORAGE
from falsification.azure.violations.sec_defender_and_strangers import SECURE_SCORE, TIER
from falsification.azure.violations.sec_network import APP, APPS, ENDPOINTS, ENVIRONMENT, INGRESS, NETWORK, SPACE
from falsification.azure.violations.sec_private_link import (
    CONNECTIONS,
    INTERFACE,
    LINKS,
    RECORDS,
    SERVICES,
    ZONES,
    record,
)
from falsification.azure.violations.sec_private_link import ENDPOINTS as PRIVATE_ENDPOINTS
from falsification.azure.world import Change, World

SQL, ACCOUNT, VAULT = SERVICES["sql"], SERVICES["storage"], SERVICES["key-vault"]
OPENAI = SERVICES["openai"]
ENTRA = "azureADOnlyAuthentications/Default"
CONTAINER = f"{CONTAINERS}[apex-backend]"
S, O, E, C = Weight.SECURITY, Weight.OPERATIONAL, Weight.EXPECTED, Weight.COSMETIC  # noqa: E741  (columns of a table)


@dataclass(frozen=True, slots=True)
class Drift:
    """One change between two nights.

    Attributes:
        name: What it is called, stable.
        told: What changed, in one sentence.
        weight: How much the heaviest of it matters.
        on: The beginning of the name of the resource that shows it.
        change: What makes it so.
    """

    name: str
    told: str
    weight: Weight
    on: str
    change: Change


def new(path: str, *, place: str = GROUP, **values: object) -> Change:
    """Return the change that adds a tracked resource to the deployment."""
    kind, _, name = path.rpartition("/")
    return adds(
        {
            "id": f"{place}/providers/{path}",
            "name": name,
            "type": kind,
            "location": "eastus",
            "properties": {},
            **values,
        }
    )


def secret(name: str, key: str, value: object) -> Change:
    """Return the change of an attribute of a secret in the vault."""

    def change(world: World) -> None:
        secret = next(item for item in world.azure.secrets if item["id"].endswith(f"/{name}"))
        secret["attributes"][key] = value

    return change


def _secrets(names: tuple[str, ...], *, gone: bool) -> Change:
    def change(world: World) -> None:
        if gone:
            world.azure.secrets = [secret for secret in world.azure.secrets if not secret["id"].endswith(names)]
            return
        template = world.azure.secrets[0]
        place = template["id"].rsplit("/", 1)[0]
        world.azure.secrets += [{**template, "id": f"{place}/{name}"} for name in names]

    return change


def _renamed_secret(old: str, to: str) -> Change:
    return all_of(_secrets((old,), gone=True), _secrets((to,), gone=False))


def _rule(group: str, *rules: dict[str, object]) -> Change:
    return all_of(*(appends(group, RULES, rule) for rule in rules))


def _variable(name: str, value: str) -> Change:
    def change(world: World) -> None:
        env = world.azure.find(APP)["properties"]["template"]["containers"][0]["env"]
        env[:] = [*(variable for variable in env if variable["name"] != name), {"name": name, "value": value}]

    return change


APPS_NAME, ENDPOINTS_NAME = "nsg-containerapps", "nsg-privateendpoints"

_RULES = (
    Drift("internet-let-in", "A rule lets the Internet in.", S, ENDPOINTS_NAME, _rule(ENDPOINTS_GROUP, allow("Mistake", 200, "Internet"))),
    Drift("one-address-let-in", "A rule lets one public address in.", S, ENDPOINTS_NAME, _rule(ENDPOINTS_GROUP, allow("Vendor", 200, "203.0.113.7/32"))),
    Drift("source-widened", "The application's rule covers twice its subnet.", S, ENDPOINTS_NAME, sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefix", "10.0.0.0/22")),
    Drift("port-added", "A rule lets one more port out.", S, APPS_NAME, sets(APPS_GROUP, f"{CLOUD_OUT}.properties.destinationPortRanges", ["443", "80", "8080"])),
    Drift("protocol-widened", "A rule for TCP lets every protocol out.", S, APPS_NAME, sets(APPS_GROUP, f"{CLOUD_OUT}.properties.protocol", "*")),
    Drift("destination-widened", "A rule lets the application reach the Internet.", S, APPS_NAME, sets(APPS_GROUP, f"{CLOUD_OUT}.properties.destinationAddressPrefix", "Internet")),
    Drift("denial-removed", "The denial of all that leaves is gone.", S, APPS_NAME, drops(APPS_GROUP, DENY_OUT)),
    Drift("denial-of-inbound-removed", "The denial of all that enters is gone.", S, ENDPOINTS_NAME, drops(ENDPOINTS_GROUP, DENY_IN)),
    Drift("denial-that-allows", "The denial allows.", S, ENDPOINTS_NAME, sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.access", "Allow")),
    Drift("denial-of-tcp-only", "The denial is of TCP only.", S, APPS_NAME, sets(APPS_GROUP, f"{DENY_OUT}.properties.protocol", "Tcp")),
    Drift("default-rule-overridden", "A default rule that denied all allows all, and no own denial stands before it.", S, APPS_NAME,
          all_of(drops(APPS_GROUP, DENY_OUT), sets(APPS_GROUP, "properties.defaultSecurityRules[DenyAllOutBound].properties.access", "Allow"))),
    Drift("flow-stopped", "The rule that lets the application in is gone.", O, ENDPOINTS_NAME, drops(ENDPOINTS_GROUP, APP_IN)),
    Drift("flow-narrowed", "The rule that lets the application in covers half of its subnet.", O, ENDPOINTS_NAME, sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefix", "10.0.0.0/24")),
    Drift("flow-shadowed", "A denial stands before the rule that lets the application in.", O, ENDPOINTS_NAME, _rule(ENDPOINTS_GROUP, deny("DenyFirst", 90, "10.0.0.0/23", protocol="*"))),
    Drift("flow-denied", "The rule that let the application out denies it.", O, APPS_NAME, sets(APPS_GROUP, f"{APP_OUT}.properties.access", "Deny")),
    Drift("order-swapped", "Allowing and denying have swapped their priorities.", O, ENDPOINTS_NAME,
          all_of(sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.priority", 4096), sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.priority", 100))),
    Drift("opened-and-stopped", "One rule opens what was closed, another stops what was open.", S, ENDPOINTS_NAME,
          all_of(drops(ENDPOINTS_GROUP, APP_IN), _rule(ENDPOINTS_GROUP, allow("Office", 200, "192.168.0.0/16")))),
    Drift("rule-renamed", "A rule has another name, and the same effect.", C, ENDPOINTS_NAME, sets(ENDPOINTS_GROUP, f"{APP_IN}.name", "FromTheApplication")),
    Drift("rule-moved", "A rule has another priority, and the same effect.", C, ENDPOINTS_NAME, sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.priority", 150)),
    Drift("rules-reordered", "Two rules that allow have swapped their priorities, to the same effect.", C, APPS_NAME,
          all_of(sets(APPS_GROUP, f"{APP_OUT}.properties.priority", 111), sets(APPS_GROUP, f"{CLOUD_OUT}.properties.priority", 101))),
    Drift("rule-split", "Two rules for half of the subnet each stand where one was.", C, ENDPOINTS_NAME,
          all_of(drops(ENDPOINTS_GROUP, APP_IN),
                 _rule(ENDPOINTS_GROUP, *(allow(f"Half{number}", 100 + number, f"10.0.{number}.0/24", port="*", protocol="*") for number in (0, 1))))),
    Drift("dead-rule-added", "A rule was added behind the denial of all, where nothing reaches it: to no effect.", C, ENDPOINTS_NAME,
          all_of(sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.priority", 4000), _rule(ENDPOINTS_GROUP, allow("Dead", 4096, "Internet")))),
    Drift("redundant-denial-added", "A rule denies what was denied already.", C, ENDPOINTS_NAME, _rule(ENDPOINTS_GROUP, deny("Again", 300, "Internet", protocol="*"))),
    Drift("rule-described", "A rule has a description.", C, ENDPOINTS_NAME, sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.description", "From the application.")),
    Drift("prefix-in-the-plural", "A rule names the same source in the plural field.", C, ENDPOINTS_NAME,
          all_of(sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefix", ""), sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefixes", ["10.0.0.0/23"]))),
    Drift("group-removed", "The security group is gone.", S, ENDPOINTS_NAME, drops(ENDPOINTS_GROUP)),
)  # fmt: skip

_NETWORK = (
    Drift("subnet-unguarded", "A subnet has no security group.", S, "vnet-apex", drops(NETWORK, f"{APPS}.{GUARD}")),
    Drift("subnet-guarded-by-another", "A subnet has another security group.", S, "vnet-apex", sets(NETWORK, f"{APPS}.{GUARD}.id", f"{SHARED}/providers/Microsoft.Network/networkSecurityGroups/nsg")),
    Drift("address-space-grown", "The network has a further address space.", S, "vnet-apex", sets(NETWORK, SPACE, ["10.0.0.0/16", "10.9.0.0/16"])),
    Drift("subnet-added", "A subnet was added.", S, "vnet-apex", appends(NETWORK, "properties.subnets", {"name": "snet-jump", "properties": {"addressPrefix": "10.0.9.0/24"}})),
    Drift("subnet-moved", "A subnet has another prefix.", S, "vnet-apex", sets(NETWORK, f"{ENDPOINTS}.properties.addressPrefix", "10.0.3.0/24")),
    Drift("delegation-gone", "A subnet is not delegated any more.", S, "vnet-apex", sets(NETWORK, f"{APPS}.properties.delegations", [])),
    Drift("service-endpoint-added", "A subnet has a service endpoint.", S, "vnet-apex", sets(NETWORK, f"{APPS}.properties.serviceEndpoints", [{"service": "Microsoft.Sql"}])),
    Drift("peering-added", "The network is peered.", S, "vnet-apex", sets(NETWORK, "properties.virtualNetworkPeerings", [{"name": "to-hub", "properties": {"peeringState": "Connected"}}])),
    Drift("route-table-added", "A subnet has a route table.", S, "vnet-apex", sets(NETWORK, f"{APPS}.properties.routeTable", {"id": f"{GROUP}/providers/Microsoft.Network/routeTables/rt"})),
    Drift("name-servers-added", "The network asks another name server.", S, "vnet-apex", sets(NETWORK, "properties.dhcpOptions", {"dnsServers": ["10.0.2.250"]})),
    Drift("endpoint-policies-changed", "A subnet has other policies for endpoints.", S, "vnet-apex", sets(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies", "Enabled")),
    Drift("ddos-protection-on", "The network is protected against denial of service.", O, "vnet-apex", sets(NETWORK, "properties.enableDdosProtection", True)),
    Drift("network-tagged", "The network has a tag.", C, "vnet-apex", sets(NETWORK, "tags.owner", "operations")),
    Drift("network-failed", "The network's last deployment failed.", O, "vnet-apex", sets(NETWORK, "properties.provisioningState", "Failed")),
    Drift("public-address-added", "A public address was added.", S, "pip-new", new("Microsoft.Network/publicIPAddresses/pip-new")),
    Drift("bastion-added", "A bastion was added.", S, "bas", new("Microsoft.Network/bastionHosts/bas")),
    Drift("gateway-added", "A NAT gateway was added.", S, "nat", new("Microsoft.Network/natGateways/nat")),
    Drift("network-added", "A second network was added.", S, "vnet-new", new("Microsoft.Network/virtualNetworks/vnet-new")),
    Drift("machine-added", "A virtual machine was added.", S, "vm-new", new("Microsoft.Compute/virtualMachines/vm-new")),
    Drift("web-app-added", "A web application was added.", S, "web-new", new("Microsoft.Web/sites/web-new")),
    Drift("account-added", "A storage account was added.", S, "stnew", new("Microsoft.Storage/storageAccounts/stnew")),
    Drift("cache-added", "A cache was added.", O, "redis-new", new("Microsoft.Cache/redis/redis-new")),
    Drift("interface-forwards", "An endpoint's interface forwards.", S, "pe-sql", sets(INTERFACE, "properties.enableIPForwarding", True)),
    Drift("endpoint-moved", "An endpoint is in another subnet.", S, "pe-sql", sets(PRIVATE_ENDPOINTS["sql"], "properties.subnet.id", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-apex-{{environment}}/subnets/snet-containerapps")),
    Drift("endpoint-rejected", "An endpoint's connection was rejected.", S, "pe-storage", sets(PRIVATE_ENDPOINTS["storage"], f"{CONNECTIONS}[0].properties.privateLinkServiceConnectionState.status", "Rejected")),
    Drift("endpoint-redirected", "An endpoint leads to another service.", S, "pe-kv", sets(PRIVATE_ENDPOINTS["key-vault"], f"{CONNECTIONS}[0].properties.privateLinkServiceId", f"{SHARED}/providers/Microsoft.KeyVault/vaults/kv")),
    Drift("endpoint-removed", "An endpoint is gone.", S, "pe-openai", drops(PRIVATE_ENDPOINTS["openai"])),
    Drift("endpoint-added", "A second endpoint to the same server was added.", S, "pe-sql-second", copies(PRIVATE_ENDPOINTS["sql"], "pe-sql-apex-{environment}", "pe-sql-second-{environment}")),
)  # fmt: skip

_NAMES = (
    Drift("record-redirected", "A record leads to another address.", S, "sql-apex", sets(RECORDS["sql"], "properties.aRecords[0].ipv4Address", "10.0.2.99")),
    Drift("record-doubled", "A record has a second address.", S, "stapex", appends(RECORDS["storage"], "properties.aRecords", {"ipv4Address": "203.0.113.9"})),
    Drift("record-gone", "A record is gone.", S, "kv-apex", drops(RECORDS["key-vault"])),
    Drift("record-added", "A zone has a further record.", S, "other", adds(record("sql", "other", "10.0.2.50"))),
    Drift("record-kept-longer", "A record is kept for longer.", C, "openai-apex", sets(RECORDS["openai"], "properties.ttl", 3600)),
    Drift("link-gone", "A zone is not linked to the network any more.", S, "vnet-apex", drops(LINKS["openai"])),
    Drift("link-elsewhere", "A zone is linked to another network.", S, "vnet-apex", sets(LINKS["sql"], "properties.virtualNetwork.id", f"{SHARED}/providers/Microsoft.Network/virtualNetworks/v")),
    Drift("link-registers", "A zone registers machines by themselves.", S, "vnet-apex", sets(LINKS["storage"], "properties.registrationEnabled", True)),
    Drift("zone-tagged", "A zone's link has a tag.", C, "vnet-apex", sets(LINKS["storage"], "tags.owner", "operations")),
    Drift("zone-gone", "A zone is gone, with all that it held.", S, "privatelink", all_of(drops(ZONES["openai"]))),
)  # fmt: skip

_SERVICES = (
    Drift("server-public", "The database server accepts public networks.", S, "sql-apex", sets(SQL, "properties.publicNetworkAccess", "Enabled")),
    Drift("server-public-by-absence", "The database server does not say that it refuses public networks.", S, "sql-apex", drops(SQL, "properties.publicNetworkAccess")),
    Drift("server-tls-lowered", "The database server accepts an older TLS.", S, "sql-apex", sets(SQL, "properties.minimalTlsVersion", "1.0")),
    Drift("server-passwords", "The database server accepts passwords.", S, "Default", sets(ENTRA, "properties.azureADOnlyAuthentication", False)),
    Drift("server-administrator", "The database server has another administrator.", S, "sql-apex", sets(SQL, "properties.administrators.login", "Somebody")),
    Drift("server-firewall-rule", "The database server has a firewall rule.", S, "AllowAll", adds({"id": f"{GROUP}/providers/{SQL}/firewallRules/AllowAll", "name": "AllowAll", "properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}})),  # noqa: S104  (a planted rule)
    Drift("server-outbound", "The database server may not send data elsewhere any more.", S, "sql-apex", sets(SQL, "properties.restrictOutboundNetworkAccess", "Enabled")),
    Drift("server-version", "The database server has another version.", O, "sql-apex", sets(SQL, "properties.version", "12.1")),
    Drift("server-tagged", "The database server's tag changed.", C, "sql-apex", sets(SQL, "tags.application", "apex-two")),
    Drift("database-tier", "A database has another tier.", O, "db-apex", edits("databases/db-apex-{environment}", lambda resource: resource["sku"].update({"name": "Basic", "tier": "Basic"}))),
    Drift("database-capacity", "A database has another capacity.", O, "db-apex", edits("databases/db-apex-{environment}", lambda resource: resource["sku"].update({"capacity": 10}))),
    Drift("account-public", "The storage account accepts public networks.", S, "stapex", sets(ACCOUNT, "properties.publicNetworkAccess", "Enabled")),
    Drift("account-allows-by-default", "The storage account allows whom no rule denies.", S, "stapex", sets(ACCOUNT, "properties.networkAcls.defaultAction", "Allow")),
    Drift("account-bypass", "Azure's services pass the storage account's rules.", S, "stapex", sets(ACCOUNT, "properties.networkAcls.bypass", "AzureServices")),
    Drift("account-anonymous", "The storage account allows anonymous reading.", S, "stapex", sets(ACCOUNT, "properties.allowBlobPublicAccess", True)),
    Drift("account-keys", "The storage account accepts keys.", S, "stapex", sets(ACCOUNT, "properties.allowSharedKeyAccess", True)),
    Drift("account-plain-http", "The storage account accepts unencrypted connections.", S, "stapex", sets(ACCOUNT, "properties.supportsHttpsTrafficOnly", False)),
    Drift("account-sftp", "The storage account speaks SFTP.", S, "stapex", sets(ACCOUNT, "properties.isSftpEnabled", True)),
    Drift("account-address-let-in", "The storage account lets an address in.", S, "stapex", sets(ACCOUNT, "properties.networkAcls.ipRules", [{"value": "203.0.113.7", "action": "Allow"}])),
    Drift("account-encryption", "The storage account's file share is not encrypted.", S, "stapex", sets(ACCOUNT, "properties.encryption.services.file.enabled", False)),
    Drift("account-replication", "The storage account is replicated otherwise.", O, "stapex", sets(ACCOUNT, "sku.name", "Standard_GRS")),
    Drift("account-tier", "The storage account's tier changed.", O, "stapex", sets(ACCOUNT, "properties.accessTier", "Cool")),
    Drift("vault-public", "The key vault accepts public networks.", S, "kv-apex", sets(VAULT, "properties.publicNetworkAccess", "Enabled")),
    Drift("vault-without-purge-protection", "The key vault's secrets can be purged.", S, "kv-apex", sets(VAULT, "properties.enablePurgeProtection", False)),
    Drift("vault-access-policies", "The key vault goes by access policies.", S, "kv-apex", sets(VAULT, "properties.enableRbacAuthorization", False)),
    Drift("model-service-keys", "The model service accepts keys.", S, "openai-apex", sets(OPENAI, "properties.disableLocalAuth", False)),
    Drift("model-service-public", "The model service accepts public networks.", S, "openai-apex", sets(OPENAI, "properties.publicNetworkAccess", "Enabled")),
    Drift("model-service-tier", "The model service has another tier.", O, "openai-apex", sets(OPENAI, "sku.name", "S1")),
    Drift("service-gone", "The document service is gone, and with it the role on it.", S, "fdcc4d7f", drops(SERVICES["document-intelligence"])),
    Drift("secret-removed", "A secret is gone.", O, "AZURE-SQL", _secrets(("AZURE-SQL-CONNECTION-STRING",), gone=True)),
    Drift("secret-added", "A secret was added.", O, "NEW-SECRET", _secrets(("NEW-SECRET",), gone=False)),
    Drift("secret-renamed", "A secret has another name.", O, "AZURE", _renamed_secret("AZURE-SQL-CONNECTION-STRING", "AZURE-SQL-CONNECTION")),
    Drift("secret-disabled", "A secret is disabled.", O, "AZURE-SQL", secret("AZURE-SQL-CONNECTION-STRING", "enabled", False)),
    Drift("secret-expires", "A secret expires.", O, "AZURE-SQL", secret("AZURE-SQL-CONNECTION-STRING", "exp", 1893456000)),
    Drift("secret-purgeable", "A deleted secret cannot be restored.", S, "AZURE-SQL", secret("AZURE-SQL-CONNECTION-STRING", "recoveryLevel", "Purgeable")),
)  # fmt: skip

_APPLICATION = (
    Drift("revision-released", "A release made another revision.", E, "ca-apex", sets(APP, "properties.latestRevisionName", "ca-apex-{environment}--r0013")),
    Drift("image-tagged-otherwise", "Another version of the image runs.", O, "ca-apex", sets(APP, f"{CONTAINER}.image", "apexacr.azurecr.io/apex-backend:1.5.0")),
    Drift("image-by-digest", "The image is named by its digest.", O, "ca-apex", sets(APP, f"{CONTAINER}.image", f"apexacr.azurecr.io/apex-backend@sha256:{'0' * 64}")),
    Drift("image-of-another-repository", "An image of another repository runs.", S, "ca-apex", sets(APP, f"{CONTAINER}.image", "apexacr.azurecr.io/other:1.4.2")),
    Drift("image-of-another-registry", "An image of another registry runs.", S, "ca-apex", sets(APP, f"{CONTAINER}.image", "docker.io/apex-backend:1.4.2")),
    Drift("sidecar-added", "A second container runs beside the application.", S, "ca-apex", appends(APP, CONTAINERS, {"name": "sidecar", "image": "docker.io/tool:1"})),
    Drift("ingress-opened", "The application is reached from outside.", S, "ca-apex", sets(APP, f"{INGRESS}.external", True)),
    Drift("plain-http-allowed", "The application accepts plain HTTP.", S, "ca-apex", sets(APP, f"{INGRESS}.allowInsecure", True)),
    Drift("port-changed", "The application listens at another port.", S, "ca-apex", sets(APP, f"{INGRESS}.targetPort", 9000)),
    Drift("traffic-shifted", "Users reach another revision.", O, "ca-apex", sets(APP, f"{INGRESS}.traffic[0].weight", 50)),
    Drift("variable-changed", "A variable has another value.", S, "ca-apex", _variable("LOG_LEVEL", "TRACE")),
    Drift("variable-added", "A variable was added.", S, "ca-apex", _variable("NEW_SETTING", "on")),
    Drift("secret-in-the-application", "A secret comes from the application itself.", S, "ca-apex", appends(APP, SECRETS, {"name": "own"})),
    Drift("registry-by-password", "Images are pulled with a password.", S, "ca-apex", sets(APP, f"{REGISTRIES}[0].username", "apexacr")),
    Drift("identity-added", "The application has a further identity.", S, "ca-apex", edits(APP, lambda resource: resource["identity"]["userAssignedIdentities"].update({"/subscriptions/x/other": {}}))),
    Drift("scale-changed", "The application may have more replicas.", O, "ca-apex", sets(APP, "properties.template.scale.maxReplicas", 99)),
    Drift("probe-changed", "A probe asks less often.", O, "ca-apex", sets(APP, f"{CONTAINER}.probes[0].periodSeconds", 60)),
    Drift("application-tagged", "The application has a tag.", C, "ca-apex", sets(APP, "tags.owner", "operations")),
    Drift("application-added", "A second application was added.", S, "ca-other", new("Microsoft.App/containerApps/ca-other")),
    Drift("environment-public", "The environment is reached from outside.", S, "cae-apex", sets(ENVIRONMENT, "properties.vnetConfiguration.internal", False)),
    Drift("environment-address", "The environment has another address.", S, "cae-apex", sets(ENVIRONMENT, "properties.staticIp", "10.0.0.99")),
    Drift("environment-unlogged", "The environment's logs go nowhere.", S, "cae-apex", sets(ENVIRONMENT, "properties.appLogsConfiguration", {"destination": "none"})),
    Drift("environment-failed", "The environment's last deployment failed.", O, "cae-apex", sets(ENVIRONMENT, "properties.provisioningState", "Failed")),
)  # fmt: skip

_ACCESS = (
    Drift("owner-granted", "The application's identity owns the deployment.", S, "", grants(OWNER, GROUP)),
    Drift("owner-granted-above", "Somebody owns the subscription.", S, "", grants(OWNER, SUBSCRIPTION, principal="0f0e0d0c-1111-4222-8333-444455556666", kind="User")),
    Drift("contributor-granted", "A person may change the deployment.", S, "", grants(CONTRIBUTOR, GROUP, principal="0f0e0d0c-1111-4222-8333-444455556666", kind="User")),
    Drift("reader-granted", "A person may read the deployment.", S, "", grants(READER, GROUP, principal="0f0e0d0c-1111-4222-8333-444455556666", kind="User")),
    Drift("role-granted-on-a-service", "A person may read the storage account's data.", S, "", grants(BLOB_READER, STORAGE, principal="0f0e0d0c-1111-4222-8333-444455556666", kind="User")),
    Drift("role-withdrawn", "The identity may not write to storage any more.", S, "c17a7d2e", drops(ASSIGNMENTS["storage"])),
    Drift("role-conditioned", "A role has a condition.", S, "4ce3d97f", sets(ASSIGNMENTS["key-vault"], "properties.condition", "@Resource[Microsoft.KeyVault/vaults:name] StringEquals 'x'")),
    Drift("access-denied", "A denial of access was added.", S, "", denies(GROUP, actions=("*/delete",))),
    Drift("custom-role-granted", "A role of one's own was made and granted.", S, "", all_of(defines("0b6f3c9e-1d24-4a58-9c77-5e2f8a1d6b30", actions=("*",)), grants("0b6f3c9e-1d24-4a58-9c77-5e2f8a1d6b30", GROUP, principal=PRINCIPAL))),
    Drift("identity-replaced", "The identity was made again under its name.", S, "id-apex", sets(IDENTITY, "properties.principalId", "0f0e0d0c-1111-4222-8333-444455556666")),
    Drift("identity-of-another-tenant", "The identity belongs to another tenant.", S, "id-apex", sets(IDENTITY, "properties.tenantId", "99999999-9999-4999-8999-999999999999")),
    Drift("plan-off", "A Defender plan is off.", S, "SqlServers", sets("pricings/SqlServers", TIER, "Free")),
    Drift("plan-covers-less", "A Defender plan covers part of what it did.", S, "AI", sets("pricings/AI", "properties.resourcesCoverageStatus", "PartiallyCovered")),
    Drift("score-fallen", "The secure score has fallen.", S, "ascScore", all_of(sets(SECURE_SCORE, "properties.score.current", 36), sets(SECURE_SCORE, "properties.score.percentage", 0.72))),
    Drift("score-risen", "The secure score has risen.", C, "ascScore", all_of(sets(SECURE_SCORE, "properties.score.current", 42), sets(SECURE_SCORE, "properties.score.percentage", 0.84))),
    Drift("casing-changed", "A value is spelt in another casing.", C, "stapex", sets(ACCOUNT, "properties.accessTier", "HOT")),
    Drift("alert-rule-removed", "An alert rule is gone.", S, "APEX-FailedRequests", drops("metricAlerts/APEX-FailedRequests-Critical")),
    Drift("alert-receivers-removed", "A group of those who are told of alerts is gone.", S, "APEX-Critical", drops("actionGroups/apex-critical-actiongroup")),
    Drift("resource-renamed", "The identity is gone, and another has its place.", S, "id-", rewrites(IDENTITY, "id-apex-{environment}", "id-other-{environment}")),
)  # fmt: skip

CATALOGUE: tuple[Drift, ...] = (*_RULES, *_NETWORK, *_NAMES, *_SERVICES, *_APPLICATION, *_ACCESS)
