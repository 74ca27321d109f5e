"""The pytest plugin's front door: the options, the markers, and the start of a run where `--env` asks for one.

What a run does stands in `assurance.suite.session`, which is imported only then: without `--env` nothing is loaded.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import shlex
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

NAMING_FILES = frozenset(
    f"--{name}"
    for name in ("env", "replay", "reports", "baseline", "waivers", "release", "change", "plan", "plan-parameters")
) | {"--load-results"}
"""The options whose values may be paths."""

# Objects made before the youngest are looked through, and how often that happens before the older ones are (`gc`).
GARBAGE_THRESHOLDS = (20_000, 50, 100)


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
        "--reports",
        metavar="DIR",
        type=Path,
        help="where evidence packs go; else $APEX_REPORTS, the environment file's evidence.reports, or reports/",
    )
    group.addoption(
        "--run-id",
        metavar="ID",
        type=_run_id,
        help="the run's id and its pack's name, for who starts many runs; else made up",
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
        help="what is deployed, where its pipeline left its reports, and what is announced: a TOML file",
    )
    group.addoption("--change", metavar="CR|FILE", help="the change that this run belongs to, in changes/")
    group.addoption(
        "--plan",
        metavar="FILE",
        type=Path,
        help="judge what is planned: a what-if result, a compiled ARM template, or a Terraform plan as JSON",
    )
    group.addoption(
        "--load-results",
        metavar="CSV|ZIP|DIR",
        type=Path,
        help="judge a load test that Azure Load Testing or JMeter has run, by its result files",
    )
    group.addoption("--plan-parameters", metavar="FILE", type=Path, help="the parameter file of a planned template")
    group.addoption(
        "--gate", action="store_true", help="this run decides on a deployment: refuse a tape and stand-ins as its basis"
    )
    group.addoption(
        "--allow-writes",
        action="store_true",
        help="let this run write to the application of a production environment (apex-assurance writes lists what)",
    )
    group.addoption(
        "--allow-not-live", action="store_true", help="let a gate rest on a tape or on stand-ins, for a rehearsal"
    )


def _run_id(text: str) -> str:
    """Return an id that is as the suite makes them: it becomes the name of a folder, and packs sort by it."""
    if re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{6}", text, re.ASCII) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no run's id; one like 20261129T003028Z-8da407 was expected")
    return text


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the suite's own hook."""
    from assurance.suite import hooks

    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Refuse settings that pytest found by the value of an option: it looks for them before any plugin is loaded.

    Without this, a pytest.ini in a pack decides which checks a replay of the pack runs.
    """
    known = early_config.known_args_namespace
    added = shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    given = (*added, *map(os.fspath, early_config.invocation_params.args))
    if known.env is None or any(word.startswith(("-c", "--config-file")) for word in given):
        return
    from _pytest.config.findpaths import determine_setup  # the rule itself; pytest has no public name for it

    _, expected, *_ = determine_setup(
        inifile=None,
        override_ini=None,
        args=known.file_or_dir,
        rootdir_cmd_arg=known.rootdir,
        invocation_dir=early_config.invocation_params.dir,
    )
    if early_config.inipath != expected:
        settings, wanted = early_config.inipath or "no file", expected or "no file"
        raise pytest.UsageError(
            f"pytest took its settings from {settings} instead of {wanted}, since it read an option's value as a test "
            "path; write options with an equals sign: --env=FILE --replay=DIR, or name the settings: -c FILE"
        )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the run if there is one: before pytest-html reads its options."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("env") is None:
        return
    # A run keeps nearly all that it makes: Python's own thresholds spend a fifth of its time on looking for garbage.
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    config.add_cleanup(gc.unfreeze)
    # FastAPI silences what pydantic says of its own fields, but not where it serves a stand-in in another thread.
    config.addinivalue_line("filterwarnings", "ignore:The '[a-z_]*' attribute with value:UserWarning")
    from assurance.errors import UsageError
    from assurance.suite.interruptions import ending
    from assurance.suite.session import RunSession
    from assurance.tape.redaction import Redactor

    try:
        session = RunSession.begin(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    except Exception as error:
        if config.option.fulltrace:
            raise
        raise ending(error, Redactor("")) from error
    config.pluginmanager.register(session, "assurance-run")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Hand on to workers each option and its value in one word.

    A worker looks for its settings anew, by the words that are paths which exist; the folder of reports does by now.
    """
    if config.getoption("env") is None:
        return
    given = config.invocation_params
    config.invocation_params = pytest.Config.InvocationParams(
        args=joined(list(map(os.fspath, given.args))), plugins=given.plugins, dir=given.dir
    )


def joined(words: list[str]) -> list[str]:
    """Return the words of a command line, those options that name a file or a folder in one word with their value."""
    joined_words: list[str] = []
    for word in words:
        if joined_words and joined_words[-1] in NAMING_FILES:
            joined_words[-1] = f"{joined_words[-1]}={word}"
        else:
            joined_words.append(word)
    return joined_words


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Keep pytest from looking through all that a run has made for garbage, twice, when the run has ended."""
    if config.getoption("env") is not None:
        gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to run checks without an environment; an editor that only lists them needs none."""
    if config.getoption("collectonly"):
        return
    if config.getoption("env") is None and any(item.get_closest_marker("control") for item in items):
        known = ", ".join(sorted(path.stem for path in (config.rootpath / "environments").glob("*.toml")))
        named = f"--env NAME ({known}) or --env FILE" if known else "--env FILE"
        raise pytest.UsageError(f"checks need an environment: give {named}")
