"""The people whom the APEX stand-in knows before anyone signs in, from `people.json`.

A standing role holds on every project, beside what is granted on one: the manager manages all projects, the auditor
reads all projects. Who has the standing role of an auditor may not create projects; anyone else who signs in may, and
is the estimator of what they create. The outsider has access to nothing of others, and other_estimator neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from sandbox.apex.permissions import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can sign in.

    Attributes:
        name: What the sandbox calls them: `estimator`, `manager`, ...
        object_id: Their object id in the directory, by which APEX knows them; also their user id.
        display_name: Their name.
        standing_role: The role that they have on every project, or None.
    """

    name: str
    object_id: str
    display_name: str
    standing_role: Role | None


def people(object_ids: Mapping[str, str] = MappingProxyType({})) -> Mapping[str, Person]:
    """All people, by name.

    Args:
        object_ids: Other object ids than the usual ones, by name.
    """
    declared = json.loads(Path(__file__).with_name("people.json").read_text(encoding="utf-8"))
    found = {item["name"]: _person(item) for item in declared}
    return {name: replace(one, object_id=object_ids.get(name, one.object_id)) for name, one in found.items()}


def _person(item: Mapping[str, str | None]) -> Person:
    name, object_id, display_name, role = (
        item["name"], item["object_id"], item["display_name"], item["standing_role"]
    )  # fmt: skip
    if name is None or object_id is None or display_name is None:
        raise ValueError(f"people.json: {item} lacks a name, an object id or a display name")
    return Person(name, object_id, display_name, None if role is None else Role[role.upper()])
