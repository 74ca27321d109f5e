"""The spoke of a hub, whose zones stand in the hub's subscription: what can be wrong there."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import GROUP, Violation, adds, all_of, drops, names, sets

ACCOUNT = "accounts/ais-apex-{environment}"
HUB = "/subscriptions/55555555-5555-4555-8555-555555555555/resourceGroups/rg-hub-dns/providers/Microsoft.Network/privateDnsZones"
COGNITIVE, OPENAI, FOUNDRY = (
    f"{HUB}/privatelink.{zone}" for zone in ("cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com")
)
SPOKES_LINK, RECORD = "virtualNetworkLinks/vnet-apex-{environment}-link", "A/ais-apex-{environment}"
ZONE_GROUP = "privateEndpoints/pe-ais-apex-{environment}/privateDnsZoneGroups/default"
NETWORK = "virtualNetworks/vnet-apex-{environment}"
LINKED, HELD, REGISTERED, PRIVATE = (
    "test_zone_is_linked_to_the_network",
    "test_record_is_the_endpoints_address",
    "test_endpoint_registers_in_the_zone",
    "test_zone_has_only_private_addresses",
)

VIOLATIONS = (
    Violation("hub-zone-not-linked-to-the-spoke", "The hub links a zone to its own network only.", drops(f"{OPENAI}/{SPOKES_LINK}"), ("SEC-04",), LINKED),
    Violation("hub-zone-linked-to-another-spoke", "The hub links a zone to another spoke in this one's place.",
        sets(f"{COGNITIVE}/{SPOKES_LINK}", "properties.virtualNetwork.id", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-other"), ("SEC-04",), LINKED),
    Violation("hub-zone-link-unfinished", "The link of a zone is not completed.", sets(f"{FOUNDRY}/{SPOKES_LINK}", "properties.virtualNetworkLinkState", "InProgress"), ("SEC-04",), LINKED),
    Violation("hub-zone-missing", "The hub has no zone for one of the account's names.", drops(FOUNDRY), ("SEC-04",), LINKED),
    Violation("member-without-record", "One of the account's names has no record in the hub.", drops(f"{OPENAI}/{RECORD}"), ("SEC-04",), HELD),
    Violation("member-at-another-members-address", "A name of the account has the address of another member.",
        sets(f"{OPENAI}/{RECORD}", "properties.aRecords", [{"ipv4Address": "10.0.2.9"}]), ("SEC-04",), HELD),
    Violation("member-public", "A name of the account has a public address in the hub.",
        sets(f"{FOUNDRY}/{RECORD}", "properties.aRecords", [{"ipv4Address": "203.0.113.17"}]), ("SEC-04",), PRIVATE),
    Violation("member-not-registered", "The endpoint keeps two of the three names only.", drops(ZONE_GROUP, "properties.privateDnsZoneConfigs[2]"), ("SEC-04",), REGISTERED),
    Violation("member-resolves-elsewhere", "From inside, one of the account's names leads to another member.",
        names("inside", "ai_services_openai", "ais-apex-{environment}.privatelink.openai.azure.com", addresses=("10.0.2.9",)), ("SEC-09",), "test_name_resolves_to_the_private_endpoint"),
    Violation("account-public", "The account for AI services is public.", sets(ACCOUNT, "properties.publicNetworkAccess", "Enabled"), ("SEC-06",), "test_public_network_access_is_disabled"),
    Violation("account-with-keys", "The account for AI services accepts its keys.", sets(ACCOUNT, "properties.disableLocalAuth", False), ("SEC-07",), "test_local_authentication_is_off"),
    Violation("guard-taken-off", "The application's subnet has no security group, as the gateway's has none.",
        sets(NETWORK, "properties.subnets[snet-containerapps].properties.networkSecurityGroup", None), ("SEC-02",), "test_subnet_is_guarded_by_its_group"),
    Violation("gateway-subnet-moved", "The gateway's subnet has another prefix.", sets(NETWORK, "properties.subnets[GatewaySubnet].properties.addressPrefix", "10.0.4.0/27"), ("SEC-01",), "test_subnet_has_its_prefix"),
    Violation("zone-of-its-own-beside-the-hubs", "The spoke has a zone of its own beside the hub's, which the endpoint is registered in.",
        all_of(adds({"id": f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com", "location": "global", "properties": {"provisioningState": "Succeeded"}}),
               sets(ZONE_GROUP, "properties.privateDnsZoneConfigs[1].properties.privateDnsZoneId", f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com")), ("SEC-04", "SEC-11"), REGISTERED),
)  # fmt: skip
