"""Ways into a service beside the one field that says whether it is public; each kind of door tried on every service."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line; addresses are data, nothing binds them)

from __future__ import annotations

from falsification.azure.changes import SHARED, Violation, adds, all_of, appends, drops, sets
from falsification.azure.violations.sec_defender_and_strangers import alert
from falsification.azure.violations.sec_network import APP, INGRESS
from falsification.azure.violations.sec_private_link import ENDPOINTS, NAMES, OWN, SERVICES, ZONES
from falsification.azure.violations.sec_public_networks import FIREWALLED, RULES
from falsification.azure.world import Change

TRUSTED = "test_no_trusted_service_passes"
NETWORK = "test_no_other_network_is_let_in"
RESOURCE = "test_no_other_resource_is_let_in"
STRANGER = "test_no_other_endpoint_is_approved"
PORT = "test_no_further_port_is_external"
PULLED = "test_registry_asks_who_pulls"
UNJUDGED = "test_registry_is_not_public"
PUBLIC = "test_no_public_address_exists"
PRIVATE = "test_zone_has_only_private_addresses"
RECORDED = "test_record_is_the_endpoints_address"
UNSEEN = "test_no_alert_is_dismissed_unseen"
ALERT = "test_no_severe_alert_is_open"

ELSEWHERE = "/subscriptions/55555555-5555-4555-8555-555555555555/resourceGroups/hub"
BYPASS = f"{RULES}.bypass"
SUBNETS = {
    "of-the-hub": f"{SHARED}/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jump",
    "of-another-subscription": f"{ELSEWHERE}/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/jump",
    "of-a-network-of-similar-name": "{resource_group_id}/providers/Microsoft.Network/virtualNetworks/vnet-apex-{environment}2/subnets/a",
}
"""Subnets that are not of the deployment's network."""
REGISTRY = "registries/apexacr"
MAPPINGS = f"{INGRESS}.additionalPortMappings"
INFRASTRUCTURE = (
    "/subscriptions/{subscription_id}/resourceGroups/ME_cae-apex-{environment}_apex-rg-{environment}_{location}"
)


def subnet_rule(subnet: str | None) -> dict[str, object]:
    """Return a rule of a service that lets a subnet in; None for one that names none."""
    return {"action": "Allow", "state": "Succeeded", **({"id": subnet} if subnet else {})}


def sql_subnet_rule(subnet: str) -> Change:
    """Return the change that lets a subnet in at the SQL server."""
    rule_id = f"{{resource_group_id}}/providers/{SERVICES['sql']}/virtualNetworkRules/jump"
    return adds({"id": rule_id, "properties": {"virtualNetworkSubnetId": subnet, "state": "Ready"}})


def network_resource(kind: str, name: str, **properties: object) -> Change:
    """Return the change that adds a network resource to the group."""
    resource_id = f"{{resource_group_id}}/providers/Microsoft.Network/{kind}/{name}"
    return adds(
        {"id": resource_id, "location": "{location}", "properties": {"provisioningState": "Succeeded", **properties}}
    )


def foreign_connection(endpoint: str | None, status: str) -> dict[str, object]:
    """Return an endpoint's connection in a service's own list."""
    properties: dict[str, object] = {
        "privateLinkServiceConnectionState": {"status": status},
        "provisioningState": "Succeeded",
    }
    return {
        "id": f"{endpoint or 'none'}/c",
        "properties": {**properties, **({"privateEndpoint": {"id": endpoint}} if endpoint else {})},
    }


def record_set(service: str, kind: str, name: str, **properties: object) -> Change:
    """Return the change that adds a record set of a kind to a service's zone."""
    zone = f"{{resource_group_id}}/providers/Microsoft.Network/{ZONES[service]}"
    return adds({"id": f"{zone}/{kind}/{name}", "name": name, "type": f"Microsoft.Network/privateDnsZones/{kind}",
                 "properties": {"ttl": 300, "fqdn": f"{name}.{NAMES[service][0]}.", **properties}})  # fmt: skip


def suppression(name: str, state: str, **properties: object) -> Change:
    """Return the change that adds a rule which dismisses alerts."""
    rule_id = f"/subscriptions/{{subscription_id}}/providers/Microsoft.Security/alertsSuppressionRules/{name}"
    return adds({"id": rule_id, "properties": {"state": state, "reason": "FalsePositive", **properties}})


