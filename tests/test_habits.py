"""Habits of the code that no linter holds, and the public surface of each package."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from functools import cache
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
    "assurance/apex/client/test_parts.py": "callers, contents, plans, the declared application, clean-up",
    "assurance/apex/performance/test_list_baseline.py": "baseline and drawing",
    "assurance/command_line/commands/test_sending.py": "comment and notify",
    "assurance/environment/test_tables.py": "single tables, the reference, and files that extend others",
    "assurance/evidence/test_attacked_packs.py": "rerun and verification of somebody else's pack",
    "assurance/evidence/test_received_packs.py": "rerun and verification of somebody else's pack",
    "assurance/reporting/test_formats.py": "JSON, JUnit, SARIF and OCSF",
    "assurance/reporting/test_shown.py": "the last lines, the estate's picture, and what is fit to show",
    "assurance/reporting/test_texts.py": "Markdown, messages, and what a file leaves out in every output",
    "assurance/telemetry/test_service_levels.py": "readings and requests of one service",
    "assurance/world/azure/test_throttling.py": "transport, the limiter and the credential",
    "assurance/world/test_probes.py": "dns and sockets",
    "falsification/test_application.py": "the catalogues of APEX",
    "falsification/test_catalogues.py": "the catalogues of Azure",
    "falsification/test_judging.py": "the judge, the stage of Azure, and inability",
    "falsification/test_observed.py": "observed builds of APEX",
    "falsification/test_plans.py": "violations as plans, in each form of a plan",
    "falsification/test_recorded_bodies.py": "every view, on recorded answers",
    "sandbox/apex/test_contract.py": "the whole stand-in",
    "sandbox/apex/test_parts.py": "documents, estimates, jobs, switches and telemetry",
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


USERS = ("assurance", "checks", "fixtures", "falsification", "sandbox", "benchmarks")
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in (ROOT / "assurance").rglob("__init__.py")
    if path.parent != ROOT / "assurance"
)
# Commands are found by the names of their modules, never imported by name.
FOUND_BY_NAME = "assurance.command_line.commands"


def _imported(file: Path) -> set[str]:
    """Return what a file imports of the suite, as dotted names; the last part may be a module or a name in one."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("assurance"):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("assurance.")}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A plugin or a program that is named, and imported by somebody else.
            found |= set(re.findall(r"^assurance(?:\.\w+){2,}$", node.value))
    return found


@cache
def _taken() -> dict[str, set[str]]:
    """Return for each package what of it is imported from outside: names of its modules, or names that it exports."""
    taken: dict[str, set[str]] = defaultdict(set)
    for user in USERS:
        for file in (ROOT / user).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            importer = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            for name in _imported(file):
                for package in PACKAGES:
                    is_inside = f"{importer}.".startswith(f"{package}.")
                    if name.startswith(f"{package}.") and not is_inside:
                        taken[package].add(name.removeprefix(f"{package}.").partition(".")[0])
    return taken


@pytest.mark.parametrize("package", [one for one in PACKAGES if one != FOUND_BY_NAME])
def test_a_package_says_what_it_offers(package: str) -> None:
    """What others import of a package stands in its `__all__`: names, or modules of it."""
    offered = set(getattr(importlib.import_module(package), "__all__", ()))
    assert _taken()[package] - offered == set(), f"add to __all__ of {package}, or take it from elsewhere"


@pytest.mark.parametrize("package", [one for one in PACKAGES if one != FOUND_BY_NAME])
def test_a_package_has_what_it_offers(package: str) -> None:
    """Each name in `__all__` is a name or a module of the package, and they stand in order."""
    module = importlib.import_module(package)
    offered = list(getattr(module, "__all__", ()))
    folder = ROOT / Path(*package.split("."))
    missing = [
        name
        for name in offered
        if not hasattr(module, name) and not (folder / f"{name}.py").is_file() and not (folder / name).is_dir()
    ]
    assert missing == []
    assert len(set(offered)) == len(offered)


def test_the_house_stays_small() -> None:
    """Fewer than 800 files are tracked: a small function stands beside its kin, not in a file of its own."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout of Git")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len([name for name in listed.stdout.split("\0") if name]) < 800
