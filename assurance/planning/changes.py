"""What a plan would change: each resource by its id, before and after, whatever form the plan has.

What only Azure can compute in it; and what can be wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from assurance.errors import UsageError
from assurance.estate.resources.resource import type_of
from assurance.tape.provenance import UNKNOWN_UNTIL_DEPLOYED, is_expression


class PlanRefused(UsageError):  # noqa: N818  (it says what happened)
    """A plan cannot be judged: it is cut off, of another form or subscription, or older than what it is laid over."""


MADE_BY_AZURE = "a value that Azure makes"


def unknown(expression: str) -> str:
    """Return the mark that stands in a planned resource for what this expression will come to."""
    return f"{UNKNOWN_UNTIL_DEPLOYED}{expression.strip()}"


def is_unknown(value: object) -> bool:
    """Tell whether a value is such a mark."""
    return isinstance(value, str) and value.startswith(UNKNOWN_UNTIL_DEPLOYED)


def with_marks(value: object) -> object:
    """Return a value of a plan in which every expression that was left to Azure is marked."""
    if isinstance(value, dict):
        return {key: with_marks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_marks(item) for item in value]
    if isinstance(value, str) and is_expression(value):
        return unknown(value)
    return value


def with_unknown(value: Any, hidden: Any, where: str) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a value with a mark wherever Terraform says that it is known only after the deployment."""
    if hidden is True:
        return unknown(f"{where}, known after apply")
    if isinstance(hidden, Mapping):
        own = dict(value) if isinstance(value, Mapping) else {}
        return own | {key: with_unknown(own.get(key), item, f"{where}.{key}") for key, item in hidden.items() if item}
    if isinstance(hidden, list) and isinstance(value, list):
        pairs = zip(value, [*hidden, *[False] * len(value)], strict=False)
        return [with_unknown(item, item_before, f"{where}[{place}]") for place, (item, item_before) in enumerate(pairs)]
    return value


Values: TypeAlias = Mapping[str, Any]
"""A resource as JSON; `Any` because a plan holds resources of every kind."""


class ChangeKind(StrEnum):
    """What a deployment would do to a resource, in Azure Resource Manager's own words."""

    CREATE = "Create"
    MODIFY = "Modify"
    DELETE = "Delete"
    DEPLOY = "Deploy"
    NO_CHANGE = "NoChange"
    IGNORE = "Ignore"
    UNSUPPORTED = "Unsupported"

    @property
    def changes_something(self) -> bool:
        """Whether a resource would be another than it is, or may be."""
        return self not in {ChangeKind.NO_CHANGE, ChangeKind.IGNORE}


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What a deployment would do to one resource.

    Attributes:
        id: The resource's id.
        kind: What would be done.
        before: The resource as the plan saw it; None where the plan does not tell, or there is none.
        after: The resource as it would be; None where it would be gone, or the plan does not tell.
        reason: Why the plan does not tell, where it does not.
    """

    id: str
    kind: ChangeKind
    before: Values | None = None
    after: Values | None = None
    reason: str = ""

    @property
    def type(self) -> str:
        """The resource's type in lower case, such as `microsoft.network/virtualnetworks/subnets`; made of its id."""
        return type_of(self.id)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one deployment would do.

    Attributes:
        form: Where the plan came from: `what-if`, `ARM template` or `Terraform plan`.
        changes: What it would do, in the plan's own order, each resource once.
        unplaced: What the plan names and cannot be found by an id, with the reason; it is judged as unknown.
        made: When the plan was made (UTC, ISO 8601); empty where it does not say.
        readings: The key of the reading that holds it.
    """

    form: str
    changes: tuple[PlannedChange, ...]
    unplaced: tuple[str, ...] = ()
    made: str = ""
    readings: tuple[str, ...] = ()
