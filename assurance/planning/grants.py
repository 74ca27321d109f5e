"""Role assignments by what they grant: a template names them by `guid()`, which only Azure computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assurance.estate.resources.resource import folded
from assurance.planning.unknown import is_unknown

ROLE_ASSIGNMENTS = "microsoft.authorization/roleassignments"


def grant_of(resource_id: str, assignment: Mapping[str, Any] | None) -> tuple[str, str, str] | None:
    """Return where an assignment grants which role to whom; None where that is not told."""
    properties = (assignment or {}).get("properties")
    if not isinstance(properties, Mapping):
        return None
    principal, role = properties.get("principalId"), properties.get("roleDefinitionId")
    told = isinstance(principal, str) and isinstance(role, str) and not is_unknown(principal) and not is_unknown(role)
    if not told:
        return None
    scope = folded(resource_id).rpartition(f"/providers/{ROLE_ASSIGNMENTS}")[0]
    return scope, str(principal).casefold(), folded(str(role)).rpartition("/")[2]
