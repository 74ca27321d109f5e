"""The tape: every reading of a run, on disk; written once, and replayable.

Layout of a tape's directory:

    tape.json            what it is: environment, source, origin, dates; and once sealed, the digest of each reading
    readings/KEY.json    one reading: what was asked, what came back, when, under which request id, its body's digest
    bodies/SHA256        redacted bytes of a body, named by their SHA-256, so that `sha256sum` checks them

Workers of pytest-xdist share one tape: a lock for each key makes sure that the world is asked once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from assurance.errors import MissingReading, NotEvaluated, TapeRefused
from assurance.tape.provenance import remembered

FORMAT = 1
_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Call:
    """How a reading was asked for, where its question does not say it all: of APEX's API, or by a query in a body.

    Attributes:
        caller: The role that called, `anonymous`, or the token to be refused; empty for the suite's own identity.
        trace_id: The W3C trace id of the request, under which its telemetry stands; empty for what is not APEX.
        flow: The flow that it belongs to; empty for a plain read.
        ordinal: 1 for the first time that the flow asked this, 2 for the second, ...; 0 for a plain read.
        request_sha256: Digest of the request's body before redaction; empty if it had none.
        request: The request's body, redacted, or of a file its name, type and size.
    """

    caller: str
    trace_id: str
    flow: str
    ordinal: int
    request_sha256: str
    request: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer obtained from the world.

    Attributes:
        key: Its name on the tape.
        kind: `http`, `dns` or `dial`; `file` for what a pipeline left; `declared` for what the environment file says
            and a verdict rests on; `load` for the raw samples of a load test.
        question: What was asked: a method and URL, or a name and vantage.
        started: When, in UTC (ISO 8601).
        elapsed_milliseconds: How long until the answer was whole, retries included.
        status: HTTP status; None where nothing answered or for other kinds.
        failure: Why there is no answer; empty if there is one.
        headers: Headers kept as evidence (request ids, limits, dates), by lower-case name.
        sha256: Digest of the redacted body.
        attempts: How many times the question was sent.
        page: Which page of a list this is, from 1; None where there are no pages.
        call: How it was asked, of APEX's API and where a body was sent; None for other readings.
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
    call: Call | None = None
    body: bytes = field(default=b"", repr=False)

    @property
    def request_id(self) -> str:
        """The id under which the service's operator finds this request; empty if it gave none."""
        names = ("x-ms-request-id", "x-ms-correlation-request-id", "x-ms-arm-service-request-id", "x-request-id")
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
    digest = _digest_of(content)
    memory = remembered()
    if memory is not None:
        memory.digest(digest, content)
    return digest


def key_of(*parts: str) -> str:
    """Return the key under which the answer to a question stands."""
    key = _digest_of("\n".join(parts).encode())[:24]
    memory = remembered()
    if memory is not None:
        memory.questions[key] = parts
    return key


def _digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class TapeHeader:
    """What a tape is: of which environment, resting on what, made when, from which vantages and by which run.

    The run's id is in the names of all that the run made in APEX: a replay asks for the same.
    """

    environment: str
    subscription_id: str
    resource_group: str
    source: str
    origin: str
    vantage: tuple[str, ...]
    started: str
    format: int = FORMAT
    run_id: str = ""


Kind = TypeVar("Kind", Reading, TapeHeader)
READINGS = TypeAdapter(Reading)
HEADERS = TypeAdapter(TapeHeader)


class Tape:
    """A tape being written, or one being replayed.

    Attributes:
        most_bytes: The most bytes of bodies that one process keeps on it.
    """

    most_bytes = 256 * 1024 * 1024

    def __init__(self, directory: Path, header: TapeHeader, *, replaying: bool) -> None:
        self.directory = directory
        self.header = header
        self.replaying = replaying
        self._in_memory: dict[str, Reading] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._kept_bytes = 0

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
        for key, digest in digests.items():
            tape._in_memory[key] = _verified(directory, key, digest)
        extra = {found.stem for found in (directory / "readings").glob("*.json")} - set(digests)
        if extra:
            raise TapeRefused(
                f"{directory / 'readings'}: holds readings that {path} does not list: {', '.join(sorted(extra))}; "
                "record again"
            )
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
            raise MissingReading(
                "The replayed tape does not hold this answer.", "Record a new tape with this selection."
            )
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock, FileLock(self.directory / "locks" / key):
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

    def look_up(self, key: str) -> Reading | None:
        """Return the reading under `key`, whoever of this run obtained it; None if nobody did."""
        if key in self._in_memory or self.replaying:
            return self._in_memory.get(key)
        return self._stored(key) if (self.directory / "readings" / f"{key}.json").exists() else None

    def readings(self) -> list[Reading]:
        """Return all readings, in the order in which they were begun."""
        stored = (path.stem for path in (self.directory / "readings").glob("*.json"))
        keys = sorted(self._in_memory) if self.replaying else sorted(stored)
        found = [reading for key in keys if (reading := self.look_up(key)) is not None]
        return sorted(found, key=lambda reading: (reading.started, reading.key))

    def seal(self, finished: str) -> None:
        """Write down the digest of every reading: after this a change shows."""
        stored = sorted((self.directory / "readings").glob("*.json"))
        digests = {path.stem: _digest_of(path.read_bytes()) for path in stored}
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
            _write(body, reading.body)
        _write(self.directory / "readings" / f"{reading.key}.json", json.dumps(reading.metadata(), indent=1))
        return reading

    def _stored(self, key: str) -> Reading:
        path = self.directory / "readings" / f"{key}.json"
        try:
            return _reading(self.directory, path, path.read_bytes())
        except (TapeRefused, OSError) as error:
            raise NotEvaluated(f"The tape of this run was changed under way: {error}", "Run again.") from error


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


def _verified(directory: Path, key: str, digest: str) -> Reading:
    path = directory / "readings" / f"{key}.json"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TapeRefused(f"{path}: the tape is cut, this reading is missing; restore it or record again") from error
    if _digest_of(content) != digest:
        raise TapeRefused(f"{path}: the tape was edited, this reading is not the one recorded; record again")
    return _reading(directory, path, content)


def _reading(directory: Path, path: Path, content: bytes) -> Reading:
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
    try:
        body = stored.read_bytes()
    except OSError as error:
        raise TapeRefused(f"{stored}: the tape is cut, this body is missing; restore it or record again") from error
    if _digest_of(body) != reading.sha256:
        raise TapeRefused(f"{stored}: the tape was edited, these are not the bytes recorded; record again")
    return replace(reading, body=body)


def _validated(form: TypeAdapter[Kind], path: Path, values: object, what: str) -> Kind:
    """Return the dataclass that `values` (of JSON) are, with no field but its own, each of its type."""
    try:
        entry = form.validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        told = f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}"
        raise TapeRefused(f"{path}: {what} is not that of a tape: {told}; record again") from error
    unknown = set(values) - {known.name for known in fields(entry)} if isinstance(values, dict) else set()
    if unknown:
        raise TapeRefused(f"{path}: {what} is not that of a tape: {', '.join(sorted(unknown))}; record again")
    return entry


def _load(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TapeRefused(f"{path}: no tape is here; give the directory of a tape or of an evidence pack") from error
    return _parsed(path, content)


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise TapeRefused(f"{path}: the tape is cut or edited, this is not valid JSON; record again") from error
    if not isinstance(document, dict):
        raise TapeRefused(f"{path}: the tape is edited, a JSON object was expected; record again")
    return document


def _write(path: Path, content: str | bytes) -> None:
    """Write whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.partial")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    partial.replace(path)
