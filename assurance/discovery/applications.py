"""The applications and jobs of the environment, and what stands before them; ingress is as the guide demands it."""

from __future__ import annotations

from collections.abc import Iterator

from assurance.discovery.draft import Draft, Table
from assurance.discovery.found import FoundResource, at, objects_at, text_at
from assurance.discovery.shape import APPS_ENVIRONMENT, FRONT_DOOR, JOB, ORIGIN, Shape
from assurance.estate.resources.resource import is_within, name_of, resource_group_of, same_id

LINK = ("properties", "sharedPrivateLinkResource")


def propose_apps(draft: Draft, shape: Shape) -> None:
    """Add `[container_apps]`; ingress stays inside, as the guide demands, unless a Front Door leads to it privately."""
    app, environment = shape.app, shape.apps_environment
    table = draft.table("container_apps")
    asks = "what the Container Apps {} is called: none was found"
    table.add("environment", *_named(environment, "cae-apex", asks.format("environment")))
    table.add("app", *_named(app, "ca-apex", asks.format("application")))
    group = resource_group_of(app.id) if app is not None else ""
    if app is not None and not shape.found.is_here(app):
        table.add("resource_group", group, "found")
    subnet, first = name_of(shape.app_subnet_id), next(iter(shape.networks), None)
    known = [text_at(one, "name") for one in shape.subnets(first)] if first is not None else ["snet-containerapps"]
    if subnet in known:
        table.add("subnet", subnet, f"found: {APPS_ENVIRONMENT.rpartition('/')[2]}")
    else:
        table.add("subnet", known[0] if known else "", "", "in which subnet the Container Apps environment stands")
    containers = objects_at(app.values if app is not None else {}, "properties", "template", "containers")
    image = repository(text_at(containers[0], "image")) if containers else ""
    if image:
        table.add("image", image, "found: the first container")
    profiles = at(environment.values, "properties", "workloadProfiles") if environment is not None else None
    table.add("workload_profiles", bool(profiles), "found; consumption-only needs a /23 subnet, profiles a /27")
    _propose_ingress(table, shape)
    further = [one for one in shape.apps if one is not app]
    if further:
        table.add("further", [{"name": one.name, "ingress": _ingress(one)} for one in further], _found_ingress(further))
    jobs = [one.name for one in shape.found.of_type(JOB) if shape.found.is_here(one)]
    if jobs:
        table.add("jobs", jobs, "found")


def _propose_ingress(table: Table, shape: Shape) -> None:
    """Add whether the Internet may reach the application, and by which Front Door: that it may, only people know."""
    external = shape.app is not None and at(shape.app.values, "properties", "configuration", "ingress", "external")
    fronts = _fronts(shape)
    if external is not True or not fronts:
        beside = "; FOUND: true, ingress is open to whoever reaches the environment" if external is True else ""
        table.add("ingress_external", False, f"guide: ingress is internal{beside}")
        return
    front, messages = fronts[0]
    asks = "whether the Internet may reach the application by this Front Door; the guide has internal ingress only"
    table.add("ingress_external", True, f"found: {front.label} leads to it over an approved private link", asks)
    told = {"profile": front.name}
    if not shape.found.is_here(front):
        told["resource_group"] = front.group
    table.add("front_door", told, "found")
    mine = [endpoint for endpoint, message in _connections(shape) if message in messages]
    if mine:
        table.add("permitted_endpoints", mine, "found: approved, with the message of the Front Door's own request")


def _fronts(shape: Shape) -> list[tuple[FoundResource, set[str]]]:
    """Return the Front Doors with an approved private link to the environment, and the messages of their requests."""
    environment = shape.apps_environment
    found: list[tuple[FoundResource, set[str]]] = []
    for profile in shape.found.of_type(FRONT_DOOR):
        links = [at(one.values, *LINK) for one in shape.found.of_type(ORIGIN) if is_within(one.id, profile.id)]
        mine = [
            text_at(link, "requestMessage")
            for link in links
            if environment is not None
            and same_id(text_at(link, "privateLink", "id"), environment.id)
            and text_at(link, "status").casefold() == "approved"
        ]
        found += [(profile, {one for one in mine if one})] if mine else []
    return found


def _connections(shape: Shape) -> Iterator[tuple[str, str]]:
    """Give the endpoint of each approved connection to the environment, and the message of its request."""
    environment = shape.apps_environment
    values = environment.values if environment is not None else {}
    for connection in objects_at(values, "properties", "privateEndpointConnections"):
        state = at(connection, "properties", "privateLinkServiceConnectionState")
        if text_at(state, "status").casefold() == "approved":
            yield text_at(connection, "properties", "privateEndpoint", "id"), text_at(state, "description")


def _ingress(app: FoundResource) -> str:
    has_one = text_at(app.values, "properties", "configuration", "ingress", "fqdn")
    return "internal" if has_one else "none"


def _found_ingress(further: list[FoundResource]) -> str:
    path = ("properties", "configuration", "ingress", "external")
    external = [one.name for one in further if at(one.values, *path) is True]
    return f"found; FOUND external: {', '.join(external)}" if external else "found"


def _named(resource: FoundResource | None, default: str, asks: str) -> tuple[str, str, str]:
    return (resource.name, f"found: {resource.label}", "") if resource is not None else (default, "", asks)


def repository(image: str) -> str:
    """Return an image's repository, without tag and digest."""
    path = image.partition("@")[0]
    head, slash, last = path.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"
