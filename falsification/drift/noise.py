"""The catalogue of noise: what differs from night to night though nobody changed anything, and must stay silent."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from falsification.azure.changes import all_of, drops, edits, sets
from falsification.azure.harmless import Harmless
from falsification.azure.shapes import APPS_GROUP, ENDPOINTS_GROUP
from falsification.azure.violations.sec_02 import APP_IN, CLOUD_OUT
from falsification.azure.violations.sec_08 import ASSIGNMENTS
from falsification.azure.violations.sec_defender_and_strangers import DISMISSED, alert
from falsification.azure.violations.sec_network import APP, APPS, ENDPOINTS, ENVIRONMENT, NETWORK, SPACE
from falsification.azure.violations.sec_private_link import RECORDS
from falsification.azure.world import Change, World
from falsification.drift.catalogue import ACCOUNT, OPENAI, SQL, VAULT, secret

Values = dict[str, Any]
"""A resource's values."""


def _everywhere(edit: Callable[[Values], object]) -> Change:
    def change(world: World) -> None:
        for resource in world.azure.resources.values():
            edit(resource)

    return change


def _spelt(pattern: str, spelling: Callable[[str], str]) -> Change:
    """Return the change that spells every id, wherever it stands, otherwise."""

    def walk(value: Any) -> Any:  # noqa: ANN401  (a JSON value)
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        is_id = isinstance(value, str) and value.lower().startswith("/subscriptions/")
        return re.sub(pattern, lambda match: spelling(match.group(0)), value) if is_id else value

    def change(world: World) -> None:
        world.azure.resources = {key: walk(resource) for key, resource in world.azure.resources.items()}

    return change


def _reversed(reference: str, *path: str) -> Change:
    def edit(one: Values) -> None:
        holder: Any = one
        for key in path[:-1]:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        holder[path[-1]] = list(reversed(holder[path[-1]]))

    return edits(reference, edit)


def _keys_reversed(world: World) -> None:
    for resource in world.azure.resources.values():
        turned = dict(reversed(resource.items()))
        resource.clear()
        resource.update(turned)


def _order_reversed(world: World) -> None:
    world.azure.resources = dict(reversed(world.azure.resources.items()))


def _secrets_reversed(world: World) -> None:
    world.azure.secrets.reverse()


def _nested_etags(one: Values) -> None:
    for value in one.get("properties", {}).values():
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict) and "id" in item:
                item["etag"] = 'W/"1b7c"'


STAMP = "2027-02-03T04:05:06.7890000Z"

