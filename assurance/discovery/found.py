"""What was found of a deployment: each resource once, by its id, wherever it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from assurance.estate.resources.resource import name_of, resource_group_of, same_id, segments, subscription_of, type_of

Values: TypeAlias = Mapping[str, Any]
"""A resource as JSON; `Any` because nothing is known of it before it is looked at."""


def at(values: object, *path: str) -> Any:  # noqa: ANN401  (a JSON value of any kind)
    """Return what stands at a path of JSON objects; None where there is nothing, or no object on the way."""
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def text_at(values: object, *path: str) -> str:
    """Return the text at a path; empty where there is none."""
    found = at(values, *path)
    return found if isinstance(found, str) else ""


def objects_at(values: object, *path: str) -> tuple[Values, ...]:
    """Return the objects in the list at a path; empty where there is no list."""
    found = at(values, *path)
    return tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()


@dataclass(frozen=True, slots=True)
class FoundResource:
    """One resource.

    Attributes:
        id: Its id, as Azure or the plan spells it.
        type: Its type in lower case, such as `microsoft.sql/servers`; made of its id.
        values: The resource as JSON.
    """

    id: str
    type: str
    values: Values

    @property
    def name(self) -> str:
        """Its name."""
        return name_of(self.id)

    @property
    def group(self) -> str:
        """Its resource group."""
        return resource_group_of(self.id)

    @property
    def subscription(self) -> str:
        """Its subscription."""
        return subscription_of(self.id)

    @property
    def label(self) -> str:
        """Its type and name, to say where a value comes from."""
        return f"{self.type.rpartition('/')[2]} {self.name}"

    def text(self, *path: str) -> str:
        """Return the text at a path; empty where there is none."""
        return text_at(self.values, *path)


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found.

    Attributes:
        origin: Where it was found, in words for the file's first lines.
        subscription_id: The deployment's subscription.
        resource_group: Its resource group.
        resources: What was found, by folded id.
        salt: With what the values of environment variables are redacted; empty where they are not.
        refusals: What could not be read, and why.
    """

    origin: str
    subscription_id: str
    resource_group: str
    resources: Mapping[tuple[str, ...], FoundResource]
    salt: str = ""
    refusals: tuple[str, ...] = field(default=())

    def of_type(self, kind: str) -> tuple[FoundResource, ...]:
        """Return the resources of a type, by their names."""
        wanted = kind.casefold()
        return tuple(sorted((one for one in self.resources.values() if one.type == wanted), key=lambda one: one.id))

    def get(self, resource_id: str) -> FoundResource | None:
        """Return the resource of that id; None if it was not found."""
        return self.resources.get(segments(resource_id))

    def below(self, resource_id: str, kind: str) -> tuple[FoundResource, ...]:
        """Return what of a type stands directly below a resource."""
        above = segments(resource_id)
        return tuple(one for one in self.of_type(kind) if segments(one.id)[: len(above)] == above)

    def is_here(self, one: FoundResource) -> bool:
        """Tell whether a resource stands in the deployment's own resource group."""
        home = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
        return same_id(home, "/".join(one.id.split("/")[:5]))


def gathered(pieces: Iterable[tuple[str, Values]]) -> dict[tuple[str, ...], FoundResource]:
    """Return each resource once: of several answers on one id, the properties of each, the later ones winning."""
    found: dict[tuple[str, ...], FoundResource] = {}
    for resource_id, values in pieces:
        kind = type_of(resource_id)
        if not kind:
            continue
        key = segments(resource_id)
        before = found[key].values if key in found else {}
        merged = {**before, **values}
        if "properties" in before and not isinstance(values.get("properties"), Mapping):
            merged["properties"] = before["properties"]
        found[key] = FoundResource(resource_id, kind, merged)
    return found
