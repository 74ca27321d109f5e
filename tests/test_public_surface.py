"""Each package says what it offers, and others take nothing else from it."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
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
