"""Harmless changes of the kinds that Azure itself brings: untidy, and nothing that a requirement is about."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from collections.abc import Callable, Mapping

from falsification.azure.changes import SHARED, Harmless, adds, all_of, appends, at, drops, edits, filled, sets
from falsification.azure.shapes import ENDPOINTS_GROUP, RULES, denies, deny
from falsification.azure.violations.sec_defender_and_strangers import alert
from falsification.azure.violations.sec_network import APP, INGRESS, NETWORK
from falsification.azure.violations.sec_private_link import ENDPOINTS, NAMES, OWN, RECORDS, SERVICES, ZONES
from falsification.azure.violations.sec_public_networks import FIREWALLED
from falsification.azure.violations.sec_public_networks import RULES as ACLS
from falsification.azure.violations.second_doors import (
    BYPASS,
    ELSEWHERE,
    INFRASTRUCTURE,
    MAPPINGS,
    REGISTRY,
    foreign_connection,
    record_set,
    sql_subnet_rule,
    subnet_rule,
    suppression,
)
from falsification.azure.world import Change, World

STRANGER = f"{SHARED}/providers/Microsoft.Network/privateEndpoints/pe-stranger"
OWN_SUBNET = (
    "{resource_group_id}/providers/Microsoft.Network/virtualNetworks/vnet-apex-{environment}/subnets/snet-containerapps"
)
ACTION_GROUP = f"{SHARED}/providers/Microsoft.Insights/actionGroups/ag-others"
EVERYONE = "00000000-0000-0000-0000-000000000000"


def _interfaces(edit: Callable[[dict[str, object]], object]) -> Change:
    """Return the change that edits what every interface's address tells of the private link."""

    def change(world: World) -> None:
        for resource in world.azure.resources.values():
            if "/networkInterfaces/" in resource["id"]:
                for configuration in resource["properties"]["ipConfigurations"]:
                    edit(configuration["properties"])

    return change


def _old_connection(service: str, *, first: bool) -> Change:
    """Return the change that leaves an old, Disconnected connection of the same endpoint in a service's list."""

    def change(world: World) -> None:
        service_values = world.azure.find(SERVICES[service])
        own = at(service_values, OWN)
        assert isinstance(own, list)
        endpoint = own[0]["properties"]["privateEndpoint"]["id"]
        old = filled(world.azure, foreign_connection(endpoint, "Disconnected"))
        own.insert(0 if first else len(own), old)

    return change


def _processing(name: str, *actions: Mapping[str, object], **properties: object) -> Change:
    """Return the change that adds an alert processing rule."""
    rule_id = f"{{resource_group_id}}/providers/Microsoft.AlertsManagement/actionRules/{name}"
    everything = {"scopes": ["/subscriptions/{subscription_id}"], "actions": list(actions), "enabled": True}
    return adds({"id": rule_id, "location": "Global", "properties": {**everything, **properties}})


def _log_rule(name: str, criterion: dict[str, object], **properties: object) -> Change:
    """Return the change that adds a rule on a log query beside the demanded ones."""
    rule_id = f"{{resource_group_id}}/providers/Microsoft.Insights/scheduledQueryRules/{name}"
    common = {
        "enabled": True,
        "scopes": ["{resource_group_id}"],
        "criteria": {"allOf": [criterion]},
        "provisioningState": "Succeeded",
    }
    return adds(
        {
            "id": rule_id,
            "location": "{location}",
            "kind": properties.pop("kind", "LogAlert"),
            "properties": {**common, **properties},
        }
    )


def _stack(world: World) -> None:
    """Let a deployment stack deny everybody all actions but those that read."""
    denies("{resource_group_id}", actions=("*",), principal=EVERYONE, kind="SystemDefined")(world)
    planted = (
        resource
        for resource in world.azure.resources.values()
        if resource.get("properties", {}).get("denyAssignmentName") == "Planted"
    )
    next(planted)["properties"]["permissions"][0]["notActions"] = ["*/read", "*/register/action", "Microsoft.Storage/*"]


_ADD: dict[str, object] = {"actionType": "AddActionGroups", "actionGroupIds": [ACTION_GROUP]}
_REMOVE: dict[str, object] = {"actionType": "RemoveAllActionGroups"}

