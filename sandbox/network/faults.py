"""Faults that a stand-in shows instead of, or before, its true answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from sandbox.network.http_server import JSON_CONTENT, Answer, Ending, wait

# What Azure Resource Manager calls these, for a fault that names a status but no body.
ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "The request is not valid."),
    401: ("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."),
    403: ("AuthorizationFailed", "The client does not have authorization to perform action over scope."),
    404: ("ResourceNotFound", "The resource was not found."),
    409: ("Conflict", "Another operation is in progress."),
    429: ("SubscriptionRequestsThrottled", "Number of requests for subscription exceeded the limit."),
    500: ("InternalServerError", "Encountered internal server error."),
    502: ("BadGateway", "The gateway received a bad response."),
    503: ("ServiceUnavailable", "The service is unavailable now. Try again later."),
    504: ("GatewayTimeout", "The gateway did not receive a response from the resource provider in time."),
}


@dataclass(slots=True)
class Fault:
    """One rule: which requests it meets, and what becomes of them.

    Attributes:
        match: A regular expression, found anywhere in the request's path and query, without regard to case; a plain
            part of a path is one too.
        status: The status answered instead of the true answer; None lets the true answer through.
        body: What is answered: text or bytes as they stand, anything else as JSON. With None, ARM's error body.
        headers: Further headers, such as `{"Retry-After": "1"}`; they are also added to a true answer let through.
        content_type: The Content-Type of a replaced answer, such as `text/html`.
        delay_seconds: How long it waits first.
        ending: `cut` sends half the body, `reset` resets the connection, `hang` never answers.
        times: How many requests it meets before it is spent; None means all.
        met: How many it has met.
    """

    match: str
    status: int | None = None
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_CONTENT
    delay_seconds: float = 0.0
    ending: Ending = "keep"
    times: int | None = None
    met: int = 0

    def apply(self, true_answer: Answer) -> Answer:
        """What is answered in place of the true answer, after the delay."""
        wait(self.delay_seconds)
        headers = {**true_answer.headers, **self.headers}
        if self.status is None and self.body is None:
            return Answer(true_answer.status, true_answer.body, headers, true_answer.content_type, self.ending)
        status = HTTPStatus.OK if self.status is None else self.status
        return Answer(status, self._bytes(status), headers, self.content_type, self.ending)

    def _bytes(self, status: int) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        if self.body is not None:
            return json.dumps(self.body).encode()
        code, message = ERRORS.get(status, ("Error", "The request failed."))
        return json.dumps({"error": {"code": code, "message": message}}).encode()


class Faults:
    """An ordered list of faults; the first that matches and is not spent is shown."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def append(self, fault: Fault) -> Fault:
        """Add a fault behind the others and return it."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def take(self, target: str) -> Fault | None:
        """The fault that this request meets, counted, or None."""
        with self._lock:
            for fault in self._faults:
                if (fault.times is None or fault.met < fault.times) and re.search(fault.match, target, re.IGNORECASE):
                    fault.met += 1
                    return fault
        return None

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter(list(self._faults))

    def __len__(self) -> int:
        return len(self._faults)
