"""What the ledger keeps of a run: counts and figures, read back as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.evidence.outcome import Figure, Outcome, OutcomeError, facts_of, facts_to_hold, outcome_of, parsed
from assurance.judging.controls import CONTROLS
from assurance.verdicts import Verdict

COUNTS = st.dictionaries(st.sampled_from(list(Verdict)), st.integers(1, 9999), min_size=1)
OUTCOMES = st.builds(
    Outcome,
    st.dictionaries(st.sampled_from(list(CONTROLS)), COUNTS),
    st.dictionaries(
        st.sampled_from(["SLA-01", "SLA-03"]),
        st.builds(Figure, st.integers(0, 9999), st.just(2000), st.sampled_from(["ms", "%", ""])),
    ),
    st.booleans(),
)


def case(control: str, *measures: dict[str, object]) -> dict[str, object]:
    """Return a verdict as results hold it."""
    return {"control": control, "verdict": "pass", "measures": measures}


def measure(name: str, value: float, window_minutes: int) -> dict[str, object]:
    """Return a measure as results hold it."""
    return {"name": name, "value": value, "limit": 2000.0, "unit": "ms", "window_minutes": window_minutes}


def results(*cases: dict[str, object], everything: tuple[str, ...] = ()) -> dict[str, object]:
    """Return as much of a run's results as an outcome is made of."""
    return {"schema": "1.2", "run": {"selected": {"everything": everything}}, "verdicts": cases}


@given(OUTCOMES)
def test_it_is_read_as_it_was_written(outcome: Outcome) -> None:
    """Whatever a run came to, the ledger's texts give it again."""
    assert parsed(facts_of(outcome)) == outcome


def test_the_figure_is_that_of_the_longest_window() -> None:
    """Of two windows the longer one's figure counts, in whatever order they stand; a threshold check has none."""
    found = outcome_of(
        results(
            case("SLA-03", measure("P95", 1250.0, 24 * 60)), case("SLA-03", measure("P95", 90.0, 30)), case("SLA-03")
        )
    )
    assert found.figures == {"SLA-03": Figure(1250.0, 2000.0, "ms")}
    assert found.verdicts == {"SLA-03": {Verdict.PASS: 3}}


def test_a_control_that_measures_several_things_has_no_one_figure() -> None:
    """A percentile and an error rate under load are no single figure of their control."""
    found = outcome_of(results(case("SLA-09", measure("P95", 1.0, 0), measure("error rate", 1.0, 0))))
    assert found.figures == {}


@pytest.mark.parametrize("everything", [("nightly",), ("post_deployment",), ()])
def test_a_night_is_held_by_a_run_of_everything_nightly(everything: tuple[str, ...]) -> None:
    """A run that leaves out something of the night is none of the series."""
    assert outcome_of(results(everything=everything)).nightly is ("nightly" in everything)


def test_results_without_measures_are_held_to_their_verdicts() -> None:
    """A line of a run whose results held no measures may name figures: only verdicts are compared with it."""
    old = {"schema": "1.1", "run": {}, "verdicts": [{"control": "SLA-03", "verdict": "pass"}]}
    assert facts_to_hold(old) == {"verdicts": "SLA-03=pass:1"}
    assert set(facts_to_hold(results())) == {"verdicts", "figures", "nightly"}


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
