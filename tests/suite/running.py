"""What the tests of whole runs know of a run that has ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "fixtures" / "recordings" / "prod"


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that has ended.

    Attributes:
        status: The exit status.
        text: What it wrote to the terminal, errors included.
        reports: Where its evidence packs are.
    """

    status: int
    text: str
    reports: Path

    @property
    def words(self) -> str:
        """What it wrote to the terminal, without the ends of its lines: they depend on the terminal's width."""
        return " ".join(self.text.replace(" \\\n", " ").split())

    @property
    def pack(self) -> Path:
        """The directory of its only evidence pack."""
        [pack] = (path.parent for path in self.reports.glob("*/*/results.json"))
        return pack

    @property
    def results(self) -> dict[str, Any]:  # Any: JSON, whose schema other tests hold
        """Its results.json."""
        document: dict[str, Any] = json.loads((self.pack / "results.json").read_text(encoding="utf-8"))
        return document

    def verdicts(self) -> dict[str, str]:
        """Its verdicts by check."""
        return {verdict["check"]: verdict["verdict"] for verdict in self.results["verdicts"]}


RunSuite = Callable[..., Ended]
