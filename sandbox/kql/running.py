"""Runs a query over tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial

from sandbox.kql.operators import distinctly_named, summarize
from sandbox.kql.parsing import parse
from sandbox.kql.scalars import Scope
from sandbox.kql.table import Column, Source, Table, Value, semantic
from sandbox.kql.tree import (
    Count,
    DataTable,
    Expression,
    Extend,
    Literal,
    Name,
    Named,
    Operator,
    OrderBy,
    Project,
    Query,
    Script,
    Summarize,
    Take,
    Where,
)


def run(query: str, sources: Mapping[str, Source], now: datetime) -> Table:
    """Return what a query asks for.

    Args:
        query: The query.
        sources: The tables that there are, by name.
        now: What `now()` and `ago()` go by.

    Raises:
        KqlError: The query is wrong, or uses what is not supported; also in a `let` that nothing uses.
    """
    script = parse(query, sources.keys())
    # Every part is run over no rows first: what is wrong shows, whether or not it is used.
    _Runner(sources, now, reading=False).script(script)
    return _Runner(sources, now, reading=True).script(script)


class _Runner:
    """Runs the parts of a query.

    Args:
        reading: Whether rows are read; else every table is empty, and every part is run.
    """

    def __init__(self, sources: Mapping[str, Source], now: datetime, *, reading: bool) -> None:
        self.constants: dict[str, Literal] = {}
        self._tables: dict[str, Callable[[], Table]] = {
            name: partial(_read, source, reading) for name, source in sources.items()
        }
        self._now = now
        self._reading = reading

    def script(self, script: Script) -> Table:
        """Run a whole query."""
        for let in script.lets:
            if isinstance(let.value, Query):
                table = cache(partial(self.query, let.value))
                self._tables[let.name] = table
                if not self._reading:
                    table()
            else:
                self.constants[let.name] = self.constant(let.value)
        return self.query(script.query)

    def constant(self, expression: Expression) -> Literal:
        scalar = self._scope(()).scalar(expression)
        return Literal(scalar.evaluate(()), scalar.kind)

    def query(self, query: Query) -> Table:
        table = self._source(query.source)
        for operator in query.operators:
            table = self._apply(table, operator)
        return table

    def _source(self, source: str | DataTable | Query) -> Table:
        match source:
            case Query():
                return self.query(source)
            case DataTable(columns, rows):
                return Table(columns, rows)
        if source not in self._tables:
            raise semantic(f"'{source}' could not be resolved: there is no such table")
        return self._tables[source]()

    def _scope(self, columns: tuple[Column, ...]) -> Scope:
        return Scope(columns, self.constants, self._now)

    def _apply(self, table: Table, operator: Operator) -> Table:
        scope = self._scope(table.columns)
        match operator:
            case Where(condition):
                holds = scope.condition(condition).evaluate
                return Table(table.columns, [row for row in table.rows if holds(row) is True])
            case Extend(columns):
                return _extended(table, scope, columns)
            case Project(columns):
                return _projected(table, scope, columns)
            case Summarize():
                return summarize(table, scope, operator)
            case OrderBy():
                return _ordered(table, scope, operator)
            case Take(count):
                return Table(table.columns, table.rows[:count])
            case Count():
                return Table((Column("Count", "long"),), [(len(table.rows),)])


def _read(source: Source, reading: bool) -> Table:
    return Table(source.columns, source.rows() if reading else ())


def _extended(table: Table, scope: Scope, named: tuple[Named, ...]) -> Table:
    columns, rows = table.columns, [tuple(row) for row in table.rows]
    for named_expression in named:
        name = _only_name(named_expression)
        # A column that the same operator made before can be used by the next.
        scalar = Scope(columns, scope.constants, scope.now).scalar(named_expression.expression)
        at = next((index for index, column in enumerate(columns) if column.name == name), len(columns))
        columns = (*columns[:at], Column(name, scalar.kind), *columns[at + 1 :])
        rows = [(*row[:at], scalar.evaluate(row), *row[at + 1 :]) for row in rows]
    return Table(columns, rows)


def _projected(table: Table, scope: Scope, named: tuple[Named, ...]) -> Table:
    scalars = [scope.scalar(named_expression.expression) for named_expression in named]
    columns = tuple(
        Column(_only_name(named_expression), scalar.kind)
        for named_expression, scalar in zip(named, scalars, strict=True)
    )
    return Table(distinctly_named(columns), [tuple(scalar.evaluate(row) for scalar in scalars) for row in table.rows])


def _only_name(named: Named) -> str:
    if len(named.names) == 1:
        return named.names[0]
    if not named.names and isinstance(named.expression, Name):
        return named.expression.name
    raise semantic("One name was expected for a column")


def _ordered(table: Table, scope: Scope, operator: OrderBy) -> Table:
    rows = list(table.rows)
    for key in reversed(operator.keys):
        scalar = scope.scalar(key.expression)
        if scalar.kind == "dynamic":
            raise semantic("Rows cannot be ordered by a value of type dynamic")
        rows.sort(key=lambda row, scalar=scalar: _rank(scalar.evaluate(row)), reverse=key.descending)  # type: ignore[misc]  # a default binds the loop's value
    return Table(table.columns, rows)


def _rank(value: Value) -> tuple[bool, Value]:
    """Return what puts a value in its place; nulls come first in ascending order, as in Kusto."""
    return (False, 0) if value is None else (True, value)
