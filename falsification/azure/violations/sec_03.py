"""SEC-03: ways in which a private endpoint is not the service's own, approved and in its place."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, Violation, all_of, appends, copies, drops, edits, moves, sets
from falsification.azure.world import Change

PROVISIONED = "test_endpoint_is_provisioned"
CONNECTED = "test_endpoint_connects_to_its_service"
GROUPED = "test_endpoint_has_its_group"
PLACED = "test_endpoint_is_in_its_subnet"
APPROVED = "test_connection_is_approved"
ACCEPTED = "test_connection_is_approved_by_the_service"

ENDPOINTS = {
    "sql": "privateEndpoints/pe-sql-apex-{environment}",
    "storage": "privateEndpoints/pe-storage-apex-{environment}",
    "openai": "privateEndpoints/pe-openai-apex-{environment}",
    "document-intelligence": "privateEndpoints/pe-di-apex-{environment}",
    "key-vault": "privateEndpoints/pe-kv-apex-{environment}",
}
SERVICES = {
    "sql": "Microsoft.Sql/servers/sql-apex-{environment}",
    "storage": "storageAccounts/stapex{environment}{suffix}",
    "openai": "accounts/openai-apex-{environment}",
    "document-intelligence": "accounts/di-apex-{environment}",
    "key-vault": "vaults/kv-apex-{environment}-{suffix}",
}
CONNECTIONS = "properties.privateLinkServiceConnections"
MANUAL = "properties.manualPrivateLinkServiceConnections"
FIRST = f"{CONNECTIONS}[0].properties"
STATE = f"{FIRST}.privateLinkServiceConnectionState"
OWN = "properties.privateEndpointConnections"
OWN_STATE = f"{OWN}[0].properties.privateLinkServiceConnectionState"
# Where an endpoint is gone, its record and its name lead nowhere that could be compared.
GONE = ("SEC-03", "SEC-04", "SEC-09")


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("SEC-03",), check)


def connection(service_id: str, group: str, status: str = "Approved") -> dict[str, object]:
    """Return a connection of an endpoint."""
    state = {"status": status, "description": "Auto-Approved", "actionsRequired": "None"}
    properties = {"privateLinkServiceId": service_id, "groupIds": [group], "privateLinkServiceConnectionState": state}
    return {"name": "second", "properties": {"provisioningState": "Succeeded", **properties}}


_SQL = "{resource_group_id}/providers/Microsoft.Sql/servers/sql-apex-{environment}"
_BLOB = "{resource_group_id}/providers/Microsoft.Storage/storageAccounts/stapex{environment}{suffix}"
_NETWORKS = "providers/Microsoft.Network/virtualNetworks"

_EXISTING = (
    *(Violation(f"{service}-endpoint-missing", f"The private endpoint of {service} does not exist.", drops(reference), GONE, PROVISIONED)
      for service, reference in ENDPOINTS.items()),
    Violation("endpoint-in-another-group", "Only a namesake in another resource group exists.",
              moves("privateEndpoints/pe-openai-apex-{environment}"), GONE, PROVISIONED),
    Violation("endpoint-of-similar-name", "Only an endpoint whose name begins with the declared one exists.",
              all_of(copies(ENDPOINTS["key-vault"], "pe-kv-apex-{environment}", "pe-kv-apex-{environment}-2"),
                     drops(ENDPOINTS["key-vault"])), (*GONE, "SEC-11"), PROVISIONED),
    _of("endpoint-failed", "The endpoint's last deployment failed.", PROVISIONED,
        sets(ENDPOINTS["storage"], "properties.provisioningState", "Failed")),
    _of("endpoint-being-deleted", "The endpoint is being deleted.", PROVISIONED,
        sets(ENDPOINTS["sql"], "properties.provisioningState", "Deleting")),
    _of("endpoint-without-state", "The answer does not say whether the endpoint was deployed.", PROVISIONED,
        drops(ENDPOINTS["key-vault"], "properties.provisioningState")),
)  # fmt: skip

_CONNECTED = (
    _of("connected-to-another-server", "The endpoint connects to another server.", CONNECTED,
        sets(ENDPOINTS["sql"], f"{FIRST}.privateLinkServiceId", f"{_SQL}-other")),
    _of("connected-to-a-namesake", "The endpoint connects to a namesake in another resource group.", CONNECTED,
        sets(ENDPOINTS["storage"], f"{FIRST}.privateLinkServiceId",
             f"{SHARED}/providers/Microsoft.Storage/storageAccounts/stapex{{environment}}{{suffix}}")),
    _of("connected-to-another-declared-service", "The endpoint connects to the other account of its kind.", CONNECTED,
        sets(ENDPOINTS["openai"], f"{FIRST}.privateLinkServiceId",
             "{resource_group_id}/providers/Microsoft.CognitiveServices/accounts/di-apex-{environment}")),
    _of("connected-to-a-database", "The endpoint names a resource below the service.", CONNECTED,
        sets(ENDPOINTS["sql"], f"{FIRST}.privateLinkServiceId", f"{_SQL}/databases/db-apex-{{environment}}")),
    _of("connected-to-another-subscription", "The endpoint connects to a namesake in another subscription.", CONNECTED,
        sets(ENDPOINTS["key-vault"], f"{FIRST}.privateLinkServiceId",
             "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/{resource_group}/providers/"
             "Microsoft.KeyVault/vaults/kv-apex-{environment}-{suffix}")),
    _of("connected-to-nothing", "The endpoint has no connection.", CONNECTED, sets(ENDPOINTS["storage"], CONNECTIONS, [])),
    _of("connections-null", "The endpoint's connections are null.", CONNECTED, sets(ENDPOINTS["openai"], CONNECTIONS, None)),
    _of("connection-without-target", "The connection names no service.", CONNECTED,
        drops(ENDPOINTS["document-intelligence"], f"{FIRST}.privateLinkServiceId")),
    _of("connected-to-a-second-service", "A second connection leads to a stranger.", CONNECTED,
        appends(ENDPOINTS["sql"], CONNECTIONS, connection(f"{_SQL}-other", "sqlServer"))),
    _of("connected-by-request-to-another", "A manual connection leads to a stranger.", CONNECTED,
        appends(ENDPOINTS["storage"], MANUAL, connection(f"{_BLOB}2", "blob"))),
    _of("group-file", "The storage endpoint is for files, not blobs.", GROUPED, sets(ENDPOINTS["storage"], f"{FIRST}.groupIds", ["file"])),
    _of("group-of-another-kind", "The vault's endpoint has an account's group id.", GROUPED,
        sets(ENDPOINTS["key-vault"], f"{FIRST}.groupIds", ["account"])),
    _of("group-plural", "The group id is misspelt in the plural.", GROUPED, sets(ENDPOINTS["sql"], f"{FIRST}.groupIds", ["sqlServers"])),
    _of("group-secondary", "The endpoint is for the secondary blobs.", GROUPED,
        sets(ENDPOINTS["storage"], f"{FIRST}.groupIds", ["blob_secondary"])),
    _of("group-and-another", "The endpoint has a second group id.", GROUPED,
        sets(ENDPOINTS["storage"], f"{FIRST}.groupIds", ["blob", "dfs"])),
    _of("group-empty", "The endpoint has no group id.", GROUPED, sets(ENDPOINTS["openai"], f"{FIRST}.groupIds", [])),
    _of("group-absent", "The answer tells no group id.", GROUPED, drops(ENDPOINTS["sql"], f"{FIRST}.groupIds")),
    _of("group-null", "The group ids are null.", GROUPED, sets(ENDPOINTS["key-vault"], f"{FIRST}.groupIds", None)),
    _of("endpoint-in-the-apps-subnet", "The endpoint stands in the application's subnet.", PLACED,
        sets(ENDPOINTS["sql"], "properties.subnet.id", f"{{resource_group_id}}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-containerapps")),
    _of("endpoint-in-another-network", "The endpoint stands in a namesake subnet of another network.", PLACED,
        sets(ENDPOINTS["storage"], "properties.subnet.id", f"{{resource_group_id}}/{_NETWORKS}/vnet-hub/subnets/snet-privateendpoints")),
    _of("endpoint-in-another-groups-network", "The endpoint stands in a namesake network of another group.", PLACED,
        sets(ENDPOINTS["openai"], "properties.subnet.id", f"{SHARED}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-privateendpoints")),
    _of("endpoint-in-a-subnet-of-similar-name", "The subnet's name begins with the declared one.", PLACED,
        sets(ENDPOINTS["key-vault"], "properties.subnet.id",
             f"{{resource_group_id}}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-privateendpoints2")),
    _of("endpoint-in-no-subnet", "The endpoint tells no subnet.", PLACED, drops(ENDPOINTS["document-intelligence"], "properties.subnet")),
)  # fmt: skip

_STATES = (
    *(_of(f"{service}-connection-rejected", f"The connection to {service} was approved, then rejected.", APPROVED,
          sets(reference, STATE, {"status": "Rejected", "description": "Auto-Approved", "actionsRequired": "None"}))
      for service, reference in ENDPOINTS.items()),
    _of("connection-pending", "The connection waits for approval.", APPROVED, sets(ENDPOINTS["sql"], f"{STATE}.status", "Pending")),
    _of("connection-disconnected", "The service was deleted; the connection is disconnected.", APPROVED,
        sets(ENDPOINTS["storage"], f"{STATE}.status", "Disconnected")),
    _of("connection-status-absent", "The connection has no status.", APPROVED, drops(ENDPOINTS["openai"], f"{STATE}.status")),
    _of("connection-status-null", "The status is null.", APPROVED, sets(ENDPOINTS["openai"], f"{STATE}.status", None)),
    _of("connection-state-absent", "The connection has no state.", APPROVED, drops(ENDPOINTS["key-vault"], STATE)),
    _of("connection-approved-in-words-only", "Only the description says that it is approved.", APPROVED,
        sets(ENDPOINTS["key-vault"], STATE, {"status": "Pending", "description": "Approved"})),
    _of("connection-one-of-two-pending", "A second, manual connection is pending.", APPROVED,
        appends(ENDPOINTS["storage"], MANUAL, connection(_BLOB, "blob", "Pending"))),
    _of("connection-approval-unknown", "The status is a word that Azure does not have yet.", APPROVED,
        sets(ENDPOINTS["sql"], f"{STATE}.status", "ApprovedWithChanges")),
    *(_of(f"{service}-rejects-the-endpoint", f"{service} itself has rejected the endpoint.", ACCEPTED,
          sets(reference, f"{OWN_STATE}.status", "Rejected")) for service, reference in SERVICES.items()),
    _of("service-has-it-pending", "The service has the endpoint as pending.", ACCEPTED,
        sets(SERVICES["sql"], f"{OWN_STATE}.status", "Pending")),
    _of("service-knows-no-endpoint", "The service's list of connections is empty.", ACCEPTED, sets(SERVICES["storage"], OWN, [])),
    _of("service-tells-no-endpoints", "The service's answer has no list of connections.", ACCEPTED, drops(SERVICES["openai"], OWN)),
    _of("service-knows-a-namesake", "The service has approved a namesake endpoint of another group.", ACCEPTED,
        sets(SERVICES["key-vault"], f"{OWN}[0].properties.privateEndpoint.id",
             f"{SHARED}/providers/Microsoft.Network/privateEndpoints/pe-kv-apex-{{environment}}")),
    _of("service-knows-another-endpoint", "The service has approved another endpoint only.", ACCEPTED,
        sets(SERVICES["sql"], f"{OWN}[0].properties.privateEndpoint.id",
             "{resource_group_id}/providers/Microsoft.Network/privateEndpoints/pe-sql-apex-{environment}-old")),
    _of("service-has-it-twice-once-rejected", "The service has the endpoint as approved and as rejected.", ACCEPTED,
        edits(SERVICES["storage"], lambda one: one["properties"]["privateEndpointConnections"].append(
            {"properties": {"privateEndpoint": one["properties"]["privateEndpointConnections"][0]["properties"]["privateEndpoint"],
                            "privateLinkServiceConnectionState": {"status": "Rejected"}}}))),
    _of("service-tells-no-status", "The service's connection has no status.", ACCEPTED,
        drops(SERVICES["document-intelligence"], f"{OWN_STATE}.status")),
)  # fmt: skip

VIOLATIONS = (*_EXISTING, *_CONNECTED, *_STATES)
