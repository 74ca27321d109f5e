"""Follows an execution of a job until it has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from assurance.command_line.watch.clock import Clock
from assurance.errors import NotEvaluated
from assurance.world.azure.jobs import ContainerAppsJob, Look, Missing, Passing

TOLD_EVERY = timedelta(minutes=1)
UNSEEN = timedelta(minutes=2)
"""How long an execution may not be there yet that Azure has named."""


@dataclass(frozen=True, slots=True)
class Following:
    """How an execution is followed.

    Attributes:
        job: The job.
        execution: The execution's name.
        was_started: Whether it was started just now, and may not show yet.
        longest: How long it is followed.
        every_seconds: From one look to the next.
    """

    job: ContainerAppsJob
    execution: str
    was_started: bool
    longest: timedelta
    every_seconds: float

    def until_it_ends(self, clock: Clock, tell: Callable[[str], None]) -> Look:
        """Return what the execution was when it had ended.

        Args:
            clock: What tells the time and lets it pass.
            tell: Takes a line when its state changes, and each minute.

        Raises:
            NotEvaluated: It did not end in time, is not there, or may not be looked at.
        """
        begun = clock.now()
        last, told_at = "", begun
        while True:
            past = clock.now() - begun
            status = ""
            try:
                look = self.job.look(self.execution)
                if look.has_ended:
                    return look
                status = look.status
            except Missing:
                if not self.was_started or past > UNSEEN:
                    raise
                status = "not there yet"
            except Passing as error:
                status = str(error)
            if status != last or clock.now() - told_at >= TOLD_EVERY:
                tell(f"{self.execution}: {status}, after {past.total_seconds():.0f} s")
                last, told_at = status, clock.now()
            if past >= self.longest:
                raise NotEvaluated(
                    f"The execution {self.execution} had not ended after {past.total_seconds() / 60:.0f} minutes; it "
                    f"was {status}, and goes on.",
                    f"Follow it further: --execution {self.execution}.",
                )
            clock.sleep(self.every_seconds)
