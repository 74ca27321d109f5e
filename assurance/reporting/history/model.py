"""What a history is: runs, approvals and gaps, in order of time; nothing that was found is left out without a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from assurance.evidence.outcome import Outcome
from assurance.reporting.html.figures import ORDER
from assurance.verdicts import Decision, Source, Verdict


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run, as the ledger has it.

    Attributes:
        id: Its id, which is the name of its pack's directory.
        source: What it rested on.
        decision: What it came to.
        started: When it began, UTC.
        complete: False for a run that was interrupted.
        outcome: Its verdicts and figures; None where neither ledger nor pack tells them.
        is_trusted: False for a run whose line in the ledger was edited: it is shown, and proves nothing.
        has_pack: Whether its pack is there.
        problems: What is wrong with its line or its pack, a sentence each.
        worst: The worst verdict of each control that it judged.
    """

    id: str
    source: Source
    decision: Decision
    started: datetime
    complete: bool
    outcome: Outcome | None
    is_trusted: bool = True
    has_pack: bool = True
    problems: tuple[str, ...] = ()
    worst: Mapping[str, Verdict] = field(init=False)

    def __post_init__(self) -> None:
        counted = self.outcome.verdicts if self.outcome is not None else {}
        # A frozen value sets its derived part in this way (dataclasses, "Frozen instances").
        object.__setattr__(self, "worst", {name: worst_of(counts) for name, counts in counted.items()})

    @property
    def night(self) -> date:
        """The UTC date on which it began: no daylight saving time moves it."""
        return self.started.astimezone(UTC).date()

    def verdict_of(self, control: str) -> Verdict | None:
        """Return a control's worst verdict; None if the run did not judge it, or does not tell."""
        return self.worst.get(control)

    @property
    def controls(self) -> frozenset[str]:
        """The controls that it judged."""
        return frozenset(self.worst)


@dataclass(frozen=True, slots=True)
class Approval:
    """The approval of a baseline of drift, as the ledger has it."""

    run: str
    approver: str
    change: str
    approved: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """A night without a run that holds it.

    Attributes:
        night: Its UTC date.
        instead: What ran that night and does not count, and why; empty if nothing did.
    """

    night: date
    instead: str


@dataclass(frozen=True, slots=True)
class Series:
    """The nightly series.

    Attributes:
        first: Its first night; None if there is no series in the period.
        last: The last night that must be held: yesterday's, or today's where it is.
        gaps: The nights that are missing.
        is_marked: Whether runs with the marker `nightly` make it; else any complete run holds its night.
    """

    first: date | None
    last: date | None
    gaps: tuple[Gap, ...]
    is_marked: bool

    @property
    def nights(self) -> int:
        """How many nights there are from the first to the last."""
        return (self.last - self.first).days + 1 if self.first is not None and self.last is not None else 0


@dataclass(frozen=True, slots=True)
class History:
    """The history of one environment over a period.

    Attributes:
        environment: The environment's name.
        since: The first moment of the period; None for all that there is.
        until: When the history was made, UTC.
        basis: The source that counts: LIVE where there is any live run, else SANDBOX, else RECORDED.
        runs: The runs, the oldest first.
        approvals: The approvals of baselines, the oldest first.
        series: The nightly series.
        chain_is_broken: Whether any line of the ledger, in the period or not, was edited or does not follow.
        problems: What is wrong with the chain, and packs that stand in no line.
        packs_were_opened: Whether each pack was compared with the ledger, or only looked for.
        end: The digest of the ledger's last line: to be compared with one that was kept elsewhere.
    """

    environment: str
    since: datetime | None
    until: datetime
    basis: Source
    runs: tuple[PastRun, ...]
    approvals: tuple[Approval, ...]
    series: Series
    chain_is_broken: bool
    problems: tuple[str, ...]
    packs_were_opened: bool
    end: str

    @property
    def counted(self) -> tuple[PastRun, ...]:
        """The runs that statistics rest on: complete, of the basis, and with a line that was not edited."""
        return tuple(run for run in self.runs if counts(run, self.basis))


def worst_of(counts: Mapping[Verdict, int]) -> Verdict:
    """Return the worst of the verdicts that were counted; of none, that it was not evaluated."""
    return next((verdict for verdict in ORDER if counts.get(verdict)), Verdict.NOT_EVALUATED)


def counts(run: PastRun, basis: Source) -> bool:
    """Whether a run counts: a replay, an interrupted run and an edited line tell nothing of the deployment."""
    return run.complete and run.is_trusted and run.source is basis


def basis_of(runs: tuple[PastRun, ...]) -> Source:
    """Return the strongest source that any run rests on."""
    sources = {run.source for run in runs if run.is_trusted}
    return next((source for source in (Source.LIVE, Source.SANDBOX) if source in sources), Source.RECORDED)
