"""Which control a resource's drift is reported under, and what its case is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from assurance.drift.paths import matches
from assurance.drift.snapshot import Entry
from assurance.estate.resources.resource import resource_group_of

REST = "DRF-01"
# By control, the types of resources; the first that matches counts, and what none matches is DRF-01's.
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "DRF-02": ("microsoft.network/networksecuritygroups*",),
        "DRF-03": ("microsoft.authorization/*", "microsoft.managedidentity/*"),
        "DRF-04": ("microsoft.network/privatednszones*",),
        "DRF-05": ("microsoft.app/*", "microsoft.containerregistry/*"),
        "DRF-06": ("microsoft.keyvault/vaults/secrets",),
        "DRF-07": ("microsoft.security/*", "microsoft.insights/*", "microsoft.operationalinsights/*"),
    }
)


def family_of(resource_type: str) -> str:
    """Return the control that the drift of such a resource belongs to."""
    for control, types in FAMILIES.items():
        if any(matches(one, resource_type) for one in types):
            return control
    return REST


def labelled(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return entries by what their cases are called: type and name, and the resource group where that is not enough."""
    listed = tuple(entries)
    counted = Counter(label(one.shown) for one in listed)
    return {
        (label(one.shown) if counted[label(one.shown)] == 1 else f"{label(one.shown)}@{_place(one)}"): one
        for one in listed
    }


def label(resource_id: str) -> str:
    """Return type and name from an id, without the provider, as `privateEndpoints-pe-sql-apex-prod`."""
    parts = [part for part in resource_id.split("/") if part]
    folded = [part.casefold() for part in parts]
    if "providers" in folded:
        last = len(parts) - 1 - folded[::-1].index("providers")
        parts = parts[last + 2 :]
    elif folded[0] == "https:":
        parts = parts[2:]
    return "-".join(parts[-2:] if "providers" not in folded and folded[0] == "subscriptions" else parts)


def _place(entry: Entry) -> str:
    parts = entry.id.strip("/").split("/providers/")[0].split("/")
    return resource_group_of(entry.shown) or parts[-1]
