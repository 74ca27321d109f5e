"""Tables made of several: `union` and `join`."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.kql.errors import semantic, unsupported
from sandbox.kql.table import Column, Row, Table, Value


def union(tables: Sequence[Table]) -> Table:
    """Return the rows of all tables, with the columns of all; what a table has not is null, a text empty.

    Raises:
        KqlError: Tables have columns of one name and of several types.
    """
    columns: list[Column] = []
    for table in tables:
        for column in table.columns:
            same = next((one for one in columns if one.name == column.name), None)
            if same is not None and same.kind != column.kind:
                raise unsupported(f"A union of tables whose column '{column.name}' has several types")
            if same is None:
                columns.append(column)
    rows: list[Row] = []
    for table in tables:
        places = [table.index_of(column.name) if table.has(column.name) else None for column in columns]
        absent = [absent_value(column) for column in columns]
        rows += [
            tuple(gap if place is None else row[place] for place, gap in zip(places, absent, strict=True))
            for row in table.rows
        ]
    return Table(tuple(columns), rows)


def join(kind: str, left: Table, right: Table, on: Sequence[tuple[str, str]]) -> Table:
    """Return the rows of both sides that agree; with `leftouter`, also those of the left side without a partner.

    Raises:
        KqlError: There is no such column, or the columns are of several types.
    """
    left_keys = [left.index_of(name) for name, _ in on]
    right_keys = [right.index_of(name) for _, name in on]
    for one, other in zip(left_keys, right_keys, strict=True):
        if left.columns[one].kind != right.columns[other].kind:
            raise semantic(f"join: '{left.columns[one].name}' and its partner have different types")
    partners: dict[tuple[Value, ...], list[Row]] = {}
    for row in right.rows:
        partners.setdefault(tuple(row[key] for key in right_keys), []).append(row)
    alone = [tuple(absent_value(column) for column in right.columns)] if kind == "leftouter" else []
    rows: list[Row] = []
    for row in left.rows:
        key = tuple(row[index] for index in left_keys)
        found = [] if None in key else partners.get(key, [])
        rows += [(*row, *partner) for partner in found or alone]
    return Table((*left.columns, *(_renamed(column, left) for column in right.columns)), rows)


def absent_value(column: Column) -> Value:
    """Return what stands where a table has no value; texts are never null in Kusto."""
    return "" if column.kind == "string" else None


def _renamed(column: Column, left: Table) -> Column:
    number, name = 0, column.name
    while left.has(name):
        number += 1
        name = f"{column.name}{number}"
    return Column(name, column.kind)
