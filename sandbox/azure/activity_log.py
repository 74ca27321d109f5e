"""The activity log of the subscription, and the alerts that Azure Monitor has fired."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from sandbox.azure.azure_estate import AzureEstate, Resource
from sandbox.azure.errors import ArmError, invalid_filter
from sandbox.azure.resource_ids import ResourcePath, normalized

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
    return [
        alert for alert in alerts if datetime.fromisoformat(alert["properties"]["essentials"]["startDateTime"]) >= first
    ]


TYPES = ("eventtypes", "values")
_FILTER = re.compile(
    r"eventtimestamp ge '(?P<since>[^']+)'(?: and eventtimestamp le '(?P<until>[^']+)')?"
    r"(?: and (?P<key>resourceuri|resourcegroupname|correlationid) eq '(?P<value>[^']+)')?",
    re.IGNORECASE,
)
CLAIMS = {
    "aud": "https://management.core.windows.net/",
    "exp": "1770112027",
    "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "groups": "9d1e4f70-5a2b-4c83-b6d1-7e0f3a8c5b92",
    "ipaddr": "203.0.113.57",
    "name": "Dana Whitfield",
    "puid": "10032001D4E7A9B6",
    "uti": "kq3VZcrOsEu5b_FBBFsxAA",
    "http://schemas.microsoft.com/identity/claims/objectidentifier": "7c1e5a90-3b2d-4f68-9e07-d4a1b6c8f532",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname": "Dana",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname": "Whitfield",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "dana.whitfield@apex.example",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "dana.whitfield@apex.example",
}
"""What Azure tells of whoever wrote: most of it is personal data, which no reading keeps."""
FIELDS = {"resourceuri": "resourceId", "resourcegroupname": "resourceGroupName", "correlationid": "correlationId"}


def is_asked_for(path: ResourcePath) -> bool:
    """Tell whether a path is the activity log."""
    return path.namespace == "microsoft.insights" and path.types == TYPES


def events(estate: AzureEstate, filter_text: str) -> list[Resource]:
    """The events that a filter leaves, the newest first.

    Raises:
        ArmError: The filter cannot be read, or names no start.
    """
    match = _FILTER.fullmatch(filter_text.strip())
    if match is None:
        raise invalid_filter(filter_text)
    key = FIELDS[match.group("key").lower()] if match.group("key") else ""
    wanted = normalized(match.group("value")) if match.group("value") else ""
    events = [
        event
        for event in estate.activity
        if match.group("since") <= event["eventTimestamp"] <= (match.group("until") or "9")
        and (not key or normalized(str(event[key])) == wanted)
    ]
    return sorted(events, key=lambda event: str(event["eventTimestamp"]), reverse=True)


def event(resource_id: str, caller: str, operation: str, moment: str) -> Resource:
    """One event in Azure's own shape.

    Args:
        resource_id: What was written.
        caller: Who wrote: a user's name, or an application's object id.
        operation: What was done, such as `Microsoft.Sql/servers/write`.
        moment: When, UTC (ISO 8601).
    """
    return {
        "id": f"{resource_id}/events/4e1a7d9b-2f6c-4d8e-a1b3-0c9d8e7f6a5b/ticks/638700000000000000",
        "eventTimestamp": moment,
        "caller": caller,
        "channels": "Operation",
        "claims": dict(CLAIMS),
        "httpRequest": {
            "clientRequestId": "16c52c66-cda8-4781-88fd-edd4a42f800c",
            "clientIpAddress": CLAIMS["ipaddr"],
            "method": "PUT",
        },
        "operationName": {"value": operation, "localizedValue": operation},
        "status": {"value": "Succeeded", "localizedValue": "Succeeded"},
        "level": "Informational",
        "resourceId": resource_id,
        "resourceGroupName": resource_id.split("/")[4] if resource_id.count("/") > 4 else "",
        "correlationId": "4e1a7d9b-2f6c-4d8e-a1b3-0c9d8e7f6a5b",
    }
