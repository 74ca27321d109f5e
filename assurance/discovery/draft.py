"""A proposed environment file: tables with values, each with where it comes from, written as TOML with comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assurance.discovery.toml_values import as_key, as_value

Scalar = str | int | float | bool
Value = Scalar | Sequence["Value"] | Mapping[str, "Value"]
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

    @property
    def questions(self) -> tuple[str, ...]:
        """What the file asks, each as `table.key: question`."""
        return tuple(
            f"{table.name}.{entry.key}".lstrip(".") + f": {entry.asks}"
            for table in self.tables
            for entry in table.entries
            if entry.asks
        )


def as_comment(text: str) -> str:
    """Return a text on one line; Azure's names may hold anything, and a line break would make TOML of a comment."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= LONGEST_COMMENT else f"{shown[: LONGEST_COMMENT - 3]}..."
