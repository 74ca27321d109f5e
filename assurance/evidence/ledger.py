"""`ledger.jsonl`: what happened in an environment, one line each, chained by hash: an edit, a gap, a new order shows.

Each line is a JSON object with sorted keys and no spaces. Its `digest` is the SHA-256 of the same object without
`digest`, and its `previous` is the digest of the line before, so that `jq` and `sha256sum` can walk the chain. What a
chain cannot show by itself is that its end was cut off: for that the run prints the newest digest, and each pack's
(signed) manifest holds the digest before its own.

A `Place` keeps a ledger: a file of this machine (`LocalLedger`), or a blob (`assurance.evidence.container`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from filelock import FileLock

from assurance.evidence.pack import PackError, write_whole
from assurance.tape import sha256
from assurance.tape.strict_json import JsonBounds, UnfitJson, parse_kept, read_plain

RUN = "run"
BEGUN = "begun"
FIRST = ""
MAX_LEDGER_BYTES = 96 * 1024 * 1024  # more than the lines of a run each hour for ten years, begun and ended
MAX_LINES, LINE = 250_000, JsonBounds(values=1_000, depth=2, digits=20, characters=1_000_000)
MAX_RACES = 5  # how often an entry is made again because another run entered its own first

Scalar = str | bool
T = TypeVar("T")


class LedgerError(PackError):
    """A ledger is broken, or cannot be continued."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        kind: `run` of one that has ended, `begun`, or what else a history records, such as the approval of a baseline.
        facts: What it records, by name.
        previous: The digest of the line before; empty for the first.
        digest: Its own.
    """

    kind: str
    facts: Mapping[str, Scalar]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ledger as it stands, sound or not.

    Attributes:
        number: Its number, from 1.
        entry: What it says; None where that cannot be made out.
        problem: What is wrong with it, with its place; empty if it is sound and follows the line before.
        is_itself: Whether its digest is that of what it says: otherwise it was edited, and proves nothing.
    """

    number: int
    entry: Entry | None
    problem: str
    is_itself: bool


class LostRace(Exception):  # noqa: N818  (it says what happened)
    """Another writer has lengthened the ledger since it was read; nothing was written."""


class Held(Protocol):
    """A ledger that one writer holds.

    Attributes:
        content: All of it.
    """

    content: bytes

    def add(self, line: bytes) -> None:
        """Write a line at its end, whole or not at all.

        Raises:
            LedgerError: It cannot be written.
            LostRace: Another writer was first.
        """


class Place(Protocol):
    """Where a ledger is kept; `str()` of it is how messages name it."""

    def demand_usable(self) -> None:
        """Raise LedgerError for a ledger that cannot be continued."""

    def holding(self) -> AbstractContextManager[Held]:
        """Hold the ledger, so that runs that end at once follow one another; LedgerError where that cannot be."""


class LocalLedger:
    """A ledger in a file, held by a lock beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def demand_usable(self) -> None:
        """Refuse a file whose end is no entry; see `Place`."""
        last_digest(self, _content(self._path))

    @contextmanager
    def holding(self) -> Iterator[Held]:
        """Hold the file; see `Place`."""
        with locked(self._path):
            yield _HeldFile(self._path)


class _HeldFile:
    """A ledger's file while its lock is held."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.content = _content(path)

    def add(self, line: bytes) -> None:
        """Write a line at the end; the file is never half written."""
        write_whole(self._path, self.content + line)
        self.content += line


class Link:
    """The end of a chain that is held: what the next entry follows."""

    def __init__(self, held: Held, previous: str) -> None:
        self.previous = previous
        self._held = held

    def append(self, kind: str, facts: Mapping[str, Scalar]) -> Entry:
        """Write the next entry; raise what `Held.add` raises."""
        values = {**facts, "kind": kind, "previous": self.previous}
        entry = Entry(kind, MappingProxyType(dict(facts)), self.previous, sha256(canonical(values)))
        self._held.add(canonical({**values, "digest": entry.digest}) + b"\n")
        self.previous = entry.digest
        return entry


