"""Jobs, as their states were read."""

from __future__ import annotations

from typing import Any

import pytest

from assurance.apex.estimation.jobs import JobHistory
from tests.assurance.apex.estimation.answers import READING, document

CREATED, STARTED, COMPLETED = (f"2026-03-01T10:00:0{second}Z" for second in (0, 1, 2))

TIMES = {"created_at": CREATED}


def _state(status: str, percent: float | None, **further: object) -> dict[str, Any]:
    return {
        "id": "j-1",
        "status": status,
        "progress_percent": percent,
        "current_step": "simulating",
        **TIMES,
        **further,
    }


DONE = _state("completed", 100, started_at=STARTED, completed_at=COMPLETED, result_data={"estimate_id": "e-1"})


def _history(*states: dict[str, Any]) -> JobHistory:
    return JobHistory("j-1", tuple(document(state) for state in states), READING)


def _broken(history: JobHistory) -> set[str]:
    facts = {
        "completed": history.is_completed,
        "whole": history.is_whole,
        "forwards": history.progressed_forwards,
        "steps": history.names_its_steps,
        "error": history.carries_no_error,
        "times": history.tells_its_times_in_order,
    }
    return {name for name, fact in facts.items() if not fact.holds}


def test_a_job_that_ran_well_meets_every_adjective() -> None:
    """Everything holds of a job that went forwards to its end, also one that was done at the first look."""
    history = _history(_state("pending", 0), _state("running", 40), _state("running", 40), DONE)
    assert _broken(history) == _broken(_history(DONE)) == set()
    assert history.has_ended
    result = history.result()
    assert result is not None
    assert result.text("estimate_id") == "e-1"


@pytest.mark.parametrize(
    ("states", "broken"),
    [
        ([], {"completed", "whole", "forwards", "steps", "error", "times"}),
        ([_state("running", 90)], {"completed", "whole", "times"}),
        ([_state("failed", 30, error_message="no model")], {"completed", "whole", "error", "times"}),
        ([_state("running", 60), _state("running", 40), DONE], {"forwards"}),
        ([_state("running", None), DONE], {"forwards"}),
        ([_state("running", -5), DONE], {"forwards"}),
        ([_state("running", 10), _state("pending", 20), DONE], {"forwards"}),
        ([_state("failed", 20), DONE], {"completed"}),
        ([{}, DONE], {"completed", "forwards"}),
        ([{**DONE, "progress_percent": 99}], {"whole"}),
        ([{**DONE, "progress_percent": 101}], {"whole", "forwards"}),
        ([{**DONE, "current_step": None}], {"steps"}),
        ([{**DONE, "error_message": "out of memory"}], {"error"}),
        ([{**DONE, "started_at": None}], {"times"}),
        ([{**DONE, "started_at": "2026-03-01T10:00:03Z"}], {"times"}),
        ([{**DONE, "completed_at": "yesterday"}], {"times"}),
    ],
)
def test_each_defect_breaks_its_adjectives(states: list[dict[str, Any]], broken: set[str]) -> None:
    """Each defect is told by the adjectives that are about it, and by no others."""
    assert _broken(_history(*states)) == broken


def test_a_failed_job_says_why() -> None:
    """What is observed of a failed job has its own message."""
    fact = _history(_state("running", 10), _state("failed", 30, error_message="no model")).is_completed
    assert fact.observed == "running -> failed (no model)"
