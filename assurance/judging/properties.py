"""What becomes of every property of the resources that checks judge: judged, irrelevant, or why it is not judged."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """The properties of one kind of resource, each under its path.

    Attributes:
        type: Azure's type.
        model: The SDK's model of it, as `module:class`.
        judged: The control and the check that judge each.
        irrelevant: Why nobody has to look at each.
        unjudged: Why each is not judged, though it is relevant.
    """

    type: str
    model: str
    judged: dict[str, str]
    irrelevant: dict[str, str]
    unjudged: dict[str, str]

    def accounts_for(self, path: str) -> bool:
        """Tell whether a property has its line, or stands within an object that has one."""
        known = {**self.judged, **self.irrelevant, **self.unjudged}
        return any(path == known_path or path.startswith(f"{known_path}.") for known_path in known)


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of resource whose properties are accounted for; what all have in common is irrelevant."""
    document: dict[str, Any] = tomllib.loads(files(__package__).joinpath("properties.toml").read_text("utf-8"))
    common: dict[str, str] = document["common"]
    return tuple(Kind(**{**kind, "irrelevant": _beside(common, kind)}) for kind in document["kind"])


def _beside(common: dict[str, str], kind: dict[str, Any]) -> dict[str, str]:
    """Return what is irrelevant of a kind: its own lines, and the common ones that it does not classify itself."""
    own = {**kind["judged"], **kind["unjudged"]}
    return {**{path: reason for path, reason in common.items() if path not in own}, **kind["irrelevant"]}
