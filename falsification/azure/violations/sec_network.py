"""Violations of SEC-01, the virtual network, and of SEC-05, the application within it."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, MeantFor, all_of, appends, copies, drops, moves, sets

NETWORK = "virtualNetworks/vnet-apex-{environment}"
APPS = "properties.subnets[snet-containerapps]"
ENDPOINTS = "properties.subnets[snet-privateendpoints]"
SPACE = "properties.addressSpace.addressPrefixes"

PROVISIONED = "test_virtual_network_is_provisioned"
SPACED = "test_address_space_is_exactly_as_declared"
PREFIXED = "test_subnet_has_its_prefix"
DELEGATED = "test_subnet_is_delegated"
POLICIES = "test_endpoint_policies_are_as_declared"
LARGE = "test_container_apps_subnet_is_large_enough"


_of = MeantFor("SEC-01")


def _delegation(service: str | None, name: str = "delegation") -> dict[str, object]:
    properties = {} if service is None else {"serviceName": service}
    return {"name": name, "properties": {"provisioningState": "Succeeded", **properties}}


_WHOLE = (
    _of("network-missing", "The virtual network does not exist.", PROVISIONED, drops(NETWORK), "SEC-02"),
    _of("network-in-another-group", "Only a namesake in another resource group exists.", PROVISIONED, moves(NETWORK), "SEC-02"),
    _of("network-of-similar-name", "Only a network whose name begins with the declared one exists.", PROVISIONED,
        all_of(copies(NETWORK, "vnet-apex-{environment}", "vnet-apex-{environment}-2"),
               drops("Microsoft.Network/virtualNetworks/vnet-apex-{environment}")), "SEC-02", "SEC-11"),
    _of("network-deployment-failed", "The network's last deployment failed.", PROVISIONED,
        sets(NETWORK, "properties.provisioningState", "Failed")),
    _of("network-without-state", "The answer does not say whether the network was deployed.", PROVISIONED,
        drops(NETWORK, "properties.provisioningState")),
    _of("address-space-wider", "The address space is wider than declared.", SPACED, sets(NETWORK, SPACE, ["10.0.0.0/8"])),
    _of("address-space-narrower", "The address space is narrower than declared.", SPACED, sets(NETWORK, SPACE, ["10.0.0.0/17"])),
    _of("address-space-other", "The address space is another one.", SPACED, sets(NETWORK, SPACE, ["10.1.0.0/16"])),
    _of("address-space-extended", "A second prefix stands beside the declared one.", SPACED,
        appends(NETWORK, SPACE, "10.200.0.0/16")),
    _of("address-space-extended-by-ipv6", "An IPv6 prefix stands beside the declared one.", SPACED,
        appends(NETWORK, SPACE, "fd00:db8::/48")),
    _of("address-space-public", "The network also uses public addresses.", SPACED, appends(NETWORK, SPACE, "203.0.113.0/24")),
    _of("address-space-empty", "The list of prefixes is empty.", SPACED, sets(NETWORK, SPACE, [])),
    _of("address-space-null", "The list of prefixes is null.", SPACED, sets(NETWORK, SPACE, None)),
    _of("address-space-half", "Half of the declared space is split off and gone.", SPACED,
        sets(NETWORK, SPACE, ["10.0.0.0/18", "10.0.128.0/17"])),
)  # fmt: skip

_PREFIXES = (
    _of("apps-subnet-missing", "The application's subnet does not exist.", PREFIXED, drops(NETWORK, APPS), "SEC-02"),
    _of("endpoints-subnet-missing", "The endpoints' subnet does not exist.", PREFIXED, drops(NETWORK, ENDPOINTS), "SEC-02"),
    _of("subnets-gone", "The network has no subnets at all.", PREFIXED, sets(NETWORK, "properties.subnets", []), "SEC-02"),
    _of("apps-subnet-renamed", "The application's subnet has another name.", PREFIXED,
        all_of(sets(NETWORK, f"{APPS}.id", "{resource_group_id}/providers/Microsoft.Network/virtualNetworks/"
                    "vnet-apex-{environment}/subnets/snet-container-apps"),
               sets(NETWORK, f"{APPS}.name", "snet-container-apps")), "SEC-02"),
    _of("subnet-in-another-network", "The endpoints' subnet is in another network of the group.", PREFIXED,
        all_of(copies(NETWORK, "vnet-apex-{environment}", "vnet-other-{environment}"),
               drops("Microsoft.Network/virtualNetworks/vnet-apex-{environment}", ENDPOINTS)), "SEC-02", "SEC-11"),
    _of("endpoints-prefix-other", "The endpoints' subnet has another prefix.", PREFIXED,
        sets(NETWORK, f"{ENDPOINTS}.properties.addressPrefix", "10.0.3.0/24")),
    _of("endpoints-prefix-wider", "The endpoints' subnet is wider than declared.", PREFIXED,
        sets(NETWORK, f"{ENDPOINTS}.properties.addressPrefix", "10.0.2.0/23")),
    _of("endpoints-prefix-narrower", "The endpoints' subnet is narrower than declared.", PREFIXED,
        sets(NETWORK, f"{ENDPOINTS}.properties.addressPrefix", "10.0.2.0/25")),
    _of("apps-prefix-shifted", "The application's subnet has the declared length elsewhere.", PREFIXED,
        sets(NETWORK, f"{APPS}.properties.addressPrefix", "10.0.4.0/23")),
    _of("apps-prefix-in-plural-field-too", "A second prefix stands in the plural field.", PREFIXED,
        sets(NETWORK, f"{APPS}.properties.addressPrefixes", ["10.0.0.0/23", "10.0.8.0/23"])),
    _of("endpoints-prefixes-disagree", "The plural field names another prefix than the singular one.", PREFIXED,
        sets(NETWORK, f"{ENDPOINTS}.properties.addressPrefixes", ["10.0.9.0/24"])),
    _of("endpoints-prefix-absent", "The subnet has no prefix.", PREFIXED,
        drops(NETWORK, f"{ENDPOINTS}.properties.addressPrefix")),
    _of("apps-prefix-null", "The subnet's prefix is null.", PREFIXED, sets(NETWORK, f"{APPS}.properties.addressPrefix", None)),
    _of("apps-subnet-failed", "The subnet's last deployment failed.", PREFIXED,
        sets(NETWORK, f"{APPS}.properties.provisioningState", "Failed")),
    _of("endpoints-subnet-being-deleted", "The subnet is being deleted.", PREFIXED,
        sets(NETWORK, f"{ENDPOINTS}.properties.provisioningState", "Deleting")),
    _of("apps-subnet-too-small", "The application's subnet is smaller than Container Apps needs.", LARGE,
        sets(NETWORK, f"{APPS}.properties.addressPrefix", "10.0.0.0/28")),
    _of("apps-subnet-partly-too-small", "One of two prefixes is smaller than Container Apps needs.", LARGE,
        sets(NETWORK, f"{APPS}.properties.addressPrefixes", ["10.0.0.0/23", "10.0.8.0/29"])),
    _of("apps-subnet-size-unknown", "The application's subnet has no prefix to measure.", LARGE,
        drops(NETWORK, f"{APPS}.properties.addressPrefix")),
)  # fmt: skip

_SETTINGS = (
    _of("delegation-missing", "The application's subnet is not delegated.", DELEGATED,
        sets(NETWORK, f"{APPS}.properties.delegations", [])),
    _of("delegation-null", "The subnet's delegations are null.", DELEGATED,
        sets(NETWORK, f"{APPS}.properties.delegations", None)),
    _of("delegation-to-another-service", "The subnet is delegated to App Service.", DELEGATED,
        sets(NETWORK, f"{APPS}.properties.delegations", [_delegation("Microsoft.Web/serverFarms")])),
    _of("delegation-named-right-only", "The delegation has the right name and another service.", DELEGATED,
        sets(NETWORK, f"{APPS}.properties.delegations",
             [_delegation("Microsoft.ContainerInstance/containerGroups", "Microsoft.App/environments")])),
    _of("delegation-singular", "The delegation names the service in the singular.", DELEGATED,
        sets(NETWORK, f"{APPS}.properties.delegations", [_delegation("Microsoft.App/environment")])),
    _of("delegation-without-service", "The delegation names no service.", DELEGATED,
        sets(NETWORK, f"{APPS}.properties.delegations", [_delegation(None)])),
    _of("delegation-to-a-second-service", "The subnet is delegated to a second service as well.", DELEGATED,
        sets(NETWORK, f"{APPS}.properties.delegations",
             [_delegation("Microsoft.App/environments"), _delegation("Microsoft.Web/serverFarms", "web")])),
    _of("delegation-on-the-other-subnet", "The delegation is on the endpoints' subnet instead.", DELEGATED,
        all_of(sets(NETWORK, f"{APPS}.properties.delegations", []),
               sets(NETWORK, f"{ENDPOINTS}.properties.delegations", [_delegation("Microsoft.App/environments")]))),
    _of("delegation-on-the-network", "The delegation is written on the network instead of the subnet.", DELEGATED,
        all_of(sets(NETWORK, f"{APPS}.properties.delegations", []),
               sets(NETWORK, "properties.delegations", [_delegation("Microsoft.App/environments")]))),
    _of("endpoint-policies-enabled", "Network policies for private endpoints are on.", POLICIES,
        sets(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies", "Enabled")),
    _of("endpoint-policies-for-groups-only", "Network policies are on for security groups.", POLICIES,
        sets(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies", "NetworkSecurityGroupEnabled")),
    _of("endpoint-policies-absent", "The answer does not tell the policies.", POLICIES,
        drops(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies")),
    _of("endpoint-policies-null", "The policies are null.", POLICIES,
        sets(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies", None)),
    _of("endpoint-policies-on-the-wrong-level", "Only the network's own policies are as declared.", POLICIES,
        all_of(drops(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies"),
               sets(NETWORK, "properties.privateEndpointNetworkPolicies", "Disabled"))),
    _of("endpoint-policies-of-services-only", "Only the policies for private link services are off.", POLICIES,
        all_of(sets(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies", "Enabled"),
               sets(NETWORK, f"{ENDPOINTS}.properties.privateLinkServiceNetworkPolicies", "Disabled"))),
)  # fmt: skip

_NETWORK_VIOLATIONS = (*_WHOLE, *_PREFIXES, *_SETTINGS)


ENVIRONMENT = "managedEnvironments/cae-apex-{environment}"
APP = "containerApps/ca-apex-{environment}"
HOME = "properties.vnetConfiguration"
SUBNET = f"{HOME}.infrastructureSubnetId"
INGRESS = "properties.configuration.ingress"

INTERNAL = "test_environment_is_internal"
PLACED = "test_environment_is_in_its_subnet"
ADDRESSED = "test_environment_has_a_private_address"
CLOSED = "test_environment_refuses_public_networks"
RUNS = "test_application_runs_in_the_environment"
INGRESSED = "test_ingress_is_as_declared"
PLAIN = "test_plain_http_is_refused"

_NETWORKS = "providers/Microsoft.Network/virtualNetworks"
_ENVIRONMENTS = "providers/Microsoft.App/managedEnvironments"


_app_of = MeantFor("SEC-05")


_APP_VIOLATIONS = (
    _app_of("environment-approves-a-stranger", "The environment has approved a private endpoint that nobody permits.", "test_no_stranger_is_let_in",
        sets(ENVIRONMENT, "properties.privateEndpointConnections", [{"id": "x", "properties": {
            "privateEndpoint": {"id": "{resource_group_id}/providers/Microsoft.Network/privateEndpoints/pe-stranger"},
            "privateLinkServiceConnectionState": {"status": "Approved"}}}])),
    _app_of("environment-missing", "The Container Apps environment does not exist.", INTERNAL, drops(ENVIRONMENT), "SEC-07"),
    _app_of("environment-in-another-group", "The environment is in another resource group.", INTERNAL, moves(ENVIRONMENT), "SEC-07"),
    _app_of("environment-of-similar-name", "Only an environment whose name begins with the declared one exists.", INTERNAL,
        all_of(copies(ENVIRONMENT, "cae-apex-{environment}", "cae-apex-{environment}-2"),
               drops("Microsoft.App/managedEnvironments/cae-apex-{environment}")), "SEC-11", "SEC-07"),
    _app_of("environment-failed", "The environment's last deployment failed.", INTERNAL, sets(ENVIRONMENT, "properties.provisioningState", "Failed")),
    _app_of("environment-without-state", "The answer does not say whether it was deployed.", INTERNAL, drops(ENVIRONMENT, "properties.provisioningState")),
    _app_of("environment-external", "The environment is not internal.", INTERNAL, sets(ENVIRONMENT, f"{HOME}.internal", False)),
    _app_of("environment-internal-absent", "The answer has no internal flag, which means external.", INTERNAL, drops(ENVIRONMENT, f"{HOME}.internal")),
    _app_of("environment-internal-null", "The internal flag is null.", INTERNAL, sets(ENVIRONMENT, f"{HOME}.internal", None)),
    _app_of("environment-without-network", "The environment is in no network of its own.", PLACED, sets(ENVIRONMENT, HOME, None)),
    _app_of("environment-internal-at-the-wrong-level", "The internal flag stands beside the network's configuration.", INTERNAL,
        all_of(drops(ENVIRONMENT, f"{HOME}.internal"), sets(ENVIRONMENT, "properties.internal", True))),
    _app_of("environment-in-the-endpoints-subnet", "The environment is in the endpoints' subnet.", PLACED,
        sets(ENVIRONMENT, SUBNET, f"{{resource_group_id}}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-privateendpoints")),
    _app_of("environment-in-another-network", "The environment is in a namesake subnet of another network.", PLACED,
        sets(ENVIRONMENT, SUBNET, f"{{resource_group_id}}/{_NETWORKS}/vnet-old/subnets/snet-containerapps")),
    _app_of("environment-in-a-namesake-network", "The environment is in a namesake network of another group.", PLACED,
        sets(ENVIRONMENT, SUBNET, f"{SHARED}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-containerapps")),
    _app_of("environment-subnet-absent", "The environment tells no subnet.", PLACED, drops(ENVIRONMENT, SUBNET)),
    _app_of("environment-subnet-null", "The environment's subnet is null.", PLACED, sets(ENVIRONMENT, SUBNET, None)),
    _app_of("environment-address-public", "The environment's address is public.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", "20.62.14.9")),
    _app_of("environment-address-absent", "The environment has no address.", ADDRESSED, drops(ENVIRONMENT, "properties.staticIp")),
    _app_of("environment-address-null", "The environment's address is null.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", None)),
    _app_of("environment-address-empty", "The environment's address is empty.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", "")),
    _app_of("environment-address-in-carrier-space", "The address is in the carriers' shared space.", ADDRESSED,
        sets(ENVIRONMENT, "properties.staticIp", "100.100.0.62")),
    _app_of("environment-address-ipv6", "The address is a public IPv6 address.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", "2603:1030::62")),
    _app_of("environment-address-no-address", "A host name stands where the address should.", ADDRESSED,
        sets(ENVIRONMENT, "properties.staticIp", "10.0.0.62.example.com")),
    _app_of("environment-public-access-enabled", "Public network access to the environment is on.", CLOSED,
        sets(ENVIRONMENT, "properties.publicNetworkAccess", "Enabled")),
    _app_of("environment-public-access-in-capitals", "Public network access is on, in other casing.", CLOSED,
        sets(ENVIRONMENT, "properties.publicNetworkAccess", "ENABLED")),
    _app_of("environment-public-access-unknown", "Public network access has a value that Azure does not have yet.", CLOSED,
        sets(ENVIRONMENT, "properties.publicNetworkAccess", "SecuredByPerimeter")),
    _app_of("environment-external-and-silent", "The environment is not internal and tells nothing of public access.", CLOSED,
        all_of(sets(ENVIRONMENT, f"{HOME}.internal", False), drops(ENVIRONMENT, "properties.publicNetworkAccess"))),
    _app_of("application-missing", "The application does not exist.", RUNS, drops(APP), "SEC-07"),
    _app_of("application-in-another-group", "Only a namesake in another resource group exists.", RUNS, moves(APP), "SEC-07"),
    _app_of("application-failed", "The application's last deployment failed.", RUNS, sets(APP, "properties.provisioningState", "Failed")),
    _app_of("application-without-state", "The answer does not say whether it was deployed.", RUNS, drops(APP, "properties.provisioningState")),
    _app_of("application-in-another-environment", "The application runs in another environment.", RUNS,
        all_of(*(sets(APP, f"properties.{key}", f"{{resource_group_id}}/{_ENVIRONMENTS}/cae-public")
                 for key in ("managedEnvironmentId", "environmentId")))),
    _app_of("application-in-a-namesake-environment", "The application runs in a namesake environment of another group.", RUNS,
        all_of(*(sets(APP, f"properties.{key}", f"{SHARED}/{_ENVIRONMENTS}/cae-apex-{{environment}}")
                 for key in ("managedEnvironmentId", "environmentId")))),
    _app_of("application-in-two-environments", "The answer's two fields name two environments.", RUNS,
        sets(APP, "properties.environmentId", f"{{resource_group_id}}/{_ENVIRONMENTS}/cae-public")),
    _app_of("application-in-no-environment", "The application names no environment.", RUNS,
        all_of(drops(APP, "properties.managedEnvironmentId"), drops(APP, "properties.environmentId"))),
    _app_of("ingress-external", "The application's ingress is external.", INGRESSED, sets(APP, f"{INGRESS}.external", True)),
    _app_of("ingress-external-absent", "The ingress does not say whether it is external.", INGRESSED, drops(APP, f"{INGRESS}.external")),
    _app_of("ingress-external-null", "Whether the ingress is external is null.", INGRESSED, sets(APP, f"{INGRESS}.external", None)),
    _app_of("ingress-null", "The application has no ingress.", INGRESSED, sets(APP, INGRESS, None)),
    _app_of("plain-http-allowed", "The application is served over plain HTTP.", PLAIN, sets(APP, f"{INGRESS}.allowInsecure", True)),
    _app_of("plain-http-absent", "The answer does not tell about plain HTTP.", PLAIN, drops(APP, f"{INGRESS}.allowInsecure")),
    _app_of("plain-http-null", "Whether plain HTTP is allowed is null.", PLAIN, sets(APP, f"{INGRESS}.allowInsecure", None)),
    _app_of("plain-http-at-the-wrong-level", "The refusal of plain HTTP stands beside the ingress.", PLAIN,
        all_of(drops(APP, f"{INGRESS}.allowInsecure"), sets(APP, "properties.configuration.allowInsecure", False))),
)  # fmt: skip

VIOLATIONS = (*_NETWORK_VIOLATIONS, *_APP_VIOLATIONS)
