"""Starts the stand-ins that an environment rests on, for a command that needs them running.

The engine knows none: distributions name what starts them by entry points of the group `apex_assurance.stand_ins`, each
a class that is made with the environment's name, is a context manager, and has `overlay()` (values of the environment
file) and `environment_variables()`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import Any, Protocol, Self

from assurance.environment import Environment, load
from assurance.environment.loading import FOLDER, find, load_running

GROUP = "apex_assurance.stand_ins"
UNSTARTED = ".invalid"


class StandIns(Protocol):
    """What an entry point's class offers."""

    def __enter__(self) -> Self:
        """Start them."""

    def __exit__(self, *error: object) -> None:
        """Stop them."""

    def overlay(self) -> Mapping[str, Any]:  # Any: values of TOML
        """Return the values by which an environment file meets them."""

    def environment_variables(self) -> Mapping[str, str]:
        """Return the variables that hold what they let in."""


@contextmanager
def running(name_or_file: str) -> Iterator[Environment]:
    """Yield the environment that `--env` means; stand-ins that it rests on run for as long.

    Raises:
        EnvironmentFileError: The file is not there or wrong, or nothing is installed that starts its stand-ins.
    """
    path = find(name_or_file, FOLDER)
    environment = load(path)
    started = next(iter(entry_points(group=GROUP, name=environment.stand_in or "")), None)
    if started is None or not environment.cloud.resource_manager.rstrip("/").endswith(UNSTARTED):
        yield load_running(name_or_file)
        return
    with started.load()(environment.name) as stand_ins:
        variables = stand_ins.environment_variables()
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        try:
            yield load(path, stand_ins.overlay())
        finally:
            for name, value in before.items():
                _put_back(name, value)


def _put_back(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
