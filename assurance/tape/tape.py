"""The tape: every reading of a run, on disk; written once, and replayable.

Layout of a tape's directory:

    tape.json            what it is: environment, source, origin, dates; and once sealed, the digest of each reading
    readings/KEY.json    one reading: what was asked, what came back, when, under which request id, its body's digest
    bodies/SHA256        redacted bytes of a body, named by their SHA-256, so that `sha256sum` checks them

A tape that is kept in a repository has one file in place of the two folders (`assurance.tape.bundle`).

Workers of pytest-xdist share one tape: a lock for each key makes sure that the world is asked once.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from assurance.errors import MissingReading, NotEvaluated, TapeRefused, Unwritable
from assurance.tape.bundle import TapeFiles
from assurance.tape.provenance import Keys
from assurance.tape.reading import FORMAT, Reading, TapeHeader, sha256
from assurance.tape.strict_json import MAX_TAPE_BYTES, UnfitJson, parse_kept, read_plain

_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
Kind = TypeVar("Kind", Reading, TapeHeader)
READINGS = TypeAdapter(Reading)
HEADERS = TypeAdapter(TapeHeader)


class Tape(Keys):
    """A tape being written, or one being replayed.

    Attributes:
        most_bytes: The most bytes of bodies that one process keeps on it.
        is_shared: Whether other processes may write it too.
        on_kept: Takes each reading that this process has kept.
        on_throttled: Takes the seconds for which a question of this process waits, because a service throttles it.
    """

    most_bytes = MAX_TAPE_BYTES

    def __init__(self, directory: Path, header: TapeHeader, *, replaying: bool) -> None:
        super().__init__()
        self.directory = directory
        self.header = header
        self.replaying = replaying
        self._in_memory: dict[str, Reading] = {}
        self._files: TapeFiles | None = None  # of a tape that is replayed
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._kept_bytes = 0
        self.is_shared = True
        self.on_kept: Callable[[Reading], None] = _tell_nobody
        self.on_throttled: Callable[[float], None] = _tell_nobody

    @classmethod
    def create(cls, directory: Path, header: TapeHeader) -> Tape:
        """Begin a tape, or join the one that another worker of this run has begun."""
        for folder in ("readings", "bodies", "locks"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        path = directory / "tape.json"
        if path.exists():
            # A worker began later than its run: what rests on when the run began must be the same for all.
            header = _header(path, _load(path).get("header"))
        else:
            _write(path, json.dumps({"header": asdict(header)}, indent=1))
        return cls(directory, header, replaying=False)

    @classmethod
    def open(cls, directory: Path) -> Tape:
        """Open a sealed tape for replay, after checking every digest on it.

        Raises:
            TapeRefused: There is no tape, or it is not sealed, cut or edited; the message names the file.
        """
        directory = directory / "tape" if (directory / "tape" / "tape.json").is_file() else directory
        path = directory / "tape.json"
        document = _load(path)
        if "readings" not in document:
            raise TapeRefused(f"{path}: the tape was not sealed, its run was interrupted; record again")
        tape = cls(directory, _header(path, document.get("header")), replaying=True)
        digests = _digests(path, document["readings"])
        tape._files = files = TapeFiles(directory)
        for key, digest in digests.items():
            tape._in_memory[key] = _verified(directory, key, digest, files)
        if extra := files.keys() - set(digests):
            raise TapeRefused(
                f"{directory / 'readings'}: holds readings that {path} does not list: {', '.join(sorted(extra))}; "
                "record again"
            )
        return tape

    def obtain(self, key: str, ask: Callable[[], Reading]) -> Reading:
        """Return the answer that stands under `key`, asking the world only if it is not there yet.

        Raises:
            MissingReading: The tape is being replayed and does not hold the answer.
            Unwritable: The answer cannot be kept.
        """
        reading = self._in_memory.get(key)
        if reading is not None:
            return reading
        if self.replaying:
            raise MissingReading(
                "The replayed tape does not hold this answer.", "Record a new tape with this selection."
            )
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock, FileLock(self.directory / "locks" / key) if self.is_shared else nullcontext():
            if key not in self._in_memory:
                stored = self.directory / "readings" / f"{key}.json"
                self._in_memory[key] = self._stored(key) if stored.exists() else self._keep(ask())
        return self._in_memory[key]

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Have something of the world to oneself among the processes of this run, such as a standing project."""
        if self.replaying:
            yield
            return
        with FileLock(self.directory / "locks" / f"{sha256(name.encode())[:16]}.held"):
            yield

    def known(self) -> list[Reading]:
        """Return the readings that this process has obtained, or replays."""
        return list(self._in_memory.values())

    def look_up(self, key: str) -> Reading | None:
        """Return the reading under `key`, whoever of this run obtained it; None if nobody did."""
        if key in self._in_memory or self.replaying:
            return self._in_memory.get(key)
        return self._stored(key) if (self.directory / "readings" / f"{key}.json").exists() else None

    def readings(self) -> list[Reading]:
        """Return all readings, in the order in which they were begun."""
        stored = (path.stem for path in (self.directory / "readings").glob("*.json"))
        keys = sorted(self._in_memory) if self.replaying else sorted(stored)
        readings = [reading for key in keys if (reading := self.look_up(key)) is not None]
        return sorted(readings, key=lambda reading: (reading.started, reading.key))

    def copy_to(self, destination: Path) -> None:
        """Write a tape that is replayed elsewhere, in many files; what is not on it stays behind."""
        if self._files is not None:
            self._files.copy_to(destination, (f"readings/{key}.json" for key in self._in_memory))

    def seal(self, finished: str) -> None:
        """Write down the digest of every reading: after this a change shows."""
        stored = sorted((self.directory / "readings").glob("*.json"))
        digests = {path.stem: sha256(path.read_bytes()) for path in stored}
        for partial in self.directory.glob("*/*.partial"):
            partial.unlink(missing_ok=True)
        shutil.rmtree(self.directory / "locks", ignore_errors=True)
        document = {"header": asdict(self.header), "finished": finished, "readings": digests}
        _write(self.directory / "tape.json", json.dumps(document, indent=1))

    def _keep(self, reading: Reading) -> Reading:
        body = self.directory / "bodies" / reading.sha256
        if reading.sha256 and not body.exists():
            if self._kept_bytes + len(reading.body) > self.most_bytes:
                raise NotEvaluated(
                    f"The answers of this run are longer than {self.most_bytes} bytes together; this one was not kept.",
                    "If that is right, raise [limits] tape_bytes in the environment file, or select fewer checks.",
                )
            self._kept_bytes += len(reading.body)
            self._write_down(body, reading.body)
        self._write_down(self.directory / "readings" / f"{reading.key}.json", json.dumps(reading.metadata(), indent=1))
        self.on_kept(reading)
        return reading

    def _write_down(self, path: Path, content: str | bytes) -> None:
        try:
            _write(path, content)
        except OSError as error:
            raise Unwritable(error, self.directory) from error

    def _stored(self, key: str) -> Reading:
        path = self.directory / "readings" / f"{key}.json"
        try:
            return _reading(self.directory, path, read_plain(path))
        except (TapeRefused, OSError) as error:
            raise NotEvaluated(f"The tape of this run was changed under way: {error}", "Run again.") from error


