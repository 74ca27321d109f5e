"""What a run is asked for, and how it is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from assurance.environment.base import Vantage
from assurance.judging.selection import Selection


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line asks for.

    Attributes:
        replay: The directory of a tape or pack to replay; None for a live run.
        vantage: The vantage that overrides the environment file's; None to keep it.
        reports: Where evidence packs go.
        run_id: The run's id; workers join the run of their controller.
        selection: The pytest arguments, for the record.
        selected: What they select, as far as it is known before anything is collected.
        allow_writes: Whether the run may write to production though the environment file does not say so.
        change: The record of the change that the run belongs to; None if it was given none.
        plan: What is planned, to be judged in the place of what is there; None to judge what is there.
        plan_parameters: The parameter file of a planned template; None for none.
    """

    replay: Path | None
    vantage: Vantage | None
    reports: Path
    run_id: str
    selection: str
    selected: Selection = field(default_factory=Selection)
    change: Path | None = None
    plan: Path | None = None
    plan_parameters: Path | None = None
    allow_writes: bool = False


def new_run_id() -> str:
    """Return a new run id: the time in UTC, so that packs sort, and something unique."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"
