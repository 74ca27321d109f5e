"""Our queries, each in a file of its own whose head says which columns it returns: its result must have just these."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from assurance.tape.moments import to_text
from assurance.telemetry.window import Window

Spelling = Literal["workspace", "component"]
# One line of a query's head: the column, its kind, what it holds and in which unit.
_COLUMN = re.compile(r"//   (\w+) +(datetime|int|long|real|string) +\S")


@dataclass(frozen=True, slots=True)
class Query:
    """One of our queries.

    Attributes:
        name: The name of its file.
        text: What the file holds.
        columns: The columns of its result, in order, by name, with their kinds.
    """

    name: str
    text: str
    columns: Mapping[str, str]

    def over(
        self,
        window: Window,
        spelling: Spelling,
        component_id: str,
        *,
        excluded: Sequence[str] = (),
        operation_ids: Sequence[str] = (),
        ordinal: int = 0,
    ) -> str:
        """Return the whole query: what its names stand for, the tables in one spelling, and what is asked.

        Args:
            window: Within which rows count.
            spelling: Whether a workspace or a component is asked.
            component_id: Whose rows count.
            excluded: Names of requests that do not count.
            operation_ids: The operations that are asked for, of a query that needs them.
            ordinal: The how manieth time it is asked, where it is asked again and again; 0 where once.
        """
        values = {
            "From": f"datetime({to_text(window.since)})",
            "Until": f"datetime({to_text(window.until)})",
            "Component": _text(component_id),
            "Excluded": f"dynamic({json.dumps(list(excluded), ensure_ascii=False)})",
            "OperationIds": f"dynamic({json.dumps(list(operation_ids))})",
        }
        lets = "".join(f"let {name} = {value};\n" for name, value in values.items())
        again = f"// asked for the {ordinal}. time\n" if ordinal else ""
        return f"{again}{lets}{_file(f'views_{spelling}')}{self.text}"


@cache
def query(name: str) -> Query:
    """Return a query by the name of its file."""
    text = _file(name)
    columns = dict(_COLUMN.findall(text))
    if not columns:
        raise ValueError(f"{name}.kql: its head names no column")
    return Query(name, text, MappingProxyType(columns))


def _file(name: str) -> str:
    return (files(__package__) / "queries" / f"{name}.kql").read_text(encoding="utf-8")


def _text(value: str) -> str:
    """Return a text as the language writes it: its escapes are JSON's, as far as ids and names need them."""
    return json.dumps(value, ensure_ascii=False)
