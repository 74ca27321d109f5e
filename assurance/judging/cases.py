"""What pytest collects, in the suite's own words."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assurance.environment import Environment


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a check.

    Attributes:
        id: Its pytest node id.
        control: Its control, such as `SEC-06`.
        check: The name of its function.
        subject: What it is about: what stands in the brackets of its name, or the environment as a whole.
    """

    id: str
    control: str
    check: str
    subject: str


def subject_of(item: pytest.Item, environment: Environment) -> str:
    """Return what an item is about: what stands in the brackets of its name, or the environment as a whole."""
    name = item.name
    return name[name.index("[") + 1 : -1] if "[" in name else environment.name


def case_of(item: pytest.Item, environment: Environment) -> Case | None:
    """Return the case that an item is; None for one that belongs to no control."""
    mark = item.get_closest_marker("control")
    if mark is None:
        return None
    check = getattr(item, "originalname", None) or item.name.partition("[")[0]
    return Case(item.nodeid, mark.kwargs["id"], check, subject_of(item, environment))
