"""What a plan would change: each resource by its id, before and after, whatever form the plan has.

Source of the kinds: Microsoft, "ARM template deployment what-if operation", change types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from assurance.estate.resources.resource import type_of

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
