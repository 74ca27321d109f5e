"""What the reports tell of a waiver, in the same words everywhere."""

from __future__ import annotations

from assurance.reporting.model import VerdictRecord
from assurance.reporting.wording import counted


def waiver_facts(record: VerdictRecord) -> list[tuple[str, str]]:
    """Return the facts of the waiver that covers a case, by name; none where no waiver does."""
    waiver = record.waiver
    if waiver is None:
        return []
    until = f"{waiver.expires}, {counted(waiver.days_left, 'day')} left"
    if waiver.has_expired:
        until = f"{waiver.expires}: expired {counted(-waiver.days_left, 'day')} ago"
    return [
        ("Waiver", waiver.name),
        ("Borne because", waiver.reason),
        ("Owner", waiver.owner),
        ("Approver", waiver.approver),
        ("Ticket", waiver.ticket),
        ("Until", until),
    ]
