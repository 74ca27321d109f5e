"""Waivers: what one is, which cases it covers, who is refused, and how each is judged itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from assurance.environment import Environment
from assurance.environment.toml_files import parsed, problems
from assurance.environment.values import Declared, Text
from assurance.errors import EnvironmentFileError, UsageError, WaiversRefused
from assurance.judging.checking import Case, Outcome
from assurance.judging.controls import CONTROLS
from assurance.tape.strict_json import MAX_WRITTEN_BYTES, read_plain
from assurance.verdicts import Verdict


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
        # What stands after a star is taken where it comes first (?>...): nothing is tried again.
        first, *others = (self._part(part) for part in self.subject.split("*"))
        last = f".*{others[-1]}" if others else ""
        return re.compile(first + "".join(f"(?>.*?{part})" for part in others[:-1]) + last, re.I | re.S)

    @staticmethod
    def _part(text: str) -> str:
        return "".join("." if one == "?" else re.escape(one) for one in text)

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
        applied = [
            waiver.applied(name, self.today) for name, waiver in sorted(self.named.items()) if waiver.covers(case)
        ]
        return max(applied, key=lambda waiver: waiver.days_left, default=None)


def days(number: int) -> str:
    """Return `1 day`, `2 days`."""
    return f"{number} day" if number == 1 else f"{number} days"


# ISO/IEC 27001:2022, 6.1.3 f: a risk owner accepts what remains of a risk; half a year later somebody looks again.
MAX_DAYS = 180
# The control under which waivers themselves are judged: a waiver of it would excuse itself.
WAIVERS = "WVR-01"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class WaiversFile(Declared):
    """A file of waivers: a table `[waivers.NAME]` for each."""

    waivers: dict[Name, Waiver] = Field(default_factory=dict)


def load(path: Path, environment: Environment, *, shown: str = "", needed: bool = False) -> Waivers:
    """Return the waivers that `path` holds for an environment, as of today (UTC).

    Args:
        path: The file.
        environment: Whose controls may be marked as unwaivable.
        shown: What reports call the file; its path by default.
        needed: Whether the file was asked for by name, so that it must be there.

    Raises:
        WaiversRefused: The file cannot be read, is not valid, waives what must not be waived, or for too long.
        EnvironmentFileError: The environment file marks a control as unwaivable that there is not.
    """
    for control in environment.waivers.unwaivable:
        if control not in CONTROLS:
            raise EnvironmentFileError(
                f"environment {environment.name!r}: key 'waivers.unwaivable': there is no control {control!r}; "
                f"known are {', '.join(CONTROLS)}"
            )
    today = datetime.now(UTC).date()
    if not needed and not path.exists():
        return Waivers(shown or str(path), "", {}, today)
    text = _read(path)
    try:
        named = WaiversFile.model_validate(_parse(path, text)).waivers
    except ValidationError as error:
        raise WaiversRefused(f"{path}: this is not a valid file of waivers:\n{problems(error)}") from error
    wrong = [sentence for name, waiver in named.items() for sentence in _wrong(name, waiver, environment, today)]
    if wrong:
        raise WaiversRefused(f"{path}: these waivers cannot be granted:\n" + "\n".join(wrong))
    return Waivers(shown or str(path), text, named, today)


def _read(path: Path) -> str:
    try:
        return read_plain(path, MAX_WRITTEN_BYTES).decode("utf-8")
    except OSError as error:
        raise WaiversRefused(f"{path}: the file of waivers cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WaiversRefused(f"{path}: UTF-8 text was expected; byte {error.start} is none") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return parsed(text.encode(), str(path))
    except UsageError as error:
        raise WaiversRefused(str(error)) from error


def _wrong(name: str, waiver: Waiver, environment: Environment, today: date) -> list[str]:
    """Say what forbids a waiver, one line for each reason."""
    here = f"  waivers.{name}"
    last = today + timedelta(days=MAX_DAYS)
    wrong = []
    if waiver.control not in CONTROLS:
        wrong.append(f"{here}.control: there is no control {waiver.control!r}; known are {', '.join(CONTROLS)}")
    if waiver.control in {*environment.waivers.unwaivable, WAIVERS}:
        wrong.append(f"{here}.control: {waiver.control} must not be waived in {environment.name}; mend what fails")
    if waiver.expires > last:
        wrong.append(
            f"{here}.expires: at most {MAX_DAYS} days ahead, {last} today, was expected (found {waiver.expires})"
        )
    return wrong


EXPECTED = "in force, about a case that there is, and still needed"
Verdicts = Mapping[str, tuple[Verdict, tuple[str, ...]]]
"""What each case came to that ran, and the readings behind it, by the case's id."""


