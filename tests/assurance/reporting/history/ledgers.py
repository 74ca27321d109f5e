"""Ledgers of many runs for the tests of histories, chained as real ones are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assurance.evidence.ledger import FIRST, RUN, canonical
from assurance.evidence.outcome import Figure, Outcome, facts_of
from assurance.evidence.pack import LEDGER
from assurance.judging.controls import CONTROLS
from assurance.tape import sha256
from assurance.verdicts import Verdict, decide

START = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSES = {"SEC-01": {Verdict.PASS: 3}, "SEC-06": {Verdict.PASS: 5}}


@dataclass
class LedgerMaker:
    """Writes a ledger, a line at a time, and the directories of the packs.

    Attributes:
        directory: reports/ENVIRONMENT.
    """

    directory: Path
    lines: list[bytes] = field(default_factory=list)
    previous: str = FIRST

    def run(
        self,
        at: datetime,
        verdicts: Mapping[str, Mapping[Verdict, int]] = PASSES,
        *,
        source: str = "LIVE",
        complete: bool = True,
        nightly: bool = True,
        figures: Mapping[str, Figure] | None = None,
        has_pack: bool = True,
    ) -> str:
        """Add a run and return its id."""
        name = f"{at:%Y%m%dT%H%M%SZ}-{len(self.lines):06x}"
        decision = str(decide(verdict for counts in verdicts.values() for verdict in counts))
        moment = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
        facts = {
            "run": name, "environment": self.directory.name, "source": source, "decision": decision, "started": moment,
            "finished": moment, "complete": complete, "suite": "0.1.0", "manifest": sha256(b"manifest"), "signer": "",
            **facts_of(Outcome(verdicts, figures or {}, nightly)),
        }  # fmt: skip
        if has_pack:
            (self.directory / name).mkdir(parents=True)
        self.line(RUN, facts)
        return name

    def line(self, kind: str, facts: Mapping[str, str | bool]) -> None:
        """Add a line of any kind."""
        values = {**facts, "kind": kind, "previous": self.previous}
        self.previous = sha256(canonical(values))
        self.lines.append(canonical({**values, "digest": self.previous}) + b"\n")

    def write(self) -> Path:
        """Write the ledger and return the environment's directory."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / LEDGER).write_bytes(b"".join(self.lines))
        return self.directory


def nights(maker: LedgerMaker, number: int, without: tuple[int, ...] = ()) -> None:
    """Add a run every night from the first of January on, but for some."""
    for night in range(number):
        if night not in without:
            maker.run(START + timedelta(days=night))


def thousand(directory: Path) -> Path:
    """Write a ledger of a thousand runs of every control, with every verdict, source and figure, and two gaps."""
    maker = LedgerMaker(directory)
    spread = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.NOT_APPLICABLE)
    controls = list(CONTROLS)
    for number in range(1_000):
        if number in {400, 401, 700}:
            continue
        verdicts = {
            control: {spread[(number + row) // 7 % 4]: 1, Verdict.PASS: 2}
            if (number * 31 + row * 17) % 23 < 2
            else {Verdict.PASS: 3}
            for row, control in enumerate(controls)
        }
        figures = {"SLA-01": Figure(100 - number % 17 / 50, 99.9), "SLA-03": Figure(700 + number % 90, 2000)}
        source = "RECORDED" if number % 50 == 3 else "LIVE"
        maker.run(NOW - timedelta(days=1_000 - number), verdicts, source=source, figures=figures)
    return maker.write()


def edited(directory: Path, number: int, **changes: str) -> None:
    """Edit one line of a ledger, as a forger would who does not know of the chain."""
    path = directory / LEDGER
    lines = path.read_bytes().splitlines(keepends=True)
    values = json.loads(lines[number - 1])
    lines[number - 1] = canonical({**values, **changes}) + b"\n"
    path.write_bytes(b"".join(lines))
