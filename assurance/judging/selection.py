"""What of the checks a run selected: a value that is found out once and kept in the run's record.

`assurance.suite.selection` finds it out, by pytest's own evaluation of `-m` and from what pytest collected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GATES = ("pre_deployment", "post_deployment")
MOMENTS = (*GATES, "nightly", "closing")
MARKS = (*MOMENTS, "load", "deep")
"""The markers of the suite that a marker expression may ask for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run selected.

    Attributes:
        marks: The suite's markers that the marker expression asks for, in the order of `MARKS`; none without `-m`.
        whole: The controls of which every case was selected that the environment declares, in order.
        part: The controls of which only some cases were selected, in order. Of all other controls, none was.
    """

    marks: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    part: tuple[str, ...] = ()

    @property
    def gate(self) -> str:
        """The gate that is asked for, empty for none; of both, the later one."""
        return next((mark for mark in reversed(GATES) if mark in self.marks), "")

    @property
    def is_nightly(self) -> bool:
        """Whether the run is one of the nightly series."""
        return "nightly" in self.marks

    @property
    def asks_for_load(self) -> bool:
        """Whether the load test is asked for."""
        return "load" in self.marks

    @property
    def belongs_to_a_change(self) -> bool:
        """Whether what is asked for is judged for a change: a gate, or the closing of the change."""
        return bool(self.gate) or "closing" in self.marks

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Selection:  # Any: JSON, whose schema is checked elsewhere
        """Return the selection that stands in a run's results."""
        return cls(*(tuple(values[name]) for name in ("marks", "whole", "part")))
