"""Change records that are other than the whole ones, and as good: no verdict may change."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from falsification.catalogue import Harmless
from falsification.change_records.records import Record, RecordWorld, closed, planned, starting_from

WEST = timezone(timedelta(hours=-5))


def _in_another_zone(record: Record) -> None:
    record.update(_moved(record))


def _moved(value: Any) -> Any:  # noqa: ANN401  (values of TOML)
    if isinstance(value, datetime):
        return value.astimezone(WEST)
    if isinstance(value, dict):
        return {key: _moved(inner) for key, inner in value.items()}
    return [_moved(inner) for inner in value] if isinstance(value, list) else value


def _in_another_order(record: Record) -> None:
    record["approvals"].reverse()
    record["notifications"].reverse()


def _approved_further(record: Record) -> None:
    record["approvals"].append(record["approvals"][0] | {"role": "Deployment Engineer"})


def _in_capitals(record: Record) -> None:
    record["retrospective"]["attendees"] = [name.upper() for name in record["retrospective"]["attendees"]]


HARMLESS: tuple[Harmless[RecordWorld], ...] = (
    Harmless(
        "attested-times-with-an-offset", "Times are given in another zone.", starting_from(closed, _in_another_zone)
    ),
    Harmless(
        "attested-other-order",
        "Approvals and notifications stand in another order.",
        starting_from(closed, _in_another_order),
    ),
    Harmless(
        "attested-further-approval",
        "The deployment engineer approves as well.",
        starting_from(planned, _approved_further),
    ),
    Harmless(
        "attested-names-in-capitals",
        "The attendees are written in capitals.",
        starting_from(closed, _in_capitals),
    ),
)
