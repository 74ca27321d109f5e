"""The projects that the suite makes: what it sends to create one, whichever check wants it."""

from __future__ import annotations

VOLTAGE_KILOVOLT = 345
"""The guide's own voltage."""


def new_project(
    number: str, name: str, *, line_miles: float | None = None, terrain_type: str | None = None
) -> dict[str, object]:
    """Return the body that creates a project.

    Args:
        number: Its number, which holds the run's id, so that the project is found and archived.
        name: Its name, which says what it is for.
        line_miles: The length of the line, in miles; left out where it is None.
        terrain_type: The terrain, in APEX's words; left out where it is None.
    """
    body: dict[str, object] = {"project_number": number, "project_name": name, "voltage_level": VOLTAGE_KILOVOLT}
    if line_miles is not None:
        body["line_miles"] = line_miles
    if terrain_type is not None:
        body["terrain_type"] = terrain_type
    return body
