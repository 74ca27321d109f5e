"""The parts of a parsed query."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kql.table import Column, Kind, Row, Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant of a kind; a typed null such as `real(null)` too."""

    value: Value
    kind: Kind


@dataclass(frozen=True, slots=True)
class Name:
    """A column, or what a `let` has given a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, with its arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two expressions."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negated:
    """A number or a timespan with a minus before it."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Among:
    """`in`, `!in` and `in~`, with the values."""

    operator: str
    left: Expression
    values: tuple[Expression, ...]


Expression = Literal | Name | Call | Binary | Negated | Among


@dataclass(frozen=True, slots=True)
class Named:
    """An expression with the names of the columns that it makes; none where the query gives none."""

    names: tuple[str, ...]
    expression: Expression


@dataclass(frozen=True, slots=True)
class Ordered:
    """What rows are put in order by."""

    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Where:
    """Keeps the rows for which the condition is true."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Extend:
    """Adds or replaces columns."""

    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """Makes the columns that it names, and no others."""

    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Summarize:
    """Aggregates rows, in groups of equal keys."""

    aggregates: tuple[Named, ...]
    keys: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class OrderBy:
    """Puts rows in order."""

    keys: tuple[Ordered, ...]


@dataclass(frozen=True, slots=True)
class Take:
    """Keeps so many rows."""

    count: int


@dataclass(frozen=True, slots=True)
class Count:
    """Returns how many rows there are."""


Operator = Where | Extend | Project | Summarize | OrderBy | Take | Count


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table that is written in the query."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A table, by its name or as such, and what is done with it, in order."""

    source: str | DataTable | Query
    operators: tuple[Operator, ...]


@dataclass(frozen=True, slots=True)
class Let:
    """A name for an expression or for a table."""

    name: str
    value: Expression | Query


@dataclass(frozen=True, slots=True)
class Script:
    """A whole query: names, and what is asked."""

    lets: tuple[Let, ...]
    query: Query
