"""What builds of APEX do differently without being wrong: nothing that judges APEX may object to a quirk."""

from __future__ import annotations

from enum import StrEnum


class Quirk(StrEnum):
    """One harmless difference.

    Attributes:
        difference: What is different then, in one sentence.
    """

    difference: str

    def __new__(cls, value: str, difference: str) -> Quirk:
        """Make a member that carries its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.difference = difference
        return member

    CREATED_ROW_LATE = "created-row-late", "The first read of a row just created answers 404."
    FIRST_READ_DROPPED = (
        "first-read-dropped",
        "The first read of a row just created answers 500 and ends the connection.",
    )
    MISSING_CREDENTIALS_403 = "missing-credentials-403", "A request without credentials gives 403 instead of 401."
    SLASH_CANONICAL = "slash-canonical", "Collections have a trailing slash; without it they redirect with 307."
    SLASH_TOLERATED = "slash-tolerated", "With a trailing slash a path is answered without a redirect."
    HEALTH_UNDER_PREFIX = "health-under-prefix", "The health endpoints are under the API's prefix only."
    LIST_OLDEST_FIRST = "list-oldest-first", "Lists begin with the oldest instead of the newest."
    LINE_ITEMS_SHUFFLED = "line-items-shuffled", "Line items come in another order."
    FURTHER_FIELDS = "further-fields", "Answers have fields that the contract does not name."
    MONEY_AS_NUMBERS = "money-as-numbers", "Money in the view of an estimate is a number, as in its export."
    JOB_STARTS_AT_ONCE = "job-starts-at-once", "A job is announced as running, never as pending."
    TIMES_WITH_OFFSET = "times-with-offset", "Times end in +00:00 instead of Z."
    ERRORS_AS_DETAIL = "errors-as-detail", "Every error has the shape of a detail text."
