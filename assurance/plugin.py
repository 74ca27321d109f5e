"""The pytest plugin's front door: the options, the markers, and the start of a run where `--env` asks for one.

What a run does stands in `assurance.session`, which is imported only then: without `--env` nothing is loaded.
"""

from __future__ import annotations

from pathlib import Path

import pytest

MARKERS = (
    "control(id): the control of the guide that a check belongs to, such as SEC-03",
    "pre_deployment: what the guide demands before a deployment",
    "post_deployment: what the guide demands after a deployment",
    "nightly: what is checked every night",
    "closing: what the guide demands before a change is closed",
    "load: the guide's load test, where the environment file allows it",
    "deep: requests made up from the API's own description, where the environment file allows them",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's options."""
    group = parser.getgroup("APEX Assurance")
    group.addoption(
        "--env", metavar="NAME|FILE", help="the environment to judge: a name in environments/, or a TOML file"
    )
    group.addoption(
        "--replay", metavar="DIR", type=Path, help="answer only from the tape in DIR: no network, no credential"
    )
    group.addoption(
        "--vantage", choices=("inside", "outside"), help="where the suite runs from; else the environment file's"
    )
    group.addoption(
        "--reports", metavar="DIR", type=Path, default=Path("reports"), help="where evidence packs go (reports)"
    )
    group.addoption(
        "--baseline",
        metavar="FILE|DIR",
        type=Path,
        help="the baseline to compare with, or the directory of ENVIRONMENT.json; else baselines/ENVIRONMENT.json",
    )
    group.addoption(
        "--waivers", metavar="FILE", type=Path, help="the waivers that apply; else waivers/ENVIRONMENT.toml"
    )
    group.addoption(
        "--release",
        metavar="FILE",
        type=Path,
        help="what is deployed, and where its pipeline left its reports: a TOML file with [release] and [artefacts]",
    )
    group.addoption("--change", metavar="CR|FILE", help="the change that this run belongs to, in changes/")
    group.addoption(
        "--gate", action="store_true", help="this run decides on a deployment: refuse a tape and stand-ins as its basis"
    )
    group.addoption(
        "--allow-not-live", action="store_true", help="let a gate rest on a tape or on stand-ins, for a rehearsal"
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the suite's own hook."""
    from assurance import hooks

    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the run if there is one: before pytest-html reads its options."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("env") is None:
        return
    from assurance.errors import UsageError
    from assurance.session import RunSession

    try:
        session = RunSession.begin(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(session, "assurance-run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to run checks without an environment."""
    if config.getoption("env") is None and any(item.get_closest_marker("control") for item in items):
        known = ", ".join(sorted(path.stem for path in (config.rootpath / "environments").glob("*.toml")))
        raise pytest.UsageError(f"checks need an environment: give --env NAME ({known}) or --env FILE")
