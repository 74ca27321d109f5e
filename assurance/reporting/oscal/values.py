"""Values of OSCAL's data types, made of text that may hold anything."""

from __future__ import annotations

import re
from uuid import NAMESPACE_URL, UUID, uuid5

from assurance.reporting.fit import cut, printable

NAMESPACE = "urn:apex-assurance:oscal"
MAX_CHARACTERS = 8_000
NOTHING = "(nothing)"
# What OSCAL's Markdown would take for markup (NIST: "Markup Data Types").
_MARKUP = re.compile(r"([\\`*_\[\]<>&~^{}#|!\"'])")


class Naming:
    """Gives each thing of a run its UUID (version 5): the same run and the same thing, the same UUID."""

    def __init__(self, run_id: str) -> None:
        self._space: UUID = uuid5(NAMESPACE_URL, f"{NAMESPACE}:{run_id}")

    def uuid(self, *names: str) -> str:
        """Return the UUID of the thing that these names stand for."""
        joined = "\n".join(names).encode("utf-8", "replace").decode()
        return str(uuid5(self._space, joined))


def string(value: str) -> str:
    """Return a `string`: on one line, without blanks at its ends, never empty."""
    return cut(" ".join(printable(value).split()), MAX_CHARACTERS) or NOTHING


def line(value: str) -> str:
    """Return a `markup-line` that shows `value` as it is."""
    return _MARKUP.sub(r"\\\1", string(value))


def text(value: str) -> str:
    """Return a `markup-multiline` that shows `value` as it is, line by line."""
    lines = cut(printable(value), MAX_CHARACTERS).splitlines()
    return "\n\n".join(line(one) for one in lines if one.strip()) or NOTHING


def prop(name: str, value: str) -> dict[str, str]:
    """Return a property in the suite's own namespace: OSCAL gives its names no meaning of its own."""
    return {"name": name, "ns": NAMESPACE, "value": string(value)}


def token(value: str) -> str:
    """Return a `token`: letters, digits, hyphens, underscores and dots, beginning with a letter or an underscore."""
    clean = re.sub(r"[^A-Za-z0-9._-]", "_", value)
    return clean if re.match(r"[A-Za-z_]", clean) else f"_{clean}"
