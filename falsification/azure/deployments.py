"""Deployments of other shapes than the guide's: what can be wrong with each, beside the guide's own catalogue.

The one that stands here has two networks with an environment each, behind Application Gateway and API Management.
"""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from collections.abc import Mapping

from assurance.world.sockets import Connection
from falsification.azure.changes import GROUP, Violation, adds, all_of, appends, connects_outside, drops, sets
from falsification.azure.one_network import EDGE, FRONTED, SMALLEST, SPOKE

NETWORK, JOBS_NETWORK = "virtualNetworks/vnet-apex-{environment}", "virtualNetworks/vnet-jobs-{environment}"
GATEWAY, MANAGEMENT = "applicationGateways/agw-apex-{environment}", "service/apim-apex-{environment}"
API = f"{MANAGEMENT}/apis/apex"
SECOND, JOB = "managedEnvironments/cae-jobs-{environment}", "jobs/job-cleanup-{environment}"
QUEUE, ACCOUNT = "privateEndpoints/pe-queue-apex-{environment}", "storageAccounts/stapex{environment}{suffix}"
QUEUE_ZONE = "privateDnsZones/privatelink.queue.core.windows.net"
PROTOCOLS = 'properties.customProperties."Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols'
SUBNETS = f"{GROUP}/providers/Microsoft.Network/{NETWORK}/subnets"
PEERING = "properties.virtualNetworkPeerings[0].properties"
LEADS, TLS, API_LEADS, API_TLS = (
    "test_application_gateway_leads_to_it",
    "test_application_gateway_asks_for_modern_tls",
    "test_api_management_leads_to_it",
    "test_api_management_asks_for_modern_tls",
)
PEERED, ALONE = "test_peering_is_as_declared", "test_no_other_peering_exists"
GUARD = "networkSecurityGroups/nsg-containerapps-{environment}"
RULE = "properties.securityRules[AllowGatewayInbound].properties"

