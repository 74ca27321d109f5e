"""Which roles a principal holds, and which the application needs."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.estate import Estate
from assurance.estate.identity.identity import BUILT_IN_ROLES
from assurance.estate.resources.resource import is_within, name_of, same_id
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class NeededRole:
    """A role that the application needs, or that the environment file lets it have.

    Attributes:
        role: The role's name.
        definition: Its GUID, where the file gives it or where the role is a well-known one; else empty.
        scope: Where it is needed: a resource or what is above one.
        required: Whether it must be there, too.
    """

    role: str
    definition: str
    scope: str
    required: bool = True

    @classmethod
    def of(cls, role: str, definition: str | None, scope: str, *, required: bool = True) -> NeededRole:
        """Return the role, by its GUID where that is known."""
        return cls(role, (definition or BUILT_IN_ROLES.get(role, "")).casefold(), scope, required)

    def is_role(self, role_id: str, definition: Document | None) -> bool:
        """Tell whether it is the role of that GUID; where none is known, the built-in role of its name."""
        if self.definition or definition is None:
            return self.definition == role_id
        kind = (definition.text("properties", "type") or "").casefold()
        return kind == "builtinrole" and definition.text("properties", "roleName") == self.role

    def reaches(self, scope: str) -> bool:
        """Tell whether an assignment at a scope is for what needs the role: there, below, or that resource's group.

        A resource group of one's own is no wider in practice than what is in it, all of which is judged.
        """
        group = self.scope[: self.scope.casefold().index("/providers/")] if "/providers/" in self.scope else self.scope
        return is_within(scope, self.scope) or same_id(scope, group)


@dataclass(frozen=True, slots=True)
class Holding:
    """The role assignments of one principal, and of the groups that it is in.

    Attributes:
        holder: Whose, in words for a report.
        principal_id: The object id.
        assignments: What Azure lists for it.
        readings: Keys of the readings that say so.
    """

    holder: str
    principal_id: str
    assignments: tuple[Document, ...]
    readings: tuple[str, ...]

    def own(self) -> list[Document]:
        """Return the assignments to the principal or to a group (of which Azure says that it is a member)."""
        return [
            one
            for one in self.assignments
            if one.required_text("properties", "principalId").casefold() == self.principal_id.casefold()
            or (one.text("properties", "principalType") or "").casefold() == "group"
        ]

    def groups(self) -> frozenset[str]:
        """Return the groups that it is known to be in, because they have roles."""
        return frozenset(
            one.required_text("properties", "principalId").casefold()
            for one in self.own()
            if (one.text("properties", "principalType") or "").casefold() == "group"
        )


def needed_roles(estate: Estate) -> tuple[NeededRole, ...]:
    """Return the roles that the environment file says are needed or permitted."""
    declared = estate.environment.identity
    required = (NeededRole.of(one.role, one.role_definition, estate.service_id(one.service)) for one in declared.roles)
    permitted = (
        NeededRole.of(one.role, one.role_definition, one.scope, required=False) for one in declared.permitted_roles
    )
    return (*required, *permitted)


def role_of(assignment: Document) -> str:
    """Return the GUID of an assignment's role: the id stands with and without the subscription before it."""
    return name_of(assignment.required_text("properties", "roleDefinitionId")).casefold()


def scope_of(assignment: Document) -> str:
    """Return where an assignment holds."""
    return assignment.required_text("properties", "scope")
