"""Parses a query: `let` statements, then a table and what is done with it."""

from __future__ import annotations

from collections.abc import Collection

from sandbox.kql.parsing_expressions import expression
from sandbox.kql.table import Column, Kind, KqlError, Row, Value, syntax, unsupported
from sandbox.kql.tokens import TYPES, TokenReader
from sandbox.kql.tree import (
    Count,
    DataTable,
    Expression,
    Extend,
    Let,
    Literal,
    Name,
    Named,
    Negated,
    Operator,
    OrderBy,
    Ordered,
    Project,
    Query,
    Script,
    Summarize,
    Take,
    Where,
)


def parse(query: str, tables: Collection[str]) -> Script:
    """Return the parts of a query.

    Args:
        query: The query.
        tables: The names of the tables that there are: what begins with one is a table, anything else an expression.

    Raises:
        KqlError: It is not of the language, or not of the part of it that is known here.
    """
    return _Parser(query, tables).script()


class _Parser:
    def __init__(self, query: str, tables: Collection[str]) -> None:
        self._reader = TokenReader(query)
        self._tabular = set(tables)

    def script(self) -> Script:
        lets: list[Let] = []
        while self._reader.accept("let"):
            lets.append(self._let())
            self._reader.expect(";")
        query = self._query()
        self._reader.accept(";")
        if self._reader.token.kind != "end":
            raise self._reader.wrong("'|' or the end of the query was expected")
        return Script(tuple(lets), query)

    def _let(self) -> Let:
        name = self._reader.name()
        self._reader.expect("=")
        value: Expression | Query = self._query() if self._at_table() else expression(self._reader)
        if isinstance(value, Query):
            self._tabular.add(name)
        return Let(name, value)

    def _at_table(self) -> bool:
        token = self._reader.token
        return token.kind == "name" and (token.text in self._tabular or token.text == "datatable")

    def _query(self) -> Query:
        source = self._source()
        operators: list[Operator] = []
        while self._reader.accept("|"):
            operators.append(self._operator())
        return Query(source, tuple(operators))

    def _source(self) -> str | DataTable | Query:
        reader = self._reader
        if reader.accept("("):
            inner = self._query()
            reader.expect(")")
            return inner
        if reader.accept("datatable"):
            return self._data_table()
        return reader.name()

    def _operator(self) -> Operator:
        reader = self._reader
        name = reader.name()
        match name:
            case "where" | "filter":
                return Where(expression(reader))
            case "extend":
                return Extend(reader.separated(self._named))
            case "project":
                return Project(reader.separated(self._named))
            case "summarize":
                return self._summarize()
            case "order" | "sort":
                reader.expect("by")
                return OrderBy(reader.separated(self._ordered))
            case "take" | "limit":
                return Take(self._whole_number())
            case "count":
                return Count()
        raise unsupported(f"The operator '{name}'")

    def _summarize(self) -> Summarize:
        reader = self._reader
        aggregates = () if reader.at("by") else reader.separated(self._named)
        keys = reader.separated(self._named) if reader.accept("by") else ()
        return Summarize(aggregates, keys)

    def _named(self) -> Named:
        reader = self._reader
        if reader.token.kind == "name" and reader.after().text == "=":
            name = reader.name()
            reader.expect("=")
            return Named((name,), expression(reader))
        if reader.at("(") and reader.after().kind == "name":
            names = self._tuple_of_names()
            if names is not None:
                return Named(names, expression(reader))
        return Named((), expression(reader))

    def _tuple_of_names(self) -> tuple[str, ...] | None:
        """Parse `(A, B) =`; None, with nothing taken, where an expression in parentheses stands."""
        reader = self._reader
        start = reader.mark()
        try:
            reader.expect("(")
            names = reader.separated(reader.name)
            reader.expect(")")
            reader.expect("=")
        except KqlError:
            reader.back_to(start)
            return None
        return names

    def _ordered(self) -> Ordered:
        what = expression(self._reader)
        ascending = self._reader.accept("asc")
        if not ascending:
            self._reader.accept("desc")  # it is the default
        return Ordered(what, not ascending)

    def _whole_number(self) -> int:
        token = self._reader.token
        if token.kind != "literal" or not isinstance(token.value, int) or isinstance(token.value, bool):
            raise self._reader.wrong("a whole number was expected")
        self._reader.take()
        return token.value

    def _data_table(self) -> DataTable:
        reader = self._reader
        reader.expect("(")
        columns = reader.separated(self._column)
        reader.expect(")")
        reader.expect("[")
        values = () if reader.at("]") else reader.separated(self._constant)
        reader.expect("]")
        if len(values) % len(columns):
            raise syntax("a datatable's values do not fill its rows", reader.token.position)
        width = len(columns)
        rows: tuple[Row, ...] = tuple(values[start : start + width] for start in range(0, len(values), width))
        return DataTable(columns, rows)

    def _column(self) -> Column:
        name = self._reader.name()
        self._reader.expect(":")
        kind = self._reader.name()
        known: dict[str, Kind] = {**TYPES, "string": "string"}
        if kind not in known:
            raise unsupported(f"A column of type '{kind}'")
        return Column(name, known[kind])

    def _constant(self) -> Value:
        constant = expression(self._reader)
        if isinstance(constant, Negated) and isinstance(constant.operand, Literal):
            value = constant.operand.value
            if isinstance(value, (int, float)):
                return -value
        if isinstance(constant, Literal):
            return constant.value
        named = f" '{constant.name}'" if isinstance(constant, Name) else ""
        raise unsupported(f"An expression{named} within a datatable")
