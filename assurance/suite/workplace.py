"""Where a run's user works: their environments, waivers, baselines and changes, and the reports."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from assurance.environment import Environment
from assurance.environment.suite_tables import reports_directory
from assurance.home import make_importable, suite_root

CONFTEST = "conftest.py"


def workplace(config: pytest.Config) -> Path:
    """Return the project's root; where that is the suite itself, run from elsewhere, the current directory."""
    current = config.invocation_params.dir
    if config.rootpath == suite_root() and not current.is_relative_to(suite_root()):
        return current
    return config.rootpath


def reports_of(config: pytest.Config, environment: Environment) -> Path:
    """Return where the packs of a run go."""
    given: Path | None = config.getoption("reports")
    if given is not None:
        return given.absolute()
    return reports_directory(environment.evidence.reports, os.environ, workplace(config))


def complete(config: pytest.Config) -> None:
    """Register the suite's conftest.py where a project of the user's own has not loaded it, and find our packages.

    Raises:
        UsageError: A package of the user's stands in the place of one of ours.
    """
    make_importable()
    if config.hook.pytest_assurance_load_nouns.get_hookimpls():
        return
    spec = importlib.util.spec_from_file_location("apex_assurance_conftest", suite_root() / CONFTEST)
    if spec is None or spec.loader is None:
        raise ImportError(f"{suite_root() / CONFTEST} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config.pluginmanager.register(module, spec.name)
