"""Violations of SEC-06, what public networks are refused, and of SEC-09, what really passes."""
# ruff: noqa: E501, S104  (a catalogue is read as a table: one change, one line; addresses are data, nothing binds them)
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from http import HTTPStatus

from assurance.world.sockets import Connection
from falsification.azure.changes import (
    MeantFor,
    Violation,
    adds,
    all_of,
    appends,
    connects_inside,
    connects_outside,
    drops,
    edits,
    moves,
    names,
    sets,
    unknown_name,
)
from falsification.azure.violations.sec_private_link import NAMES, SERVICES
from falsification.azure.world import STRANGERS_ADDRESS, Change, World, answered

DISABLED = "test_public_network_access_is_disabled"
UNDECLARED = "test_undeclared_services_are_not_public"
DENYING = "test_network_rules_deny_by_default"
ADDRESS = "test_no_address_is_let_in"
MODERN = "test_modern_tls_is_required"
HTTPS = "test_https_is_required"
BLOBS = "test_public_blobs_are_forbidden"
PUBLIC = "test_no_public_address_exists"

ACCESS = "properties.publicNetworkAccess"
RULES = "properties.networkAcls"
FIREWALLED = {service: reference for service, reference in SERVICES.items() if service != "sql"}
# A resource takes its role assignments with it; no role is declared on the server.
GONE = ("SEC-06", "SEC-03", "SEC-07")
GONE_WITH_ROLES = (*GONE, "SEC-08")
_SQL, _STORAGE = SERVICES["sql"], SERVICES["storage"]


_of = MeantFor("SEC-06")


def _firewall(name: str, start: str, end: str) -> Change:
    rule_id = f"{{resource_group_id}}/providers/{_SQL}/firewallRules/{name}"
    return adds({"id": rule_id, "properties": {"startIpAddress": start, "endIpAddress": end}})


def _stranger(provider: str, name: str, properties: dict[str, object], group: str = "{resource_group_id}") -> Change:
    return adds({"id": f"{group}/providers/{provider}/{name}", "location": "{location}",
                 "properties": {"provisioningState": "Succeeded", **properties}})  # fmt: skip


_ACCESS = (
    *(_of(f"{service}-public", f"{service} has public network access enabled.", DISABLED, sets(reference, ACCESS, "Enabled"))
      for service, reference in SERVICES.items()),
    *(_of(f"{service}-access-absent", f"{service} does not tell, which means enabled.", DISABLED, drops(reference, ACCESS))
      for service, reference in SERVICES.items()),
    *(_of(f"{service}-access-null", f"Public network access of {service} is null.", DISABLED, sets(reference, ACCESS, None))
      for service, reference in SERVICES.items()),
    _of("access-secured-by-perimeter", "Access is left to a network security perimeter.", DISABLED, sets(_SQL, ACCESS, "SecuredByPerimeter")),
    _of("access-enabled-in-capitals", "Access is enabled, in other casing.", DISABLED, sets(_STORAGE, ACCESS, "ENABLED")),
    _of("access-enabled-in-lower-case", "Access is enabled, in lower case.", DISABLED, sets(SERVICES["key-vault"], ACCESS, "enabled")),
    _of("access-misspelt", "Access has a word that only resembles Disabled.", DISABLED, sets(SERVICES["openai"], ACCESS, "Disable")),
    _of("access-empty", "Access is an empty text.", DISABLED, sets(SERVICES["key-vault"], ACCESS, "")),
    _of("access-at-the-wrong-level", "Disabled stands beside the properties, not in them.", DISABLED,
        all_of(drops(_STORAGE, ACCESS), sets(_STORAGE, "publicNetworkAccess", "Disabled"))),
    _of("access-in-the-network-rules", "Disabled stands in the network rules.", DISABLED,
        all_of(drops(SERVICES["openai"], ACCESS), sets(SERVICES["openai"], f"{RULES}.publicNetworkAccess", "Disabled"))),
    *(Violation(f"{service}-missing", f"{service} does not exist.", drops(SERVICES[service]), GONE if service == "sql" else GONE_WITH_ROLES, DISABLED)
      for service in SERVICES),
    Violation("service-in-another-group", "Only a namesake in another resource group exists.", moves(SERVICES["openai"]), GONE, DISABLED),
)  # fmt: skip