def judge_waivers(waivers: Waivers, collected: Iterable[Case], verdicts: Verdicts) -> dict[str, Outcome]:
    """Return what each waiver comes to, by its name; without those that the run's selection does not cover.

    Args:
        waivers: The waivers.
        collected: Every case of the files that were collected, whether it ran or not.
        verdicts: What the cases came to that ran.
    """
    cases = tuple(collected)
    judged = {name: _judge(name, waiver, waivers, cases, verdicts) for name, waiver in sorted(waivers.named.items())}
    return {name: outcome for name, outcome in judged.items() if outcome is not None}


def _judge(name: str, waiver: Waiver, waivers: Waivers, cases: tuple[Case, ...], verdicts: Verdicts) -> Outcome | None:
    of_control = [case for case in cases if case.control == waiver.control]
    if not of_control:
        return None
    matching = [case for case in of_control if waiver.covers(case)]
    if not matching:
        return _finding(name, waivers, _unmatched(waiver, of_control), "correct or remove it")
    ran = {case.id: verdicts[case.id] for case in matching if case.id in verdicts}
    came_to = [verdict for verdict, _ in ran.values()]
    readings = tuple(dict.fromkeys(key for _, keys in ran.values() for key in keys))
    failing = sum(verdict in {Verdict.FAIL, Verdict.WAIVED} for verdict in came_to)
    applied = waiver.applied(name, waivers.today)
    if failing and not applied.has_expired:
        observed = f"covers {failing} of {_counted(matching)}. {applied}"
        return Outcome(Verdict.PASS, EXPECTED, observed, resources=(waiver.control,), readings=readings)
    if failing:
        return _finding(name, waivers, str(applied), "mend what fails, or have it approved again", readings)
    if len(ran) < len(matching):
        return None
    if Verdict.NOT_EVALUATED in came_to:
        reason = f"Whether the waiver {name!r} is still needed cannot be told: what it is about could not be judged."
        return Outcome(Verdict.NOT_EVALUATED, reason=reason, remedy="See what kept it from that.", readings=readings)
    observed = f"no longer needed: of {_counted(matching)} that it is about none fails"
    return _finding(name, waivers, observed, "remove it", readings)


def _finding(name: str, waivers: Waivers, observed: str, what: str, readings: tuple[str, ...] = ()) -> Outcome:
    remedy = f"In {waivers.file}, [waivers.{name}]: {what}."
    return Outcome(Verdict.FAIL, EXPECTED, observed, remedy=remedy, resources=(waivers.file,), readings=readings)


def _unmatched(waiver: Waiver, cases: Iterable[Case]) -> str:
    """Say what a waiver names that there is not, with what there is in its place."""
    checks = {case.check for case in cases}
    if waiver.check is not None and waiver.check not in checks:
        return f"matches nothing: {waiver.control} has no check {waiver.check!r}, but {', '.join(sorted(checks))}"
    subjects = {case.subject for case in cases if waiver.check in {None, case.check}}
    return f"matches nothing: there is no subject {waiver.subject!r}, but {', '.join(sorted(subjects))}"


def _counted(cases: list[Case]) -> str:
    return "1 case" if len(cases) == 1 else f"{len(cases)} cases"
