"""What the tests of waivers write: a waiver that is in order, with what differs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import tomli_w

TODAY = datetime.now(UTC).date()


def waiver(**other: object) -> str:
    """Return a file with one waiver, `sql-public`, in force for thirty days; a value of None leaves its key out."""
    values: dict[str, object] = {
        "control": "SEC-06",
        "subject": "sql-apex-sandbox",
        "owner": "Dana Ortiz",
        "approver": "Sam Lee",
        "reason": "The migration tool reaches the server until the cut-over.",
        "ticket": "CR-1234",
        **other,
    }
    kept = {key: value for key, value in values.items() if value is not None and key != "expires"}
    expires = values.get("expires", TODAY + timedelta(days=30))
    return tomli_w.dumps({"waivers": {"sql-public": kept}}) + (f"expires = {expires}\n" if expires is not None else "")
