"""A proposed environment file: tables with values, each with where it comes from, written as TOML.

What a file would gain from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tomli_w

from assurance.environment import Environment


def as_key(name: str) -> str:
    """Return a key, quoted where it must be."""
    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")


def as_value(value: object) -> str:
    """Return a value on one line: tables are inline tables.

    Raises:
        TypeError: It is none of TOML's values.
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_key(key)} = {as_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(as_value, value)) + "]"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").removesuffix("\n")


Scalar = str | int | float | bool
Value = Scalar | Sequence["Value"] | Mapping[str, "Value"]
Ask = Callable[[str, str, Value], Value]
"""Asks somebody: given a key, the question and the default, it returns what the value is to be."""
QUESTION = "QUESTION: "
LONGEST_COMMENT = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value.

    Attributes:
        key: The key.
        value: What is proposed.
        source: Where the value comes from, in a few words.
        asks: What only people know, if this is a question; the value is then its default.
    """

    key: str
    value: Value
    source: str = ""
    asks: str = ""

    @property
    def comment(self) -> str:
        """What stands behind the value."""
        asked = f"{QUESTION}{self.asks}" if self.asks else ""
        return " ".join(part for part in (asked, f"({self.source})" if asked and self.source else self.source) if part)


@dataclass(slots=True)
class Table:
    """One table of the file.

    Attributes:
        name: Its header, such as `virtual_network.subnets`; empty for the top of the file.
        entries: Its keys, in order.
        is_one_of_many: Whether it is one of an array of tables.
        remarks: Lines above it.
    """

    name: str
    entries: list[Entry] = field(default_factory=list)
    is_one_of_many: bool = False
    remarks: list[str] = field(default_factory=list)

    def add(self, key: str, value: Value, source: str = "", asks: str = "") -> None:
        """Add a key."""
        self.entries.append(Entry(key, value, source, asks))

    def lines(self) -> Iterator[str]:
        """Give the table as lines of TOML."""
        # A comment that begins with a colon is for tools, such as "#:schema FILE".
        marks = (("#" if remark.startswith(":") else "# ", remark) for remark in self.remarks)
        yield from (f"{mark}{as_comment(remark)}".rstrip() for mark, remark in marks)
        if self.name:
            yield f"[[{self.name}]]" if self.is_one_of_many else f"[{self.name}]"
        for entry in self.entries:
            comment = f" # {as_comment(entry.comment)}" if entry.comment else ""
            yield f"{as_key(entry.key)} = {as_value(entry.value)}{comment}"


@dataclass(slots=True)
class Draft:
    """The whole file; `tables` in the order in which they are written, `remarks` at its end."""

    tables: list[Table] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def table(self, name: str, *, is_one_of_many: bool = False, remarks: Sequence[str] = ()) -> Table:
        """Begin a table."""
        table = Table(name, [], is_one_of_many, list(remarks))
        self.tables.append(table)
        return table

    def text(self) -> str:
        """Return the file."""
        blocks = ["\n".join(table.lines()) for table in self.tables]
        if self.remarks:
            blocks.append("\n".join(f"# {as_comment(remark)}".rstrip() for remark in self.remarks))
        return "\n\n".join(blocks) + "\n"

    def answer(self, ask: Ask) -> None:
        """Put every question to somebody; what was answered, if only by its default, is none any more."""
        for table in self.tables:
            table.entries = [_answered(table, entry, ask) if entry.asks else entry for entry in table.entries]

    @property
    def questions(self) -> tuple[str, ...]:
        """What the file asks, each as `table.key: question`."""
        return tuple(
            f"{table.name}.{entry.key}".lstrip(".") + f": {entry.asks}"
            for table in self.tables
            for entry in table.entries
            if entry.asks
        )


def _answered(table: Table, entry: Entry, ask: Ask) -> Entry:
    key = f"{table.name}.{entry.key}".lstrip(".")
    return Entry(entry.key, ask(key, entry.asks, entry.value), f"answered: {entry.asks}")


def as_comment(text: str) -> str:
    """Return a text on one line; Azure's names may hold anything, and a line break would make TOML of a comment."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= LONGEST_COMMENT else f"{shown[: LONGEST_COMMENT - 3]}..."


# By what the items of a list of tables are told apart.
NAMES = ("name", "role", "resource", "control")


def gains(present: Environment, proposed: Environment) -> tuple[str, ...]:
    """Return a line for each key: `+` for one that the file lacks, `~` for one that it has with another value."""
    has = dict(_flat(present.model_dump(mode="json"), ""))
    sentences = []
    for key, value in _flat(proposed.model_dump(mode="json", exclude_unset=True), ""):
        held = has.get(key)
        if held is None and value not in (None, [], {}):
            sentences.append(f"+ {key} = {_shown(value)}")
        elif held is not None and held != value:
            sentences.append(f"~ {key} = {_shown(held)}, and init would write {_shown(value)}")
    return tuple(sentences)


def _flat(value: Any, key: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  (JSON values of any kind)
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat(item, f"{key}.{name}".lstrip("."))
    elif isinstance(value, Sequence) and value and all(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, f"{key}[{_name(item, number)}]")
    else:
        yield key, value


def _name(item: Mapping[str, Any], number: int) -> str:
    if item.get("role") and item.get("service"):
        return f"{item['role']} on {item['service']}"
    return next((str(item[name]) for name in NAMES if item.get(name)), str(number))


def _shown(value: object) -> str:
    return as_value(value) if value is not None else "nothing"
