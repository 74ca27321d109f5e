"""APEX's database: SQLite in memory, in the place of Azure SQL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.apex.inspection import AzureServices

Table = Literal["users", "projects", "access_grants", "documents", "jobs", "estimates"]
Row = dict[str, Any]

_SCHEMA = """
create table users (id text primary key, name text not null, standing_role integer);
create table projects (
    id text primary key, project_number text not null, project_name text not null, voltage_level real, line_miles real,
    terrain_type text, status text not null, created_at text not null, created_by_id text not null);
create table access_grants (project_id text not null, user_id text not null, role_id integer not null,
    primary key (project_id, user_id));
create table documents (
    id text primary key, project_id text not null, document_type text not null, blob_path text,
    validation_status text not null, completeness_score integer, validation_result text, created_at text not null);
create table jobs (
    id text primary key, job_type text not null, subject text not null, status text not null,
    progress_percent integer not null, current_step text, result_data text, error_message text,
    created_by_id text not null, created_at text not null, started_at text, completed_at text);
create table estimates (id text primary key, project_id text not null, created_at text not null, body text not null);
"""
_TABLES: tuple[Table, ...] = ("users", "projects", "access_grants", "documents", "jobs", "estimates")


@dataclass(slots=True)
class Transaction:
    """What one request writes, where that is committed only after its answer.

    Attributes:
        works: What is done when it is committed, in order.
    """

    works: list[Callable[[], object]] = field(default_factory=list)


# The transaction of the current request; None where everything is committed at once.
TRANSACTION: ContextVar[Transaction | None] = ContextVar("apex_transaction", default=None)


class Store:
    """Rows by table, for several threads. The names of tables and columns are the code's own, never a client's.

    Within a `Transaction` what is written becomes visible, also to the request that writes it, when it is committed.
    """

    def __init__(self, azure: AzureServices) -> None:
        self._azure = azure
        self._lock = threading.Lock()
        self._due: list[tuple[float, Transaction]] = []
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(_SCHEMA)

    def insert(self, table: Table, row: Mapping[str, Any]) -> None:
        """Add a row, in place of one with the same key."""
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._write(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", *row.values())  # noqa: S608  (names of tables and columns are our own)

    def update(self, table: Table, row_id: str, changes: Mapping[str, Any]) -> None:
        """Change a row, if it is there."""
        sets = ", ".join(f"{name} = ?" for name in changes)
        self._write(f"UPDATE {table} SET {sets} WHERE id = ?", *changes.values(), row_id)  # noqa: S608  (names of tables and columns are our own)

    def delete(self, table: Table, **where: str) -> None:
        """Remove rows."""
        self._write(f"DELETE FROM {table} WHERE {_all_of(where)}", *where.values())  # noqa: S608  (names of tables and columns are our own)

    def one(self, table: Table, **where: str) -> Row | None:
        """The row whose columns have these values, or None."""
        rows = self.rows(table, **where)
        return rows[0] if rows else None

    def rows(self, table: Table, **where: str) -> list[Row]:
        """The rows whose columns have these values, the oldest first."""
        condition = f" WHERE {_all_of(where)}" if where else ""
        return self._execute(f"SELECT * FROM {table}{condition} ORDER BY rowid", *where.values())  # noqa: S608  (names of tables and columns are our own)

    def once_committed(self, work: Callable[[], object]) -> None:
        """Do something when what the current request writes is committed: at once where there is no transaction."""
        transaction = TRANSACTION.get()
        if transaction is None:
            work()
        else:
            transaction.works.append(work)

    def commit(self, transaction: Transaction, delay_seconds: float) -> None:
        """Commit a transaction so many seconds from now."""
        with self._lock:
            self._due.append((time.monotonic() + delay_seconds, transaction))

    def ping(self) -> None:
        """Ask the database for an answer."""
        self._execute("SELECT 1")

    def clear(self) -> None:
        """Remove every row."""
        with self._lock:
            self._due.clear()
            for table in _TABLES:
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  (names of tables and columns are our own)

    def close(self) -> None:
        """Close the database; its rows are gone."""
        with self._lock:
            self._connection.close()

    def _write(self, statement: str, *values: object) -> None:
        self.once_committed(lambda: self._execute(statement, *values))

    def _commit_due(self) -> None:
        """Do what is due by now: nobody but who asks could see it."""
        if not self._due:
            return
        with self._lock:
            now = time.monotonic()
            due = [row for moment, row in self._due if moment <= now]
            self._due = [(moment, row) for moment, row in self._due if moment > now]
        outer = TRANSACTION.set(None)
        try:
            for transaction in due:
                for work in transaction.works:
                    work()
        finally:
            TRANSACTION.reset(outer)

    def _execute(self, statement: str, *values: object) -> list[Row]:
        self._commit_due()
        with self._azure.sql(statement), self._lock:
            return [dict(row) for row in self._connection.execute(statement, values)]


def _all_of(where: Mapping[str, str]) -> str:
    return " AND ".join(f"{name} = ?" for name in where)
