"""The words that every report shares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assurance.reporting.wording import age_in_words, duration_in_words, oldest_reading
from tests.assurance.reporting.sample_run import sample_model


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min"), (200, "3 min 20 s"), (3600, "1 h"), (3601, "1 h"), (190_000, "2 d 4 h")],
)
def test_duration_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    """A duration is rounded to seconds, and told in at most two units that follow each other."""
    assert duration_in_words(seconds) == words


def test_age_is_that_of_the_oldest_reading() -> None:
    """The age is from the oldest reading to the run's end; without a reading it is unknown."""
    model = sample_model()
    assert oldest_reading(model) == "2026-03-01T09:30:01.250Z"
    assert age_in_words(model) == "11 s"
    assert age_in_words(replace(model, readings=())).startswith("unknown")
