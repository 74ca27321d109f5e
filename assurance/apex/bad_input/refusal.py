"""What came of one bad input."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.bad_input.catalogue import Bad
from assurance.apex.client import Exchange
from assurance.apex.client.exchange import all_readings
from assurance.verdicts import Fact

# What an answer must not tell: where in the code, the database or the machine something went wrong (CWE-209).
INWARD = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"]+\.py\", line \d+|site-packages|sqlalchemy|pyodbc|ODBC Driver"
    r"|(?-i:\bSELECT\b.+\bFROM\b|\bINSERT INTO\b)|/home/\w+/|/usr/(?:local/)?lib/",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What came of one bad input.

    Attributes:
        bad: The input.
        answer: The answer to it.
        statuses: The statuses that refuse it.
        left: What was found of it afterwards; empty if nothing was.
        mended: How APEX took it in another form that does no harm, or why it may take it; empty if it did not.
        looked: The answers in which was looked for it.
    """

    bad: Bad
    answer: Exchange
    statuses: frozenset[int]
    left: str
    mended: str
    looked: tuple[Exchange, ...]

    @property
    def is_refused(self) -> Fact:
        """Whether it was refused for what it is, or taken in a form that does no harm where that is as good."""
        self.answer.answers(HTTPStatus.OK)
        holds = self.answer.status in self.statuses or bool(self.mended)
        return self._fact(
            holds, f"refused with {listed(self.statuses)}", f"{self.answer.outcome} {self.mended}".strip()
        )

    @property
    def left_nothing(self) -> Fact:
        """Whether nothing of it is found afterwards."""
        observed = self.left or self.mended or f"nothing found in {len(self.looked)} answers"
        return self._fact(not self.left, "nothing of it is stored", observed)

    @property
    def tells_nothing_inward(self) -> Fact:
        """Whether the answer tells nothing of code, database or machine (CWE-209)."""
        inward = INWARD.search(self.answer.content.decode("utf-8", "replace"))
        observed = f"the answer tells {inward.group(0)[:60]!r}" if inward else "nothing of the kind"
        return self._fact(inward is None, "no stack trace, statement or path of the server in the answer", observed)

    def _fact(self, holds: bool, expected: str, observed: str) -> Fact:
        remedy = "" if holds else "Validate this input before anything is done with it, and answer 4xx."
        return Fact(
            holds, expected, observed, f"bad input {self.bad.name}", all_readings((self.answer, *self.looked)), remedy
        )


def listed(statuses: frozenset[int]) -> str:
    """Return statuses in words."""
    return ", ".join(map(str, sorted(statuses)))