_GATEWAYS = (
    Violation("gateway-missing", "The Application Gateway does not exist.", drops(GATEWAY), ("SEC-05",), LEADS),
    Violation("gateway-elsewhere", "The Application Gateway stands in another subnet.", sets(GATEWAY, "properties.gatewayIPConfigurations[0].properties.subnet.id", f"{SUBNETS}/snet-apim"), ("SEC-05",), LEADS),
    Violation("gateway-leads-elsewhere", "No backend of the gateway is the application.", sets(GATEWAY, "properties.backendAddressPools[0].properties.backendAddresses", [{"fqdn": "apex.example.com"}]), ("SEC-05",), LEADS),
    Violation("gateway-pool-empty", "The gateway's backend pool is empty.", sets(GATEWAY, "properties.backendAddressPools[0].properties.backendAddresses", []), ("SEC-05",), LEADS),
    Violation("gateway-plain-backend", "The gateway reaches the application over plain HTTP.", sets(GATEWAY, "properties.backendHttpSettingsCollection[0].properties.protocol", "Http"), ("SEC-05",), LEADS),
    Violation("gateway-plain-listener", "A listener serves plain HTTP.", sets(GATEWAY, "properties.httpListeners[https].properties.protocol", "Http"), ("SEC-05",), TLS),
    Violation("gateway-redirect-gone", "The rule of the plain listener serves instead of redirecting.", drops(GATEWAY, "properties.requestRoutingRules[to-https].properties.redirectConfiguration"), ("SEC-05",), TLS),
    Violation("gateway-old-tls", "The TLS policy accepts TLS 1.0.", sets(GATEWAY, "properties.sslPolicy.policyName", "AppGwSslPolicy20150501"), ("SEC-05",), TLS),
    Violation("gateway-tls-untold", "The gateway has no TLS policy of its own.", sets(GATEWAY, "properties.sslPolicy", None), ("SEC-05",), TLS),
    Violation("gateway-address-undeclared", "A second public address stands in the group.", adds({"id": f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/pip-scratch", "location": "{location}", "properties": {"ipAddress": "203.0.113.99"}}), ("SEC-06",), "test_no_public_address_exists"),
    Violation("beside-the-gateway", "A rule lets the whole network in beside the gateway.", sets(GUARD, f"{RULE}.sourceAddressPrefix", "10.0.0.0/16"), ("SEC-02",), "test_nothing_undeclared_passes"),
    Violation("gateway-shut-out", "The rule that lets the gateway in is gone.", drops(GUARD, "properties.securityRules[AllowGatewayInbound]"), ("SEC-02",), "test_required_flow_is_open"),
    Violation("inbound-not-denied", "What comes from elsewhere in the network is not denied.", drops(GUARD, "properties.securityRules[DenyAllInbound]"), ("SEC-02",), "test_all_is_denied_explicitly"),
    Violation("management-missing", "The API Management does not exist.", drops(MANAGEMENT), ("SEC-05",), API_LEADS),
    Violation("management-outside", "The API Management stands in no network.", sets(MANAGEMENT, "properties.virtualNetworkConfiguration", None), ("SEC-05",), API_LEADS),
    Violation("management-elsewhere", "The API Management stands in another subnet.", sets(MANAGEMENT, "properties.virtualNetworkConfiguration.subnetResourceId", f"{SUBNETS}/snet-gateway"), ("SEC-05",), API_LEADS),
    Violation("api-leads-elsewhere", "No API leads to the application.", sets(API, "properties.serviceUrl", "https://apex.example.com"), ("SEC-05",), API_LEADS),
    Violation("api-over-plain-http", "The API reaches the application over plain HTTP.", sets(API, "properties.serviceUrl", "http://a.purplebay-3f9c2d41.{location}.azurecontainerapps.io"), ("SEC-05",), API_LEADS),
    Violation("api-for-plain-http", "The API can be called over plain HTTP.", sets(API, "properties.protocols", ["http", "https"]), ("SEC-05",), API_TLS),
    Violation("management-old-tls", "The API Management accepts TLS 1.0.", sets(MANAGEMENT, f'{PROTOCOLS}.Tls10"', "True"), ("SEC-05",), API_TLS),
    Violation("management-ssl-untold", "The API Management does not say that SSL 3.0 is off.", drops(MANAGEMENT, f'{PROTOCOLS}.Ssl30"'), ("SEC-05",), API_TLS),
)  # fmt: skip

_NETWORKS = (
    Violation("second-network-missing", "The second network does not exist.", drops(JOBS_NETWORK), ("SEC-01", "SEC-02"), "test_virtual_network_is_provisioned"),
    Violation("second-network-larger", "The second network has a prefix that is not declared.", sets(JOBS_NETWORK, "properties.addressSpace.addressPrefixes", ["10.1.0.0/16", "10.7.0.0/16"]), ("SEC-01",), "test_address_space_is_exactly_as_declared"),
    Violation("second-subnet-unguarded", "The jobs' subnet has no security group.", sets(JOBS_NETWORK, "properties.subnets[0].properties.networkSecurityGroup", None), ("SEC-02",), "test_subnet_is_guarded_by_its_group"),
    Violation("peering-missing", "The peering is gone on one side.", sets(NETWORK, "properties.virtualNetworkPeerings", []), ("SEC-01",), PEERED),
    Violation("peering-half", "The other side has not made the peering.", sets(NETWORK, f"{PEERING}.peeringState", "Initiated"), ("SEC-01",), PEERED),
    Violation("peering-elsewhere", "The peering leads to a network that is not declared.", sets(NETWORK, f"{PEERING}.remoteVirtualNetwork.id", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-stranger"), ("SEC-01",), PEERED),
    Violation("peering-forwards", "The peering lets in what the other network passes on.", sets(NETWORK, f"{PEERING}.allowForwardedTraffic", True), ("SEC-01",), PEERED),
    Violation("peering-shares-the-gateway", "The other network may use this one's gateway.", sets(JOBS_NETWORK, f"{PEERING}.allowGatewayTransit", True), ("SEC-01",), PEERED),
    Violation("second-peering", "The network is joined to one that is not declared.", appends(NETWORK, "properties.virtualNetworkPeerings", {"name": "to-stranger", "id": "x", "properties": {"peeringState": "Connected", "remoteVirtualNetwork": {"id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-stranger"}}}), ("SEC-01",), ALONE),
    Violation("zone-unknown-to-the-jobs", "The vault's zone is not linked to the jobs' network.", drops("privatelink.vaultcore.azure.net/virtualNetworkLinks/vnet-jobs-{environment}-link"), ("SEC-04",), "test_zone_is_linked_to_the_network"),
    Violation("second-environment-missing", "The second environment does not exist.", drops(SECOND), ("SEC-05", "SEC-07"), "test_environment_is_internal"),
    Violation("second-environment-public", "The second environment is public.", all_of(sets(SECOND, "properties.vnetConfiguration.internal", False), sets(SECOND, "properties.publicNetworkAccess", "Enabled")), ("SEC-05",), "test_environment_refuses_public_networks"),
    Violation("second-environment-elsewhere", "The second environment stands in the application's subnet.", sets(SECOND, "properties.vnetConfiguration.infrastructureSubnetId", f"{SUBNETS}/snet-containerapps"), ("SEC-05",), "test_environment_is_in_its_subnet"),
    Violation("second-environment-lets-a-stranger-in", "The second environment has approved a private endpoint that nobody permits.", sets(SECOND, "properties.privateEndpointConnections", [{"id": "x", "properties": {"privateEndpoint": {"id": f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-stranger"}, "privateLinkServiceConnectionState": {"status": "Approved"}}}]), ("SEC-05",), "test_no_stranger_is_let_in"),
    Violation("job-in-the-first-environment", "The job runs in the application's environment.", sets(JOB, "properties.environmentId", f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae-apex-{{environment}}"), ("SEC-05",), "test_further_workload_runs_in_the_environment"),
    Violation("second-subnet-too-small", "The jobs' subnet is smaller than an environment needs.", sets(JOBS_NETWORK, "properties.subnets[0].properties.addressPrefix", "10.1.0.0/28"), ("SEC-01",), "test_container_apps_subnet_is_large_enough"),
    Violation("queue-endpoint-missing", "The endpoint of the queues is gone.", drops(QUEUE), ("SEC-03", "SEC-04", "SEC-09"), "test_endpoint_is_provisioned"),
    Violation("queue-endpoint-of-blobs", "The endpoint of the queues serves blobs.", sets(QUEUE, "properties.privateLinkServiceConnections[0].properties.groupIds", ["blob"]), ("SEC-03",), "test_endpoint_has_its_group"),
    Violation("queue-endpoint-elsewhere", "The endpoint of the queues stands in another subnet.", sets(QUEUE, "properties.subnet.id", f"{SUBNETS}/snet-containerapps"), ("SEC-03",), "test_endpoint_is_in_its_subnet"),
    Violation("queue-endpoint-not-approved", "The account has rejected the endpoint of its queues.", sets(ACCOUNT, "properties.privateEndpointConnections[1].properties.privateLinkServiceConnectionState.status", "Rejected"), ("SEC-03",), "test_connection_is_approved_by_the_service"),
    Violation("third-endpoint", "The account has approved an endpoint that is not declared.", appends(ACCOUNT, "properties.privateEndpointConnections", {"id": "x", "properties": {"privateEndpoint": {"id": f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-table"}, "privateLinkServiceConnectionState": {"status": "Approved"}}}), ("SEC-03",), "test_no_other_endpoint_is_approved"),
    Violation("queue-zone-missing", "The zone of the queues is gone.", drops(QUEUE_ZONE), ("SEC-04",), "test_zone_is_linked_to_the_network"),
    Violation("queue-answers-the-internet", "The queues ask the Internet for a token.", connects_outside("storage_queue", Connection("open", http_status=401, http_body="<Error><Code>NoAuthenticationInformation</Code></Error>")), ("SEC-09",), "test_service_is_closed_from_outside"),
)  # fmt: skip

GATED = (*_GATEWAYS, *_NETWORKS)
"""Two networks and two environments, behind gateways."""

CATALOGUES: Mapping[str, tuple[Violation, ...]] = {
    "edge": EDGE,
    "fronted": FRONTED,
    "gated": GATED,
    "smallest": SMALLEST,
    "spoke": SPOKE,
}
