"""The exit statuses of `apex-assurance`, the same in every command; docs/running.md has them in a table.

A command that asks a question answers with 0 or 1; one that judges (`watch`, `fleet`, `inside`) with the decision, as
a run.
"""

from __future__ import annotations

from enum import IntEnum

from assurance.verdicts import ExitStatus


class CommandStatus(IntEnum):
    """What a command's exit status says."""

    YES = 0
    """Done; or the answer is yes: verified, the same, ready, nothing left."""

    NO = 1
    """The answer is no: not verified, different, not ready, something left."""

    WRONG_USAGE = 2
    """The command line, or a file that it names, is wrong; nothing was done."""

    NOT_JUDGED = 4
    """No decision: of a fleet's environment whose file is wrong, or of a run that broke down or left no evidence."""

    INCONCLUSIVE = int(ExitStatus.INCONCLUSIVE)
    """Not enough could be seen to say yes or no."""

    INTERRUPTED = 130
    """Control-C: the shell's own status for it (128 and SIGINT's number)."""

    BROKEN_PIPE = 141
    """Who read the output went away, as in `apex-assurance history | head` (128 and SIGPIPE's number)."""