def canonical(values: Mapping[str, Scalar]) -> bytes:
    """Return the bytes that a digest is made of: as `jq -cS` prints them."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def extend(place: Place, work: Callable[[Link], T]) -> T:
    """Have `work` append one entry while nobody else appends, and return what it returns.

    Where another writer was first all the same, `work` is done again at the new end: nothing is overwritten.

    Raises:
        LedgerError: The ledger's last line is not an entry, or the ledger cannot be read, held or written.
    """
    for _ in range(MAX_RACES):
        with suppress(LostRace), place.holding() as held:
            return work(Link(held, last_digest(place, held.content)))
    raise LedgerError(f"{place}: other runs were first {MAX_RACES} times; nothing was entered: run again")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock beside a ledger's file, whose directory is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        yield


def last_digest(place: Place | Path, content: bytes) -> str:
    """Return the digest of the last line.

    Raises:
        LedgerError: It is not a whole entry.
    """
    if not content:
        return FIRST
    lines = content.splitlines()
    if not content.endswith(b"\n"):
        raise LedgerError(f"{place}: line {len(lines)} is cut; restore the ledger, or move it aside to begin a new one")
    return _entry(place, len(lines), lines[-1]).digest


def read(path: Path) -> tuple[Entry, ...]:
    """Return all entries after a walk along the chain.

    Raises:
        LedgerError: A line is not an entry, was edited, or does not follow the one before; the message has its number.
    """
    entries: list[Entry] = []
    for line in walk(path, to_first_problem=True):
        if line.entry is None or line.problem:
            raise LedgerError(line.problem)
        entries.append(line.entry)
    return tuple(entries)


def walk(path: Path, *, to_first_problem: bool = False) -> tuple[Line, ...]:
    """Return every line with what is wrong with it: a history goes on where the chain is broken, and says so.

    Raises:
        LedgerError: The file cannot be read, or has no line.
    """
    content = _read(path)
    if content.count(b"\n") + content.count(b"\r") > MAX_LINES:
        raise LedgerError(f"{path}: the ledger has more than {MAX_LINES:,} lines, which no environment's runs come to")
    lines: list[Line] = []
    for number, text in enumerate(content.splitlines(), start=1):
        lines.append(_line(path, number, text, lines[-1] if lines else None))
        if to_first_problem and lines[-1].problem:
            break
    if not lines:
        raise LedgerError(f"{path}: the ledger is empty")
    if not content.endswith(b"\n") and not lines[-1].problem:
        lines[-1] = replace(lines[-1], problem=f"{path}: the ledger is cut in its last line", is_itself=False)
    return tuple(lines)


def _content(path: Path) -> bytes:
    """Return a ledger's bytes; none where no run has begun it."""
    return _read(path) if path.exists() else b""


def _read(path: Path) -> bytes:
    try:
        return read_plain(path, MAX_LEDGER_BYTES)
    except OSError as error:
        raise LedgerError(f"{path}: the ledger cannot be read: {error.strerror or type(error).__name__}") from error


def _line(path: Path, number: int, text: bytes, before: Line | None) -> Line:
    try:
        entry = _values(path, number, text)
        problem = _edited(path, number, entry)
    except LedgerError as error:
        return Line(number, None, str(error), is_itself=False)
    if problem:
        return Line(number, entry, problem, is_itself=False)
    # Of a line that cannot be made out the digest is not known, so what follows it cannot be held against it.
    followed = FIRST if before is None else before.entry.digest if before.entry is not None else entry.previous
    if entry.previous != followed:
        place = f"line {number - 1}" if before is not None else "nothing, as a first entry does"
        problem = f"{path}: line {number} does not follow {place}: an entry was removed before it, or entries reordered"
    return Line(number, entry, problem, is_itself=True)


def _entry(path: Place | Path, number: int, line: bytes) -> Entry:
    """Return one line as an entry, after a look at its digest."""
    entry = _values(path, number, line)
    problem = _edited(path, number, entry)
    if problem:
        raise LedgerError(problem)
    return entry


def _values(path: Place | Path, number: int, line: bytes) -> Entry:
    """Return what one line says, whether its digest fits or not."""
    try:
        values = parse_kept(line, LINE, half_pairs=False)
    except UnfitJson as error:
        raise LedgerError(f"{path}: line {number} is cut or edited: {error}") from error
    if not isinstance(values, dict) or not all(isinstance(value, (str, bool)) for value in values.values()):
        raise LedgerError(f"{path}: line {number} is edited, an object of texts and truth values was expected")
    head = [values.pop(name, None) for name in ("kind", "previous", "digest")]
    if not all(isinstance(value, str) for value in head):
        raise LedgerError(f"{path}: line {number} is edited, it lacks kind, previous or digest")
    return Entry(head[0], MappingProxyType(values), head[1], head[2])


def _edited(path: Place | Path, number: int, entry: Entry) -> str:
    """Return that an entry was edited, if its digest says so; else nothing."""
    if sha256(canonical({**entry.facts, "kind": entry.kind, "previous": entry.previous})) == entry.digest:
        return ""
    return f"{path}: line {number} was edited: its digest is not that of what it says"
