"""The tape: every reading of a run, on disk; written once, and replayable.

Layout of a tape's directory:

    tape.json            what it is: environment, source, origin, dates; and once sealed, the digest of each reading
    readings/KEY.json    one reading: what was asked, what came back, when, under which request id, the digest of its body
    bodies/SHA256        redacted bytes of a body, named by their SHA-256, so that `sha256sum` checks them

Workers of pytest-xdist share one tape: a lock for each key makes sure that the world is asked once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from assurance.errors import MissingReading, TapeRefused

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer obtained from the world.

    Attributes:
        key: Its name on the tape.
        kind: `http`, `dns` or `dial`.
        question: What was asked: a method and URL, or a name and vantage.
        started: When, in UTC (ISO 8601).
        elapsed_milliseconds: How long until the answer was whole, retries included.
        status: HTTP status; None where nothing answered or for other kinds.
        failure: Why there is no answer; empty if there is one.
        headers: Headers kept as evidence (request ids, limits, dates), by lower-case name.
        sha256: Digest of the redacted body.
        attempts: How many times the question was sent.
        page: Which page of a list this is, from 1; None where there are no pages.
    """

    key: str
    kind: str
    question: str
    started: str
    elapsed_milliseconds: int
    status: int | None = None
    failure: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    sha256: str = ""
    attempts: int = 1
    page: int | None = None
    api_version: str = ""
    body: bytes = field(default=b"", repr=False)

    @property
    def request_id(self) -> str:
        """The id under which the service's operator finds this request; empty if it gave none."""
        names = ("x-ms-request-id", "x-ms-correlation-request-id", "x-ms-arm-service-request-id")
        return next((self.headers[name] for name in names if name in self.headers), "")

    def metadata(self) -> dict[str, Any]:
        """Return all but the body, as JSON values."""
        values = asdict(self)
        del values["body"]
        return values


