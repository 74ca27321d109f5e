"""What creates a project holds what the caller gave, and nothing else."""

from __future__ import annotations

from assurance.apex.client.projects import new_project


def test_what_is_not_given_is_left_out() -> None:
    """A project may lack its length and its terrain; a length of 0 is one."""
    assert new_project("1", "n") == {"project_number": "1", "project_name": "n", "voltage_level": 345}
    assert new_project("1", "n", line_miles=0)["line_miles"] == 0
    assert list(new_project("1", "n", line_miles=1, terrain_type="flat"))[3:] == ["line_miles", "terrain_type"]