_CONNECTIONS = (
    *(Harmless(f"{service}-old-connection-{'first' if first else 'last'}", f"{service} still lists an old, Disconnected connection of its endpoint.",
               _old_connection(service, first=first)) for service in SERVICES for first in (True, False)),
    *(Harmless(f"{service}-stranger-{status.lower()}", f"{service} lists a stranger's endpoint as {status}.",
               appends(SERVICES[service], OWN, foreign_connection(STRANGER, status))) for service in SERVICES for status in ("Pending", "Disconnected")),
    Harmless("members-told", "Every interface tells which member each address is of.",
             _interfaces(lambda resource: resource.update({"privateLinkConnectionProperties": {"groupId": "x", "requiredMemberName": "default", "fqdns": ["a.example"]}}))),
    Harmless("members-untold", "No interface tells of members.", _interfaces(lambda resource: resource.pop("privateLinkConnectionProperties", None))),
    Harmless("members-without-hosts", "No interface tells its hosts.",
             _interfaces(lambda resource: resource.update({"privateLinkConnectionProperties": {"groupId": "", "requiredMemberName": "", "fqdns": []}}))),
    Harmless("endpoint-in-application-groups", "An endpoint is a member of an application security group.",
             sets(ENDPOINTS["sql"], "properties.applicationSecurityGroups", [{"id": f"{SHARED}/providers/Microsoft.Network/applicationSecurityGroups/a"}])),
)  # fmt: skip

_ZONES = (
    *(Harmless(f"{service}-zone-has-a-private-ipv6-address", f"The zone of {service} holds a private IPv6 address of another name.",
               record_set(service, "AAAA", "other", aaaaRecords=[{"ipv6Address": "fd00::5"}])) for service in ZONES),
    *(Harmless(f"{service}-zone-has-an-alias", f"The zone of {service} holds an alias within itself.",
               record_set(service, "CNAME", "other", cnameRecord={"cname": f"{NAMES[service][1]}.{NAMES[service][0]}."})) for service in ZONES),
    *(Harmless(f"{service}-zone-has-its-start", f"The zone of {service} lists its start of authority.",
               record_set(service, "SOA", "@", soaRecord={"email": "azureprivatedns-host.microsoft.com", "host": "azureprivatedns.net", "serialNumber": 1}))
      for service in ZONES),
    Harmless("zone-has-a-text", "A zone holds a text record.", record_set("sql", "TXT", "note", txtRecords=[{"value": ["203.0.113.7"]}])),
    Harmless("zone-has-a-mail-record", "A zone holds a mail record.", record_set("sql", "MX", "@", mxRecords=[{"exchange": "mail.example.com", "preference": 10}])),
    Harmless("record-in-other-metadata", "A record has metadata.", sets(RECORDS["sql"], "properties.metadata", {"creator": "created by private endpoint"})),
)  # fmt: skip

_DOORS = (
    *(Harmless(f"{service}-bypass-none-in-{name}", f"{service} spells None in another casing.", sets(FIREWALLED[service], BYPASS, value))
      for service in ("storage", "key-vault") for name, value in (("lower-case", "none"), ("capitals", "NONE"))),
    *(Harmless(f"{service}-bypass-none-said", f"{service} says that nothing passes.", sets(FIREWALLED[service], BYPASS, "None")) for service in ("openai", "document-intelligence")),
    *(Harmless(f"{service}-lets-in-its-own-network", f"A rule of {service} names a subnet of the deployment's own network.",
               appends(reference, f"{ACLS}.virtualNetworkRules", subnet_rule(OWN_SUBNET))) for service, reference in FIREWALLED.items()),
    Harmless("sql-lets-in-its-own-network", "A rule of the SQL server names a subnet of the deployment's own network.", sql_subnet_rule(OWN_SUBNET)),
    *(Harmless(f"storage-resource-rules-{name}", "The storage account has no resource rules, in another form.", sets(SERVICES["storage"], f"{ACLS}.resourceAccessRules", value))
      for name, value in (("null", None), ("empty", []))),
    *(Harmless(f"further-ports-{name}", f"The application's further ports: {name}.", sets(APP, MAPPINGS, value))
      for name, value in (("null", None), ("empty", []), ("internal", [{"external": False, "targetPort": 9090}]), ("untold", [{"targetPort": 9090, "exposedPort": 5432}]))),
    Harmless("ingress-traffic-latest", "Traffic goes to the latest revision, by that word.", sets(APP, f"{INGRESS}.stickySessions", {"affinity": "none"})),
    Harmless("registry-private", "The registry is not public, though it may be.", sets(REGISTRY, "properties.publicNetworkAccess", "Disabled")),
    Harmless("registry-anonymous-untold", "The registry does not tell of anonymous pulls.", drops(REGISTRY, "properties.anonymousPullEnabled")),
    Harmless("unreadable-rule-behind", "A rule that denies a source that cannot be read stands where no packet reaches it.",
             all_of(appends(ENDPOINTS_GROUP, RULES, deny("All", 3900, "*", protocol="*")), appends(ENDPOINTS_GROUP, RULES, deny("Odd", 4000, "789", protocol="*")))),
    Harmless("subnet-with-service-endpoints", "A subnet has service endpoints.",
             edits(NETWORK, lambda resource: resource["properties"]["subnets"][0]["properties"].update({"serviceEndpoints": [{"service": "Microsoft.Storage"}]}))),
    Harmless("stack-denies-all-but-reading", "A deployment stack denies everybody all actions but those that read; data actions are not denied.",
             _stack),
)  # fmt: skip