_BESIDE = (
    _of("undeclared-storage-public", "A second storage account of the group is public.", UNDECLARED,
        _stranger("Microsoft.Storage/storageAccounts", "stscratch", {"publicNetworkAccess": "Enabled"})),
    _of("undeclared-storage-silent", "A second storage account does not tell, which means public.", UNDECLARED,
        _stranger("Microsoft.Storage/storageAccounts", "stscratch", {})),
    _of("undeclared-server-public", "A second SQL server of the group is public.", UNDECLARED,
        _stranger("Microsoft.Sql/servers", "sql-scratch", {"publicNetworkAccess": "Enabled"})),
    _of("undeclared-vault-public", "A second vault of the group is public.", UNDECLARED,
        _stranger("Microsoft.KeyVault/vaults", "kv-scratch", {"publicNetworkAccess": "enabled"})),
    _of("undeclared-account-public", "A third account for cognitive services is public.", UNDECLARED,
        _stranger("Microsoft.CognitiveServices/accounts", "speech-scratch", {"publicNetworkAccess": "Enabled"})),
    _of("undeclared-one-of-two-public", "Of two further storage accounts one is public.", UNDECLARED,
        all_of(_stranger("Microsoft.Storage/storageAccounts", "sta", {"publicNetworkAccess": "Disabled"}),
               _stranger("Microsoft.Storage/storageAccounts", "stb", {"publicNetworkAccess": "Enabled"}))),
    _of("undeclared-of-similar-name", "A storage account whose name begins with the declared one is public.", UNDECLARED,
        _stranger("Microsoft.Storage/storageAccounts", "stapex{environment}{suffix}2", {"publicNetworkAccess": "Enabled"})),
    _of("public-address", "A public IP address stands in the group.", PUBLIC,
        _stranger("Microsoft.Network/publicIPAddresses", "pip-jump", {"ipAddress": "203.0.113.50"})),
    _of("public-address-not-yet-given", "A public IP address that has no number yet stands in the group.", PUBLIC,
        _stranger("Microsoft.Network/publicIPAddresses", "pip-jump", {"publicIPAllocationMethod": "Dynamic"})),
)  # fmt: skip

