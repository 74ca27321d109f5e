"""What a cell of the role matrix came to once it was tried, or why it was not."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.access import Lack
from assurance.apex.client import Exchange
from assurance.apex.client.exchange import all_readings
from assurance.apex.estimation.answers import id_in, tells_something
from assurance.apex.roles.attempts import State
from assurance.apex.roles.matrix import Agreed, Cell
from assurance.apex.roles.scene import Target
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact
from assurance.world.http.attempts import SERVER_ERRORS, SUCCESSES

UNAUTHENTICATED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
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
        lack: Why the caller has not the access that the cell is about; None if it has.
    """

    cell: Cell
    target: Target
    exchanges: tuple[Exchange, ...]
    before: State | None
    now: State | None
    lack: Lack | None = None

    @property
    def is_as_agreed(self) -> Fact:
        """Whether the role is allowed or refused as the matrix says, and the effect is that of the answer.

        Raises:
            NotEvaluated: The caller was throttled, or a success says nothing that APEX would say; or what is answered
                is not about the role: it has not its access, or the server broke down.
        """
        answer, agreed = self.exchanges[0], self.cell.agreed
        answer.answers(HTTPStatus.OK)
        self._refuse_what_is_not_the_roles()
        refused = answer.status == HTTPStatus.FORBIDDEN and not self.has_changed_something
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
        if self.lack is not None and self._is_the_refused_grant and not holds:
            remedy = self.lack.remedy
        seen = all_readings((*self.exchanges, *self._seen()))
        return Fact(holds, self._expected, self._observed, self.cell.id, seen, remedy)

    @property
    def has_changed_something(self) -> bool:
        """Whether what is seen afterwards differs from what was seen before, but for what the row itself announced."""
        if self.before is None or self.now is None:
            return False
        if self.before.ids is not None and self.now.ids is not None:
            return bool(self.now.ids - self.before.ids)
        return self.before.value != self.now.value

    def _refuse_what_is_not_the_roles(self) -> None:
        """Judge no role by an answer that is about something else."""
        answer, agreed = self.exchanges[0], self.cell.agreed
        if agreed not in SHUT and self.cell.operation.kind != "service" and answer.status in SERVER_ERRORS:
            raise NotEvaluated(
                f"The server broke down, which says nothing of a role: {answer.called} {answer.outcome}.",
                "See ERR-01, which names the operation.",
                answer.readings,
            )
        # Who has no role is refused as anybody is, which proves nothing of the role; a success would.
        is_refused = answer.status == HTTPStatus.FORBIDDEN and not self.has_changed_something
        if self.lack is not None and is_refused and not self._is_the_refused_grant:
            raise self.lack.not_evaluated()

    @property
    def _is_the_refused_grant(self) -> bool:
        """Whether this is the grant whose refusal leaves roles without access: the one finding of that."""
        is_granting = self.cell.operation.name == "grants-access" and self.cell.agreed is Agreed.ALLOWED
        return is_granting and self.lack is not None and self.lack.is_refused_grant

    @property
    def shows_its_effect(self) -> bool:
        """Whether what the answer tells is seen."""
        return self._has_its_effect

    @property
    def _allowed(self) -> bool:
        answer = self.exchanges[0]
        return answer.status in SUCCESSES and tells_something(answer) and (self.now is None or self._has_its_effect)

    @property
    def _has_its_effect(self) -> bool:
        """Whether the effect is seen: the object that the answer names, or what is different than before."""
        if self._shows_in_its_job:
            return self._shows_its_job
        if self.now is not None and self.now.ids is not None:
            return id_in(self.exchanges[0]) in self.now.ids
        return self.has_changed_something

    @property
    def _shows_in_its_job(self) -> bool:
        """Whether something was started: it shows in its job, and how that ends is judged by the workflow."""
        return self.exchanges[0].status == HTTPStatus.ACCEPTED and self.cell.agreed not in SHUT

    @property
    def _shows_its_job(self) -> bool:
        """Whether the very job that was announced is there for whoever started it."""
        if len(self.exchanges) == 1 or self.exchanges[1].status != HTTPStatus.OK:
            return False
        return tells_something(self.exchanges[1]) and id_in(self.exchanges[1]) == id_in(self.exchanges[0])

    @property
    def _names_the_target(self) -> bool:
        return any(self.target.project_id.encode() in exchange.content for exchange in self.exchanges)

    @property
    def _expected(self) -> str:
        effect = {
            Agreed.ALLOWED: ", and it takes effect",
            Agreed.EITHER: ", and the effect is that of the answer",
        }
        wanted = effect.get(self.cell.agreed, ", and no trace of it") if self.now is not None else ""
        return f"{self.cell.caller} {self.cell.operation.name}: {self.cell.agreed}{wanted}"

    @property
    def _observed(self) -> str:
        outcome = self.exchanges[0].outcome
        if self.before is not None and self.now is not None and not self._shows_in_its_job:
            outcome += f"; before: {self.before.value}, afterwards: {self.now.value}"
        if self.cell.agreed is Agreed.HIDDEN:
            outcome += f"; the project is {'' if self._names_the_target else 'not '}among what is listed"
        return outcome

    def _seen(self) -> tuple[Exchange, ...]:
        """Return the looks that it rests on."""
        if self._shows_in_its_job:
            return ()
        return tuple(exchange for state in (self.before, self.now) if state is not None for exchange in state.exchanges)


@dataclass(frozen=True, slots=True)
class UntriedCell:
    """A cell that the environment does not let one try.

    Attributes:
        cell: The cell.
        reason: Why not.
        remedy: What to do about it.
        readings: Keys of the readings that show it.
    """

    cell: Cell
    reason: str
    remedy: str
    readings: tuple[str, ...] = ()

    @property
    def is_as_agreed(self) -> Fact:
        """Never known.

        Raises:
            NotEvaluated: Always.
        """
        raise NotEvaluated(self.reason, self.remedy, self.readings)
