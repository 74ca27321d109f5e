"""Habits of the code that no linter holds: each exception from a rule says why, and nothing is left that is unused."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("assurance", "checks", "fixtures", "falsification", "sandbox", "benchmarks", "tests")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
# The reason stands in brackets after a `noqa`, and after a second # where a type is ignored.
WITHOUT_REASON = re.compile(r"# (?:ruff: )?noqa(?::[A-Z0-9, ]*)?$|# type: ignore(?:\[[a-z, -]*\])?$")


def test_every_exception_says_why() -> None:
    """A `noqa` or `type: ignore` names its rule and its reason."""
    assert len(FILES) > 500
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if WITHOUT_REASON.search(line.rstrip())
    ]
    assert bare == []


@pytest.mark.parametrize("line", ["x = 1  # noqa", "x = 1  # noqa: S101", "x = 1  # type: ignore[misc]"])
def test_an_exception_without_a_reason_is_seen(line: str) -> None:
    """The pattern sees what it is there for."""
    assert WITHOUT_REASON.search(line)


def test_no_code_is_dead() -> None:
    """Nothing is imported, bound or written after a return that nobody can reach (vulture)."""
    words = [sys.executable, "-m", "vulture", "--min-confidence", "80", *ROOMS[:5]]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.stdout == "", ended.stdout
    assert ended.returncode == 0, ended.stderr


def test_nothing_stands_at_the_top_but_rooms() -> None:
    """At the top stand packages, errors, verdicts, the door, where the suite is, and the mark that it is typed."""
    files = {path.name for path in (ROOT / "assurance").iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "errors.py", "home.py", "py.typed", "verdicts.py"}


# Tests of several modules together, and what they are about.
ABOUT_SEVERAL = {
    "assurance/apex/client/test_parts.py": "callers, contents, plans and the declared application",
    "assurance/apex/performance/test_list_baseline.py": "baseline and drawing",
    "assurance/command_line/commands/test_sending.py": "comment and notify",
    "assurance/command_line/watch/test_watch_command.py": "the command with all behind it",
    "assurance/environment/test_deployment_tables.py": "deployment and what refers to it",
    "assurance/environment/test_optional_tables.py": "whole runs on files that leave tables out",
    "assurance/environment/test_without.py": "loading, where a file extends another",
    "assurance/evidence/test_packed_environment.py": "what a pack's own environment file may name",
    "assurance/evidence/test_received_packs.py": "rerun and verification of somebody else's pack",
    "assurance/planning/test_forms.py": "what-if results, templates and Terraform plans",
    "assurance/reporting/test_left_out.py": "every output, of a run whose environment file leaves something out",
    "assurance/telemetry/test_service_levels.py": "readings and requests of one service",
    "assurance/telemetry/test_wrong_queries.py": "queries and results",
    "assurance/world/azure/test_registry_sign_in.py": "clients and transport",
    "assurance/world/azure/test_throttling.py": "transport and the limiter",
    "assurance/world/test_probes.py": "dns and sockets",
    "falsification/test_application.py": "the catalogues of APEX",
    "falsification/test_attested.py": "the catalogue of change records",
    "falsification/test_catalogues.py": "the catalogues of Azure",
    "falsification/test_field_cases.py": "the page of field cases, and what it names",
    "falsification/test_inability.py": "inability of Azure",
    "falsification/test_judging.py": "the judge and the stage of Azure",
    "falsification/test_observed.py": "observed builds of APEX",
    "falsification/test_plan_forms.py": "violations in each form of a plan",
    "falsification/test_plans.py": "violations as plans",
    "falsification/test_recorded_bodies.py": "every view, on recorded answers",
    "sandbox/apex/test_contract.py": "the whole stand-in",
    "sandbox/apex/test_parts.py": "documents, estimates, jobs and switches",
    "sandbox/apex/test_service_levels.py": "the stand-in and its telemetry",
    "sandbox/azure/test_official_clients.py": "the stand-ins, asked by the SDK",
    "sandbox/test_sandbox_start.py": "all stand-ins together",
}


def test_tests_stand_where_their_modules_stand() -> None:
    """A test file has the name of a module or package in the same place, or is told to be about several."""
    found = [path.relative_to(ROOT / "tests") for room in ROOMS[:5] for path in (ROOT / "tests" / room).rglob("test_*")]
    alone = {str(path) for path in found if path.suffix == ".py" and not _has_its_module(path)}
    assert alone - ABOUT_SEVERAL.keys() == set(), "name it after its module, or tell what it is about"
    assert ABOUT_SEVERAL.keys() - {str(path) for path in found} == set(), "these are gone"


def _has_its_module(test: Path) -> bool:
    name = test.stem.removeprefix("test_")
    place = ROOT / test.parent
    return (place / f"{name}.py").is_file() or (place / name).is_dir() or test.parent.name == name


def test_no_module_is_long() -> None:
    """A module outside the tests has at most 300 lines."""
    long = [
        path
        for path in FILES
        if path.is_relative_to(ROOT / "tests") is False and len(path.read_text("utf-8").splitlines()) > 300
    ]
    assert long == []
