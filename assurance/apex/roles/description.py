"""The API's own description (`/openapi.json`), held against the role matrix; approval may be missing from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Application, Exchange
from assurance.apex.client.api import READ_ESTIMATE
from assurance.apex.client.exchange import all_readings
from assurance.apex.roles.attempts import Script, State
from assurance.apex.roles.matrix import OPERATIONS, WITHOUT_ROW, Agreed, Cell
from assurance.apex.roles.scene import Scene, Target
from assurance.errors import NotEvaluated
from assurance.tape import sha256
from assurance.verdicts import Fact

METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """The operations that the API describes.

    Attributes:
        answer: The answer that tells them.
        operations: Method and path of each, after the API's prefix, with `{}` in the place of each id.
    """

    answer: Exchange
    operations: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, application: Application) -> ApiDescription:
        """Read the description.

        Raises:
            NotEvaluated: The API does not describe itself, or not as OpenAPI does.
        """
        answer = application.get_at_root(application.declared.openapi_path)
        if answer.status != HTTPStatus.OK:
            raise NotEvaluated(
                f"The API does not describe itself: {answer.called} {answer.outcome}.",
                "Correct application.openapi_path, or declare this case not applicable, with the reason.",
                answer.readings,
            )
        paths = answer.document.within("paths")
        if paths is None or not paths.values:
            raise answer.document.broken(("paths",), "the operations of the API", None)
        described = frozenset(
            (method.upper(), _form(path, application.declared.api_prefix))
            for path in paths.values
            for method in _methods(paths.value(path))
        )
        return cls(answer, described)

    @property
    def is_covered(self) -> Fact:
        """Whether every operation has its row in the role matrix."""
        rows = {(row.method, _form(row.path, "")) for row in OPERATIONS if row.path} | WITHOUT_ROW
        unknown = sorted(f"{method} {path}" for method, path in self.operations - rows)
        return self.answer.fact(
            not unknown,
            expected="every operation that the API describes has a row in the role matrix",
            observed=f"without a row: {', '.join(unknown)}" if unknown else f"all {len(self.operations)} have one",
            subject="the role matrix",
            remedy="Agree on who may call it, and add the row to assurance/apex/roles/matrix.py." if unknown else "",
        )

    def approval(self) -> tuple[str, str] | None:
        """Return method and path of the operation that approves an estimate; None if the API has none."""
        estimate = _form(READ_ESTIMATE.template, "")
        approvals = sorted(
            operation for operation in self.operations if "approv" in operation[1].partition(estimate)[2]
        )
        return approvals[0] if approvals else None


def _methods(item: object) -> tuple[str, ...]:
    return tuple(key for key in item if key in METHODS) if isinstance(item, dict) else ()


def _form(path: str, prefix: str) -> str:
    """Return a path without the prefix, a slash at its end, and the names of its ids."""
    inner = path.removeprefix(prefix)
    return re.sub(r"\{[^}]*\}", "{}", inner).rstrip("/") or "/"


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
