"""The kinds of platform services that discovery knows, from the one table of kinds, `environment/kinds.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from assurance.discovery.found import FoundResource

HTTPS = 443


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; see `kinds.toml` for what each field means.

    Attributes:
        sub_resources: By private endpoint group id, the private DNS zone and the suffix of host names.
    """

    type: str
    key: str
    sub_resources: dict[str, tuple[str, str]]
    kind: str
    of: str = ""
    host: tuple[str, ...] = ()
    sku: tuple[str, ...] = ()
    port: int = HTTPS
    tls: bool = True
    defender: str = ""
    roles: tuple[str, ...] = field(default=())

    @property
    def first_sub_resource(self) -> str:
        """The group id of a private endpoint that such a service has as a rule."""
        return next(iter(self.sub_resources))

    def zone(self, group_id: str) -> str:
        """Return the private DNS zone of a sub-resource."""
        return self._names(group_id)[0]

    def suffix(self, group_id: str) -> str:
        """Return what host names of a sub-resource end with."""
        return self._names(group_id)[1]

    def _names(self, group_id: str) -> tuple[str, str]:
        folded = {known.casefold(): names for known, names in self.sub_resources.items()}
        return folded.get(group_id.casefold(), self.sub_resources[self.first_sub_resource])


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the table, in the order in which services are written."""
    document = tomllib.loads(files("assurance.environment").joinpath("kinds.toml").read_text(encoding="utf-8"))
    return tuple(_kind(entry) for entry in document["kinds"])


# `Any`: our own file, whose form a test holds.
def _kind(entry: dict[str, Any]) -> Kind:
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    sub_resources = {group: tuple(names) for group, names in entry["sub_resources"].items()}
    own = {name: value for name, value in entry.items() if name != "judged"}
    return Kind(**{**own, **lists, "sub_resources": sub_resources})


def kind_of(resource: FoundResource) -> Kind | None:
    """Return the kind of a resource; None for what is no platform service of the table."""
    own = resource.text("kind").casefold()
    alike = [one for one in kinds() if one.type.casefold() == resource.type]
    exact = next((one for one in alike if one.of and one.of.casefold() == own), None)
    return exact or next((one for one in alike if not one.of), None)
