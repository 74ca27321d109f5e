"""The lease of a blob, by the tables of Azure Storage's reference ("Lease Blob", "Remarks")."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.message import Message
from types import MappingProxyType
from uuid import uuid4

SHORTEST_SECONDS, LONGEST_SECONDS = 15, 60


class BlobRefused(Exception):  # noqa: N818  (it says what happened)
    """The Blob service refuses a request: its status and the code that it calls this by."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers


class Lease:
    """Who may write a blob, and until when.

    Attributes:
        id: The lease's id; empty where none was taken, or it was released.
        ends: When it expires, by the monotonic clock.
    """

    def __init__(self) -> None:
        self.id = ""
        self.ends = 0.0

    @property
    def is_active(self) -> bool:
        """Whether it keeps others out now."""
        return bool(self.id) and time.monotonic() < self.ends

    def act(self, headers: Message) -> tuple[int, dict[str, str]]:
        """Acquire, renew or release; return status and headers.

        Raises:
            BlobRefused: It is another's, or was never taken.
        """
        match headers.get("x-ms-lease-action", ""):
            case "acquire":
                return 201, {"x-ms-lease-id": self._acquire(headers)}
            case "renew":
                self._demand_mine(headers)
                self.ends = time.monotonic() + LONGEST_SECONDS
                return 200, {"x-ms-lease-id": self.id}
            case "release":
                self._demand_mine(headers)
                self.id = ""
                return 200, {}
        raise BlobRefused(400, "InvalidHeaderValue")

    def expire(self) -> None:
        """Let its time be over."""
        self.ends = 0.0

    def admit_write(self, headers: Message) -> None:
        """Refuse who may not write now.

        Raises:
            BlobRefused: It is held and the request names none or another, or the one that is named has ended.
        """
        named = headers.get("x-ms-lease-id", "")
        if not named:
            if self.is_active:
                raise BlobRefused(412, "LeaseIdMissing")
            return
        if not self.id:
            raise BlobRefused(412, "LeaseNotPresentWithBlobOperation")
        if named.casefold() != self.id.casefold():
            raise BlobRefused(412, "LeaseIdMismatchWithBlobOperation")
        if not self.is_active:
            raise BlobRefused(412, "LeaseLost")

    def _acquire(self, headers: Message) -> str:
        proposed = headers.get("x-ms-proposed-lease-id", "") or str(uuid4())
        seconds = int(headers.get("x-ms-lease-duration", "0"))
        if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
            raise BlobRefused(400, "InvalidHeaderValue")
        if self.is_active and proposed.casefold() != self.id.casefold():
            raise BlobRefused(409, "LeaseAlreadyPresent")
        self.id, self.ends = proposed, time.monotonic() + seconds
        return proposed

    def _demand_mine(self, headers: Message) -> None:
        if not self.id or headers.get("x-ms-lease-id", "").casefold() != self.id.casefold():
            raise BlobRefused(409, "LeaseIdMismatchWithLeaseOperation")
