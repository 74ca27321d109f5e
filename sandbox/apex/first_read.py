"""Builds in which a row that was just created cannot be read at once."""

from __future__ import annotations

from sandbox.apex.quirks import Quirk
from sandbox.apex.service import NotFoundError, Service


class DroppedError(Exception):
    """The answer is a 500, and the connection ends."""


def settled(service: Service, row_id: str) -> None:
    """Ask whether a row can be read.

    Raises:
        NotFoundError: It is not visible yet.
        DroppedError: Reading it fails, this once.
    """
    if not service.first_read(row_id):
        return
    if service.has_quirk(Quirk.CREATED_ROW_LATE):
        raise NotFoundError(f"There is no row {row_id} yet")
    if service.has_quirk(Quirk.FIRST_READ_DROPPED):
        raise DroppedError
