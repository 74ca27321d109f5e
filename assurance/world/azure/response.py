"""A response as azure-core's pipeline wants it, made from a reading."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from http import HTTPStatus
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict

from assurance.environment.bounds import Limits
from assurance.tape import Reading
from assurance.tape.strict_json import parse


class TapeResponse(HttpResponse):
    """A response as azure-core's pipeline wants it, made from a reading.

    Attributes:
        reading: What came.
        limits: The bounds on what is read, for who follows its pages.
    """

    def __init__(self, request: HttpRequest, reading: Reading, limits: Limits) -> None:
        self._request = request
        self.reading = reading
        self.limits = limits
        self._encoding: str | None = None

    @property
    def request(self) -> HttpRequest:
        """The request."""
        return self._request

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.reading.status or 0

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The headers that were kept, by lower-case name."""
        return case_insensitive_dict(self.reading.headers)

    @property
    def reason(self) -> str:
        """The reason phrase; not kept."""
        return ""

    @property
    def content_type(self) -> str | None:
        """The media type."""
        return self.reading.headers.get("content-type")

    @property
    def is_closed(self) -> bool:
        """Always: the body is in memory."""
        return True

    @property
    def is_stream_consumed(self) -> bool:
        """Always: the body is in memory."""
        return True

    @property
    def encoding(self) -> str | None:
        """The text's encoding, if the client has set one."""
        return self._encoding

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding = value

    @property
    def url(self) -> str:
        """Where the request went."""
        return self._request.url

    @property
    def content(self) -> bytes:
        """The redacted body."""
        return self.reading.body

    def text(self, encoding: str | None = None) -> str:
        """Return the body as text."""
        return self.reading.body.decode(encoding or self._encoding or "utf-8-sig", "replace")

    def json(self) -> Any:  # noqa: ANN401  (JSON values of any kind)
        """Return the body as JSON values.

        Raises:
            UnfitJson: It is no JSON, or none that can be read in one way only.
        """
        return parse(self.text())

    def raise_for_status(self) -> None:
        """Raise for a status of 400 or more."""
        if self.status_code >= HTTPStatus.BAD_REQUEST:
            raise HttpResponseError(response=self)

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def body(self) -> bytes:
        """Return the body, for clients of the older generation."""
        return self.content

    def iter_raw(self, **_: object) -> Iterator[bytes]:
        """Give the body in one piece."""
        yield self.content

    def iter_bytes(self, **_: object) -> Iterator[bytes]:
        """Give the body in one piece."""
        yield self.content

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> TapeResponse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.status_code} {self.reading.question}>"
