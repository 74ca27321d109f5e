"""What a waiver is, and which cases it covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Self

from pydantic import StringConstraints, field_validator, model_validator

from assurance.environment.base import Declared, Text
from assurance.judging.cases import Case

WILDCARDS = {"*": ".*", "?": "."}


@dataclass(frozen=True, slots=True)
class AppliedWaiver:
    """What a report tells of a waiver that covers a failing case.

    Attributes:
        name: The waiver's name in its file.
        owner: Who answers for it.
        approver: Who agreed to it, another person.
        reason: Why the failure is borne for a while.
        ticket: Where that is written down.
        expires: The last day, in UTC, on which it holds (ISO 8601).
        days_left: Days until then, from the day of the run; negative once it has expired.
    """

    name: str
    owner: str
    approver: str
    reason: str
    ticket: str
    expires: str
    days_left: int

    @property
    def has_expired(self) -> bool:
        """Whether it no longer holds."""
        return self.days_left < 0

    def __str__(self) -> str:
        who = f"owner {self.owner}, approved by {self.approver}, ticket {self.ticket}"
        if self.has_expired:
            return f"The waiver {self.name!r} ({who}) expired on {self.expires}, {days(-self.days_left)} ago."
        return f"Waived by {self.name!r} until {self.expires}, {days(self.days_left)} left: {self.reason} ({who})"


class Waiver(Declared):
    """One waiver.

    Covers every case of `control` (and, where given, of the function `check`) whose subject is `subject`; there `*`
    stands for any text and `?` for any one character.
    """

    control: Text
    check: Text | None = None
    subject: Text
    owner: Text
    approver: Text
    reason: Annotated[str, StringConstraints(min_length=10, strip_whitespace=True)]
    ticket: Text
    expires: date

    @field_validator("expires", mode="before")
    @classmethod
    def _is_a_day(cls, value: object) -> object:
        """Refuse a time of day, which leaves open whose midnight is meant."""
        if type(value) is not date:
            raise ValueError("a date such as 2027-01-31 was expected, without quotes and without a time of day")
        return value

    @model_validator(mode="after")
    def _is_approved_by_another(self) -> Self:
        if " ".join(self.owner.split()).casefold() == " ".join(self.approver.split()).casefold():
            raise ValueError(f"approver and owner are both {self.owner!r}; another person must approve")
        return self

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("".join(WILDCARDS.get(one, re.escape(one)) for one in self.subject), re.I | re.S)

    def covers(self, case: Case) -> bool:
        """Tell whether the waiver is about a case."""
        return (
            case.control == self.control
            and self.check in {None, case.check}
            and self._pattern.fullmatch(case.subject) is not None
        )

    def applied(self, name: str, today: date) -> AppliedWaiver:
        """Return the waiver as a report tells it on a day."""
        return AppliedWaiver(
            name=name,
            owner=self.owner,
            approver=self.approver,
            reason=self.reason,
            ticket=self.ticket,
            expires=self.expires.isoformat(),
            days_left=(self.expires - today).days,
        )


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of an environment, on the day of a run.

    Attributes:
        file: Where they are written, as shown to the reader.
        text: What stands there; empty if there is no such file.
        named: Each waiver by its name.
        today: The day of the run, in UTC; for a replay, the day of the recording.
    """

    file: str
    text: str
    named: dict[str, Waiver]
    today: date

    def covering(self, case: Case) -> AppliedWaiver | None:
        """Return the waiver that covers a case: of several the one that lasts longest; None if there is none."""
        found = [one.applied(name, self.today) for name, one in sorted(self.named.items()) if one.covers(case)]
        return max(found, key=lambda one: one.days_left, default=None)


def days(number: int) -> str:
    """Return `1 day`, `2 days`."""
    return f"{number} day" if number == 1 else f"{number} days"
