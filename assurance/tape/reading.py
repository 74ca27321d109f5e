"""What stands on a tape: readings, how each was asked for, and what the tape itself is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from assurance.tape.moments import clock_error, recorded

FORMAT = 1


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

    @property
    def started_at(self) -> datetime:
        """When it was asked for, in UTC."""
        return recorded(self.started)

    def metadata(self) -> dict[str, Any]:
        """Return all but the body, as JSON values."""
        # Not `asdict` of all, which copies each value of each: it is asked of every reading.
        values = {name: getattr(self, name) for name in RECORDED}
        call = None if self.call is None else asdict(self.call)
        return {**values, "headers": dict(self.headers), "call": call}


RECORDED = tuple(part.name for part in fields(Reading) if part.name != "body")


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def key_of(*parts: str) -> str:
    """Return the key under which the answer to a question stands."""
    return sha256("\n".join(parts).encode())[:24]


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


def clock_error_of(header: TapeHeader, readings: Iterable[Reading]) -> str:
    """Return how wrong the clock was by which a tape was begun, as the resources' API has it; empty if it was right."""
    return clock_error(header.started, (reading.headers.get("date", "") for reading in readings if reading.api_version))
