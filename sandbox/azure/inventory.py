"""The plain list of all resources of a resource group: a little of each, and of tracked resources only.

Source: the REST reference "Resources - List By Resource Group": id, name, type, location, tags, kind, sku, identity,
managedBy, plan, zones; never `properties`. Proxy resources, such as records or rules, have no location and stand in no
such list.
"""

from __future__ import annotations

from sandbox.azure.azure_estate import AzureEstate, Resource
from sandbox.azure.resource_ids import ResourcePath, is_at_or_below

COLLECTION = "/resources"
SHOWN = ("id", "name", "type", "location", "tags", "kind", "sku", "identity", "managedBy", "plan", "zones")


def lists(scope: str) -> bool:
    """Tell whether a normalized path is the list of a resource group's resources."""
    parts = scope.split("/")
    return len(parts) == 6 and parts[3] == "resourcegroups" and scope.endswith(COLLECTION)


def resources_of_group(estate: AzureEstate, scope: str) -> list[Resource]:
    """The tracked resources of the resource group whose list a path is."""
    group = scope.removesuffix(COLLECTION)
    return [
        {key: one[key] for key in SHOWN if key in one}
        for path, one in list(estate.resources.items())
        if "location" in one and is_at_or_below(path, group) and ResourcePath.parse(path).namespace
    ]
