"""The charts."""

from __future__ import annotations

from xml.etree import ElementTree

from assurance.reporting.html.figures import FIGURES, NAME_WIDTH, NUMBER_WIDTH, WIDTH, cases_by_control, drawn
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import model_of, sample_model


def test_bars_are_as_long_as_their_cases() -> None:
    """The longest bar fills its place, and each part of a bar is as long as its share of the cases."""
    figure = cases_by_control(sample_model())
    assert figure is not None
    root = ElementTree.fromstring(figure)  # noqa: S314  (our own markup)
    lengths = [sum(float(part.get("width", "nan")) for part in bar.iter("rect")) for bar in root.iter("g")]
    cases = [sum(summary.counts.values()) for summary in sample_model().controls()]
    unit = (WIDTH - NAME_WIDTH - NUMBER_WIDTH) / max(cases)
    assert all(abs(length - number * unit) < 1 for length, number in zip(lengths, cases, strict=True))


def test_figure_is_told_in_words() -> None:
    """A figure has a name for who cannot see it, and each of its bars says its numbers."""
    figure = cases_by_control(sample_model())
    assert figure is not None
    assert 'role="img"' in figure
    assert "<title>SEC-08: 2 not evaluated</title>" in figure


def test_run_without_cases_has_no_figures() -> None:
    """Where there is nothing to draw there is no section."""
    assert drawn(model_of()) == ""
    assert all(callable(figure) for figure in FIGURES)
    assert 'id="figures"' in drawn(model_of(Verdict.PASS))
