"""The differences between two normalised values, by path; which control each is reported under. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assurance.drift.baseline import Entry
from assurance.drift.normalise import Values, joined, matches
from assurance.estate.resources.resource import resource_group_of


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is other than in the baseline.

    Attributes:
        path: Where it stands.
        before: What the baseline has there; None for nothing.
        after: What is there now; None for nothing.
    """

    path: str
    before: Values
    after: Values

    def leaves(self) -> Iterator[Difference]:
        """Give each single property of a whole table that came or went; a single property gives itself."""
        values = self.before if self.after is None else self.after
        if not isinstance(values, dict) or not values or (self.before is not None and self.after is not None):
            yield self
            return
        for key, value in values.items():
            path = joined(self.path, key)
            came = self.before is None
            yield from Difference(path, None if came else value, value if came else None).leaves()

    @property
    def is_casing_only(self) -> bool:
        """Whether both are texts that differ in their casing alone, of which Azure is not careful."""
        both = isinstance(self.before, str) and isinstance(self.after, str)
        return both and self.before.casefold() == self.after.casefold()


def differences(before: Values, after: Values, path: str = "") -> tuple[Difference, ...]:
    """Return where two values differ, in order of the paths; what came or went as a whole is one difference."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        # As JSON, since Python holds true and 1 for equal.
        same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
        return () if same else (Difference(path, before, after),)
    leaves: list[Difference] = []
    for key in sorted(before.keys() | after.keys()):
        leaves += differences(before.get(key), after.get(key), joined(path, key))
    return tuple(leaves)


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
        if any(matches(pattern, resource_type) for pattern in types):
            return control
    return REST


def labelled(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return entries by what their cases are called: type and name, and the resource group where that is not enough."""
    listed = tuple(entries)
    counted = Counter(label(entry.shown) for entry in listed)
    return {
        (label(entry.shown) if counted[label(entry.shown)] == 1 else f"{label(entry.shown)}@{_place(entry)}"): entry
        for entry in listed
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
