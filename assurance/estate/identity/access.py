"""What the identities of the application may do, compared with what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assurance.errors import NotEvaluated
from assurance.estate.identity.identity import (
    BROAD_ROLES,
    BUILT_IN_ROLES,
    EVERYONE,
    Holding,
    ManagedIdentity,
    NeededRole,
    role_of,
    scope_of,
)
from assurance.estate.identity.permissions import Operations, granted, takes_from
from assurance.estate.resources.resource import is_within, listed, same_id, segments
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

MANAGEMENT_GROUPS = ("providers", "microsoft.management", "managementgroups")
MAX_TOLD = 3


@dataclass(frozen=True, slots=True)
class Access:
    """What the application's identities may do, at every level of the subscription.

    Attributes:
        identity: The declared one.
        holding: Its role assignments.
        denials: Deny assignments that Azure reports for it.
        definitions: The definitions of the assigned roles, by the GUID in lower case.
        definition_readings: Keys of the readings behind each definition, by the same GUID.
        refusals: Why a definition could not be read, by the same GUID.
        denials_unread: Why the deny assignments could not be read; None if they were.
        others: Role assignments of the application's other identities.
        unread: Why other identities, or what they hold, could not be read; None if all were.
        readings: Keys of the readings behind all else.
    """

    identity: ManagedIdentity
    holding: Holding
    denials: tuple[Document, ...]
    definitions: Mapping[str, Document]
    definition_readings: Mapping[str, tuple[str, ...]]
    readings: tuple[str, ...]
    refusals: Mapping[str, NotEvaluated]
    denials_unread: NotEvaluated | None = None
    others: tuple[Holding, ...] = ()
    unread: NotEvaluated | None = None

    def grants(self, role: str, definition: str | None, scope: str) -> Fact:
        """Whether the role is assigned on that scope or above it, without a condition, and nothing denies it there.

        Raises:
            NotEvaluated: The role is assigned, and what it is could not be read.
        """
        wanted = (definition or BUILT_IN_ROLES.get(role, "")).casefold()
        own = self.holding.own()
        assignments = [
            assignment for assignment in own if role_of(assignment) == wanted and _covers(scope_of(assignment), scope)
        ]
        plain = [assignment for assignment in assignments if not assignment.text("properties", "condition")]
        refusal = self.refusals.get(wanted) or self.denials_unread
        if plain and refusal is not None:
            raise refusal.again()
        denials = self._denials_on(scope, wanted)
        denied = [denial.text("properties", "denyAssignmentName") or denial.name for denial in denials]
        if plain and denials and all(map(self._may_except, denials)):
            raise NotEvaluated(
                f"{role} on {scope} is denied by {listed(denied)}, which excepts a group, and Azure Resource Manager "
                "does not tell who is in it.",
                "Except the identity itself, or look up in Microsoft Entra whether it is in that group.",
                self.readings,
            )
        if plain and denied:
            observed = f"assigned, but denied by {listed(denied)}"
        elif plain and wanted not in self.definitions:
            observed = f"assigned, but Azure has no definition of role {wanted}"
        elif plain:
            observed = f"assigned at {listed({scope_of(assignment) for assignment in plain})}"
        elif assignments:
            observed = f"assigned only under a condition: {assignments[0].text('properties', 'condition')}"
        else:
            observed = f"not assigned; the identity's roles are {listed(self._told(assignment) for assignment in own)}"
        holds = bool(plain) and not denied and wanted in self.definitions
        remedy = _removing(denied, scope) if plain and denied else self._assigning(role, scope)
        cited = self.definition_readings.get(wanted, ())
        return self._fact(holds, f"{role} on {scope}, or above it", observed, remedy, cited)

    def is_no_broader_than(self, needed: tuple[NeededRole, ...]) -> Fact:
        """Whether no identity of the application may do more than these roles where they are needed, at any level.

        Raises:
            NotEvaluated: Nothing broader was seen, but not everything could be read; or Azure lists no assignment at
                all: who may not see any sees none.
        """
        excessive = [
            (holding, assignment, sentence)
            for holding in (self.holding, *self.others)
            for assignment in holding.own()
            if (sentence := self._beyond(assignment, needed))
        ]
        if not excessive:
            self._require_all_read()
        observed = listed(
            (
                f"{self._told(assignment)}{_whose(holding, self.holding)}: {sentence}"
                for holding, assignment, sentence in excessive
            ),
            f"nothing beyond: {listed(self._told(assignment) for assignment in self.holding.own())}",
        )
        expected = "no identity of the application may do more than the declared roles, where they are needed"
        cited = [key for role in self._decisive(needed) for key in self.definition_readings.get(role, ())]
        cited += [key for holding in self.others for key in holding.readings]
        remedy = "\n".join(dict.fromkeys(self._narrowing(assignment, needed) for _, assignment, _ in excessive))
        return self._fact(not excessive, expected, observed, remedy, tuple(cited))

    def require_assignments(self) -> None:
        """Let nothing be concluded from an empty list: who may not see role assignments sees none.

        Raises:
            NotEvaluated: Azure lists no assignment of the identity.
        """
        if self.identity.document is not None and not self.holding.own():
            raise NotEvaluated(
                f"Azure lists no role assignment of {self.identity.id}, which proves nothing.",
                "Grant the suite's identity Reader on the subscription; the roles that are required are judged beside.",
                self.readings,
            )

    def _require_all_read(self) -> None:
        self.require_assignments()
        refusal = self.unread or next(iter(self.refusals.values()), None)
        if refusal is not None:
            raise refusal.again()

    def _beyond(self, assignment: Document, needed: tuple[NeededRole, ...]) -> str:
        """Return what an assignment gives beyond what is needed, in words; empty if it gives nothing beyond."""
        role, scope = role_of(assignment), scope_of(assignment)
        definition = self.definitions.get(role)
        here = [need for need in needed if need.reaches(scope)]
        if any(need.is_role(role, definition) for need in here):
            return ""
        if role in self.refusals:
            return "an administrative role" if role in BROAD_ROLES else ""
        if definition is None:
            return "Azure has no definition of this role (404), so what it gives is unknown"
        allowed = Operations()
        for need in here:
            known = next((d for key, d in self.definitions.items() if need.is_role(key, d)), None)
            allowed |= granted(known) if known is not None else Operations()
        beyond = granted(definition).beyond(allowed)
        if not beyond:
            return ""
        more = f" and {len(beyond) - MAX_TOLD} more" if len(beyond) > MAX_TOLD else ""
        above = " (needed, but not so far up)" if any(need.is_role(role, definition) for need in needed) else ""
        return f"{', '.join(beyond[:MAX_TOLD])}{more}{above}"

    def _decisive(self, needed: tuple[NeededRole, ...]) -> list[str]:
        """Return the roles whose definitions decide: none that is needed where it is, as its GUID tells.

        What any other grants is compared with what the roles grant that are needed where it is.
        """
        readings: set[str] = set()
        for assignment in (assignment for holding in (self.holding, *self.others) for assignment in holding.own()):
            role, scope = role_of(assignment), scope_of(assignment)
            here = [need for need in needed if need.reaches(scope)]
            if not any(need.is_role(role, None) for need in here):
                readings |= {
                    role,
                    *(key for key, d in self.definitions.items() if any(n.is_role(key, d) for n in here)),
                }
        return sorted(readings)

    def _narrowing(self, assignment: Document, needed: tuple[NeededRole, ...]) -> str:
        """Return how to take an assignment back; where it is what gives a needed role, that is assigned first."""
        role, scope = role_of(assignment), scope_of(assignment)
        definition = self.definitions.get(role)
        relying = [
            need
            for need in needed
            if need.required
            and need.is_role(role, definition)
            and not any(role_of(own) == role and need.reaches(scope_of(own)) for own in self.holding.own())
            and _covers(scope, need.scope)
        ]
        first = [self._assigning(need.role, need.scope) for need in relying]
        return "; ".join((*first, f"az role assignment delete --ids {assignment.id}"))

    def _assigning(self, role: str, scope: str) -> str:
        return (
            f"az role assignment create --assignee-object-id {self.identity.principal_id} --assignee-principal-type "
            f'ServicePrincipal --role "{role}" --scope {scope}'
        )

    def _denials_on(self, scope: str, role: str) -> list[Document]:
        definition = self.definitions.get(role)
        if definition is None:
            return []
        return [denial for denial in self.denials if self._applies(denial, scope) and takes_from(denial, definition)]

    def _applies(self, denial: Document, scope: str) -> bool:
        """Tell whether a denial is of the identity, or of a group (Azure lists those that it is in), on that scope."""
        applicable_ids = {(self.identity.principal_id or "").casefold(), EVERYONE}
        principals = denial.required_items("properties", "principals")
        excluded = {(item.text("id") or "").casefold() for item in denial.items("properties", "excludePrincipals")}
        concerned = any(
            (principal.text("id") or "").casefold() in applicable_ids
            or (principal.text("type") or "").casefold() == "group"
            for principal in principals
        )
        here = denial.required_text("properties", "scope")
        there_only = denial.flag("properties", "doNotApplyToChildScopes") is True
        reaches = same_id(scope, here) if there_only else _covers(here, scope)
        return concerned and reaches and not excluded & (applicable_ids | self.holding.groups())

    def _may_except(self, denial: Document) -> bool:
        """Tell whether a denial excepts a group in which the identity may be, for all that is known."""
        excepted = denial.items("properties", "excludePrincipals")
        return any((principal.text("type") or "").casefold() == "group" for principal in excepted)

    def _told(self, assignment: Document) -> str:
        role = role_of(assignment)
        definition = self.definitions.get(role)
        name = definition.text("properties", "roleName") if definition is not None else None
        return f"{name or f'role {role}'} at {scope_of(assignment)}"

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, readings: tuple[str, ...]) -> Fact:
        if self.identity.document is None:
            holds, observed = False, "the identity does not exist"
        cited = tuple(dict.fromkeys((*self.readings, *readings)))
        return Fact(holds, expected, observed, self.identity.id, cited, "" if holds else remedy)


def _removing(denied: Iterable[str], scope: str) -> str:
    return (
        f"The role is assigned already. Except the identity from the deny assignment {listed(denied)} on {scope}: it "
        "belongs to a deployment stack, a managed application or Azure itself."
    )


def _whose(holding: Holding, declared: Holding) -> str:
    return "" if holding is declared else f" of {holding.holder}"


def _covers(assigned: str, scope: str) -> bool:
    """Tell whether what is assigned at one scope holds at another; Azure lists only management groups above it."""
    return segments(assigned)[:3] == MANAGEMENT_GROUPS or is_within(scope, assigned)
