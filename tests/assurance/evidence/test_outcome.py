"""What the ledger keeps of a run: counts and figures, read back as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.evidence.outcome import Figure, Outcome, OutcomeError, facts_of, outcome_of, parsed
from assurance.judging.controls import CONTROLS
from assurance.verdicts import Verdict

COUNTS = st.dictionaries(st.sampled_from(list(Verdict)), st.integers(1, 9999), min_size=1)
OUTCOMES = st.builds(
    Outcome,
    st.dictionaries(st.sampled_from(list(CONTROLS)), COUNTS),
    st.dictionaries(st.sampled_from(["SLA-01", "SLA-03"]), st.builds(Figure, st.integers(0, 9999), st.just(2000))),
    st.booleans(),
)


def case(control: str, check: str, observed: str = "", expected: str = "", verdict: str = "pass") -> dict[str, str]:
    """Return a verdict as results hold it."""
    return {"control": control, "check": check, "verdict": verdict, "observed": observed, "expected": expected}


@given(OUTCOMES)
def test_it_is_read_as_it_was_written(outcome: Outcome) -> None:
    """Whatever a run came to, the ledger's texts give it again."""
    assert parsed(facts_of(outcome)) == outcome


def test_the_figure_is_that_of_the_longest_window() -> None:
    """Of two windows the longer one's figure counts, in whatever order they stand; a threshold check has none."""
    cases = [
        case("SLA-03", "x::test[last-24-hours]", "P95 is 1,250 ms (all 9 requests)", "P95 of times below 2,000 ms"),
        case("SLA-03", "x::test[last-30-minutes]", "P95 is 90 ms (all 9 requests)", "P95 of times below 2,000 ms"),
        case("SLA-03", "x::test_threshold", "p95_milliseconds is 2000", "p95_milliseconds is at most 2000"),
    ]
    found = outcome_of({"run": {"selection": ""}, "verdicts": cases})
    assert found.figures == {"SLA-03": Figure(1250.0, 2000.0)}
    assert found.verdicts == {"SLA-03": {Verdict.PASS: 3}}


@pytest.mark.parametrize(
    ("selection", "nightly"),
    [
        ("checks -m nightly --env prod", True),
        ("checks --env prod -m=nightly", True),
        ("checks -m not nightly --env prod", False),
        ("checks --env prod --reports nightly", False),
        ("checks -m post_deployment --reports nightly", False),
    ],
)
def test_nightly_is_what_selects_the_marker(selection: str, nightly: bool) -> None:
    """Only a marker expression makes a run one of the series, not a word elsewhere on the command line."""
    assert outcome_of({"run": {"selection": selection}, "verdicts": []}).nightly is nightly


@pytest.mark.parametrize(
    "facts",
    [
        {"verdicts": "SEC-01=pass:1"},
        {"verdicts": "SEC-01=fine:1", "figures": "", "nightly": False},
        {"verdicts": "SEC-01", "figures": "", "nightly": False},
        {"verdicts": "", "figures": "SLA-01=1", "nightly": False},
        {"verdicts": "", "figures": "", "nightly": "yes"},
        {"verdicts": True, "figures": "", "nightly": False},
    ],
)
def test_another_form_is_refused(facts: dict[str, str | bool]) -> None:
    """What no run writes is refused, and not read as a run without verdicts."""
    with pytest.raises(OutcomeError):
        parsed(facts)


def test_an_older_line_tells_no_outcome() -> None:
    """A line that was written before the ledger held outcomes gives none, which is not an empty one."""
    assert parsed({"run": "x"}) is None
