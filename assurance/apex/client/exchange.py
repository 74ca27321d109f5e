"""One call of the API and what came of it: frozen, read strictly, with adjectives that return facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape import Reading
from assurance.tape.strict_json import NO_JSON, UnfitJson, parse
from assurance.verdicts import Fact
from assurance.world.azure.document import Document
from assurance.world.http.attempts import SUCCESSES

MAX_SHOWN_CHARACTERS = 200
# Ids and times, in which answers of one cause differ.
_DIFFERING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer.

    Attributes:
        method: The method that was called.
        path: The path that was called, from the root.
        caller: Who called.
        hops: The readings, one for each redirect and the last for the answer.
    """

    method: str
    path: str
    caller: str
    hops: tuple[Reading, ...]

    @property
    def reading(self) -> Reading:
        """The reading of the answer itself."""
        return self.hops[-1]

    @property
    def readings(self) -> tuple[str, ...]:
        """The keys of all readings, in order."""
        return tuple(reading.key for reading in self.hops)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.reading.status or 0

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers kept as evidence, by lower-case name."""
        return self.reading.headers

    @property
    def content(self) -> bytes:
        """The redacted body."""
        return self.reading.body

    @property
    def elapsed_seconds(self) -> float:
        """How long until the answer was whole, redirects and repeated attempts included."""
        return sum(reading.elapsed_milliseconds for reading in self.hops) / 1000

    @property
    def started(self) -> datetime:
        """When the call began, in UTC."""
        return self.hops[0].started_at

    @property
    def attempts(self) -> int:
        """How many times the question was sent until this was the answer; 1 where nothing had to be repeated."""
        return self.reading.attempts

    @property
    def request_id(self) -> str:
        """The id that the server gave the request; empty if none."""
        return self.reading.request_id

    @property
    def trace_id(self) -> str:
        """The W3C trace id of the request, under which its telemetry stands."""
        return self.reading.call.trace_id if self.reading.call is not None else ""

    @property
    def document(self) -> Document:
        """The body, which must be a JSON object.

        Raises:
            BrokenReading: It is not.
        """
        body = self._json()
        if not isinstance(body, Mapping):
            raise self._broken("a JSON object")
        return Document(body, self.readings, self._where, "APEX")

    @property
    def elements(self) -> tuple[Document, ...]:
        """The body, which must be a JSON array of objects.

        Raises:
            BrokenReading: It is not.
        """
        body = self._json()
        if not isinstance(body, list) or not all(isinstance(item, Mapping) for item in body):
            raise self._broken("a JSON array of objects")
        return tuple(
            Document(item, self.readings, f"{self._where}[{index}]", "APEX") for index, item in enumerate(body)
        )

    def answers(self, *statuses: int, remedy: str = "") -> Fact:
        """Whether the API answered with one of these statuses.

        Raises:
            NotEvaluated: The caller was throttled, which says nothing of what would have been answered.
        """
        if self.status == HTTPStatus.TOO_MANY_REQUESTS and HTTPStatus.TOO_MANY_REQUESTS not in statuses:
            raise NotEvaluated(
                f"{self.called} was throttled (429).", "Run again later, or with a higher limit.", self.readings
            )
        return self.fact(
            self.status in statuses,
            expected=f"{self.called} answers {' or '.join(map(str, statuses))}",
            observed=self.outcome,
            remedy=remedy,
        )

    def fact(self, holds: bool, *, expected: str, observed: str, subject: str = "", remedy: str = "") -> Fact:
        """Return a fact about this exchange."""
        return Fact(holds, expected, observed, subject or f"{self.method} {self.path}", self.readings, remedy)

    @property
    def called(self) -> str:
        """What was called, by whom, in words."""
        return f"{self.method} {self.path} as {self.caller}"

    @property
    def outcome(self) -> str:
        """The status in words, with what the server says of an error, and how often it had to be asked."""
        said = f"answers {self.status}"
        if self.status not in SUCCESSES:
            said += f" {self._shown()}".rstrip()
        if self.attempts > 1:
            said += f", after {self.attempts} attempts"
        return said + (f" (request {self.request_id})" if self.request_id else "")

    @property
    def cause(self) -> str:
        """What was called, by whom, and what came of it, without ids and times: the same for all of one cause."""
        answer = f"{self.called} answers {self.status} {self._shown()}".rstrip()
        return _DIFFERING.sub("...", answer)

    @property
    def _where(self) -> str:
        return f"{self.method} {self.path}"

    def _json(self) -> object:
        try:
            return parse(self.content)
        except UnfitJson as error:
            raise self._broken("JSON" if str(error) == NO_JSON else f"fit to be judged: {error}") from error

    def _broken(self, expected: str) -> BrokenReading:
        return BrokenReading(
            f"The answer to {self._where} ({self.status}) is not {expected}.",
            "Look at the reading; a gateway or a sign-in page may have answered in place of APEX.",
            self.readings,
        )

    def _shown(self) -> str:
        """Return the beginning of an error's body; nothing of one that is no text."""
        text = " ".join(self.content.decode("utf-8", "replace").split())
        return text[:MAX_SHOWN_CHARACTERS]


def all_readings(exchanges: Collection[Exchange]) -> tuple[str, ...]:
    """Return the keys of the readings of several exchanges, in order, each once."""
    return tuple(dict.fromkeys(key for exchange in exchanges for key in exchange.readings))
