"""SEC-02: ways in which the network security groups let through what they must not, or stop what they must let through."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, MeantFor, Violation, all_of, appends, drops, edits, moves, sets
from falsification.azure.shapes import APPS_GROUP, ENDPOINTS_GROUP, RULES, allow, deny, rule
from falsification.azure.violations.sec_network import APPS, ENDPOINTS, NETWORK
from falsification.azure.world import Change

GUARDED = "test_subnet_is_guarded_by_its_group"
INTERNET = "test_nothing_enters_from_the_internet"
DENIED = "test_all_is_denied_explicitly"
PERMITTED = "test_nothing_undeclared_passes"
OPEN = "test_required_flow_is_open"

DENY_IN = f"{RULES}[DenyAllInbound]"
DENY_OUT = f"{RULES}[DenyAllOutbound]"
APP_IN = f"{RULES}[AllowContainerAppsInbound]"
APP_OUT = f"{RULES}[AllowPrivateEndpointsOutbound]"
CLOUD_OUT = f"{RULES}[AllowAzureCloudOutbound]"
GUARD = "properties.networkSecurityGroup"
GROUPS = "providers/Microsoft.Network/networkSecurityGroups"


_of = MeantFor("SEC-02")


def _enters(name: str, source: str | list[str], port: str = "443", **other: str | list[str]) -> Violation:
    wrong = f"A rule lets {source if isinstance(source, str) else ' and '.join(source)} in, at port {port}."
    return _of(
        f"lets-in-{name}",
        wrong,
        INTERNET,
        appends(ENDPOINTS_GROUP, RULES, allow("Mistake", 200, source, port=port, **other)),
    )


def _undeclared(name: str, group: str, wrong: str, *rules: dict[str, object]) -> Violation:
    return _of(f"undeclared-{name}", wrong, PERMITTED, all_of(*(appends(group, RULES, rule) for rule in rules)))


def _blocked(name: str, wrong: str, change: Change) -> Violation:
    return _of(f"required-flow-{name}", wrong, OPEN, change)


_ATTACHED = (
    _of("apps-subnet-unguarded", "The application's subnet has no security group.", GUARDED, drops(NETWORK, f"{APPS}.{GUARD}")),
    _of("endpoints-subnet-unguarded", "The endpoints' subnet has no security group.", GUARDED,
        drops(NETWORK, f"{ENDPOINTS}.{GUARD}")),
    _of("endpoints-subnet-guard-null", "The security group of the subnet is null.", GUARDED,
        sets(NETWORK, f"{ENDPOINTS}.{GUARD}", None)),
    _of("apps-subnet-guard-without-id", "The subnet's security group has no id.", GUARDED, sets(NETWORK, f"{APPS}.{GUARD}", {})),
    _of("guards-swapped", "Each subnet is guarded by the other one's group.", GUARDED,
        all_of(sets(NETWORK, f"{APPS}.{GUARD}.id", f"{{resource_group_id}}/{GROUPS}/nsg-privateendpoints-{{environment}}"),
               sets(NETWORK, f"{ENDPOINTS}.{GUARD}.id", f"{{resource_group_id}}/{GROUPS}/nsg-containerapps-{{environment}}"))),
    _of("guard-is-a-namesake", "The subnet is guarded by a namesake in another resource group.", GUARDED,
        sets(NETWORK, f"{APPS}.{GUARD}.id", f"{SHARED}/{GROUPS}/nsg-containerapps-{{environment}}")),
    _of("guard-of-similar-name", "The name of the subnet's group begins with the declared one.", GUARDED,
        sets(NETWORK, f"{ENDPOINTS}.{GUARD}.id", f"{{resource_group_id}}/{GROUPS}/nsg-privateendpoints-{{environment}}2")),
    _of("guard-on-interfaces-only", "The group is attached to an endpoint's interface, not to the subnet.", GUARDED,
        all_of(drops(NETWORK, f"{ENDPOINTS}.{GUARD}"),
               edits("networkInterfaces/pe-sql-apex-{environment}.nic.8f3ee528-cd08-5d1b-b6ef-d9d5090c4c7d",
                     lambda resource: resource["properties"].update({"networkSecurityGroup": {"id": "nsg-privateendpoints"}})))),
    _of("endpoints-group-missing", "The endpoints' security group does not exist.", INTERNET, drops(ENDPOINTS_GROUP)),
    _of("apps-group-in-another-group", "The application's security group is in another resource group.", INTERNET,
        moves(APPS_GROUP)),
    _of("endpoints-group-failed", "The security group's last deployment failed.", INTERNET,
        sets(ENDPOINTS_GROUP, "properties.provisioningState", "Failed")),
    _of("apps-group-without-state", "The answer does not say whether the group was deployed.", INTERNET,
        drops(APPS_GROUP, "properties.provisioningState")),
)  # fmt: skip

_ENTERING = (
    _enters("any-source", "*"),
    _enters("the-internet", "Internet"),
    _enters("the-internet-in-lower-case", "internet"),
    _enters("the-internet-in-upper-case", "INTERNET", port="22"),
    _enters("any-as-a-word", "Any"),
    _enters("all-ipv4", "0.0.0.0/0", port="3389"),
    _enters("all-ipv6", "::/0"),
    _enters("half-of-ipv4", "128.0.0.0/1"),
    _enters("both-halves-of-ipv4", ["0.0.0.0/1", "128.0.0.0/1"]),
    _enters("quarters-beside-a-private-prefix", ["10.0.0.0/23", "64.0.0.0/2"]),
    _enters("one-bad-among-good", ["10.0.0.0/23", "Internet"]),
    _enters("a-large-public-range", "20.0.0.0/6"),
    _enters("one-public-address", "203.0.113.7/32"),
    _enters("one-public-address-without-length", "203.0.113.7"),
    _enters("a-public-range-in-hyphens", "203.0.113.0-203.0.113.255"),
    _enters("a-public-ipv6-prefix", "2001:4860::/32"),
    _enters("azure-front-door", "AzureFrontDoor.Backend"),
    _enters("all-of-azure", "AzureCloud"),
    _enters("azure-of-one-region", "AzureCloud.westeurope"),
    _enters("app-service", "AppService"),
    _enters("udp", "Internet", port="53", protocol="Udp"),
    _enters("ping", "Internet", port="*", protocol="Icmp"),
    _enters("every-port-as-a-range", "Internet", port="0-65535", protocol="*"),
    _enters("a-port-range", "Internet", port="1400-1500"),
    _enters("to-one-address", "Internet", destination="10.0.2.4/32"),
    _enters("to-the-network-by-tag", "Internet", destination="VirtualNetwork"),
    _enters("in-other-casing", "Internet", access="ALLOW", direction="INBOUND", protocol="TCP"),
    _enters("with-both-fields-set", "Internet", sourceAddressPrefixes=["10.0.0.0/23"]),
    _of("lets-in-one-good-port-one-bad", "A rule's plural ports hold one bad port, open to the Internet.", INTERNET,
        appends(ENDPOINTS_GROUP, RULES, allow("Mistake", 200, "Internet", ports=["443", "3389"]))),
    _of("lets-in-just-before-the-denial", "The Internet is let in one priority before the denial.", INTERNET,
        appends(ENDPOINTS_GROUP, RULES, allow("Late", 4095, "Internet"))),
    _of("lets-in-before-a-denial", "A denial of the Internet stands behind the rule that lets it in.", INTERNET,
        all_of(appends(ENDPOINTS_GROUP, RULES, deny("DenyInternet", 300, "Internet")),
               appends(ENDPOINTS_GROUP, RULES, allow("Mistake", 200, "Internet")))),
    _of("lets-in-past-a-denial-of-half", "Half of the Internet is denied first, and then all of it is let in.", INTERNET,
        all_of(appends(ENDPOINTS_GROUP, RULES, deny("DenyHalf", 150, "0.0.0.0/1")),
               appends(ENDPOINTS_GROUP, RULES, allow("Mistake", 200, "*")))),
    _of("lets-in-past-a-denial-of-tcp", "Only TCP is denied before everything is let in.", INTERNET,
        all_of(appends(ENDPOINTS_GROUP, RULES, deny("DenyTcp", 150, "*", protocol="Tcp")),
               appends(ENDPOINTS_GROUP, RULES, allow("Mistake", 200, "*", protocol="*", port="*")))),
    _of("lets-in-by-two-rules", "Two rules let in one half of IPv4 each.", INTERNET,
        all_of(appends(ENDPOINTS_GROUP, RULES, allow("LowerHalf", 201, "0.0.0.0/1")),
               appends(ENDPOINTS_GROUP, RULES, allow("UpperHalf", 202, "128.0.0.0/1")))),
    _of("lets-in-at-the-apps-subnet", "The other group, the application's, lets the Internet in.", INTERNET,
        appends(APPS_GROUP, RULES, allow("Mistake", 500, "Internet", destination="10.0.0.0/23"))),
    _of("lets-in-by-a-default-rule", "The default rule that denied all allows all.", INTERNET,
        sets(APPS_GROUP, "properties.defaultSecurityRules[DenyAllInBound].properties.access", "Allow")),
    _of("lets-in-by-a-widened-rule", "The application's own rule was widened to any source.", INTERNET,
        sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefix", "*")),
)  # fmt: skip

_DENYING = (
    _of("denial-inbound-missing", "No own rule denies all that enters.", DENIED, drops(ENDPOINTS_GROUP, DENY_IN)),
    _of("denial-outbound-missing", "No own rule denies all that leaves.", DENIED, drops(APPS_GROUP, DENY_OUT)),
    _of("denial-rules-gone", "The group has none but the default rules.", DENIED, sets(ENDPOINTS_GROUP, RULES, [])),
    _of("denial-of-tcp-only", "The denial is of TCP only.", DENIED, sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.protocol", "Tcp")),
    _of("denial-of-the-internet-only", "The denial is of the Internet only.", DENIED,
        sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.sourceAddressPrefix", "Internet")),
    _of("denial-of-ipv4-only", "The denial forgets IPv6.", DENIED,
        sets(APPS_GROUP, f"{DENY_OUT}.properties.destinationAddressPrefix", "0.0.0.0/0")),
    _of("denial-of-some-ports", "The denial is of the well-known ports only.", DENIED,
        sets(APPS_GROUP, f"{DENY_OUT}.properties.destinationPortRange", "0-1023")),
    _of("denial-from-some-source-ports", "The denial is of ephemeral source ports only.", DENIED,
        sets(APPS_GROUP, f"{DENY_OUT}.properties.sourcePortRange", "1024-65535")),
    _of("denial-to-one-subnet", "The denial protects one address of the subnet only.", DENIED,
        sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.destinationAddressPrefix", "10.0.2.4/32")),
    _of("denial-in-the-other-direction", "The denial has the wrong direction.", DENIED,
        sets(APPS_GROUP, f"{DENY_OUT}.properties.direction", "Inbound")),
    _of("denial-that-allows", "The rule called a denial allows.", DENIED,
        sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.access", "Allow")),
    _of("denial-never-reached", "Everything is allowed before the denial, which is dead.", DENIED,
        appends(APPS_GROUP, RULES, rule("AllowAll", 3000, "Outbound", "Allow", protocol="*", port="*"))),
    _of("denial-on-the-wrong-group", "Only the other group has the denial.", DENIED,
        all_of(drops(ENDPOINTS_GROUP, DENY_IN), appends(APPS_GROUP, RULES, deny("DenyAllInbound", 4096, "*", protocol="*")))),
)  # fmt: skip

_PERMITTING = (
    _undeclared("from-the-whole-network", ENDPOINTS_GROUP, "The whole virtual network may enter.", allow("Wide", 200, "VirtualNetwork")),
    _undeclared("from-another-subnet", ENDPOINTS_GROUP, "Another subnet may enter.", allow("Other", 200, "10.0.3.0/24")),
    _undeclared("from-a-peered-network", ENDPOINTS_GROUP, "A peered network may enter.", allow("Peer", 200, "10.1.0.0/16")),
    _undeclared("from-on-premises", ENDPOINTS_GROUP, "A network on premises may enter.", allow("Office", 200, "192.168.0.0/16")),
    _undeclared("from-the-load-balancer", ENDPOINTS_GROUP, "The load balancer may enter.", allow("Probe", 200, "AzureLoadBalancer")),
    _undeclared("from-an-application-group", ENDPOINTS_GROUP, "An application security group may enter.",
        allow("Group", 200, "", sourceApplicationSecurityGroups=[
            {"id": "{resource_group_id}/providers/Microsoft.Network/applicationSecurityGroups/asg-jump"}])),
    _undeclared("from-a-wider-prefix", ENDPOINTS_GROUP, "The application's rule covers twice its subnet.",
        allow("Twice", 200, "10.0.0.0/22", port="*", protocol="*")),
    _undeclared("to-the-internet", APPS_GROUP, "The application may reach the Internet.",
        rule("Out", 200, "Outbound", "Allow", destination="Internet", port="443")),
    _undeclared("to-anywhere", APPS_GROUP, "The application may reach anything at port 443.",
        rule("Out", 200, "Outbound", "Allow", destination="*", port="443")),
    _undeclared("to-one-public-address", APPS_GROUP, "The application may reach a public address.",
        rule("Out", 200, "Outbound", "Allow", destination="203.0.113.9/32", port="443")),
    _undeclared("mail", APPS_GROUP, "The application may send mail.",
        rule("Mail", 200, "Outbound", "Allow", destination="AzureCloud", port="25")),
    _undeclared("udp-to-azure", APPS_GROUP, "The application may reach Azure by UDP.",
        rule("Udp", 200, "Outbound", "Allow", protocol="Udp", destination="AzureCloud", port="443")),
    _undeclared("to-another-subnet", APPS_GROUP, "The application may reach another subnet.",
        rule("Next", 200, "Outbound", "Allow", source="10.0.0.0/23", destination="10.0.3.0/24", port="443")),
    _of("undeclared-by-more-ports", "A permitted rule was given one more port.", PERMITTED,
        sets(APPS_GROUP, f"{CLOUD_OUT}.properties.destinationPortRanges", ["443", "80", "8080"])),
    _of("undeclared-by-the-singular-field", "A permitted rule has another port in the singular field.", PERMITTED,
        sets(APPS_GROUP, f"{CLOUD_OUT}.properties.destinationPortRange", "8443")),
    _of("undeclared-by-another-destination", "A permitted rule has another destination in the plural field.", PERMITTED,
        sets(APPS_GROUP, f"{APP_OUT}.properties.destinationAddressPrefixes", ["10.0.2.0/24", "10.0.9.0/24"])),
    _of("undeclared-by-default-rules", "Without a denial the default rules open the network and the Internet.", PERMITTED,
        drops(APPS_GROUP, DENY_OUT)),
)  # fmt: skip

_REQUIRED = (
    _blocked("inbound-missing", "No rule lets the application reach the endpoints.", drops(ENDPOINTS_GROUP, APP_IN)),
    _blocked("outbound-missing", "No rule lets the application leave for the endpoints.", drops(APPS_GROUP, APP_OUT)),
    _blocked("udp-only", "The flow is open for UDP only.", sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.protocol", "Udp")),
    _blocked("one-port-only", "The flow is open at 443 only.", sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.destinationPortRange", "443")),
    _blocked("wrong-port", "The flow is open at a mistyped port.",
             all_of(sets(APPS_GROUP, f"{APP_OUT}.properties.destinationPortRange", "443"),
                    sets(APPS_GROUP, f"{APP_OUT}.properties.destinationPortRanges", ["1434"]))),
    _blocked("half-of-the-subnet", "The flow is open for half of the application's subnet.",
             sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefix", "10.0.0.0/24")),
    _blocked("half-of-the-endpoints", "The flow is open to half of the endpoints' subnet.",
             sets(APPS_GROUP, f"{APP_OUT}.properties.destinationAddressPrefix", "10.0.2.0/25")),
    _blocked("shadowed", "A denial stands before the rule that opens the flow.",
             appends(ENDPOINTS_GROUP, RULES, deny("DenyFirst", 90, "10.0.0.0/23", protocol="*"))),
    _blocked("shadowed-by-tag", "A denial of the whole network by its tag stands before it.",
             appends(APPS_GROUP, RULES, rule("DenyNetwork", 50, "Outbound", "Deny", source="VirtualNetwork",
                                             destination="VirtualNetwork", port="*", protocol="*"))),
    _blocked("one-address-blocked", "One address of the application's subnet is denied before it.",
             appends(ENDPOINTS_GROUP, RULES, deny("DenyOne", 90, "10.0.0.7/32", port="443"))),
    _blocked("one-endpoint-blocked", "One endpoint is denied before it.",
             appends(APPS_GROUP, RULES, rule("DenySql", 90, "Outbound", "Deny", destination="10.0.2.4/32", port="1433"))),
    _blocked("order-swapped", "Allowing and denying have swapped their priorities.",
             all_of(sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.priority", 4096),
                    sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.priority", 100))),
    _blocked("in-the-other-direction", "The rule that opens the flow has the wrong direction.",
             sets(APPS_GROUP, f"{APP_OUT}.properties.direction", "Inbound")),
    _blocked("denied-by-its-own-rule", "The rule that should open the flow denies it.",
             sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.access", "Deny")),
    _blocked("from-the-wrong-subnet", "The rule that should open the flow names another subnet.",
             sets(APPS_GROUP, f"{APP_OUT}.properties.sourceAddressPrefix", "10.0.4.0/23")),
)  # fmt: skip

VIOLATIONS = (*_ATTACHED, *_ENTERING, *_DENYING, *_PERMITTING, *_REQUIRED)
