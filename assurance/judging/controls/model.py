"""What a control is: one requirement of the operations guide, with its step and the clauses that it supports."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "high", "medium"]


@dataclass(frozen=True, slots=True)
class Control:
    """One requirement of the guide.

    Attributes:
        id: Its number, such as `SEC-03`.
        title: A few words.
        requirement: The sentence that its checks prove.
        guide_step: Where the guide demands it.
        iso_2022: Clauses of Annex A of ISO/IEC 27001:2022, primary ones first.
        iso_2013: The same in the 2013 edition.
        severity: How bad a failure is.
    """

    id: str
    title: str
    requirement: str
    guide_step: str
    iso_2022: tuple[str, ...]
    iso_2013: tuple[str, ...]
    severity: Severity
