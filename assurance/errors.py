"""The one family of errors.

AssuranceError
├── UsageError               the user's input is wrong: one message, exit status 4, no traceback
│   ├── EnvironmentFileError     an environment file
│   ├── WaiversRefused           a file of waivers
│   ├── BaselineRefused          a baseline that cannot be used, or a run that cannot become one
│   └── TapeRefused              a tape that is cut, edited, or of another environment
└── NotEvaluated             a requirement could not be judged: the verdict "not evaluated", never a pass
    ├── BrokenReading            an answer that is not what Azure, DNS or a socket sends
    └── MissingReading           a replayed tape that does not hold the answer

A requirement that does not hold is no error: it is a `Fact` with `holds=False` (see `assurance.verdicts`).
"""

from __future__ import annotations


class AssuranceError(Exception):
    """The root of everything this suite raises on purpose."""


class UsageError(AssuranceError):
    """The user's input is wrong; the message says what, where, what was expected and what to do."""


class EnvironmentFileError(UsageError):
    """An environment file cannot be used."""


class WaiversRefused(UsageError):  # noqa: N818  (it says what happened)
    """A file of waivers cannot be used, or grants what must not be granted."""


class BaselineRefused(UsageError):  # noqa: N818  (it says what happened)
    """A baseline cannot be used, or a run cannot become one."""


class TapeRefused(UsageError):  # noqa: N818  (it says what happened)
    """A tape cannot be replayed: it is cut, edited, or of another environment."""


class NotEvaluated(AssuranceError):  # noqa: N818  (it is the verdict's own name)
    """A requirement could not be judged.

    Args:
        reason: What stood in the way, in one sentence.
        remedy: What the engineer can do about it.
        readings: Keys of the readings that show it.
    """

    def __init__(self, reason: str, remedy: str = "", readings: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.readings = readings

    def again(self) -> NotEvaluated:
        """Return an equal error, to be raised for another asker: one object would gather the tracebacks of all."""
        return type(self)(self.reason, self.remedy, self.readings)

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}".strip()


class BrokenReading(NotEvaluated):
    """An answer does not have the shape that its source documents."""


class MissingReading(NotEvaluated):
    """The replayed tape does not hold an answer that a check needs."""
