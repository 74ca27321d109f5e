"""The approval of estimates, which the guide demands of managers and which the API may lack."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.apex.client import Exchange
from assurance.apex.client.exchange import all_readings
from assurance.apex.roles.attempts import Script, State
from assurance.apex.roles.description import ApiDescription
from assurance.apex.roles.matrix import Agreed, Cell
from assurance.apex.roles.scene import Scene, Target
from assurance.errors import NotEvaluated
from assurance.tape import sha256
from assurance.verdicts import Fact

READER = "estimator"


@dataclass(frozen=True, slots=True)
class LackingCell:
    """A cell of an operation that the API does not have.

    Attributes:
        cell: The cell.
        description: The API's own description, which shows that.
    """

    cell: Cell
    description: ApiDescription

    @property
    def is_as_agreed(self) -> Fact:
        """Whether the role can do what the guide demands: it cannot.

        Raises:
            NotEvaluated: The role must be refused, which an operation that is not there does not show.
        """
        readings = all_readings((self.description.answer,))
        lacking = "the API has no operation to approve an estimate"
        remedy = (
            "Add the operation to APEX, or say in [[application.offered_elsewhere]] of the environment file how "
            f"estimates are approved there (operation = {self.cell.operation.name!r})."
        )
        if self.cell.agreed is not Agreed.ALLOWED:
            raise NotEvaluated(f"Nobody can be refused: {lacking}.", remedy, readings)
        expected = f"{self.cell.caller} {self.cell.operation.name}: {self.cell.agreed}"
        return Fact(False, expected, lacking, self.cell.id, readings, remedy)


def approving(method: str, path: str) -> Script:
    """Return how the approval is tried where the API describes it."""

    def prepare(scene: Scene, target: Target) -> Target:
        return scene.with_estimate(target)

    def attempt(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
        return (scene.flow.call(method, path.replace("{}", target.estimate_id), caller, json={}),)

    def look(scene: Scene, target: Target, pause_seconds: float) -> State:
        shown = scene.flow.read_estimate(target.estimate_id, READER, pause_seconds=pause_seconds)
        return State(f"estimate {sha256(shown.content)[:12]} ({shown.status})", (shown,))

    return Script(prepare, attempt, look, renews=True)
