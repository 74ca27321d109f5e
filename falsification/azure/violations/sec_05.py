"""SEC-05: ways in which the application is not within the virtual network."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, Violation, all_of, copies, drops, moves, sets
from falsification.azure.world import Change

ENVIRONMENT = "managedEnvironments/cae-apex-{environment}"
APP = "containerApps/ca-apex-{environment}"
NETWORK = "properties.vnetConfiguration"
SUBNET = f"{NETWORK}.infrastructureSubnetId"
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


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("SEC-05", *others), check)


VIOLATIONS = (
    _of("environment-approves-a-stranger", "The environment has approved a private endpoint that nobody permits.", "test_no_stranger_is_let_in",
        sets(ENVIRONMENT, "properties.privateEndpointConnections", [{"id": "x", "properties": {
            "privateEndpoint": {"id": "{resource_group_id}/providers/Microsoft.Network/privateEndpoints/pe-stranger"},
            "privateLinkServiceConnectionState": {"status": "Approved"}}}])),
    _of("environment-missing", "The Container Apps environment does not exist.", INTERNAL, drops(ENVIRONMENT), "SEC-07"),
    _of("environment-in-another-group", "The environment is in another resource group.", INTERNAL, moves(ENVIRONMENT), "SEC-07"),
    _of("environment-of-similar-name", "Only an environment whose name begins with the declared one exists.", INTERNAL,
        all_of(copies(ENVIRONMENT, "cae-apex-{environment}", "cae-apex-{environment}-2"),
               drops("Microsoft.App/managedEnvironments/cae-apex-{environment}")), "SEC-11", "SEC-07"),
    _of("environment-failed", "The environment's last deployment failed.", INTERNAL, sets(ENVIRONMENT, "properties.provisioningState", "Failed")),
    _of("environment-without-state", "The answer does not say whether it was deployed.", INTERNAL, drops(ENVIRONMENT, "properties.provisioningState")),
    _of("environment-external", "The environment is not internal.", INTERNAL, sets(ENVIRONMENT, f"{NETWORK}.internal", False)),
    _of("environment-internal-absent", "The answer has no internal flag, which means external.", INTERNAL, drops(ENVIRONMENT, f"{NETWORK}.internal")),
    _of("environment-internal-null", "The internal flag is null.", INTERNAL, sets(ENVIRONMENT, f"{NETWORK}.internal", None)),
    _of("environment-without-network", "The environment is in no network of its own.", PLACED, sets(ENVIRONMENT, NETWORK, None)),
    _of("environment-internal-at-the-wrong-level", "The internal flag stands beside the network's configuration.", INTERNAL,
        all_of(drops(ENVIRONMENT, f"{NETWORK}.internal"), sets(ENVIRONMENT, "properties.internal", True))),
    _of("environment-in-the-endpoints-subnet", "The environment is in the endpoints' subnet.", PLACED,
        sets(ENVIRONMENT, SUBNET, f"{{resource_group_id}}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-privateendpoints")),
    _of("environment-in-another-network", "The environment is in a namesake subnet of another network.", PLACED,
        sets(ENVIRONMENT, SUBNET, f"{{resource_group_id}}/{_NETWORKS}/vnet-old/subnets/snet-containerapps")),
    _of("environment-in-a-namesake-network", "The environment is in a namesake network of another group.", PLACED,
        sets(ENVIRONMENT, SUBNET, f"{SHARED}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-containerapps")),
    _of("environment-subnet-absent", "The environment tells no subnet.", PLACED, drops(ENVIRONMENT, SUBNET)),
    _of("environment-subnet-null", "The environment's subnet is null.", PLACED, sets(ENVIRONMENT, SUBNET, None)),
    _of("environment-address-public", "The environment's address is public.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", "20.62.14.9")),
    _of("environment-address-absent", "The environment has no address.", ADDRESSED, drops(ENVIRONMENT, "properties.staticIp")),
    _of("environment-address-null", "The environment's address is null.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", None)),
    _of("environment-address-empty", "The environment's address is empty.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", "")),
    _of("environment-address-in-carrier-space", "The address is in the carriers' shared space.", ADDRESSED,
        sets(ENVIRONMENT, "properties.staticIp", "100.100.0.62")),
    _of("environment-address-ipv6", "The address is a public IPv6 address.", ADDRESSED, sets(ENVIRONMENT, "properties.staticIp", "2603:1030::62")),
    _of("environment-address-no-address", "A host name stands where the address should.", ADDRESSED,
        sets(ENVIRONMENT, "properties.staticIp", "10.0.0.62.example.com")),
    _of("environment-public-access-enabled", "Public network access to the environment is on.", CLOSED,
        sets(ENVIRONMENT, "properties.publicNetworkAccess", "Enabled")),
    _of("environment-public-access-in-capitals", "Public network access is on, in other casing.", CLOSED,
        sets(ENVIRONMENT, "properties.publicNetworkAccess", "ENABLED")),
    _of("environment-public-access-unknown", "Public network access has a value that Azure does not have yet.", CLOSED,
        sets(ENVIRONMENT, "properties.publicNetworkAccess", "SecuredByPerimeter")),
    _of("environment-external-and-silent", "The environment is not internal and tells nothing of public access.", CLOSED,
        all_of(sets(ENVIRONMENT, f"{NETWORK}.internal", False), drops(ENVIRONMENT, "properties.publicNetworkAccess"))),
    _of("application-missing", "The application does not exist.", RUNS, drops(APP), "SEC-07"),
    _of("application-in-another-group", "Only a namesake in another resource group exists.", RUNS, moves(APP), "SEC-07"),
    _of("application-failed", "The application's last deployment failed.", RUNS, sets(APP, "properties.provisioningState", "Failed")),
    _of("application-without-state", "The answer does not say whether it was deployed.", RUNS, drops(APP, "properties.provisioningState")),
    _of("application-in-another-environment", "The application runs in another environment.", RUNS,
        all_of(*(sets(APP, f"properties.{key}", f"{{resource_group_id}}/{_ENVIRONMENTS}/cae-public")
                 for key in ("managedEnvironmentId", "environmentId")))),
    _of("application-in-a-namesake-environment", "The application runs in a namesake environment of another group.", RUNS,
        all_of(*(sets(APP, f"properties.{key}", f"{SHARED}/{_ENVIRONMENTS}/cae-apex-{{environment}}")
                 for key in ("managedEnvironmentId", "environmentId")))),
    _of("application-in-two-environments", "The answer's two fields name two environments.", RUNS,
        sets(APP, "properties.environmentId", f"{{resource_group_id}}/{_ENVIRONMENTS}/cae-public")),
    _of("application-in-no-environment", "The application names no environment.", RUNS,
        all_of(drops(APP, "properties.managedEnvironmentId"), drops(APP, "properties.environmentId"))),
    _of("ingress-external", "The application's ingress is external.", INGRESSED, sets(APP, f"{INGRESS}.external", True)),
    _of("ingress-external-absent", "The ingress does not say whether it is external.", INGRESSED, drops(APP, f"{INGRESS}.external")),
    _of("ingress-external-null", "Whether the ingress is external is null.", INGRESSED, sets(APP, f"{INGRESS}.external", None)),
    _of("ingress-null", "The application has no ingress.", INGRESSED, sets(APP, INGRESS, None)),
    _of("plain-http-allowed", "The application is served over plain HTTP.", PLAIN, sets(APP, f"{INGRESS}.allowInsecure", True)),
    _of("plain-http-absent", "The answer does not tell about plain HTTP.", PLAIN, drops(APP, f"{INGRESS}.allowInsecure")),
    _of("plain-http-null", "Whether plain HTTP is allowed is null.", PLAIN, sets(APP, f"{INGRESS}.allowInsecure", None)),
    _of("plain-http-at-the-wrong-level", "The refusal of plain HTTP stands beside the ingress.", PLAIN,
        all_of(drops(APP, f"{INGRESS}.allowInsecure"), sets(APP, "properties.configuration.allowInsecure", False))),
)  # fmt: skip
