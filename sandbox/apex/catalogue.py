"""The catalogue of switches and quirks as a person reads it, and as a person names one."""

from __future__ import annotations

import difflib
from itertools import groupby

from sandbox.apex.observed import Observed
from sandbox.apex.quirks import Quirk
from sandbox.apex.switches import Switch

_BROKEN = {
    "SMK": "must be caught by the smoke tests",
    "E2E": "by the estimation workflow",
    "RBAC": "by the role matrix",
    "AACE": "by the classification",
    "BAD": "by bad input",
    "SLA": "by the service levels",
}


class UnknownNameError(ValueError):
    """There is no switch and no quirk of that name."""


def named(name: str) -> Switch | Quirk | Observed:
    """The switch, the quirk, or the observed behaviour of that name.

    Raises:
        UnknownNameError: There is none; the message has those that look like it.
    """
    known: dict[str, Switch | Quirk | Observed] = {str(one): one for one in (*Switch, *Quirk, *Observed)}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    expected = f"perhaps {' or '.join(near)}" if near else "one of the catalogue was expected"
    raise UnknownNameError(f"the sandbox's APEX has no switch {name!r}; {expected} (--list-breaks lists them all)")


def catalogue_text() -> str:
    """All switches by family, and all quirks, one a line."""
    width = max(len(one) for one in (*Switch, *Quirk, *Observed))
    lines = []
    ordered = sorted(Switch, key=lambda switch: list(_BROKEN).index(switch.family))
    for family, switches in groupby(ordered, key=lambda switch: switch.family):
        lines += [f"{family}: {_BROKEN[family]}", *(f"  {one:{width}}  {one.wrong}" for one in switches), ""]
    lines += ["Not wrong, only different:", *(f"  {one:{width}}  {one.difference}" for one in Quirk), ""]
    lines += [
        "Seen in a running build (--as-it-runs turns all on):",
        *(f"  {one:{width}}  {one.seen}" for one in Observed),
    ]
    return "\n".join(lines)