def utc_now() -> str:
    """Return the time in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def key_of(*parts: str) -> str:
    """Return the key under which the answer to a question stands."""
    return sha256("\n".join(parts).encode())[:24]


@dataclass(frozen=True, slots=True)
class TapeHeader:
    """What a tape is: of which environment, resting on what, made when and from which vantages."""

    environment: str
    subscription_id: str
    resource_group: str
    source: str
    origin: str
    vantage: tuple[str, ...]
    started: str
    format: int = FORMAT


class Tape:
    """A tape being written, or one being replayed."""

    def __init__(self, directory: Path, header: TapeHeader, *, replaying: bool) -> None:
        self.directory = directory
        self.header = header
        self.replaying = replaying
        self._in_memory: dict[str, Reading] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    @classmethod
    def create(cls, directory: Path, header: TapeHeader) -> Tape:
        """Begin a tape, or join the one that another worker of this run has begun."""
        for folder in ("readings", "bodies", "locks"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        path = directory / "tape.json"
        if not path.exists():
            _write(path, json.dumps({"header": asdict(header)}, indent=1))
        return cls(directory, header, replaying=False)

    @classmethod
    def open(cls, directory: Path) -> Tape:
        """Open a sealed tape for replay, after checking every digest on it.

        Raises:
            TapeRefused: There is no tape, or it is not sealed, cut or edited; the message names the file.
        """
        directory = directory / "tape" if (directory / "tape" / "tape.json").is_file() else directory
        document = _load(directory / "tape.json")
        if "readings" not in document:
            raise TapeRefused(f"{directory / 'tape.json'}: the tape was not sealed, its run was interrupted; record again")
        try:
            header = TapeHeader(**{**document["header"], "vantage": tuple(document["header"]["vantage"])})
        except (TypeError, KeyError) as error:
            raise TapeRefused(f"{directory / 'tape.json'}: key 'header' is not that of a tape: {error}") from error
        if header.format != FORMAT:
            raise TapeRefused(f"{directory / 'tape.json'}: format {header.format} is not {FORMAT}; record again")
        tape = cls(directory, header, replaying=True)
        for key, digest in document["readings"].items():
            tape._in_memory[key] = tape._verified(key, digest)
        extra = {path.stem for path in (directory / "readings").glob("*.json")} - set(document["readings"])
        if extra:
            raise TapeRefused(f"{directory}: holds readings that its tape.json does not list: {', '.join(sorted(extra))}")
        return tape

    def obtain(self, key: str, ask: Callable[[], Reading]) -> Reading:
        """Return the answer that stands under `key`, asking the world only if it is not there yet.

        Raises:
            MissingReading: The tape is being replayed and does not hold the answer.
        """
        reading = self._in_memory.get(key)
        if reading is not None:
            return reading
        if self.replaying:
            raise MissingReading("The replayed tape does not hold this answer.", "Record a new tape with this selection.")
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock, FileLock(self.directory / "locks" / key):
            if key not in self._in_memory:
                stored = self.directory / "readings" / f"{key}.json"
                self._in_memory[key] = self._stored(key) if stored.exists() else self._keep(ask())
        return self._in_memory[key]

    def look_up(self, key: str) -> Reading | None:
        """Return the reading under `key`, whoever of this run obtained it; None if nobody did."""
        if key in self._in_memory:
            return self._in_memory[key]
        return self._stored(key) if (self.directory / "readings" / f"{key}.json").exists() else None

    def readings(self) -> list[Reading]:
        """Return all readings, in the order in which they were begun."""
        keys = sorted(path.stem for path in (self.directory / "readings").glob("*.json"))
        found = [reading for key in keys if (reading := self.look_up(key)) is not None]
        return sorted(found, key=lambda reading: (reading.started, reading.key))

    def seal(self, finished: str) -> None:
        """Write down the digest of every reading: after this a change shows."""
        digests = {path.stem: sha256(path.read_bytes()) for path in sorted((self.directory / "readings").glob("*.json"))}
        shutil.rmtree(self.directory / "locks", ignore_errors=True)
        document = {"header": asdict(self.header), "finished": finished, "readings": digests}
        _write(self.directory / "tape.json", json.dumps(document, indent=1))

    def _keep(self, reading: Reading) -> Reading:
        body = self.directory / "bodies" / reading.sha256
        if reading.sha256 and not body.exists():
            _write(body, reading.body)
        _write(self.directory / "readings" / f"{reading.key}.json", json.dumps(reading.metadata(), indent=1))
        return reading

    def _stored(self, key: str) -> Reading:
        metadata = json.loads((self.directory / "readings" / f"{key}.json").read_bytes())
        digest = metadata["sha256"]
        return Reading(**metadata, body=(self.directory / "bodies" / digest).read_bytes() if digest else b"")

    def _verified(self, key: str, digest: str) -> Reading:
        path = self.directory / "readings" / f"{key}.json"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise TapeRefused(f"{path}: the tape is cut, this reading is missing; restore it or record again") from error
        if sha256(content) != digest:
            raise TapeRefused(f"{path}: the tape was edited, this reading is not the one recorded; record again")
        metadata = json.loads(content)
        body = self.directory / "bodies" / metadata["sha256"]
        try:
            reading = Reading(**metadata, body=body.read_bytes() if metadata["sha256"] else b"")
        except OSError as error:
            raise TapeRefused(f"{body}: the tape is cut, this body is missing; restore it or record again") from error
        if reading.sha256 and sha256(reading.body) != reading.sha256:
            raise TapeRefused(f"{body}: the tape was edited, these are not the bytes recorded; record again")
        return reading


def _load(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise TapeRefused(f"{path}: no tape is here; give the directory of a tape or of an evidence pack") from error
    except ValueError as error:
        raise TapeRefused(f"{path}: the tape is cut or edited, this is not valid JSON; record again") from error
    if not isinstance(document, dict):
        raise TapeRefused(f"{path}: the tape is edited, a JSON object was expected; record again")
    return document


def _write(path: Path, content: str | bytes) -> None:
    """Write whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.partial")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    partial.replace(path)
