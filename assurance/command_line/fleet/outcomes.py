"""What became of each environment of a fleet, and what the fleet comes to; pure but for reading `decision.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assurance.command_line.output import CommandStatus
from assurance.evidence.pack import PackError, is_marked_incomplete, read_json
from assurance.reporting.writer import DECISION, HTML
from assurance.verdicts import Decision, ExitStatus, Verdict

NOT_JUDGED = "NOT JUDGED"
WORST_FIRST = (Decision.NO_GO, None, Decision.INCONCLUSIVE, Decision.GO)
STATUSES: Mapping[Decision | None, CommandStatus] = {
    Decision.NO_GO: CommandStatus.NO,
    None: CommandStatus.NOT_JUDGED,
    Decision.INCONCLUSIVE: CommandStatus.INCONCLUSIVE,
    Decision.GO: CommandStatus.YES,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one environment.

    Attributes:
        file: The environment file, as it was given.
        environment: The environment's name, from its pack; empty if there is none.
        decision: What its run came to; None if it came to no decision.
        scope: What the decision is about, in words; empty without one.
        source: What the run rests on, such as `LIVE`; empty without a decision.
        counts: The number of its cases by verdict; empty without a decision.
        failing_controls: The controls that fail.
        reason: Why there is no decision; empty where there is one.
        seconds: How long its run took.
        report: Its HTML report; None without a decision.
    """

    file: Path
    environment: str = ""
    decision: Decision | None = None
    scope: str = ""
    source: str = ""
    counts: Mapping[Verdict, int] = field(default_factory=dict)
    failing_controls: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    report: Path | None = None

    @property
    def word(self) -> str:
        """The decision, or that there is none."""
        return str(self.decision) if self.decision is not None else NOT_JUDGED


def outcome_of(file: Path, status: int, told: Sequence[str], packs: Sequence[Path], seconds: float) -> Outcome:
    """Return what a run came to that has ended by itself.

    Only a whole pack that agrees with the exit status is a decision: Python ends with 1 too when it breaks down.

    Args:
        file: The environment file.
        status: The exit status of its process; the negative number of the signal that ended it.
        told: What the process wrote to standard error.
        packs: Its evidence packs: one, or none.
        seconds: How long it took.
    """
    if status not in set(ExitStatus):
        return Outcome(file, reason=_reason(status, told), seconds=seconds)
    if len(packs) != 1:
        reason = "no reading came from the deployment; `apex-assurance doctor` tells what stands in the way"
        return Outcome(file, reason=reason if not told else _reason(status, told), seconds=seconds)
    try:
        return _decided(file, packs[0], status, seconds)
    except (PackError, KeyError, ValueError, TypeError) as error:
        return Outcome(file, reason=f"{packs[0] / DECISION} is not what a run writes: {error}", seconds=seconds)


def _decided(file: Path, pack: Path, status: int, seconds: float) -> Outcome:
    document = read_json(pack / DECISION, "the decision of a run was expected; it")
    whole = document["complete"] is True and not is_marked_incomplete(pack)
    if not whole or document["exit_status"] != status:
        return Outcome(file, document["environment"], reason=f"the run in {pack} is INCOMPLETE", seconds=seconds)
    return Outcome(
        file=file,
        environment=document["environment"],
        decision=Decision(document["decision"]),
        scope=document["scope"],
        source=document["source"],
        counts={Verdict(name): int(number) for name, number in document["counts"].items()},
        failing_controls=tuple(document["failing_controls"]),
        seconds=seconds,
        report=pack / HTML,
    )


def _reason(status: int, told: Sequence[str]) -> str:
    """Return why a run came to no decision: what pytest says of wrong input, else how its process ended."""
    begins = next((number for number, line in enumerate(told) if line.startswith("ERROR: ")), None)
    if begins is not None:
        return " ".join(line.strip() for line in told[begins:]).removeprefix("ERROR: ").strip()
    ended = {2: "it broke off", 3: "the suite broke down", 4: "its input is wrong", 5: "nothing was selected"}
    how = f"signal {-status} ended it" if status < 0 else ended.get(status, "it broke down")
    return f"{how} (exit status {status}); run it alone to see more: apex-assurance run --env FILE"


def in_order(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Return outcomes from the worst to the best, then by their files."""
    return tuple(
        sorted(
            outcomes, key=lambda outcome: (WORST_FIRST.index(outcome.decision), _failures(outcome), str(outcome.file))
        )
    )


def _failures(outcome: Outcome) -> int:
    """Return the number of failures, so that most comes first."""
    return -outcome.counts.get(Verdict.FAIL, 0)


def status_of(outcomes: Sequence[Outcome]) -> CommandStatus:
    """Return the exit status of a fleet: that of its worst environment; none at all is not judged."""
    decisions = {outcome.decision for outcome in outcomes}
    return STATUSES[next((decision for decision in WORST_FIRST if decision in decisions), None)]


def numbers(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many environments came to what, from the worst to the best."""
    words = [str(decision) if decision is not None else NOT_JUDGED for decision in WORST_FIRST]
    return {word: sum(outcome.word == word for outcome in outcomes) for word in words}
