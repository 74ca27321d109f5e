"""The one family of errors.

AssuranceError
├── UsageError               the user's input is wrong: one message, exit status 4, no traceback
│   ├── EnvironmentFileError     an environment file
│   ├── WaiversRefused           a file of waivers
│   ├── BaselineRefused          a baseline that cannot be used, or a run that cannot become one
│   ├── TapeRefused              a tape that is cut, edited, or of another environment
│   └── Unwritable               a run that cannot be kept: the disk is full, or the directory is read-only
└── NotEvaluated             a requirement could not be judged: the verdict "not evaluated", never a pass
    ├── BrokenReading            an answer that is not what Azure, DNS or a socket sends
    └── MissingReading           a replayed tape that does not hold the answer

A requirement that does not hold is no error: it is a `Fact` with `holds=False` (see `assurance.verdicts`).
"""

from __future__ import annotations

from pathlib import Path


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


class Unwritable(UsageError):  # noqa: N818  (it says what happened)
    """What a run comes to cannot be written: nothing can be judged that would have no evidence.

    Args:
        error: What the system said.
        where: The directory or file; the one that `error` names, if any, where none is given.
    """

    def __init__(self, error: OSError, where: Path | None = None) -> None:
        name = where or error.filename2 or error.filename  # of a copy, the second is what was written
        told = f"{name}: " if name is not None else ""
        super().__init__(
            f"{told}{error.strerror or type(error).__name__}; the run cannot be kept: free space, or give a directory "
            "that can be written: --reports DIR"
        )


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
