"""The hooks that the suite's own plugin asks others to implement."""

from collections.abc import Mapping
from typing import Any

import pytest


@pytest.hookspec(firstresult=True)
def pytest_assurance_stand_in(
    config: pytest.Config, environment: str
) -> Mapping[str, Any] | None:  # Any: values of a TOML document
    """Start a stand-in for the outside world and return what an environment file is to be refined with.

    Asked only for an environment whose file names a stand-in that is not running. `environment` is its name. The
    stand-in stops by itself when the process ends, or in `pytest_unconfigure`.
    """


@pytest.hookspec
def pytest_assurance_load_nouns() -> None:
    """Import what declares the nouns that checks take (`assurance.judging.nouns`), before fixtures are made of them."""


@pytest.hookspec
def pytest_assurance_ends_at_once(config: pytest.Config) -> None:
    """Remove from the disk what `pytest_unconfigure` would: a run that was interrupted ends without it.

    Called in another thread than the run's, which may still be at work; at the very end of the process.
    """
