"""The applications and jobs of the environment, what stands before them, and their identity with the guide's roles."""

from __future__ import annotations

from collections.abc import Iterator

from assurance.discovery.draft import Draft, Table
from assurance.discovery.found import FoundResource, at, objects_at, text_at
from assurance.discovery.shape import APP, APPS_ENVIRONMENT, FRONT_DOOR, JOB, ORIGIN, Shape
from assurance.estate.identity.identity import BUILT_IN_ROLES
from assurance.estate.resources.resource import is_within, name_of, resource_group_of, same_id
from assurance.tape.redaction import Redactor

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
    known = (
        [text_at(subnet, "name") for subnet in shape.subnets(first)] if first is not None else ["snet-containerapps"]
    )
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
    elsewhere = [
        workload
        for each in shape.further_environments
        for kind in (APP, JOB)
        for workload in shape.in_environment(kind, each)
    ]
    further = [workload for workload in shape.apps if workload is not app and workload not in elsewhere]
    if further:
        table.add(
            "further",
            [{"name": workload.name, "ingress": _ingress(workload)} for workload in further],
            _found_ingress(further),
        )
    jobs = [job.name for job in shape.found.of_type(JOB) if shape.found.is_here(job) and job not in elsewhere]
    if jobs:
        table.add("jobs", jobs, "found")
    _propose_further_environments(draft, shape)


def _propose_ingress(table: Table, shape: Shape) -> None:
    """Add whether the Internet may reach the application, and by which Front Door: that it may, only people know."""
    external = shape.app is not None and at(shape.app.values, "properties", "configuration", "ingress", "external")
    fronts, by_address = _fronts(shape), _fronts_by_address(shape)
    if external is True and (shape.gateways or (by_address and not fronts)):
        _propose_ways_in(table, shape, by_address)
        return
    if external is not True or not fronts:
        beside = "; FOUND: true, ingress is open to whoever reaches the environment" if external is True else ""
        table.add("ingress_external", False, f"guide: ingress is internal{beside}")
        return
    front, messages = fronts[0]
    asks = "whether the Internet may reach the application by this Front Door; the guide has internal ingress only"
    table.add("ingress_external", True, f"found: {front.label} leads to it over an approved private link", asks)
    profile = {"profile": front.name}
    if not shape.found.is_here(front):
        profile["resource_group"] = front.group
    table.add("front_door", profile, "found")
    endpoints = [endpoint for endpoint, message in _connections(shape) if message in messages]
    if endpoints:
        table.add(
            "permitted_endpoints",
            endpoints,
            "found: approved, with the message of the Front Door's own request",
        )


def _propose_ways_in(table: Table, shape: Shape, fronts: tuple[FoundResource, ...]) -> None:
    """Add the gateways before the application, or the Front Door that reaches it by its addresses."""
    ways_in = [gateway for _, gateway, _ in shape.gateways] or list(fronts)
    asks = f"whether the Internet may reach the application by {ways_in[0].name}; the guide has internal ingress only"
    table.add("ingress_external", True, f"found: {ways_in[0].label} leads to it", asks)
    for key, gateway, place in shape.gateways:
        table.add(key, {**_placed(shape, "name", gateway), "subnet": name_of(place)}, "found")
    if not shape.gateways:
        variable = _variable_of(shape, fronts[0])
        asks = "" if variable else "in which variable the application has the id of its Front Door, to refuse others"
        settings = {
            **_placed(shape, "profile", fronts[0]),
            "by": "service_tag",
            "id_variable": variable or "FRONT_DOOR_ID",
        }
        table.add("front_door", settings, "found: it leads to the application's public name", asks)


def _placed(shape: Shape, key: str, one: FoundResource) -> dict[str, str]:
    return {key: one.name} if shape.found.is_here(one) else {key: one.name, "resource_group": one.group}


def _fronts_by_address(shape: Shape) -> tuple[FoundResource, ...]:
    """Return the Front Doors with an origin of the application's public name, where its environment is public."""
    environment, app = shape.apps_environment, shape.app
    if app is None or environment is None:
        return ()
    is_public = at(environment.values, "properties", "vnetConfiguration", "internal") is not True
    host = app.text("properties", "configuration", "ingress", "fqdn").casefold()
    origins = [
        origin for origin in shape.found.of_type(ORIGIN) if origin.text("properties", "hostName").casefold() == host
    ]
    profiles = shape.found.of_type(FRONT_DOOR)
    leading = (profile for profile in profiles if any(is_within(origin.id, profile.id) for origin in origins))
    return tuple(leading) if is_public and host else ()


def _variable_of(shape: Shape, profile: FoundResource) -> str:
    """Return the application's variable that holds the id of a Front Door; empty if there is none."""
    redactor = Redactor(salt=shape.found.salt) if shape.found.salt else None
    wanted = profile.text("properties", "frontDoorId")
    containers = objects_at(shape.app.values if shape.app is not None else {}, "properties", "template", "containers")
    for variable in (variable for container in containers for variable in objects_at(container, "env")):
        name, value = text_at(variable, "name"), text_at(variable, "value")
        if wanted and value in {wanted, redactor.variable(name, wanted) if redactor is not None else wanted}:
            return name
    return ""


