"""What a run is given beside its environment, its baseline and its waivers: found, checked, and kept in its pack."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assurance.drift import approving, baseline
from assurance.environment import Environment
from assurance.errors import BaselineRefused
from assurance.judging.waivers import Waivers
from assurance.runs.basis import source_of
from assurance.runs.given_plan import keep_plan
from assurance.runs.run import Run
from assurance.suite import waiving
from assurance.suite.workplace import workplace
from assurance.verdicts import Source


def with_baseline(
    config: pytest.Config, environment: Environment, overlay: Mapping[str, Any]
) -> Mapping[str, Any]:  # Any: values of a TOML document
    """Return what an environment is refined with, with the place of the run's baseline if it has one.

    Raises:
        BaselineRefused: The baseline is not there though it was named, was edited, is of another environment, or rests
            on less than this run.
    """
    given: Path | None = config.getoption("baseline")
    path = approving.locate(environment.name, given, config.getoption("replay"), workplace(config))
    if path is None:
        return overlay
    approval = baseline.load(path, environment).approval
    source = source_of(environment, replaying=config.getoption("replay") is not None)
    if source is Source.LIVE and approval.source != Source.LIVE:
        raise BaselineRefused(
            f"{path}: the baseline was approved from a {approval.source} run; a live deployment is compared with a "
            "baseline from a LIVE run only: approve one, or give another with --baseline"
        )
    return {**overlay, "drift": {"baseline": str(path)}}


def keep_inputs(run: Run, waivers: Waivers) -> None:
    """Put what the run was given into its pack, so that a replay of the pack judges by the same."""
    if waivers.text:
        path = run.directory / waiving.PACKED
        path.write_text(waivers.text, encoding="utf-8")
    if run.given_plan is not None:
        keep_plan(run.given_plan, run.directory)
    given = run.environment.drift.baseline
    if given is not None:
        path = run.directory / approving.PACKED
        shutil.copyfile(given, path)
