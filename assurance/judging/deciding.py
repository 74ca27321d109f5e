"""What a run comes to, by its cases: as their verdicts say, but never GO where most is declared not to apply."""

from __future__ import annotations

from collections.abc import Iterable

from assurance.judging.controls.security import THE_TEN
from assurance.verdicts import Decision, Verdict, decide


def decide_on(cases: Iterable[tuple[str, Verdict]]) -> Decision:
    """Return the decision of a run with these cases, each the id of its control and its verdict.

    A file can declare that controls do not apply. Where that is most of the guide's ten security controls that a run
    holds, what is left proves no secure deployment (guide, Step 3): INCONCLUSIVE, not GO.
    """
    found = tuple(cases)
    decision = decide(verdict for _, verdict in found)
    return Decision.INCONCLUSIVE if decision is Decision.GO and leaves_most_out(found) else decision


def leaves_most_out(cases: Iterable[tuple[str, Verdict]]) -> bool:
    """Tell whether most of the guide's ten security controls among the cases are not applicable as a whole."""
    applies: dict[str, bool] = {}
    for control, verdict in cases:
        if control in THE_TEN:
            applies[control] = applies.get(control, False) or verdict is not Verdict.NOT_APPLICABLE
    return 2 * sum(applies.values()) < len(applies)
