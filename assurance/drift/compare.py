"""The differences between two normalised values, by path; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from assurance.drift.normalise import Values
from assurance.drift.paths import joined


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is other than in the baseline.

    Attributes:
        path: Where it stands.
        before: What the baseline has there; None for nothing.
        after: What is there now; None for nothing.
    """

    path: str
    before: Values
    after: Values

    def leaves(self) -> Iterator[Difference]:
        """Give each single property of a whole table that came or went; a single property gives itself."""
        one = self.before if self.after is None else self.after
        if not isinstance(one, dict) or not one or (self.before is not None and self.after is not None):
            yield self
            return
        for key, value in one.items():
            path = joined(self.path, key)
            came = self.before is None
            yield from Difference(path, None if came else value, value if came else None).leaves()

    @property
    def is_casing_only(self) -> bool:
        """Whether both are texts that differ in their casing alone, of which Azure is not careful."""
        both = isinstance(self.before, str) and isinstance(self.after, str)
        return both and self.before.casefold() == self.after.casefold()


def differences(before: Values, after: Values, path: str = "") -> tuple[Difference, ...]:
    """Return where two values differ, in order of the paths; what came or went as a whole is one difference."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        # As JSON, since Python holds true and 1 for equal.
        same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
        return () if same else (Difference(path, before, after),)
    found: list[Difference] = []
    for key in sorted(before.keys() | after.keys()):
        found += differences(before.get(key), after.get(key), joined(path, key))
    return tuple(found)
