"""The API's own description (`/openapi.json`), held against the role matrix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Application, Exchange
from assurance.apex.client.api import READ_ESTIMATE
from assurance.apex.roles.matrix import OPERATIONS, WITHOUT_ROW
from assurance.errors import NotEvaluated
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
        found = sorted(one for one in self.operations if "approv" in one[1].partition(estimate)[2])
        return found[0] if found else None


def _methods(item: object) -> tuple[str, ...]:
    return tuple(key for key in item if key in METHODS) if isinstance(item, dict) else ()


def _form(path: str, prefix: str) -> str:
    """Return a path without the prefix, a slash at its end, and the names of its ids."""
    inner = path.removeprefix(prefix)
    return re.sub(r"\{[^}]*\}", "{}", inner).rstrip("/") or "/"