def _tell_nobody(_: object) -> None:
    """Tell nobody: who begins a run may say otherwise."""


def _header(path: Path, values: object) -> TapeHeader:
    form = values.get("format", FORMAT) if isinstance(values, dict) else FORMAT
    if form != FORMAT:
        raise TapeRefused(f"{path}: format {form!r} is not {FORMAT}; record again, or use the version that recorded it")
    return _validated(HEADERS, path, values, "key 'header'")


def _digests(path: Path, values: object) -> dict[str, str]:
    if not isinstance(values, dict):
        raise TapeRefused(f"{path}: the tape is edited, key 'readings' is not an object; record again")
    for key, digest in values.items():
        if not _KEY.fullmatch(key) or not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise TapeRefused(f"{path}: the tape is edited, key 'readings.{key}' is not a digest; record again")
    return values


def _verified(directory: Path, key: str, digest: str, files: TapeFiles) -> Reading:
    path = directory / "readings" / f"{key}.json"
    content = _bytes_of(path, files, "reading")
    if sha256(content) != digest:
        raise TapeRefused(f"{path}: the tape was edited, this reading is not the one recorded; record again")
    return _reading(directory, path, content, files)


def _bytes_of(path: Path, files: TapeFiles | None, what: str) -> bytes:
    """Return the bytes of a file of a tape; without `files`, of one that this run writes."""
    try:
        return files.read(f"{path.parent.name}/{path.name}") if files is not None else read_plain(path)
    except FileNotFoundError as error:
        raise TapeRefused(f"{path}: the tape is cut, this {what} is missing; restore it or record again") from error
    except OSError as error:
        told = "a link would lead out of the tape" if error.errno == errno.ELOOP else error.strerror
        raise TapeRefused(f"{path}: this {what} cannot be read: {told}; restore it or record again") from error


def _reading(directory: Path, path: Path, content: bytes, files: TapeFiles | None = None) -> Reading:
    """Return the reading whose metadata are `content`, with its body.

    Raises:
        TapeRefused: The metadata are not those of a reading, or the body is missing or not the one recorded.
    """
    values = _parsed(path, content)
    reading = _validated(READINGS, path, values, "the reading")
    if reading.key != path.stem or "body" in values or (reading.sha256 and not _DIGEST.fullmatch(reading.sha256)):
        raise TapeRefused(f"{path}: the tape is edited, this is not the reading {path.stem}; record again")
    if not reading.sha256:
        return reading
    stored = directory / "bodies" / reading.sha256
    body = _bytes_of(stored, files, "body")
    if sha256(body) != reading.sha256:
        raise TapeRefused(f"{stored}: the tape was edited, these are not the bytes recorded; record again")
    return replace(reading, body=body)


def _validated(form: TypeAdapter[Kind], path: Path, values: object, what: str) -> Kind:
    """Return the dataclass that `values` (of JSON) are, with no field but its own, each of its type."""
    try:
        entry = form.validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        fault = f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}"
        raise TapeRefused(f"{path}: {what} is not that of a tape: {fault}; record again") from error
    unknown = set(values) - {known.name for known in fields(entry)} if isinstance(values, dict) else set()
    if unknown:
        raise TapeRefused(f"{path}: {what} is not that of a tape: {', '.join(sorted(unknown))}; record again")
    return entry


def _load(path: Path) -> dict[str, Any]:
    try:
        content = read_plain(path, follow=False)
    except OSError as error:
        raise TapeRefused(f"{path}: no tape is here; give the directory of a tape or of an evidence pack") from error
    return _parsed(path, content)


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    try:
        document = parse_kept(content)
    except UnfitJson as error:
        raise TapeRefused(f"{path}: the tape is cut or edited: {error}; record again") from error
    if not isinstance(document, dict):
        raise TapeRefused(f"{path}: the tape is edited, a JSON object was expected; record again")
    return document


def _write(path: Path, content: str | bytes) -> None:
    """Write whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.partial")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    partial.replace(path)