def _strangers(service: str) -> dict[str, str | None]:
    return {
        "of-another-group": f"{SHARED}/providers/Microsoft.Network/privateEndpoints/pe-stranger",
        "of-another-tenant": f"{ELSEWHERE}/providers/Microsoft.Network/privateEndpoints/{ENDPOINTS[service].rsplit('/', 1)[-1]}",
        "unnamed": None,
    }


_TRUSTED = tuple(
    Violation(f"{service}-bypass-{name}", f"{service} lets {value} pass its network rules.", sets(reference, BYPASS, value), ("SEC-06",), TRUSTED)
    for service, reference in FIREWALLED.items()
    for name, value in {"trusted": "AzureServices", "in-lower-case": "azureservices", "logging": "Logging", "several": "Logging, Metrics, AzureServices"}.items()
) + tuple(
    Violation(f"{service}-bypass-{name}", f"{service} does not say what passes, which means Azure's services.", change, ("SEC-06",), TRUSTED)
    for service in ("storage", "key-vault")
    for name, change in {"absent": drops(SERVICES[service], BYPASS), "null": sets(SERVICES[service], BYPASS, None)}.items()
)  # fmt: skip

_NETWORKS = (
    *(Violation(f"{service}-lets-in-a-subnet-{where}", f"A rule of {service} lets in a subnet {where.replace('-', ' ')}.",
                appends(reference, f"{RULES}.virtualNetworkRules", subnet_rule(subnet)), ("SEC-06",), NETWORK)
      for service, reference in FIREWALLED.items() for where, subnet in SUBNETS.items()),
    *(Violation(f"{service}-lets-in-a-subnet-unnamed", f"A rule of {service} lets in a subnet that it does not name.",
                appends(reference, f"{RULES}.virtualNetworkRules", subnet_rule(None)), ("SEC-06",), NETWORK)
      for service, reference in FIREWALLED.items()),
    *(Violation(f"sql-lets-in-a-subnet-{where}", f"A rule of the SQL server lets in a subnet {where.replace('-', ' ')}.",
                sql_subnet_rule(subnet), ("SEC-06",), NETWORK) for where, subnet in SUBNETS.items()),
    *(Violation(f"storage-lets-in-{name}", f"The storage account lets in {what} by its id.",
                appends(SERVICES["storage"], f"{RULES}.resourceAccessRules", {"tenantId": "{tenant_id}", **rule}), ("SEC-06",), RESOURCE)
      for name, what, rule in (
          ("a-workspace", "a workspace", {"resourceId": f"{SHARED}/providers/Microsoft.Synapse/workspaces/syn"}),
          ("every-workspace", "every workspace of a subscription", {"resourceId": "/subscriptions/{subscription_id}/providers/Microsoft.Synapse/workspaces/*"}),
          ("another-tenants-resource", "another tenant's resource", {"resourceId": f"{ELSEWHERE}/providers/Microsoft.DataFactory/factories/f"}),
          ("an-unnamed-resource", "a resource that is not named", {}))),
)  # fmt: skip

_ADDRESSES = tuple(
    Violation(name, wrong, change, ("SEC-06",), PUBLIC)
    for name, wrong, change in (
        ("public-prefix", "A public IP prefix stands in the group.", network_resource("publicIPPrefixes", "ippre", ipPrefix="203.0.113.32/28")),
        ("public-prefix-not-yet-given", "A public IP prefix that has no numbers yet stands in the group.", network_resource("publicIPPrefixes", "ippre")),
        ("nat-gateway", "A NAT gateway stands in the group.", network_resource("natGateways", "ng")),
        ("address-of-a-gateway", "A NAT gateway's address stands in the group.",
         network_resource("publicIPAddresses", "pip-ng", ipAddress="203.0.113.9", natGateway={"id": f"{SHARED}/providers/Microsoft.Network/natGateways/ng"})),
        ("address-of-an-interface", "The address of a machine's interface stands in the group.",
         network_resource("publicIPAddresses", "pip-vm", ipAddress="203.0.113.8", ipConfiguration={"id": f"{SHARED}/providers/Microsoft.Network/networkInterfaces/n/ipConfigurations/i"})),
        ("address-of-version-six", "A public IPv6 address stands in the group.", network_resource("publicIPAddresses", "pip-6", ipAddress="2001:db8::7", publicIPAddressVersion="IPv6")),
    )
)  # fmt: skip

