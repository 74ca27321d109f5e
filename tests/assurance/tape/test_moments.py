"""Times and durations in all the ways in which Azure writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assurance.errors import BrokenReading
from assurance.tape.moments import from_text, told
from assurance.world.azure.document import Document

MOMENT = datetime(2026, 2, 3, 9, 31, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-02-03T09:31:07Z", "2026-02-03T09:31:07", "2026-02-03T09:31:07+00:00", "2026-02-03T10:31:07+01:00",
     "2026-02-03 09:31:07Z", "2026-02-03T09:31:07.0000000Z"],
)  # fmt: skip
def test_one_moment_in_many_spellings(text: str) -> None:
    """With seven digits, with an offset or without a zone: the moment is the same."""
    assert from_text(text) == MOMENT


def test_digits_beyond_the_sixth_are_cut() -> None:
    """Azure tells ten millionths of a second, Python keeps millionths."""
    assert from_text("2026-02-03T09:31:07.1234567") == MOMENT.replace(microsecond=123456)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-40T00:00:00Z", "", "2026-02-03", "Wed, 16 Sep 2020 03:31:11 GMT"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    """Anything else is no time, and an answer that has it there is broken."""
    assert from_text(text) is None
    with pytest.raises(BrokenReading):
        Document({"at": text}, ("k",)).moment("at")


def test_absent_times_are_none() -> None:
    """What Azure does not tell is None, and is told as no time."""
    assert Document({}, ("k",)).moment("at") is None
    assert Document({}, ("k",)).duration("for") is None
    assert told(None) == "no time"


@pytest.mark.parametrize(("text", "wanted"), [("PT5M", 5), ("PT1H", 60), ("P1D", 1440), ("PT1H30M", 90)])
def test_durations(text: str, wanted: int) -> None:
    """Windows are told as durations of ISO 8601."""
    assert Document({"for": text}, ("k",)).duration("for") == timedelta(minutes=wanted)


@pytest.mark.parametrize("text", ["", "P", "PT", "5M", "00:05:00", "P1Y"])
def test_what_is_no_duration_is_broken(text: str) -> None:
    """An answer that has no duration where one belongs is broken."""
    with pytest.raises(BrokenReading):
        Document({"for": text}, ("k",)).duration("for")
