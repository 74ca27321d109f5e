"""The routes of APEX's API stand in one module, and everybody else takes them from there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assurance.apex.client import api
from assurance.apex.client.api import DELETE_DOCUMENT, EXPORT_ESTIMATE, LIST_PROJECTS, READ_PROJECT, Route

ROOT = Path(__file__).parents[4]
ROUTES = [value for value in vars(api).values() if isinstance(value, Route)]
# How a path of the API begins where it is spelt in code.
SPELT = re.compile(r"""f?["']/(?:projects|documents|estimates|jobs)\b[^"'\s]*["']""")
LOCUSTFILE = ROOT / "checks" / "performance" / "locustfile.py"


def test_no_other_module_spells_a_path() -> None:
    """The engine, the checks and their nouns name a route; only the load test's script cannot import it."""
    folders = (ROOT / "assurance", ROOT / "checks", ROOT / "fixtures")
    files = {path for folder in folders for path in folder.rglob("*.py")}
    assert len(files) > 400
    spelling = {path for path in files if SPELT.search(path.read_text("utf-8"))}
    assert spelling == {Path(api.__file__), LOCUSTFILE}


def test_the_load_test_calls_routes_of_the_api() -> None:
    """What the load test asks for is what everybody else asks for."""
    calls = re.findall(r'"(GET|POST|DELETE)",\s*f?"(/[^"]*)"', LOCUSTFILE.read_text("utf-8"))
    assert len(calls) > 5
    assert [call for call in calls if not any(route.matches(*call) for route in ROUTES)] == []


def test_a_path_has_its_ids_and_its_query() -> None:
    """Ids stand in their places, and what is always asked follows."""
    assert READ_PROJECT.path(project_id="7") == "/projects/7"
    assert EXPORT_ESTIMATE.path(estimate_id="9") == "/estimates/9/export?format=json"
    assert str(READ_PROJECT) == "GET /projects/{project_id}"


@pytest.mark.parametrize(
    ("route", "method", "path", "matches"),
    [
        (LIST_PROJECTS, "GET", "/api/v1/projects", True),
        (LIST_PROJECTS, "GET", "/api/v1/projects/?page=2", True),
        (LIST_PROJECTS, "POST", "/api/v1/projects", False),
        (LIST_PROJECTS, "GET", "/api/v1/projects/7", False),
        (READ_PROJECT, "GET", "/api/v1/projects/7/access", False),
        (DELETE_DOCUMENT, "DELETE", "/documents/7", True),
    ],
)
def test_a_request_is_of_one_route(route: Route, method: str, path: str, matches: bool) -> None:
    """A request is known by its method and by the end of its path."""
    assert route.matches(method, path) is matches
