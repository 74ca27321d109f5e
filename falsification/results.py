"""What became of the entries of the catalogues, and the score that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["violation", "harmless", "inability"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one entry of a catalogue, for one control.

    Attributes:
        kind: Which catalogue.
        name: The entry's name.
        control: The control.
        judged: How much was judged: one entry, or for an inability the cases that rest on the reading.
        survivors: What was judged wrongly, in words; empty if nothing was.
        reporters: The checks that reported a violation.
    """

    kind: Kind
    name: str
    control: str
    judged: int
    survivors: tuple[str, ...]
    reporters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """All results."""

    results: tuple[Result, ...]

    @property
    def survivors(self) -> tuple[str, ...]:
        """What was judged wrongly, in words."""
        return tuple(f"{one.control} {one.name}: {told}" for one in self.results for told in one.survivors)

    @property
    def is_met(self) -> bool:
        """Whether our bar is met: all violations found, no false alarm, no false pass; and something was tried."""
        tried = {one.kind for one in self.results}
        return bool(tried) and not self.survivors

    def counts(self, kind: Kind, control: str | None = None) -> tuple[int, int]:
        """Return how much was judged wrongly and how much was judged, of one control or of all.

        Of violations and harmless changes, entries are counted, each once; of inability, cases.
        """
        mine = [one for one in self.results if one.kind == kind and control in (None, one.control)]
        if kind == "inability":
            return sum(len(one.survivors) for one in mine), sum(one.judged for one in mine)
        return len({one.name for one in mine if one.survivors}), len({one.name for one in mine})


def violation_results(
    name: str, controls: tuple[str, ...], check: str, failing: frozenset[tuple[str, str]]
) -> list[Result]:
    """Return what became of a violation: those controls must report it that it names, and no others of their families.

    Args:
        name: The violation.
        controls: The controls that must report it.
        check: The check that must report it; empty if any will do.
        failing: The control and the check of each case that fails.
    """
    reporters = tuple(sorted({of for _, of in failing}))
    # A resource that is missing is missed by each family of controls: they are counted within one.
    families = {control.partition("-")[0] for control in controls}
    reporting = {control for control, _ in failing if control.partition("-")[0] in families}
    missed = [f"not reported by {control}" for control in controls if control not in reporting]
    if check and check not in reporters:
        missed.append(f"not reported by {check}")
    beyond = [f"reported by {control} as well" for control in sorted(reporting - set(controls))]
    first = (*missed, *beyond)
    return [
        Result("violation", name, control, 1, first if number == 0 else (), reporters)
        for number, control in enumerate(controls)
    ]
