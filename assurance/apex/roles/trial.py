"""The trial: every cell of the role matrix, tried against the API, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from assurance.apex.client import Exchange, Flows
from assurance.apex.client.exchange import all_readings
from assurance.apex.estimation.answers import OK, SUCCESSES, tells_something
from assurance.apex.roles.approval import LackingCell, approving
from assurance.apex.roles.attempts import SCRIPTS, Script, State
from assurance.apex.roles.description import ApiDescription
from assurance.apex.roles.matrix import CALLERS, OPERATIONS, Agreed, Caller, Cell, Operation
from assurance.apex.roles.scene import Scene, Target, build_stage
from assurance.judging.once import Once
from assurance.verdicts import Fact

FLOW = "roles"
FORBIDDEN = 403
UNAUTHENTICATED = (401, 403)
SHUT = frozenset({Agreed.REFUSED, Agreed.UNAUTHENTICATED})
REMEDIES = {
    Agreed.ALLOWED: "Give the role this permission in APEX, or correct assurance/apex/roles/matrix.py.",
    Agreed.HIDDEN: "APEX lists what the caller has no access to: let it filter by access.",
}
OTHER_REMEDY = "Let APEX check role and access before it does anything, and answer 403."


@dataclass(frozen=True, slots=True)
class TriedCell:
    """One cell, and what came of it.

    Attributes:
        cell: The cell.
        target: What was acted upon.
        exchanges: The answers; the first is that to the operation itself.
        before: What was seen before; None for an operation that only reads.
        now: What was seen afterwards.
    """

    cell: Cell
    target: Target
    exchanges: tuple[Exchange, ...]
    before: State | None
    now: State | None

    @property
    def is_as_agreed(self) -> Fact:
        """Whether the role is allowed or refused as the matrix says, and the effect is that of the answer.

        Raises:
            NotEvaluated: The caller was throttled, or a success says nothing that APEX would say.
        """
        answer, agreed = self.exchanges[0], self.cell.agreed
        answer.answers(OK)
        refused = answer.status == FORBIDDEN and not self.has_changed_something
        match agreed:
            case Agreed.ALLOWED:
                holds = self._allowed
            case Agreed.REFUSED:
                holds = refused
            case Agreed.UNAUTHENTICATED:
                holds = answer.status in UNAUTHENTICATED and not self.has_changed_something
            case Agreed.HIDDEN:
                holds = self._allowed and not self._names_the_target
            case Agreed.EITHER:
                holds = refused or self._allowed
        remedy = "" if holds else REMEDIES.get(agreed, OTHER_REMEDY)
        seen = all_readings((*self.exchanges, *self._seen()))
        return Fact(holds, self._expected, self._observed, self.cell.id, seen, remedy)

    @property
    def has_changed_something(self) -> bool:
        """Whether what is seen afterwards differs from what was seen before."""
        return self.before is not None and self.now is not None and self.before.value != self.now.value

    @property
    def _allowed(self) -> bool:
        answer = self.exchanges[0]
        return answer.status in SUCCESSES and tells_something(answer) and (self.now is None or self._has_its_effect)

    @property
    def _has_its_effect(self) -> bool:
        """Whether what is seen changed, by one object where objects are counted.

        More than one is what refused callers left to be done later: a job that was started although it was refused.
        """
        if self.before is None or self.now is None or self.before.count is None or self.now.count is None:
            return self.has_changed_something
        return self.now.count - self.before.count == 1

    @property
    def _names_the_target(self) -> bool:
        return any(self.target.project_id.encode() in one.content for one in self.exchanges)

    @property
    def _expected(self) -> str:
        effect = {
            Agreed.ALLOWED: ", and it takes effect",
            Agreed.EITHER: ", and the effect is that of the answer",
        }
        told = effect.get(self.cell.agreed, ", and no trace of it") if self.now is not None else ""
        return f"{self.cell.caller} {self.cell.operation.name}: {self.cell.agreed}{told}"

    @property
    def _observed(self) -> str:
        told = self.exchanges[0].outcome
        if self.before is not None and self.now is not None:
            told += f"; before: {self.before.value}, afterwards: {self.now.value}"
        if self.exchanges[0].status in SUCCESSES and self.has_changed_something and not self._allowed:
            told += ", more than was asked for: what was refused before may have been carried out"
        if self.cell.agreed is Agreed.HIDDEN:
            told += f"; the project is {'' if self._names_the_target else 'not '}among what is listed"
        return told

    def _seen(self) -> tuple[Exchange, ...]:
        return tuple(one for state in (self.before, self.now) if state is not None for one in state.exchanges)


class RoleTrial:
    """Tries the matrix, a row at a time: one flow for each row, on a stage that all share.

    Within a row those are tried first who must be refused, so that nothing that is allowed hides what a refusal left
    behind.
    """

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._once = Once()

    def cell(self, cell: Cell) -> TriedCell | LackingCell:
        """Return what came of a cell, trying its row if that was not done yet.

        Raises:
            NotEvaluated: The row cannot be tried.
        """
        if cell.operation.path:
            return self._row(cell.operation, SCRIPTS[cell.operation.name])[cell.caller]
        found = self.description.approval()
        if found is None:
            return LackingCell(cell, self.description)
        return self._row(cell.operation, approving(*found))[cell.caller]

    @property
    def description(self) -> ApiDescription:
        """What the API describes of itself.

        Raises:
            NotEvaluated: It does not.
        """
        return self._once.of("description", lambda: ApiDescription.read(self._flows.application))

    def scene(self, name: str, suffix: str) -> Scene:
        """Return the scene of a flow of its own, beside the rows."""
        return Scene(self._flows.begin(f"{FLOW}:{name}"), suffix, self.stage)

    def stage(self) -> Target:
        """Return the project that rows read from.

        Raises:
            NotEvaluated: It cannot be made.
        """
        return self._once.of("stage", lambda: build_stage(self.scene("stage", "roles")))

    def _row(self, operation: Operation, script: Script) -> dict[Caller, TriedCell]:
        return self._once.of(operation.name, lambda: self._try_row(operation, script))

    def _try_row(self, operation: Operation, script: Script) -> dict[Caller, TriedCell]:
        scene = self.scene(operation.name, f"role{OPERATIONS.index(operation) + 1:02d}")
        refused_first = sorted(CALLERS, key=lambda caller: operation.of(caller) not in SHUT)
        tried: dict[Caller, TriedCell] = {}
        target: Target | None = None
        before: State | None = None
        for caller in refused_first:
            if target is None:
                target = script.prepare(scene, caller)
                before = script.look(scene, target, ()) if script.look is not None else None
            cell = _try(scene, script, target, before, Cell(operation, caller))
            tried[caller], before = cell, cell.now
            if script.renew == "always" or (script.renew == "when changed" and cell.has_changed_something):
                target = None
        return tried


def _try(scene: Scene, script: Script, target: Target, before: State | None, cell: Cell) -> TriedCell:
    exchanges = script.attempt(scene, target, cell.caller)
    now = script.look(scene, target, exchanges) if script.look is not None else None
    return TriedCell(cell, target, exchanges, before, now)


@lru_cache(maxsize=4)
def trial_of(flows: Flows) -> RoleTrial:
    """Return the trial of a run: one, whoever asks."""
    return RoleTrial(flows)
