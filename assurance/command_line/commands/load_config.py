"""Print the test configuration by which Azure Load Testing runs the load test: put it beside locustfile.py."""

from __future__ import annotations

import argparse
from pathlib import Path

from assurance.apex.performance.load_running import configuration, yaml_text
from assurance.environment import find, load
from assurance.environment.application_tables import Thresholds
from assurance.errors import UsageError

FOLDER = Path("environments")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")


def run(arguments: argparse.Namespace) -> int:
    """Print the configuration.

    Raises:
        UsageError: The environment file is wrong, has no application, or allows no load test.
    """
    environment = load(find(arguments.env, FOLDER))
    if environment.application is None:
        raise UsageError(f"environment {environment.name!r} has no table [application]; there is nothing to load")
    if not environment.load.allowed:
        raise UsageError(
            f"environment {environment.name!r} does not say load.allowed = true; set it if its users may feel the load"
        )
    vaults = [service.fqdn for service in environment.services.values() if service.kind == "key_vault"]
    if not vaults:
        raise UsageError(f"environment {environment.name!r} declares no Key Vault, which would hold the tokens")
    thresholds = environment.telemetry.thresholds if environment.telemetry is not None else Thresholds()
    document = configuration(environment.name, environment.application, environment.load, thresholds, vaults[0])
    print(yaml_text(document), end="")
    return 0
