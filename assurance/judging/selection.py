"""What of the checks a run selected: a value that is found out once and kept in the run's record.

`assurance.suite.selection` finds it out, by pytest's own evaluation of `-m` and from what pytest collected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assurance.judging.controls import CONTROLS

GATES = ("pre_deployment", "post_deployment")
MOMENTS = (*GATES, "nightly", "closing")
MARKS = (*MOMENTS, "load", "deep")
"""The markers of the suite that a marker expression may ask for."""
MAX_NAMED = 12
MAX_NAMED_OF_FAMILY = 4


@dataclass(frozen=True, slots=True)
class Given:
    """By what a run selected, as data: whoever judges its pack again collects by the same.

    Attributes:
        paths: The test paths, relative to the root of the checks; a node id selects a part of a file.
        keyword: The expression of `-k`; empty for none.
        expression: The expression of `-m`; empty for none.
        deselected: The beginnings of node ids that `--deselect` left out.
        variable: What the variable PYTEST_ADDOPTS added to the command line.
        by_id: Whether something else selected as well, such as `--last-failed`: then only the ids tell which cases.
    """

    paths: tuple[str, ...] = ()
    keyword: str = ""
    expression: str = ""
    deselected: tuple[str, ...] = ()
    variable: str = ""
    by_id: bool = False

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Given:  # Any: JSON, whose schema is checked elsewhere
        """Return what stands in a run's results."""
        tuples = {name: tuple(values[name]) for name in ("paths", "deselected")}
        return cls(**{**values, **tuples})


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run selected.

    Attributes:
        marks: The suite's markers that the marker expression asks for, in the order of `MARKS`; none without `-m`.
        whole: The controls of which every case was selected that the environment declares, in order.
        part: The controls of which only some cases were selected, in order. Of all other controls, none was.
        cases: How many cases were selected.
        of_cases: How many cases the files hold that were looked through.
        everything: The moments (`MOMENTS`) of which every check was selected that the guide demands then.
        given: By what they were selected.
    """

    marks: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    cases: int = 0
    of_cases: int = 0
    everything: tuple[str, ...] = ()
    given: Given = field(default_factory=Given)

    @property
    def scope(self) -> str:
        """What a decision is about: `for SEC: 10 of 10 controls, 141 cases`, or `in part: 1 of 569 cases; ...`."""
        if not self.whole:
            return f"in part: {self.cases} of {self.of_cases} cases; no decision on any control"
        of = Counter(_family(control) for control in CONTROLS)
        held = Counter(map(_family, self.whole))
        named = [member for family in held for member in self._named(family, of[family])]
        total = sum(of[family] for family in held)
        rest = f"; no decision on {_listed(self.part)}, judged in part" if self.part else ""
        return f"for {_listed(named)}: {len(self.whole)} of {total} controls, {self.cases} cases{rest}"

    def _named(self, family: str, size: int) -> list[str]:
        """Return a family's name where all its controls are selected in whole, or many; else theirs."""
        held = [control for control in self.whole if _family(control) == family]
        if len(held) == size:
            return [family]
        return held if len(held) <= MAX_NAMED_OF_FAMILY else [f"{family} ({len(held)} of {size})"]

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
        tuples = {name: tuple(values[name]) for name in ("marks", "whole", "part", "everything")}
        return cls(**{**values, **tuples, "given": Given.from_values(values["given"])})


def _family(control: str) -> str:
    return control.partition("-")[0]


def _listed(names: Iterable[str]) -> str:
    """Return names as a list in a sentence, a long one shortened."""
    listed = list(names)
    if len(listed) > MAX_NAMED:
        return f"{', '.join(listed[:MAX_NAMED])} and {len(listed) - MAX_NAMED} more"
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
