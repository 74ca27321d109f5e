"""The application's identity, and what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache

from assurance.errors import NotEvaluated
from assurance.estate.resources.resource import Resource, is_within, listed, name_of, same_id, segments, wrong_among
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

# "Azure built-in roles", Microsoft Learn.
BUILT_IN_ROLES = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Cognitive Services OpenAI User": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
}
BROAD_ROLES = frozenset(
    BUILT_IN_ROLES[name]
    for name in ("Owner", "Contributor", "User Access Administrator", "Role Based Access Control Administrator")
)
MANAGEMENT_GROUPS = ("providers", "microsoft.management", "managementgroups")
EVERYONE = "00000000-0000-0000-0000-000000000000"
ASSIGNING_ROLES = "microsoft.authorization/roleassignments/write"


@dataclass(frozen=True, slots=True)
class ManagedIdentity(Resource):
    """A user-assigned identity (Microsoft.ManagedIdentity/userAssignedIdentities)."""

    @property
    def exists(self) -> Fact:
        """Whether it exists, with the object id that role assignments name."""
        return self.judge(
            "the resource exists", lambda document: (True, f"{document.id} exists, as {self.principal_id}")
        )

    @property
    def principal_id(self) -> str | None:
        """The object id that role assignments name; None if the identity does not exist."""
        return self.document.required_text("properties", "principalId") if self.document is not None else None


@dataclass(frozen=True, slots=True)
class Access:
    """What the identity may do, at every level of the subscription.

    Attributes:
        identity: Whose access.
        assignments: Role assignments of the identity and of its groups.
        denials: Deny assignments that Azure reports for it.
        definitions: The definitions of the assigned roles, by the GUID in lower case.
        definition_readings: Keys of the readings behind each definition, by the same GUID.
        readings: Keys of the readings behind all else.
        unread: Why the definition of a role could not be read, by the same GUID.
        denials_unread: Why the deny assignments could not be read; None if they were.
    """

    identity: ManagedIdentity
    assignments: tuple[Document, ...]
    denials: tuple[Document, ...]
    definitions: Mapping[str, Document]
    definition_readings: Mapping[str, tuple[str, ...]]
    readings: tuple[str, ...]
    unread: Mapping[str, NotEvaluated] = field(default_factory=dict)
    denials_unread: NotEvaluated | None = None

    def grants(self, role: str, definition: str | None, scope: str) -> Fact:
        """Whether the role is assigned on that scope or above it, without a condition, and nothing denies it there."""
        wanted = (definition or BUILT_IN_ROLES.get(role, "")).casefold()
        mine = [one for one in self._own() if _role_of(one) == wanted and _covers(_scope_of(one), scope)]
        plain = [one for one in mine if not one.text("properties", "condition")]
        denied = [one.text("properties", "denyAssignmentName") or one.name for one in self._denials_on(scope, wanted)]
        refusal = self.unread.get(wanted) or self.denials_unread
        if plain and refusal is not None:
            raise refusal.again()
        if plain and denied:
            observed = f"assigned, but denied by {listed(denied)}"
        elif plain and wanted not in self.definitions:
            observed = "assigned, but Azure has no definition of the role"
        elif plain:
            observed = f"assigned at {listed({_scope_of(one) for one in plain})}"
        elif mine:
            observed = f"assigned only under a condition: {mine[0].text('properties', 'condition')}"
        else:
            observed = f"not assigned; the identity's roles are {listed(self._told(one) for one in self._own())}"
        remedy = (
            f"az role assignment create --assignee-object-id {self.identity.principal_id} --assignee-principal-type "
            f'ServicePrincipal --role "{role}" --scope {scope}'
        )
        holds = bool(plain) and not denied and wanted in self.definitions
        cited = self.definition_readings.get(wanted, ())
        return self._fact(holds, f"{role} on {scope}, or above it", observed, remedy, cited)

    @property
    def is_no_broader_than_needed(self) -> Fact:
        """Whether the identity holds no administrative role and no wildcard actions, at any level.

        Raises:
            NotEvaluated: Azure lists no assignment at all: who may not see any sees none.
        """
        if self.identity.document is not None and not self._own():
            raise NotEvaluated(
                f"Azure lists no role assignment of {self.identity.id}, which proves nothing.",
                "Grant the suite's identity Reader on the subscription; the roles that are required are judged beside.",
                self.readings,
            )
        broad = wrong_among(self._own(), lambda one: one.id if self._is_broad(one) else None)
        remedy = "; ".join(f"az role assignment delete --ids {one}" for one in broad)
        expected = "no Owner, Contributor, User Access Administrator, and no wildcard actions, at any level"
        cited = tuple(key for readings in self.definition_readings.values() for key in readings)
        return self._fact(
            not broad,
            expected,
            listed((self._told(one) for one in self._own() if one.id in broad), "no broad role"),
            remedy,
            cited,
        )

    def _own(self) -> list[Document]:
        """Return the assignments to the identity or to a group (of which Azure says that it is a member)."""
        principal = (self.identity.principal_id or "").casefold()
        return [
            one
            for one in self.assignments
            if one.required_text("properties", "principalId").casefold() == principal
            or (one.text("properties", "principalType") or "").casefold() == "group"
        ]

    def _is_broad(self, assignment: Document) -> bool:
        role = _role_of(assignment)
        if role in BROAD_ROLES:
            return True
        definition = self.definitions.get(role)
        if definition is None and role in self.unread:
            raise self.unread[role].again()
        if definition is None:
            return True
        return any(
            _is_broad_action(action)
            for permission in definition.required_items("properties", "permissions")
            for action in permission.texts("actions") + permission.texts("dataActions")
        )

    def _denials_on(self, scope: str, role: str) -> list[Document]:
        return [one for one in self.denials if self._applies(one, scope) and self._takes_from(one, role)]

    def _applies(self, denial: Document, scope: str) -> bool:
        """Tell whether a denial is of the identity, or of a group (Azure lists those that it is in), on that scope."""
        mine = {(self.identity.principal_id or "").casefold(), EVERYONE}
        principals = denial.required_items("properties", "principals")
        excluded = {(one.text("id") or "").casefold() for one in denial.items("properties", "excludePrincipals")}
        concerned = any(
            (one.text("id") or "").casefold() in mine or (one.text("type") or "").casefold() == "group"
            for one in principals
        )
        here = denial.required_text("properties", "scope")
        there_only = denial.flag("properties", "doNotApplyToChildScopes") is True
        reaches = same_id(scope, here) if there_only else _covers(here, scope)
        return concerned and reaches and not excluded & mine

    def _takes_from(self, denial: Document, role: str) -> bool:
        """Tell whether a denial takes away any action that the role grants."""
        definition = self.definitions.get(role)
        granted = definition.required_items("properties", "permissions") if definition is not None else ()
        return any(
            _overlap(denied, action) and not any(_holds(spared, action) for spared in taken.texts(excepted))
            for taken in denial.items("properties", "permissions")
            for kind, excepted in (("actions", "notActions"), ("dataActions", "notDataActions"))
            for denied in taken.texts(kind)
            for permission in granted
            for action in permission.texts(kind)
        )

    def _told(self, assignment: Document) -> str:
        role = _role_of(assignment)
        definition = self.definitions.get(role)
        name = definition.text("properties", "roleName") if definition is not None else None
        unknown = f"role {role}, of which Azure has no definition, so that what it allows is not known,"
        return f"{name or unknown} at {_scope_of(assignment)}"

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, readings: tuple[str, ...]) -> Fact:
        if self.identity.document is None:
            holds, observed = False, "the identity does not exist"
        return Fact(holds, expected, observed, self.identity.id, self.readings + readings, "" if holds else remedy)


def _role_of(assignment: Document) -> str:
    """Return the role's GUID: the id stands with and without the subscription before it."""
    return name_of(assignment.required_text("properties", "roleDefinitionId")).casefold()


def _scope_of(assignment: Document) -> str:
    return assignment.required_text("properties", "scope")


def _covers(assigned: str, scope: str) -> bool:
    """Tell whether what is assigned at one scope holds at another; Azure lists only management groups above it."""
    return segments(assigned)[:3] == MANAGEMENT_GROUPS or is_within(scope, assigned)


def _is_broad_action(action: str) -> bool:
    """Tell a wildcard over all providers, other than for reading, or one that reaches role assignments."""
    pattern = action.casefold()
    if pattern == "*" or (pattern.startswith("*/") and not pattern.endswith("/read")):
        return True
    return fnmatchcase(ASSIGNING_ROLES, pattern)


def _holds(pattern: str, action: str) -> bool:
    """Tell whether a pattern covers an action, or all that another pattern names."""
    return fnmatchcase(action.casefold(), pattern.casefold())


def _overlap(one: str, other: str) -> bool:
    """Tell whether two patterns of actions, in which `*` is any text, can name the same action."""
    return _meet(one.casefold(), other.casefold())


@lru_cache(maxsize=4096)
def _meet(one: str, other: str) -> bool:
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(other, one)
    return one[0] == other[0] and _meet(one[1:], other[1:])