_RULES = (
    *(_of(f"{service}-allows-by-default", f"The network rules of {service} allow by default.", DENYING,
          sets(reference, f"{RULES}.defaultAction", "Allow")) for service, reference in FIREWALLED.items()),
    *(_of(f"{service}-without-network-rules", f"{service} has no network rules, which means open.", DENYING, drops(reference, RULES))
      for service, reference in FIREWALLED.items()),
    _of("network-rules-null", "The network rules are null.", DENYING, sets(SERVICES["openai"], RULES, None)),
    _of("default-action-absent", "The network rules have no default action.", DENYING, drops(_STORAGE, f"{RULES}.defaultAction")),
    _of("default-action-null", "The default action is null.", DENYING, sets(SERVICES["key-vault"], f"{RULES}.defaultAction", None)),
    _of("default-action-in-lower-case", "The default action is allow, in lower case.", DENYING,
        sets(SERVICES["key-vault"], f"{RULES}.defaultAction", "allow")),
    _of("default-action-at-the-wrong-level", "Deny stands beside the network rules.", DENYING,
        all_of(drops(_STORAGE, f"{RULES}.defaultAction"), sets(_STORAGE, "properties.defaultAction", "Deny"))),
    *(_of(f"{service}-lets-an-address-in", f"A rule of {service} lets an address in.", ADDRESS,
          appends(reference, f"{RULES}.ipRules", {"value": "203.0.113.7", "action": "Allow"})) for service, reference in FIREWALLED.items()),
    _of("storage-lets-an-ipv6-address-in", "A rule of the storage account lets an IPv6 address in.", ADDRESS,
        appends(_STORAGE, f"{RULES}.ipv6Rules", {"value": "2001:db8::/32", "action": "Allow"})),
    _of("rule-without-address", "A rule lets in an address that it does not tell.", ADDRESS, appends(_STORAGE, f"{RULES}.ipRules", {"action": "Allow"})),
    _of("sql-lets-all-of-azure-in", "A firewall rule lets all of Azure in.", ADDRESS, _firewall("AllowAllWindowsAzureIps", "0.0.0.0", "0.0.0.0")),
    _of("sql-lets-azure-in-by-another-name", "The rule for all of Azure has a harmless name.", ADDRESS, _firewall("office", "0.0.0.0", "0.0.0.0")),
    _of("sql-lets-everybody-in", "A firewall rule spans all addresses.", ADDRESS, _firewall("temporary", "0.0.0.0", "255.255.255.255")),
    _of("sql-lets-one-address-in", "A firewall rule lets one address in.", ADDRESS, _firewall("home", "203.0.113.8", "203.0.113.8")),
    _of("sql-rule-without-addresses", "A firewall rule does not tell its addresses.", ADDRESS,
        adds({"id": f"{{resource_group_id}}/providers/{_SQL}/firewallRules/odd", "properties": {}})),
    _of("sql-lets-ipv6-in", "An IPv6 firewall rule lets everybody in.", ADDRESS,
        adds({"id": f"{{resource_group_id}}/providers/{_SQL}/ipv6FirewallRules/all",
              "properties": {"startIPv6Address": "::", "endIPv6Address": "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}})),
)  # fmt: skip

_TRANSPORT = (
    _of("sql-tls-1-0", "The server accepts TLS 1.0.", MODERN, sets(_SQL, "properties.minimalTlsVersion", "1.0")),
    _of("sql-tls-1-1", "The server accepts TLS 1.1.", MODERN, sets(_SQL, "properties.minimalTlsVersion", "1.1")),
    _of("sql-tls-none", "The server accepts any TLS version.", MODERN, sets(_SQL, "properties.minimalTlsVersion", "None")),
    _of("sql-tls-absent", "The server does not tell its least TLS version.", MODERN, drops(_SQL, "properties.minimalTlsVersion")),
    _of("sql-tls-under-the-other-name", "The version stands under the name that storage accounts use.", MODERN,
        all_of(drops(_SQL, "properties.minimalTlsVersion"), sets(_SQL, "properties.minimumTlsVersion", "1.2"))),
    _of("storage-tls-1-0", "The storage account accepts TLS 1.0.", MODERN, sets(_STORAGE, "properties.minimumTlsVersion", "TLS1_0")),
    _of("storage-tls-1-1", "The storage account accepts TLS 1.1.", MODERN, sets(_STORAGE, "properties.minimumTlsVersion", "TLS1_1")),
    _of("storage-tls-null", "The storage account's version is null, which means 1.0.", MODERN, sets(_STORAGE, "properties.minimumTlsVersion", None)),
    _of("storage-tls-absent", "The storage account does not tell, which means 1.0.", MODERN, drops(_STORAGE, "properties.minimumTlsVersion")),
    _of("storage-http", "The storage account accepts plain HTTP.", HTTPS, sets(_STORAGE, "properties.supportsHttpsTrafficOnly", False)),
    _of("storage-http-absent", "The storage account does not tell about HTTP.", HTTPS, drops(_STORAGE, "properties.supportsHttpsTrafficOnly")),
    _of("storage-http-under-the-sdks-name", "The setting stands under the SDK's name.", HTTPS,
        edits(_STORAGE, lambda resource: resource["properties"].update(
            {"enableHttpsTrafficOnly": resource["properties"].pop("supportsHttpsTrafficOnly")}))),
    _of("storage-blobs-public", "Blobs may be public.", BLOBS, sets(_STORAGE, "properties.allowBlobPublicAccess", True)),
    _of("storage-blobs-absent", "The account does not tell about public blobs.", BLOBS, drops(_STORAGE, "properties.allowBlobPublicAccess")),
    _of("storage-blobs-null", "Whether blobs may be public is null.", BLOBS, sets(_STORAGE, "properties.allowBlobPublicAccess", None)),
)  # fmt: skip

_ACCESS_VIOLATIONS = (*_ACCESS, *_BESIDE, *_RULES, *_TRANSPORT)


THROUGH = "test_name_resolves_through_the_private_zone"
TO = "test_name_resolves_to_the_private_endpoint"
OPENS = "test_connection_opens_from_inside"
CLOSED = "test_service_is_closed_from_outside"

KEYS = ("sql", "storage", "openai", "document_intelligence", "key_vault")
TALKERS = KEYS[1:]


_flow_of = MeantFor("SEC-09")


def _told(service: str) -> str:
    return service.replace("_", "-")


def _alias(service: str) -> str:
    zone, record = NAMES[_told(service)]
    return f"{record}.{zone}"


def _anonymous(service: str) -> Change:
    """Return the change that lets a service answer strangers from outside as it does from inside."""

    def change(world: World) -> None:
        world.connect_outside(service, answered(world.services[service], world.azure.parameters["tenant_id"]))

    return change


def _leads_to_the_public_address(service: str) -> Change:
    """Return the change that lets a name lead, inside, where it leads outside."""

    def change(world: World) -> None:
        world.inside.names[world.services[service].fqdn] = world.outside_name(service)
        service_values = world.services[service]
        world.inside.connections[f"{service_values.public_address}:{service_values.port}"] = Connection("open")

    return change


_NAMES = (
    *(_flow_of(f"{_told(service)}-unknown-inside", f"From inside, the name of {service} does not exist.", TO, unknown_name("inside", service))
      for service in KEYS),
    *(_flow_of(f"{_told(service)}-public-inside", f"From inside, the name of {service} leads to its public address.", TO,
          _leads_to_the_public_address(service)) for service in KEYS),
    _flow_of("only-one-private-inside", "From inside, every name but the vault's leads to its public address.", TO,
        all_of(*map(_leads_to_the_public_address, KEYS[:-1]))),
    _flow_of("only-one-known-inside", "From inside, no name exists but the vault's.", TO,
        all_of(*(unknown_name("inside", service) for service in KEYS[:-1]))),
    _flow_of("alias-missing", "From inside, the name has the right address without the private alias.", THROUGH,
        names("inside", "sql", addresses=("10.0.2.4",))),
    _flow_of("alias-in-another-zone", "From inside, the alias is in another service's zone.", THROUGH,
        names("inside", "openai", "openai-apex-{environment}.privatelink.cognitiveservices.azure.com", addresses=("10.0.2.6",))),
    _flow_of("alias-in-a-zone-of-similar-name", "From inside, the alias only ends like the zone.", THROUGH,
        names("inside", "key_vault", "kv.notprivatelink.vaultcore.azure.net", addresses=("10.0.2.8",))),
    _flow_of("alias-beyond-the-zone", "From inside, the alias has the zone's name within another domain.", THROUGH,
        names("inside", "storage", "x.privatelink.blob.core.windows.net.evil.example", addresses=("10.0.2.5",))),
    _flow_of("address-stale", "From inside, the name has a private address that is not the endpoint's.", TO,
        names("inside", "storage", _alias("storage"), addresses=("10.0.2.55",))),
    _flow_of("address-of-another-endpoint", "From inside, the name has another endpoint's address.", TO,
        names("inside", "openai", _alias("openai"), addresses=("10.0.2.7",))),
    _flow_of("address-and-a-public-one", "From inside, the name has the right address and a public one.", TO,
        names("inside", "key_vault", _alias("key_vault"), addresses=("10.0.2.8", STRANGERS_ADDRESS))),
    _flow_of("address-and-an-ipv6-one", "From inside, the name has a public IPv6 address as well.", TO,
        names("inside", "sql", _alias("sql"), addresses=("10.0.2.4", "2603:1030::4"))),
    _flow_of("address-missing", "From inside, the name exists without an address.", TO, names("inside", "sql", _alias("sql"), addresses=())),
)  # fmt: skip

_INSIDE = (
    *(_flow_of(f"{_told(service)}-refused-inside", f"From inside, {service} refuses connections.", OPENS, connects_inside(service, Connection("refused")))
      for service in KEYS),
    _flow_of("dropped-inside", "From inside, packets are dropped.", OPENS, connects_inside("sql", Connection("timed out"))),
    _flow_of("unreachable-inside", "From inside, there is no route.", OPENS, connects_inside("key_vault", Connection("unreachable"))),
    _flow_of("certificate-of-another-name", "From inside, the certificate is for another name.", OPENS,
        connects_inside("storage", Connection("open", tls_failure="Hostname mismatch, certificate is not valid"))),
    _flow_of("certificate-expired", "From inside, the certificate has expired.", OPENS,
        connects_inside("openai", Connection("open", tls_failure="certificate has expired"))),
    _flow_of("certificate-of-a-stranger", "From inside, nobody known has signed the certificate.", OPENS,
        connects_inside("key_vault", Connection("open", tls_failure="self-signed certificate"))),
    _flow_of("silent-inside", "From inside, the connection opens and TLS does not.", OPENS,
        connects_inside("document_intelligence", Connection("open", tls_failure="TimeoutError"))),
)  # fmt: skip

_OUTSIDE = (
    *(_flow_of(f"{_told(service)}-open-outside", f"From outside, {service} answers.", CLOSED,
          connects_outside(service, Connection("open", http_status=HTTPStatus.OK, http_body="{}"))) for service in TALKERS),
    *(_flow_of(f"{_told(service)}-asks-for-sign-in-outside", f"From outside, {service} asks for a sign-in instead of refusing.", CLOSED,
          _anonymous(service)) for service in ("storage", "openai", "document_intelligence")),
    _flow_of("vault-challenges-outside", "From outside, the vault challenges instead of refusing.", CLOSED,
        connects_outside("key_vault", Connection("open", http_status=HTTPStatus.UNAUTHORIZED, http_body='{"error":{"code":"Unauthorized"}}'))),
    _flow_of("forbidden-for-another-reason", "From outside, a 403 is about rights, not about the network.", CLOSED,
        connects_outside("storage", Connection("open", http_status=HTTPStatus.FORBIDDEN, http_body="AuthorizationPermissionMismatch"))),
    _flow_of("forbidden-without-a-word", "From outside, a 403 gives no reason.", CLOSED,
        connects_outside("openai", Connection("open", http_status=HTTPStatus.FORBIDDEN))),
    _flow_of("refusal-with-status-200", "From outside, a page that is served speaks of disabled access.", CLOSED,
        connects_outside("openai", Connection("open", http_status=HTTPStatus.OK, http_body="Public access is disabled."))),
    _flow_of("server-error-outside", "From outside, the service fails, having let the connection in.", CLOSED,
        connects_outside("document_intelligence", Connection("open", http_status=HTTPStatus.INTERNAL_SERVER_ERROR, http_body="error"))),
    _flow_of("second-address-open-outside", "From outside, the name has a second address, which answers.", CLOSED,
        lambda world: _second_address(world)),
)  # fmt: skip


def _second_address(world: World) -> None:
    world.outside_name("key_vault").addresses.append(STRANGERS_ADDRESS)
    world.outside.connections[f"{STRANGERS_ADDRESS}:443"] = Connection(
        "open", http_status=HTTPStatus.UNAUTHORIZED, http_body="{}"
    )


_FLOW_VIOLATIONS = (*_NAMES, *_INSIDE, *_OUTSIDE)

VIOLATIONS = (*_ACCESS_VIOLATIONS, *_FLOW_VIOLATIONS)