_ENDPOINTS = tuple(
    Violation(f"{service}-approves-a-stranger-{where}", f"{service} has approved an endpoint {where.replace('-', ' ')}.",
              appends(SERVICES[service], OWN, foreign_connection(endpoint, status)), ("SEC-03",), STRANGER)
    for service in SERVICES
    for (where, endpoint), status in zip(_strangers(service).items(), ("Approved", "approved", "APPROVED"), strict=True)
)  # fmt: skip

_RECORDS = (
    *(Violation(f"{service}-zone-has-a-public-ipv6-address", f"The zone of {service} holds a public IPv6 address.",
                record_set(service, "AAAA", "other", aaaaRecords=[{"ipv6Address": "2001:db8::5"}]), ("SEC-04",), PRIVATE) for service in ZONES),
    *(Violation(f"{service}-zone-leads-out-{where}", f"An alias in the zone of {service} leads {where}.",
                record_set(service, "CNAME", "www", cnameRecord={"cname": target}), ("SEC-04",), PRIVATE)
      for service in ZONES for where, target in (("to-the-internet", "x.example.com."), ("to-a-zone-of-similar-name", f"x.not{NAMES[service][0]}"))),
    *(Violation(f"{service}-has-an-ipv6-address-too", f"The name of {service} has an IPv6 address beside its endpoint's.",
                record_set(service, "AAAA", name, aaaaRecords=[{"ipv6Address": "fd00::5"}]), ("SEC-04",), RECORDED)
      for service, (_, name) in NAMES.items()),
)  # fmt: skip

_OTHERS = (
    *(Violation(f"external-port-{name}", f"A further port of the application is external: {name}.", sets(APP, MAPPINGS, mappings), ("SEC-05",), PORT)
      for name, mappings in (
          ("plain", [{"external": True, "targetPort": 8080}]),
          ("exposed", [{"external": True, "targetPort": 8080, "exposedPort": 5432}]),
          ("second-of-two", [{"external": False, "targetPort": 9090}, {"external": True, "targetPort": 9091}]),
          ("without-a-number", [{"external": True}]))),
    *(Violation(f"registry-{name}", wrong, change, ("SEC-06",), PULLED)
      for name, wrong, change in (
          ("administrator", "The registry's administrator signs in by password.", sets(REGISTRY, "properties.adminUserEnabled", True)),
          ("administrator-untold", "The registry does not tell whether its administrator is on.", drops(REGISTRY, "properties.adminUserEnabled")),
          ("anonymous", "Anybody pulls images from the registry.", sets(REGISTRY, "properties.anonymousPullEnabled", True)),
          ("administrator-and-anonymous", "The registry is open in both ways.",
           all_of(sets(REGISTRY, "properties.adminUserEnabled", True), sets(REGISTRY, "properties.anonymousPullEnabled", True))))),
    # The sandbox's file lets the registry be public: what is left to find is that there is none to judge.
    Violation("registry-nowhere", "There is no registry whose doors could be judged.", drops(REGISTRY), ("SEC-06",), UNJUDGED),
    *(Violation(f"sql-least-tls-is-{value.lower().replace('.', '-')}", f"The SQL server's least TLS version is the text {value}.",
                sets(SERVICES["sql"], "properties.minimalTlsVersion", value), ("SEC-06",), "test_modern_tls_is_required") for value in ("None", "1.0", "1.1")),
    *(Violation(f"alerts-dismissed-{name}", wrong, change, ("SEC-10",), UNSEEN)
      for name, wrong, change in (
          ("all", "A rule dismisses every alert.", suppression("all", "Enabled", alertType="*")),
          ("one-type", "A rule dismisses alerts of a type.", suppression("one", "Enabled", alertType="KV_OperationVolumeAnomaly")),
          ("until-later", "A rule dismisses alerts until next year.", suppression("later", "Enabled", alertType="*", expirationDateUtc="2099-01-01T00:00:00Z")),
          ("expired", "A rule that dismisses alerts is over, and still there.", suppression("over", "Expired", alertType="*")))),
    *(Violation(f"alert-in-the-infrastructure-{severity.lower()}", f"A {severity} alert is about the environment's infrastructure.",
                alert(severity, about=f"{INFRASTRUCTURE}/providers/Microsoft.Network/loadBalancers/capp-svc-lb", group=INFRASTRUCTURE), ("SEC-10",), ALERT)
      for severity in ("High", "Critical")),
)  # fmt: skip

VIOLATIONS = (*_TRUSTED, *_NETWORKS, *_ADDRESSES, *_ENDPOINTS, *_RECORDS, *_OTHERS)
