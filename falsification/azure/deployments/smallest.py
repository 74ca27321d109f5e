"""The smallest deployment, one application and its Key Vault: what can be wrong where so little is declared."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from assurance.world.sockets import Connection
from falsification.azure.changes import Violation, adds, all_of, appends, connects_outside, drops, sets
from falsification.azure.shapes import CONTRIBUTOR, grants
from falsification.azure.world import Change

APP = "containerApps/ca-apex-{environment}"
VAULT = "vaults/kv-apex-{environment}-{suffix}"
VAULT_ROLE = "roleAssignments/4ce3d97f-130d-5982-85d3-760bdc4c0183"
ACCOUNTED, SHUT = "test_everything_is_accounted_for", "test_other_public_doors_are_shut"


def _stranger(path: str, access: str) -> Change:
    where = f"{{resource_group_id}}/providers/{path}"
    return adds({"id": where, "location": "{location}", "properties": {"publicNetworkAccess": access}})


# No service of these kinds is declared, so that no check of public access lists them: only SEC-11 can see them.
_UNDECLARED = (
    Violation("undeclared-storage-public", "A storage account of which the file says nothing is public.",
        _stranger("Microsoft.Storage/storageAccounts/stscratch", "Enabled"), ("SEC-11",), SHUT),
    Violation("undeclared-server-public", "A SQL server of which the file says nothing is public.",
        _stranger("Microsoft.Sql/servers/sql-scratch", "Enabled"), ("SEC-11",), SHUT),
    Violation("undeclared-account-shut", "An account for AI services of which the file says nothing is shut.",
        _stranger("Microsoft.CognitiveServices/accounts/ai-scratch", "Disabled"), ("SEC-11",), ACCOUNTED),
)  # fmt: skip

VIOLATIONS = (
    *_UNDECLARED,
    Violation("only-vault-public", "The only service is public.", sets(VAULT, "properties.publicNetworkAccess", "Enabled"), ("SEC-06",), "test_public_network_access_is_disabled"),
    Violation("only-vault-with-policies", "The only service grants access by policies of its own.", sets(VAULT, "properties.enableRbacAuthorization", False), ("SEC-07",), "test_local_authentication_is_off"),
    Violation("only-role-missing", "The only role of the identity is gone.", drops(VAULT_ROLE), ("SEC-08",), "test_required_role_is_assigned"),
    Violation("role-on-the-group", "The identity may change everything in the group.", grants(CONTRIBUTOR, "{resource_group_id}"), ("SEC-08",), "test_access_is_no_broader_than_needed"),
    Violation("only-endpoint-missing", "The only private endpoint is gone.", drops("privateEndpoints/pe-kv-apex-{environment}"), ("SEC-03", "SEC-04", "SEC-09"), "test_endpoint_is_provisioned"),
    Violation("only-zone-unlinked", "The only zone is linked to no network.", drops("privatelink.vaultcore.azure.net/virtualNetworkLinks/vnet-apex-{environment}-link"), ("SEC-04",), "test_zone_is_linked_to_the_network"),
    Violation("secret-in-plain-text", "The only secret stands in the application.", sets(APP, "properties.template.containers[apex-backend].env[AZURE_AD_CLIENT_SECRET]", {"name": "AZURE_AD_CLIENT_SECRET", "value": "Qm7-8Q~secretsecretsecretsecretsecret0"}), ("SEC-07",), "test_no_secret_stands_in_plain_text"),
    Violation("secret-not-from-the-vault", "The only secret is the application's own.", all_of(drops(APP, "properties.configuration.secrets[0].keyVaultUrl"), drops(APP, "properties.configuration.secrets[0].identity")), ("SEC-07",), "test_secrets_come_from_the_vault"),
    Violation("ingress-external", "The ingress lets the Internet in.", sets(APP, "properties.configuration.ingress.external", True), ("SEC-05",), "test_ingress_is_as_declared"),
    Violation("only-plan-off", "The plan that watches the only service is off.", sets("pricings/KeyVaults", "properties.pricingTier", "Free"), ("SEC-10",), "test_plan_is_on"),
    Violation("vault-answers-the-internet", "The vault asks the Internet who is there.", connects_outside("key_vault", Connection("open", http_status=401, http_body="{}")), ("SEC-09",), "test_service_is_closed_from_outside"),
    Violation("outbound-open", "A rule lets the application out to everywhere.", appends("networkSecurityGroups/nsg-containerapps-{environment}", "properties.securityRules", {
        "name": "AllowAll", "id": "{resource_group_id}/providers/Microsoft.Network/networkSecurityGroups/nsg-containerapps-{environment}/securityRules/AllowAll",
        "properties": {"provisioningState": "Succeeded", "protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "access": "Allow", "priority": 200, "direction": "Outbound"}}), ("SEC-02",), "test_nothing_undeclared_passes"),
)  # fmt: skip
