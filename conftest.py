"""Loads the suite's plugin, and starts the sandbox for an environment whose file names it."""

import os
import shutil
from collections.abc import Mapping
from typing import Any

import pytest

pytest_plugins = ["assurance.suite.plugin"]

_SANDBOXES = pytest.StashKey[list[Any]]()  # Any: the sandbox is imported only where it is started


def pytest_assurance_stand_in(config: pytest.Config, environment: str) -> Mapping[str, Any]:  # Any: values of TOML
    """Start the sandbox and return where it listens."""
    from sandbox import Sandbox

    sandbox = Sandbox(environment=environment)
    sandbox.start()
    config.stash.setdefault(_SANDBOXES, []).append(sandbox)
    os.environ.update(sandbox.environment_variables())
    return sandbox.overlay()


def pytest_assurance_ends_at_once(config: pytest.Config) -> None:
    """Remove the folders of stand-ins that nobody stops any more."""
    for sandbox in config.stash.get(_SANDBOXES, []):
        shutil.rmtree(sandbox.directory, ignore_errors=True)


def pytest_assurance_load_nouns() -> None:
    """Import the nouns that the checks take."""
    import fixtures  # noqa: F401  (importing them registers them)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the stand-ins that were started."""
    for sandbox in config.stash.get(_SANDBOXES, []):
        sandbox.stop()
