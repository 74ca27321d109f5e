"""What an examination finds, a line each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a finding means: fine; worth knowing; or something will not be judged."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Attributes:
        area: What was looked at: file, identity, clock, endpoint, vantage, application, rights.
        subject: Which of them.
        state: What it means.
        told: What was found.
        remedy: What to do about it; empty where nothing is to be done.
        controls: Controls of which something will not be judged.
    """

    area: str
    subject: str
    state: State
    told: str
    remedy: str = ""
    controls: tuple[str, ...] = ()
