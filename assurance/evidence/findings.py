"""What a verification is asked, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["ok", "note", "BAD"]


Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one step found, in one sentence."""

    step: str
    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What to verify, and against what.

    Attributes:
        directory: The pack.
        public_key: The file of the key that must have signed it; None to take the pack's own word for the key.
        ledger: The ledger in which it must stand; None to leave the chain of runs out.
        schema_problem: Returns how results break their schema; empty if they conform.
        derive: Whether every verdict is derived again from the tape.
    """

    directory: Path
    public_key: Path | None
    ledger: Path | None
    schema_problem: Callable[[Results], str]
    derive: bool = True
