"""The alerts that Azure Monitor has fired, as its alert management lists them: by age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from sandbox.azure.azure_estate import Resource
from sandbox.azure.errors import ArmError

ALERTS = "microsoft.alertsmanagement"
_RANGES = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}


def not_older(alerts: list[Resource], time_range: str) -> list[Resource]:
    """The alerts that began within a range such as `30d`, one day where none is given.

    Source: the REST reference "Alerts - Get All".

    Raises:
        ArmError: There is no such range.
    """
    if time_range and time_range not in _RANGES:
        raise ArmError(HTTPStatus.BAD_REQUEST, "BadRequest", f"The time range '{time_range}' is not valid.")
    first = datetime.now(UTC) - _RANGES[time_range or "1d"]
    return [one for one in alerts if datetime.fromisoformat(one["properties"]["essentials"]["startDateTime"]) >= first]
