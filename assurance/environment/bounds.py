"""Bounds on how the suite reads: `[limits]` of the environment file, and what of it holds for one answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from assurance.environment.base import Declared, Seconds
from assurance.tape.strict_json import JsonBounds


@dataclass(frozen=True, slots=True)
class AnswerBounds:
    """Bounds on one answer; what is beyond is refused before it is kept or parsed.

    Attributes:
        body_bytes: The longest body, decompressed.
        json: Bounds on the JSON in it.
    """

    body_bytes: int
    json: JsonBounds = field(default_factory=JsonBounds)


class Limits(Declared):
    """Bounds on how the suite reads.

    Attributes:
        concurrency: The most requests at once.
        timeout_seconds: For one answer; half of it for a connection.
        retry_budget_seconds: How long retries of one question may go on.
        attempts: How often one question is sent at most; to be throttled (429) does not count.
        throttled_seconds: How long a run may wait because Azure throttles it, over all its processes; time in which
            several of them wait counts once.
        body_bytes: The longest answer, decompressed.
        json_values: The most values in an answer.
        json_depth: The deepest nesting of an answer.
        integer_digits: The longest integer in an answer.
        text_bytes: The longest text in an answer.
        pages: The most pages of a list.
        rows: The most rows of a list.
        tape_bytes: The most bytes of answers that a run keeps.
    """

    concurrency: Annotated[int, Field(ge=1, le=64)] = 12
    timeout_seconds: Annotated[Seconds, Field(gt=0)] = 10.0
    retry_budget_seconds: Annotated[Seconds, Field(ge=0)] = 15.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 4
    throttled_seconds: Annotated[Seconds, Field(ge=0)] = 300.0
    body_bytes: Annotated[int, Field(ge=1024)] = 16 * 1024 * 1024
    json_values: Annotated[int, Field(ge=100)] = 1_000_000
    json_depth: Annotated[int, Field(ge=10, le=500)] = 100
    integer_digits: Annotated[int, Field(ge=20, le=4000)] = 100
    text_bytes: Annotated[int, Field(ge=1024)] = 1_000_000
    pages: Annotated[int, Field(ge=1)] = 1000
    rows: Annotated[int, Field(ge=1)] = 50_000
    tape_bytes: Annotated[int, Field(ge=1024 * 1024)] = 256 * 1024 * 1024

    @property
    def answer_bounds(self) -> AnswerBounds:
        """The bounds on one answer."""
        json = JsonBounds(self.json_values, self.json_depth, self.integer_digits, self.text_bytes)
        return AnswerBounds(self.body_bytes, json)