_WATCH = (
    Harmless("suppression-rule-off", "A rule that dismisses alerts is off.", suppression("off", "Disabled", alertType="*")),
    *(Harmless(f"alert-in-another-infrastructure-{severity.lower()}", f"A {severity} alert is about another environment's infrastructure.",
               alert(severity, about=f"{INFRASTRUCTURE}x/providers/Microsoft.Network/loadBalancers/lb", group=f"{INFRASTRUCTURE}x")) for severity in ("High", "Medium")),
    Harmless("alert-mild-in-the-infrastructure", "A Low alert is about the environment's infrastructure.",
             alert("Low", about=f"{INFRASTRUCTURE}/providers/Microsoft.Network/loadBalancers/lb", group=INFRASTRUCTURE)),
    Harmless("alert-resolved-in-the-infrastructure", "A resolved alert is about the environment's infrastructure.",
             alert("High", "Resolved", about=f"{INFRASTRUCTURE}/providers/Microsoft.Network/loadBalancers/lb", group=INFRASTRUCTURE)),
    Harmless("alert-in-another-subscription", "A High alert is about a resource of another subscription.", alert(about=f"{ELSEWHERE}/providers/Microsoft.KeyVault/vaults/v")),
    Harmless("processing-rule-adds", "A processing rule adds a further action group to every alert.", _processing("adds", _ADD)),
    Harmless("processing-rule-adds-none", "A processing rule adds no action group.", _processing("none", {"actionType": "AddActionGroups", "actionGroupIds": []})),
    Harmless("processing-rule-off", "A processing rule that removes all action groups is off.", _processing("off", _REMOVE, enabled=False)),
    Harmless("processing-rule-of-another-group", "A processing rule removes the action groups of another resource group's alerts.", _processing("others", _REMOVE, scopes=[SHARED])),
    Harmless("processing-rule-at-times", "A processing rule removes all action groups during a maintenance window.",
             _processing("window", _REMOVE, schedule={"effectiveFrom": "2026-01-01T00:00:00", "timeZone": "UTC"})),
    Harmless("processing-rule-on-condition", "A processing rule removes all action groups of verbose alerts.",
             _processing("verbose", _REMOVE, conditions=[{"field": "Severity", "operator": "Equals", "values": ["Sev4"]}])),
    Harmless("log-rule-to-metric", "A log rule makes a metric, and has no threshold.", _log_rule("metric", {"query": "Heartbeat", "metricMeasureColumn": "x"}, kind="LogToMetric")),
    Harmless("log-rule-without-threshold", "A log rule of another purpose has no threshold.", _log_rule("odd", {"query": "Heartbeat | count", "timeAggregation": "Count"})),
    Harmless("log-rule-without-query", "A log rule of another purpose has no query.", _log_rule("bare", {"operator": "GreaterThan", "threshold": 1, "timeAggregation": "Count"})),
)  # fmt: skip

UNTIDY = (*_CONNECTIONS, *_ZONES, *_DOORS, *_WATCH)
