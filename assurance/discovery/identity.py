"""The application's identity with the guide's roles, and Defender's plans for the kinds of services there are."""

from __future__ import annotations

from assurance.discovery.draft import Draft
from assurance.discovery.found import FoundResource
from assurance.discovery.shape import Shape
from assurance.estate.identity.identity import BUILT_IN_ROLES
from assurance.estate.resources.resource import is_within, name_of

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
    table = draft.table("identity", remarks=[f"found, and not demanded by the guide: {one}" for one in beyond])
    if identity is None:
        table.add("name", "id-apex", "", "what the application's user-assigned identity is called: none was found")
    else:
        table.add("name", identity.name, f"found: {identity.label}")
        if not shape.found.is_here(identity):
            table.add("resource_group", identity.group, "found")
        if identity.subscription.casefold() != shape.found.subscription_id.casefold():
            table.add("subscription", identity.subscription, "found")
    for role, service in demanded:
        one = draft.table("identity.roles", is_one_of_many=True)
        is_held = any(role == name and is_within(service.resource.id, scope) for name, scope in held)
        one.add("role", role, "guide" if is_held else "guide; NOT FOUND")
        one.add("service", service.key)
    if not demanded:
        one = draft.table("identity.roles", is_one_of_many=True)
        key = shape.services[0].key if shape.services else "key_vault"
        one.add("role", "Reader", "", "which role the application needs, and on which service")
        one.add("service", key)


def _held(shape: Shape, identity: FoundResource | None) -> list[tuple[str, str]]:
    """Return role and scope of each assignment to the identity, in order."""
    principal = identity.text("properties", "principalId") if identity is not None else ""
    if not principal:
        return []
    mine = [one for one in shape.found.of_type(ASSIGNMENT) if one.text("properties", "principalId") == principal]
    return sorted((_role(shape, one), one.text("properties", "scope")) for one in mine)


def _role(shape: Shape, assignment: FoundResource) -> str:
    wanted = name_of(assignment.text("properties", "roleDefinitionId")).casefold()
    definitions = {one.name.casefold(): one.text("properties", "roleName") for one in shape.found.of_type(DEFINITION)}
    built_in = {guid: name for name, guid in BUILT_IN_ROLES.items()}
    return definitions.get(wanted) or built_in.get(wanted) or f"role {wanted}"


def propose_defender(draft: Draft, shape: Shape) -> None:
    """Add `[defender]`: a plan for each kind of service."""
    plans = list(dict.fromkeys(service.kind.defender for service in shape.services if service.kind.defender))
    if shape.app is not None:
        plans.append("Containers")
    table = draft.table("defender")
    found = {one.name for one in shape.found.of_type(PRICING) if one.text("properties", "pricingTier") == "Standard"}
    off = [plan for plan in plans if shape.found.of_type(PRICING) and plan not in found]
    beside = f"; FOUND off: {', '.join(off)}" if off else ""
    table.add("plans", plans or ["KeyVaults"], f"the plan of each kind of service{beside}")
    asks = "the lowest acceptable secure score, from 0 to 1"
    table.add("secure_score_floor", SCORE_FLOOR, "", asks)
