"""Which cases of a run do not apply to it, by what its environment declares; and what a skipped case came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from assurance.environment.applicability import (
    offered_elsewhere,
    without_application,
    without_load,
    without_telemetry,
)
from assurance.environment.model import NotApplicable
from assurance.judging.cases import subject_of
from assurance.judging.nouns import DECLARED, subjects
from assurance.runs.run import Run
from assurance.verdicts import Verdict

NONE_DECLARED = "The environment file declares none of these."


def not_applicable(item: pytest.Item, run: Run) -> NotApplicable | None:
    """Return why an item does not apply to this run; None if it does."""
    mark = item.get_closest_marker("control")
    if mark is None:
        return None
    control: str = mark.kwargs["id"]
    environment, function = run.environment, getattr(item, "originalname", item.name)
    subject = subject_of(item, environment)
    for declared in environment.not_applicable:
        if (
            declared.control == control
            and declared.check in {None, function}
            and declared.subject in {None, subject}
            and declared.unless_vantage not in run.vantage
        ):
            return declared
    nouns: Sequence[str] = getattr(item, "fixturenames", ())
    return (
        (None if _only_reads(item, run) else without_application(environment, control, nouns))
        or without_telemetry(environment, control, nouns)
        or without_load(environment, control, nouns, is_asked_for=run.asks_for_load)
        or offered_elsewhere(environment, control, subject)
    )


def _only_reads(item: pytest.Item, run: Run) -> bool:
    """Tell whether a case writes nothing, although cases of its check may: its subject says so."""
    declared = run.environment.application
    if declared is None or not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return False
    on_standing = bool(declared.access.places)
    subjects = [one for one in item.callspec.params.values() if hasattr(one, "only_reads")]
    return any(one.only_reads(on_standing=on_standing) for one in subjects)


def skipped_case(item: pytest.Item, run: Run) -> dict[str, Any]:  # Any: values of a verdict's record
    """Return what a skipped case came to: not applicable where the environment file says so, and else unjudged."""
    declared = not_applicable(item, run)
    names = [name for name in getattr(item, "fixturenames", ()) if name in DECLARED]
    empty = any(not subjects(name, run.environment) for name in names)
    verdict = Verdict.NOT_APPLICABLE if declared is not None or empty else Verdict.NOT_EVALUATED
    reason = declared.reason if declared is not None else NONE_DECLARED if empty else "The check was skipped."
    return {
        "verdict": verdict,
        "expected": "",
        "observed": "",
        "reason": reason,
        "remedy": "",
        "resources": (),
        "readings": (),
        "measures": (),
    }
