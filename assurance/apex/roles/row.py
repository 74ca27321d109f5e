"""One row of the role matrix, tried: the refused together, then each who is allowed; what shows is put down to its own.

Who must be refused tries first, all on one target. After the environment's bound for effects one look tells whether
any of them left a trace; only if one did, each tries again alone on a target of its own, and the trace is theirs. So
what shows late is never put down to whoever happened to be tried then. Objects are told by their ids, never counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from assurance.apex.access import MANAGER, Lack
from assurance.apex.client import Exchange
from assurance.apex.client.api import is_shown
from assurance.apex.client.flows import SETTLING_PAUSES
from assurance.apex.client.sign_in import LostToken
from assurance.apex.estimation.answers import id_in, is_there
from assurance.apex.roles.attempts import READER, STATUS, Look, Script, State
from assurance.apex.roles.matrix import CALLERS, Agreed, Caller, Cell, Operation
from assurance.apex.roles.scene import Scene, Target
from assurance.apex.roles.tried import SHUT, TriedCell, UntriedCell
from assurance.errors import NotEvaluated
from assurance.world.http.attempts import SUCCESSES

Row = dict[Caller, TriedCell | UntriedCell]
CREATING = "creates-project"
NOT_THERE = "not there"
# Builds number estimates by the second: of two of one second, only one is ever seen.
APART_SECONDS = 1.1


def try_row(scene: Scene, operation: Operation, script: Script) -> Row:
    """Try a row.

    Raises:
        NotEvaluated: What it needs cannot be made.
    """
    if script.look is None:
        target = script.prepare(scene, Target())
        return {caller: _tried(scene, script, target, Cell(operation, caller)) for caller in CALLERS}
    if operation.name == CREATING:
        return _try_creating(scene, operation, script)
    with scene.holding_its_place():
        return _WritingRow(scene, operation, script, script.look).tried()


class _WritingRow:
    """A row of an operation that changes a project or what is in it."""

    def __init__(self, scene: Scene, operation: Operation, script: Script, look: Look) -> None:
        self._scene = scene
        self._operation = operation
        self._script = script
        self._look = look
        self._first: State | None = None
        self._announced: set[str] = set()
        self._job_seconds = 0.0
        self._has_changed = False

    def tried(self) -> Row:
        """Try everybody, and leave a standing project as it was, as far as that can be done."""
        scene, script = self._scene, self._script
        project = scene.project()
        self._first = self._look(scene, project, 0.0) if script.restore is not None else None
        scene.is_validating = self._first is not None and self._first.value.endswith(f", {STATUS}")
        refused = [caller for caller in CALLERS if self._operation.of(caller) in SHUT]
        target = script.prepare(scene, project)
        before = self._look(scene, target, 0.0)
        row: Row = {}
        attempts: dict[Caller, tuple[Exchange, ...]] = {}
        for caller in refused:
            try:
                attempts[caller] = self._attempt(caller, target)
            except LostToken as error:
                row[caller] = _lost(Cell(self._operation, caller), error)
        for tried in attempts.values():
            self._note(tried)
        # A job takes its time: what it left, though it was refused, shows when those have ended that were allowed.
        row |= self._all_allowed(project) if script.starts_job else {}
        row |= self._refused(attempts, target, before)
        row |= {} if script.starts_job else self._all_allowed(project)
        self._put_back(project)
        return row

    def _refused(self, attempts: Mapping[Caller, tuple[Exchange, ...]], target: Target, before: State) -> Row:
        """Look once whether any of those left a trace who must be refused; if one did, let each try again alone."""
        now = self._without_announced(self._look(self._scene, target, self._effect_seconds))
        cells = {caller: self._cell(caller, target, tried, before, now) for caller, tried in attempts.items()}
        if not any(cell.has_changed_something for cell in cells.values()):
            return dict(cells)
        self._has_changed = True
        alone: dict[Caller, TriedCell] = {}
        for caller in cells:
            self._put_back(target)
            alone[caller] = self._alone(caller)
        # Where it cannot be done once more, as on a standing project that stays archived, it was one of them.
        return dict(alone if any(cell.has_changed_something for cell in alone.values()) else cells)

    def _alone(self, caller: Caller) -> TriedCell:
        """Let one who must be refused try on a target of its own, so that what shows is theirs.

        That somebody left a trace is known by now: where a job has to make it, it is waited for.
        """
        target = self._script.prepare(self._scene, self._scene.project())
        # What was put back may show late, as everything may.
        pause = self._effect_seconds if self._scene.access.places else 0.0
        before = self._look(self._scene, target, max(pause, APART_SECONDS) if self._script.starts_job else pause)
        exchanges = self._attempt(caller, target)
        self._note(exchanges)
        bound, pause = self._effect_seconds, self._effect_seconds
        if self._script.starts_job:
            bound = max(bound, 2 * self._job_seconds, self._scene.flow.application.declared.limits.settle_seconds)
        tried, waited = self._alone_seen(self._cell(caller, target, exchanges, before, before), pause), pause
        while not tried.has_changed_something and waited < bound:
            pause = min(max(pause, SETTLING_PAUSES[-1] / 4), bound - waited)
            tried, waited = self._alone_seen(tried, pause), waited + pause
        return tried

    def _alone_seen(self, tried: TriedCell, pause_seconds: float) -> TriedCell:
        return replace(tried, now=self._without_announced(self._look(self._scene, tried.target, pause_seconds)))

    def _all_allowed(self, project: Target) -> Row:
        return {caller: self._allowed(caller, project) for caller in CALLERS if self._operation.of(caller) not in SHUT}

    def _allowed(self, caller: Caller, project: Target) -> TriedCell | UntriedCell:
        """Let one try who may, and look until the effect that the answer tells of is there."""
        cell, scene, script = Cell(self._operation, caller), self._scene, self._script
        untried = _untried(scene, script, cell)
        if untried is not None:
            return untried
        # What one who must be refused has changed would not change any more.
        renews = script.renews or self._has_changed
        place = scene.own_project() if scene.is_standing else scene.project() if renews else project
        target = script.prepare(scene, place)
        before = self._look(scene, target, 0.0)
        try:
            exchanges = self._attempt(caller, target)
        except LostToken as error:
            return _lost(cell, error)
        self._note(exchanges)
        tried = self._cell(caller, target, exchanges, before, self._look(scene, target, 0.0))
        return self._settled(tried)

    def _note(self, exchanges: tuple[Exchange, ...]) -> None:
        """Note what an answer announces, and how long its job took; who must be refused gives itself away by it."""
        if exchanges[0].status in SUCCESSES:
            self._announced.add(id_in(exchanges[0]))
        if len(exchanges) > 1 and exchanges[1].status in SUCCESSES:
            self._announced.add(exchanges[1].document.text("result_data", "estimate_id") or "")
            took = (exchanges[1].started - exchanges[0].started).total_seconds()
            self._job_seconds = max(self._job_seconds, took)

    def _settled(self, tried: TriedCell) -> TriedCell:
        """Look again until what was answered is seen, within the bound: a success may show late, a refusal must not."""
        bound = self._scene.flow.application.declared.limits.settle_seconds
        if tried.exchanges[0].status not in SUCCESSES:
            return self._seen_again(tried, self._effect_seconds)
        waited, number = 0.0, 0
        while not tried.shows_its_effect and waited < bound:
            pause = SETTLING_PAUSES[min(number, len(SETTLING_PAUSES) - 1)]
            tried, waited, number = self._seen_again(tried, pause), waited + pause, number + 1
        return tried

    def _seen_again(self, tried: TriedCell, pause_seconds: float) -> TriedCell:
        return replace(tried, now=self._look(self._scene, tried.target, pause_seconds))

    def _attempt(self, caller: Caller, target: Target) -> tuple[Exchange, ...]:
        return self._script.attempt(self._scene, target, caller)

    def _cell(
        self, caller: Caller, target: Target, exchanges: tuple[Exchange, ...], before: State, now: State
    ) -> TriedCell:
        cell = Cell(self._operation, caller)
        return TriedCell(cell, target, exchanges, before, now, _lack(self._scene, caller))

    def _without_announced(self, state: State) -> State:
        """Return what is seen without the objects that the row itself was allowed to make."""
        return state if state.ids is None else replace(state, ids=state.ids - self._announced)

    def _put_back(self, project: Target) -> None:
        """Put back what was changed on a project that stands; on one where nobody may, only what somebody did."""
        is_changed = self._scene.access.how == "pool" or (self._scene.is_standing and self._has_changed)
        if self._script.restore is not None and self._first is not None and is_changed:
            self._script.restore(self._scene, project, self._first)

    @property
    def _effect_seconds(self) -> float:
        """How long after a refusal its effect, which must not come, is waited for."""
        return self._scene.flow.application.declared.limits.effect_seconds


def _try_creating(scene: Scene, operation: Operation, script: Script) -> Row:
    """Try to create projects: what a refusal left shows in its number, which can be used only once."""
    targets = {caller: Target(number=scene.number(caller)) for caller in CALLERS}
    pause = scene.flow.application.declared.limits.effect_seconds
    row: Row = {}
    tried: dict[Caller, tuple[Exchange, ...]] = {}
    for caller, target in targets.items():
        try:
            tried[caller] = script.attempt(scene, target, caller)
        except LostToken as error:
            row[caller] = _lost(Cell(operation, caller), error)
    for caller, exchanges in tried.items():
        cell, identifier = Cell(operation, caller), id_in(exchanges[0])
        if identifier:
            shown = scene.flow.read_project(identifier, caller, until=is_shown)
            try:
                now = State("there" if _shows(shown, identifier) else NOT_THERE, (shown,))
            except NotEvaluated as error:
                if operation.of(caller) not in SHUT:
                    row[caller] = UntriedCell(cell, error.reason, error.remedy, error.readings)
                    continue
                now = State(NOT_THERE, (shown,))  # whoever must be refused was not, whatever became of it
        else:
            assert script.look is not None
            now, pause = script.look(scene, targets[caller], pause), 0.0
        row[caller] = TriedCell(cell, targets[caller], exchanges, State(NOT_THERE, ()), now)
    return row


def _shows(shown: Exchange, project_id: str) -> bool:
    """Tell whether a project is shown to whoever created it.

    Raises:
        NotEvaluated: The answer does not tell.
    """
    return shown.status != HTTPStatus.FORBIDDEN and is_there(shown) and shown.document.id == project_id


def _lost(cell: Cell, error: LostToken) -> UntriedCell:
    return UntriedCell(cell, error.reason, error.remedy, error.readings)


def _tried(scene: Scene, script: Script, target: Target, cell: Cell) -> TriedCell | UntriedCell:
    """Try an operation that only reads."""
    try:
        exchanges = script.attempt(scene, target, cell.caller)
    except LostToken as error:
        return _lost(cell, error)
    needs_access = cell.operation.kind not in {"service", "jobs"} and cell.operation.name != "lists-projects"
    lack = _lack(scene, cell.caller) if needs_access else None
    return TriedCell(cell, target, exchanges, None, None, lack)


def _lack(scene: Scene, caller: str) -> Lack | None:
    return next((lack for role, lack in scene.lacks.items() if role == caller), None)


def _untried(scene: Scene, script: Script, cell: Cell) -> UntriedCell | None:
    """Return why a role that is allowed something is not let try it here; None if it is."""
    if scene.is_standing and cell.caller != READER:
        return UntriedCell(
            cell,
            f"What a {cell.caller} is allowed to change is not tried on the standing project.",
            'Let it be tried on projects that may be changed: application.access.how = "pool" or "command".',
        )
    if scene.access.how == "pool" and script.spends and not scene.access.restores_archived:
        return UntriedCell(
            cell,
            "Archiving would use up a project of the pool.",
            "If a manager brings an archived project back by its status, say so: access.restores_archived = true.",
        )
    if cell.caller == MANAGER and cell.agreed is Agreed.EITHER and MANAGER in scene.lacks:
        lack = scene.lacks[MANAGER]
        return UntriedCell(cell, lack.reason, lack.remedy, lack.readings)
    return None
