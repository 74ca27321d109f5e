"""Small functions that make one thing of a world other than it was; the catalogues are written with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assurance.world.sockets import Connection
from falsification import catalogue
from falsification.azure.world import Change, Name, World
from sandbox.azure.azure_estate import AzureEstate, Resource

GROUP = "{resource_group_id}"
SHARED = "/subscriptions/{subscription_id}/resourceGroups/apex-rg-shared"


Violation = catalogue.Violation[World]
Harmless = catalogue.Harmless[World]


@dataclass(frozen=True, slots=True)
class MeantFor:
    """Makes violations that are meant for one control.

    Attributes:
        control: Its id.
    """

    control: str

    def __call__(self, name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
        """Return a violation that `check` must report, and some check of each of the other controls."""
        return Violation(name, wrong, change, (self.control, *others), check)


def sets(reference: str, path: str, value: object) -> Change:
    """Give a property another value; placeholders in the value are replaced."""

    def change(world: World) -> None:
        world.azure.change(reference, path, filled(world.azure, value))

    return change


def drops(reference: str, path: str | None = None) -> Change:
    """Remove a resource or, with a path, one of its properties or items."""
    return lambda world: world.azure.remove(reference, path)


def adds(resource: Mapping[str, object]) -> Change:
    """Add a resource."""
    return lambda world: world.azure.add(dict(resource))


def appends(reference: str, path: str, item: object) -> Change:
    """Add an item to a list, or begin the list where there is none."""

    def change(world: World) -> None:
        value = at(world.azure.find(reference), path)
        items = value if isinstance(value, list) else []
        world.azure.change(reference, path, [*items, filled(world.azure, item)])

    return change


def edits(reference: str, edit: Callable[[Resource], object]) -> Change:
    """Let a function edit a resource."""
    return lambda world: edit(world.azure.find(reference))


def rewrites(reference: str, old: str, new: str) -> Change:
    """Replace a text wherever it stands in a resource, its id too; the resource keeps its place in lists."""

    def change(world: World) -> None:
        azure = world.azure
        was = azure.find(reference)
        now: Resource = json.loads(json.dumps(was).replace(azure.fill(old), azure.fill(new)))
        key = next(key for key, values in azure.resources.items() if values is was)
        azure.resources = {
            (now["id"].lower() if resource_key == key else resource_key): (now if resource_key == key else value)
            for resource_key, value in azure.resources.items()
        }

    return change


def copies(reference: str, old: str, new: str) -> Change:
    """Add a copy of a resource in which a text is replaced."""

    def change(world: World) -> None:
        azure = world.azure
        world.azure.add(json.loads(json.dumps(azure.find(reference)).replace(azure.fill(old), azure.fill(new))))

    return change


def moves(reference: str) -> Change:
    """Put a resource, under its own name, into another resource group; with all that hangs under it."""

    def change(world: World) -> None:
        azure = world.azure
        was = azure.find(reference)
        group, elsewhere = azure.fill(GROUP).lower(), azure.fill(SHARED)
        key = next(key for key, values in azure.resources.items() if values is was)
        for resource_key in [
            resource for resource in azure.resources if resource == key or resource.startswith(f"{key}/")
        ]:
            moved = azure.resources.pop(resource_key)
            moved["id"] = elsewhere + moved["id"][len(group) :]
            azure.resources[moved["id"].lower()] = moved

    return change


def leaves(file: str, content: str) -> Change:
    """Let a pipeline have left a file of that content."""
    return lambda world: world.files.update({file: content.encode()})


def says(file: str, old: str, new: str) -> Change:
    """Replace a text wherever it stands in a file that a pipeline has left; it must stand there."""

    def change(world: World) -> None:
        text = world.files[file].decode()
        if old not in text:
            raise KeyError(f"{file} does not hold {old!r}")
        world.files[file] = text.replace(old, new).encode()

    return change


def images(edit: Callable[[list[Resource]], object]) -> Change:
    """Let a function edit the list of images in the container registry."""
    return lambda world: edit(world.azure.images)


def all_of(*changes: Change) -> Change:
    """Make several changes."""

    def change(world: World) -> None:
        for change in changes:
            change(world)

    return change


def names(vantage: str, service: str, *aliases: str, addresses: tuple[str, ...]) -> Change:
    """Let a service's name lead over these aliases to these addresses, from a vantage."""

    def change(world: World) -> None:
        host = world.services[service].fqdn
        aliases_filled = [world.azure.fill(alias) for alias in aliases]
        world.side(vantage).names[host] = Name(aliases_filled, list(addresses))

    return change


def unknown_name(vantage: str, service: str) -> Change:
    """Let a service's name not exist."""

    def change(world: World) -> None:
        world.side(vantage).names[world.services[service].fqdn] = Name([], [], exists=False)

    return change


def connects_inside(service: str, connection: Connection) -> Change:
    """Let a connection to a service from inside end so."""
    return lambda world: world.connect_inside(service, connection)


def connects_outside(service: str, connection: Connection) -> Change:
    """Let a connection to a service from outside end so."""
    return lambda world: world.connect_outside(service, connection)


def filled(azure: AzureEstate, value: object) -> object:
    """Return a value with its placeholders replaced."""
    return json.loads(azure.fill(json.dumps(value)))


def at(resource: Resource, path: str) -> object:
    """Return what stands at a path of plain keys; None if nothing does."""
    value: object = resource
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
