"""The roles of who ran the suite, as far as the run's own readings show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from assurance.reporting.model import RunModel
from assurance.tape import Reading

ASSIGNMENTS = "microsoft.authorization/roleassignments"
DEFINITIONS = "microsoft.authorization/roledefinitions"


def roles_of_identity(model: RunModel) -> tuple[str, ...]:
    """Return the names of the roles that the readings show the run's identity to hold, sorted.

    Empty where no reading tells: a run reads the application's roles, and its own only where they are among those.
    """
    if not model.run.identity:
        return ()
    names = {
        str(item["id"]).casefold(): str(properties["roleName"])
        for item, properties in _objects(model, DEFINITIONS)
        if "id" in item and "roleName" in properties
    }
    held = {
        str(properties["roleDefinitionId"]).casefold()
        for _, properties in _objects(model, ASSIGNMENTS)
        if properties.get("principalId") == model.run.identity and "roleDefinitionId" in properties
    }
    return tuple(sorted(names[role] if role in names else role.rpartition("/")[2] for role in held))


def _objects(model: RunModel, kind: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:  # Any: values of JSON
    """Yield each object of one kind that a reading holds, alone or in a list, with its properties."""
    for reading in model.readings:
        if kind in reading.question.casefold():
            for item in _items(reading):
                properties = item.get("properties")
                if isinstance(properties, dict):
                    yield item, properties


def _items(reading: Reading) -> Iterator[dict[str, Any]]:  # Any: as above
    try:
        document = json.loads(reading.body)
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    found = document["value"] if isinstance(document.get("value"), list) else [document]
    yield from (item for item in found if isinstance(item, dict))