CATALOGUE: tuple[Harmless, ...] = (
    Harmless("etags-are-new", "Every resource has a new etag.", _everywhere(lambda resource: resource.update({"etag": 'W/"9a3f"'}))),
    Harmless("nested-etags-are-new", "What stands within resources has new etags.", _everywhere(_nested_etags)),
    Harmless("system-data-appears", "Azure tells who wrote last.", _everywhere(lambda resource: resource.update({"systemData": {"lastModifiedAt": STAMP, "lastModifiedBy": "a", "createdAt": STAMP}}))),
    Harmless("times-of-change", "Azure tells when each resource was made and changed.", _everywhere(lambda resource: resource.update({"createdTime": STAMP, "changedTime": STAMP}))),
    Harmless("network-updating", "The network is being updated by Azure.", sets(NETWORK, "properties.provisioningState", "Updating")),
    Harmless("subnet-updating", "A subnet is being updated by Azure.", sets(NETWORK, f"{APPS}.properties.provisioningState", "Updating")),
    Harmless("group-updating", "A security group is being updated by Azure.", sets(APPS_GROUP, "properties.provisioningState", "Updating")),
    Harmless("rule-updating", "A rule is being updated by Azure.", sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.provisioningState", "Updating")),
    Harmless("application-in-progress", "The application is being updated by Azure.", sets(APP, "properties.provisioningState", "InProgress")),
    Harmless("state-in-capitals", "A state is spelt in capitals.", sets(ENVIRONMENT, "properties.provisioningState", "SUCCEEDED")),
    Harmless("state-absent", "A state is not told.", drops(NETWORK, "properties.provisioningState")),
    Harmless("ids-in-lower-case", "Every id is spelt in lower case.", _spelt(r".+", str.lower)),
    Harmless("ids-in-upper-case", "Every id is spelt in upper case.", _spelt(r".+", str.upper)),
    Harmless("groups-in-other-casing", "The segment resourceGroups is spelt otherwise.", _spelt(r"resourceGroups", str.lower)),
    Harmless("providers-in-lower-case", "Providers are spelt in lower case.", _spelt(r"Microsoft\.\w+", str.lower)),
    Harmless("types-in-lower-case", "Types are spelt in lower case.", _everywhere(lambda resource: resource.update({"type": str(resource["type"]).lower()} if "type" in resource else {}))),
    Harmless("region-in-words", "The region is spelt in words.", all_of(*(sets(resource_id, "location", "East US") for resource_id in (NETWORK, SQL, ACCOUNT, VAULT, OPENAI, APP)))),
    Harmless("keys-in-another-order", "Keys come in another order.", _keys_reversed),
    Harmless("lists-in-another-order", "Lists come in another order.", _order_reversed),
    Harmless("secrets-in-another-order", "Names of secrets come in another order.", _secrets_reversed),
    Harmless("rules-in-another-order", "Rules come in another order, with the same priorities.", _reversed(APPS_GROUP, "properties", "securityRules")),
    Harmless("default-rules-in-another-order", "Default rules come in another order.", _reversed(ENDPOINTS_GROUP, "properties", "defaultSecurityRules")),
    Harmless("subnets-in-another-order", "Subnets come in another order.", _reversed(NETWORK, "properties", "subnets")),
    Harmless("ports-in-another-order", "A rule's ports come in another order.", sets(APPS_GROUP, f"{CLOUD_OUT}.properties.destinationPortRanges", ["80", "443"])),
    Harmless("variables-in-another-order", "The application's variables come in another order.", _reversed(APP, "properties", "template", "containers", "0", "env")),
    Harmless("application-secrets-in-another-order", "The application's secrets come in another order.", _reversed(APP, "properties", "configuration", "secrets")),
    Harmless("probes-in-another-order", "The application's probes come in another order.", _reversed(APP, "properties", "template", "containers", "0", "probes")),
    Harmless("empty-list-appears", "An empty list appears where nothing was.", sets(ENDPOINTS_GROUP, "properties.subnets2", [])),
    Harmless("null-appears", "A null appears where nothing was.", sets(SQL, "properties.keyId", None)),
    Harmless("empty-table-appears", "An empty table appears where nothing was.", sets(NETWORK, "properties.bgpCommunities", {})),
    Harmless("empty-text-appears", "An empty text appears where nothing was.", sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.description", "")),
    Harmless("empty-list-absent", "An empty list is not told.", drops(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefixes")),
    Harmless("space-around-a-text", "A text has spaces around it.", sets(NETWORK, SPACE, [" 10.0.0.0/16 "])),
    Harmless("whole-number-as-a-fraction", "A whole number is written as a fraction.", sets(RECORDS["sql"], "properties.ttl", 10.0)),
    Harmless("id-with-a-slash", "An id ends in a slash.", edits(NETWORK, lambda resource: resource["properties"]["subnets"][0]["properties"]["networkSecurityGroup"].update({"id": resource["properties"]["subnets"][0]["properties"]["networkSecurityGroup"]["id"] + "/"}))),
    Harmless("secret-rotated", "A secret has a new version.", all_of(secret("AZURE-SQL-CONNECTION-STRING", "updated", 1893456000), secret("AZURE-SQL-CONNECTION-STRING", "created", 1893456000))),
    Harmless("alert-raised", "Defender has raised an alert, which SEC-10 judges.", alert()),
    Harmless("alert-gone", "An alert is gone.", drops(DISMISSED)),
    Harmless("own-outbound-addresses", "The application leaves from other addresses of Azure's.", sets(APP, "properties.outboundIpAddresses", ["20.1.2.3", "20.1.2.4"])),
    Harmless("log-stream-moved", "The portal reads logs elsewhere.", sets(APP, "properties.eventStreamEndpoint", "https://westus.example/stream")),
    Harmless("application-restarted", "The application's running status changed.", sets(APP, "properties.runningStatus", "Progressing")),
    Harmless("region-unavailable", "The account's secondary region is not available just now.", sets(ACCOUNT, "properties.statusOfSecondary", "unavailable")),
    Harmless("account-fails-over", "The account says when it failed over last.", sets(ACCOUNT, "properties.lastGeoFailoverTime", STAMP)),
    Harmless("keys-made", "The account says when its keys were made.", sets(ACCOUNT, "properties.keyCreationTime", {"key1": STAMP, "key2": STAMP})),
    Harmless("encryption-time", "The account says when encryption was enabled.", sets(ACCOUNT, "properties.encryption.services.blob.lastEnabledTime", STAMP)),
    Harmless("service-made", "A service says when it was made.", sets(OPENAI, "properties.dateCreated", STAMP)),
    Harmless("assignment-updated", "An assignment says when it was written.", sets(ASSIGNMENTS["storage"], "properties.updatedOn", STAMP)),
    Harmless("assignment-maker", "An assignment says who wrote it.", all_of(sets(ASSIGNMENTS["storage"], "properties.createdBy", "0f0e0d0c-1111-4222-8333-444455556666"), sets(ASSIGNMENTS["storage"], "properties.updatedBy", "0f0e0d0c-1111-4222-8333-444455556666"))),
    Harmless("role-redefined", "Microsoft has changed what a built-in role allows.", edits("roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6", lambda resource: resource["properties"]["permissions"][0]["actions"].append("Microsoft.KeyVault/operations/read"))),
    Harmless("role-updated", "Microsoft says when it wrote a role.", sets("roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6", "properties.updatedOn", STAMP)),
    Harmless("trial-runs-down", "The trial of a plan runs down.", sets("pricings/SqlServers", "properties.freeTrialRemainingTime", "P3D")),
    Harmless("plan-enablement-time", "A plan says when it was switched on.", sets("pricings/SqlServers", "properties.enablementTime", STAMP)),
    Harmless("network-numbered", "Azure gives the network a number of its own.", sets(NETWORK, "properties.resourceGuid", "0f0e0d0c-1111-4222-8333-444455556666")),
    Harmless("endpoints-counted-at-the-subnet", "The subnet lists who is in it.", sets(NETWORK, f"{ENDPOINTS}.properties.ipConfigurations", [{"id": "{resource_group_id}/providers/Microsoft.Network/networkInterfaces/x/ipConfigurations/y"}])),
)  # fmt: skip
