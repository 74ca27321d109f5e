"""A job of APEX, as its states were read one after the other until it ended or the patience did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.errors import NotEvaluated
from assurance.tape.moments import from_text
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

GOING_ON = frozenset({"pending", "running"})
ORDER = ("pending", "running", "completed")
ABSENT = "absent"
ENDED = frozenset({"completed", "failed"})
WHOLE = 100
MOMENTS = ("created_at", "started_at", "completed_at")


@dataclass(frozen=True, slots=True)
class JobHistory:
    """The states of one job, in the order in which they were read.

    Attributes:
        id: The job's id.
        states: What each poll answered.
        readings: Keys of the readings that the answers stand in, the one that started the job first.
        seconds: For how long it was looked at.
    """

    id: str
    states: tuple[Document, ...]
    readings: tuple[str, ...]
    seconds: float = 0.0

    @property
    def has_ended(self) -> bool:
        """Whether the last state is one that does not change any more."""
        return bool(self.states) and self._status(self.states[-1]) in ENDED

    @property
    def is_stuck(self) -> bool:
        """Whether it said to the last that it was going on, and did not come to an end in its time."""
        return bool(self.states) and self._status(self.states[-1]) in GOING_ON

    @property
    def last(self) -> Document:
        """The last state that was read."""
        return self.states[-1]

    @property
    def is_completed(self) -> Fact:
        """Whether the job completed, without having failed on the way, and told its status each time."""
        statuses = [self._status(state) for state in self.states]
        holds = bool(statuses) and statuses[-1] == "completed" and not {"failed", ABSENT} & set(statuses)
        observed = " -> ".join(dict.fromkeys(statuses)) or "no state"
        if self.states and not self.has_ended:
            percent = _told(self.last.number("progress_percent"))
            observed += f" at {percent}{self._complaint()}, not ended after {self.seconds:.1f} s"
        elif not holds and self.states:
            observed += self._complaint()
        remedy = "Look for the job's id in the application's log; its worker, the model or the parser may be down."
        return self._fact(holds, "the job completes", observed, remedy)

    @property
    def is_whole(self) -> Fact:
        """Whether the job ended at 100 %.

        Raises:
            NotEvaluated: It never ended, which is a finding of its own.
        """
        if self.is_stuck:
            raise NotEvaluated("The job never ended.", "See the check that it completes.", self.readings)
        percent = self.last.number("progress_percent") if self.states else None
        return self._fact(percent == WHOLE, "progress_percent 100 at the end", f"progress_percent {_told(percent)}")

    @property
    def progressed_forwards(self) -> Fact:
        """Whether neither progress nor status ever went back from one poll to the next, within 0 and 100 %."""
        percents = [state.number("progress_percent") for state in self.states]
        known = [percent for percent in percents if percent is not None]
        places = [ORDER.index(status) for state in self.states if (status := self._status(state)) in ORDER]
        holds = (
            len(known) == len(percents) > 0
            and known == sorted(known)
            and 0 <= known[0] <= known[-1] <= WHOLE
            and places == sorted(places)
        )
        observed = ", ".join(f"{self._status(state)} {_told(percent)}" for state, percent in self._changes(percents))
        return self._fact(holds, "status and progress_percent never go back", observed or "no state")

    @property
    def names_its_steps(self) -> Fact:
        """Whether it says at what it works, or last worked."""
        steps = [step for state in self.states if (step := (state.text("current_step") or "").strip())]
        return self._fact(bool(steps), "current_step names a step", ", ".join(dict.fromkeys(steps)) or "none")

    @property
    def carries_no_error(self) -> Fact:
        """Whether it ended without an error message: one that completed has nothing to complain of."""
        error = (self.last.text("error_message") or "").strip() if self.states else "no state"
        return self._fact(not error, "no error_message", error or "none")

    @property
    def tells_its_times_in_order(self) -> Fact:
        """Whether it was created, started and completed, in that order."""
        texts = [self.last.text(name) if self.states else None for name in MOMENTS]
        times = [from_text(text or "") for text in texts]
        known = [time for time in times if time is not None]
        holds = len(known) == len(MOMENTS) and known == sorted(known)
        observed = ", ".join(f"{name} {text or 'absent'}" for name, text in zip(MOMENTS, texts, strict=True))
        return self._fact(holds, " <= ".join(MOMENTS), observed)

    def result(self) -> Document | None:
        """Return what the job came to; None if it tells nothing."""
        return self.last.within("result_data") if self.states else None

    def _complaint(self) -> str:
        complaint = self.last.text("error_message") or self.last.text("current_step")
        return f" ({complaint[:120]})" if complaint else ""

    def _changes(self, percents: Sequence[float | None]) -> list[tuple[Document, float | None]]:
        """Return the states that differ from the one before."""
        pairs = list(zip(self.states, percents, strict=True))
        changes = [(self._status(state), percent) for state, percent in pairs]
        return [pair for index, pair in enumerate(pairs) if index == 0 or changes[index] != changes[index - 1]]

    @staticmethod
    def _status(state: Document) -> str:
        return (state.text("status") or ABSENT).casefold()

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str = "") -> Fact:
        return Fact(holds, expected, observed, f"job {self.id}", self.readings, "" if holds else remedy)


def _told(percent: float | None) -> str:
    return "absent" if percent is None else f"{percent:g} %"
