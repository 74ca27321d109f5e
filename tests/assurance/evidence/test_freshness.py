"""What a gate may rest on: the real environment as it is, and nothing else unless told otherwise."""

from __future__ import annotations

import pytest

from assurance.environment.evidence import Evidence
from assurance.evidence.freshness import Basis, GateRefused, age_seconds, refuse_as_gate
from assurance.verdicts import Source

NOW = "2026-03-02T10:00:00.000Z"
AN_HOUR_AGO = Basis(Source.RECORDED, "2026-03-02T09:00:00.000Z")
TWO_DAYS_AGO = Basis(Source.RECORDED, "2026-02-28T10:00:00.000Z")
SANDBOX = Basis(Source.SANDBOX)
LIVE = Basis(Source.LIVE)
STRICT = Evidence()
LENIENT = Evidence(allow_not_live=True)
PATIENT = Evidence(allow_not_live=True, maximum_age_hours=72)


def is_refused(basis: Basis, declared: Evidence, *, allowed: bool) -> bool:
    """Tell whether a gate refuses."""
    try:
        refuse_as_gate(basis, declared, allow_not_live=allowed, now=NOW)
    except GateRefused:
        return True
    return False


@pytest.mark.parametrize(
    ("basis", "declared", "allowed", "told"),
    [
        (AN_HOUR_AGO, STRICT, False, "cannot rest on a tape \\(RECORDED\\)"),
        (SANDBOX, STRICT, False, "cannot rest on stand-ins \\(SANDBOX\\)"),
        (TWO_DAYS_AGO, STRICT, False, "stale tape .* 48.0 hours ago, and \\[evidence\\] maximum_age_hours is 24"),
        (TWO_DAYS_AGO, LENIENT, False, "stale tape"),
        (Basis(Source.RECORDED), LENIENT, False, "without any reading"),
    ],
)
def test_a_gate_refuses(basis: Basis, declared: Evidence, allowed: bool, told: str) -> None:
    """A tape or stand-ins are refused where nothing allows them, and a stale tape also where the environment does."""
    with pytest.raises(GateRefused, match=told):
        refuse_as_gate(basis, declared, allow_not_live=allowed, now=NOW)


@pytest.mark.parametrize(
    ("basis", "declared", "allowed"),
    [
        (LIVE, STRICT, False),
        (AN_HOUR_AGO, LENIENT, False),
        (SANDBOX, LENIENT, False),
        (TWO_DAYS_AGO, PATIENT, False),
        (TWO_DAYS_AGO, STRICT, True),
        (SANDBOX, STRICT, True),
    ],
)
def test_a_gate_accepts(basis: Basis, declared: Evidence, allowed: bool) -> None:
    """The real environment is always accepted, a fresh tape where the environment says so, all in a rehearsal."""
    assert not is_refused(basis, declared, allowed=allowed)


def test_age_is_counted_between_times_of_any_precision() -> None:
    """Ages are in seconds, also across midnight and for times without fractions."""
    assert age_seconds("2026-02-28T23:59:59Z", "2026-03-01T00:00:01.500Z") == 2.5
