"""The trial: every cell of the role matrix, tried against the API, row by row."""

from __future__ import annotations

from functools import lru_cache

from assurance.apex.client import Flows
from assurance.apex.client.sign_in import UserIds
from assurance.apex.roles.attempts import SCRIPTS, Script
from assurance.apex.roles.description import ApiDescription, LackingCell, approving
from assurance.apex.roles.matrix import OPERATIONS, Cell, Operation
from assurance.apex.roles.row import Row, try_row
from assurance.apex.roles.scene import Ground, Scene, Target, lay_ground
from assurance.apex.roles.tried import TriedCell, UntriedCell
from assurance.judging.nouns import Once

FLOW = "roles"


class RoleTrial:
    """Tries the matrix, a row at a time: one flow for each row, on a ground that all share."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._once = Once()

    def cell(self, cell: Cell) -> TriedCell | UntriedCell | LackingCell:
        """Return what came of a cell, trying its row if that was not done yet.

        Raises:
            NotEvaluated: The row cannot be tried.
        """
        if cell.operation.path:
            return self._row(cell.operation, SCRIPTS[cell.operation.name])[cell.caller]
        approval = self.description.approval()
        if approval is None:
            return LackingCell(cell, self.description)
        return self._row(cell.operation, approving(*approval))[cell.caller]

    @property
    def description(self) -> ApiDescription:
        """What the API describes of itself.

        Raises:
            NotEvaluated: It does not.
        """
        return self._once.of("description", lambda: ApiDescription.read(self._flows.application))

    def scene(self, name: str, suffix: str, number: int = 0, *, only_reads: bool = False) -> Scene:
        """Return the scene of a flow of its own, beside the rows."""
        flow = self._flows.begin(f"{FLOW}:{name}", only_reads=only_reads)
        return Scene(flow, suffix, self.user_ids, self.ground, self.stage, number)

    @property
    def user_ids(self) -> UserIds:
        """By which ids APEX knows people."""
        return self._once.of("user ids", lambda: UserIds(self._flows, f"{FLOW}:user-ids"))

    def ground(self) -> Ground:
        """Return the first project on which the roles have their access.

        Raises:
            NotEvaluated: It cannot be made.
        """
        return self._once.of("ground", lambda: lay_ground(self.scene("ground", "roles", only_reads=self._on_standing)))

    def stage(self) -> Target:
        """Return the project that rows read from, with a document and an estimate.

        Raises:
            NotEvaluated: It cannot be made.
        """

        def build() -> Target:
            scene = self.scene("stage", "stage")
            return scene.with_estimate(scene.with_document(self.ground().target))

        return self._once.of("stage", build)

    def _row(self, operation: Operation, script: Script) -> Row:
        return self._once.of(operation.name, lambda: self._try_row(operation, script))

    def _try_row(self, operation: Operation, script: Script) -> Row:
        number = OPERATIONS.index(operation)
        only_reads = operation.is_read_at_once(on_standing=self._on_standing)
        scene = self.scene(operation.name, f"role{number + 1:02d}", number, only_reads=only_reads)
        return try_row(scene, operation, script)

    @property
    def _on_standing(self) -> bool:
        """Whether the roles have their access on projects that stand already."""
        return bool(self._flows.application.declared.access.places)


@lru_cache(maxsize=4)
def trial_of(flows: Flows) -> RoleTrial:
    """Return the trial of a run: one, whoever asks."""
    return RoleTrial(flows)
