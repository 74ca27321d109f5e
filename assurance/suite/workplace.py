"""Where a run's user works: their environments, waivers, baselines and changes, and the reports."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from assurance.environment import Environment
from assurance.environment.suite_tables import reports_directory
from assurance.home import make_importable, suite_root

CONFTEST, CHECKS = "conftest.py", "checks"


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
    """Judge all checks where no path is given, and find the packages and the conftest.py of the suite.

    Raises:
        UsageError: A package of the user's stands in the place of one of ours.
    """
    make_importable()
    if config.args_source is not pytest.Config.ArgsSource.ARGS and config.rootpath == suite_root():
        # What pytest takes without a path are the suite's own tests, which judge no environment.
        config.args = [str(suite_root() / CHECKS)]
    if config.hook.pytest_assurance_load_nouns.get_hookimpls():
        return
    spec = importlib.util.spec_from_file_location("apex_assurance_conftest", suite_root() / CONFTEST)
    if spec is None or spec.loader is None:
        raise ImportError(f"{suite_root() / CONFTEST} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config.pluginmanager.register(module, spec.name)