def _propose_further_environments(draft: Draft, shape: Shape) -> None:
    for further in shape.further_environments:
        table = draft.table("container_apps.further_environments", is_one_of_many=True)
        table.add("name", further.name, f"found: {further.label}")
        place = further.text("properties", "vnetConfiguration", "infrastructureSubnetId")
        if network := shape.network_of(place):
            table.add("network", network, "found")
        if place:
            table.add("subnet", name_of(place), "found")
        else:
            table.add("subnet", name_of(shape.app_subnet_id), "", "in which subnet this environment stands")
        table.add("workload_profiles", bool(at(further.values, "properties", "workloadProfiles")), "found")
        if apps := shape.in_environment(APP, further):
            table.add(
                "apps", [{"name": app.name, "ingress": _ingress(app)} for app in apps], _found_ingress(list(apps))
            )
        if jobs := [job.name for job in shape.in_environment(JOB, further)]:
            table.add("jobs", jobs, "found")


def _fronts(shape: Shape) -> list[tuple[FoundResource, set[str]]]:
    """Return the Front Doors with an approved private link to the environment, and the messages of their requests."""
    environment = shape.apps_environment
    fronts: list[tuple[FoundResource, set[str]]] = []
    for profile in shape.found.of_type(FRONT_DOOR):
        links = [at(origin.values, *LINK) for origin in shape.found.of_type(ORIGIN) if is_within(origin.id, profile.id)]
        messages = [
            text_at(link, "requestMessage")
            for link in links
            if environment is not None
            and same_id(text_at(link, "privateLink", "id"), environment.id)
            and text_at(link, "status").casefold() == "approved"
        ]
        fronts += [(profile, {message for message in messages if message})] if messages else []
    return fronts


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
    external = [app.name for app in further if at(app.values, *path) is True]
    return f"found; FOUND external: {', '.join(external)}" if external else "found"


def _named(resource: FoundResource | None, default: str, asks: str) -> tuple[str, str, str]:
    return (resource.name, f"found: {resource.label}", "") if resource is not None else (default, "", asks)


def repository(image: str) -> str:
    """Return an image's repository, without tag and digest."""
    path = image.partition("@")[0]
    head, slash, last = path.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


ASSIGNMENT = "microsoft.authorization/roleassignments"
DEFINITION = "microsoft.authorization/roledefinitions"
PRICING = "microsoft.security/pricings"
SCORE_FLOOR = 0.7


def propose_identity(draft: Draft, shape: Shape) -> None:
    """Add `[identity]`: the roles that the guide demands; what else it was found to hold is said in a comment."""
    identity = shape.identity
    demanded = [(role, service) for service in shape.services for role in service.kind.roles]
    held = _held(shape, identity)
    wanted = {(role, service.resource.id.casefold()) for role, service in demanded}
    beyond = [f"{role} on {scope}" for role, scope in held if (role, scope.casefold()) not in wanted]
    table = draft.table("identity", remarks=[f"found, and not demanded by the guide: {role}" for role in beyond])
    if identity is None:
        table.add("name", "id-apex", "", "what the application's user-assigned identity is called: none was found")
    else:
        table.add("name", identity.name, f"found: {identity.label}")
        if not shape.found.is_here(identity):
            table.add("resource_group", identity.group, "found")
        if identity.subscription.casefold() != shape.found.subscription_id.casefold():
            table.add("subscription", identity.subscription, "found")
    for role, service in demanded:
        role_table = draft.table("identity.roles", is_one_of_many=True)
        is_held = any(role == name and is_within(service.resource.id, scope) for name, scope in held)
        role_table.add("role", role, "guide" if is_held else "guide; NOT FOUND")
        role_table.add("service", service.key, "kind")
    if not demanded:
        role_table = draft.table("identity.roles", is_one_of_many=True)
        key = shape.services[0].key if shape.services else "key_vault"
        role_table.add("role", "Reader", "", "which role the application needs, and on which service")
        role_table.add("service", key, "default")


def _held(shape: Shape, identity: FoundResource | None) -> list[tuple[str, str]]:
    """Return role and scope of each assignment to the identity, in order."""
    principal = identity.text("properties", "principalId") if identity is not None else ""
    if not principal:
        return []
    assignments = [
        assignment
        for assignment in shape.found.of_type(ASSIGNMENT)
        if assignment.text("properties", "principalId") == principal
    ]
    return sorted((_role(shape, assignment), assignment.text("properties", "scope")) for assignment in assignments)


def _role(shape: Shape, assignment: FoundResource) -> str:
    wanted = name_of(assignment.text("properties", "roleDefinitionId")).casefold()
    definitions = {
        definition.name.casefold(): definition.text("properties", "roleName")
        for definition in shape.found.of_type(DEFINITION)
    }
    built_in = {guid: name for name, guid in BUILT_IN_ROLES.items()}
    return definitions.get(wanted) or built_in.get(wanted) or f"role {wanted}"


def propose_defender(draft: Draft, shape: Shape) -> None:
    """Add `[defender]`: a plan for each kind of service."""
    plans = list(dict.fromkeys(service.kind.defender for service in shape.services if service.kind.defender))
    if shape.app is not None:
        plans.append("Containers")
    table = draft.table("defender")
    covered = {
        plan.name for plan in shape.found.of_type(PRICING) if plan.text("properties", "pricingTier") == "Standard"
    }
    off = [plan for plan in plans if shape.found.of_type(PRICING) and plan not in covered]
    beside = f"; FOUND off: {', '.join(off)}" if off else ""
    table.add("plans", plans or ["KeyVaults"], f"the plan of each kind of service{beside}")
    asks = "the lowest acceptable secure score, from 0 to 1"
    table.add("secure_score_floor", SCORE_FLOOR, "", asks)
