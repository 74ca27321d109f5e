"""The tables of Application Insights, in the spelling of a workspace and in that of a component.

Source: Azure Monitor's table reference (AppRequests, AppDependencies, AppExceptions, AppAvailabilityResults) and
"Workspace-based Application Insights", which lists the names side by side. A component spells success as a text:
`True` and `False`, or `1` and `0` for availability tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.azure.azure_estate import AzureEstate
from sandbox.kql import Column, Kind, Row, Value


def component_id(estate: AzureEstate) -> str:
    """Return the id of the Application Insights resource."""
    return estate.fill("{resource_group_id}/providers/Microsoft.Insights/components/appi-apex-{environment}")


def workspace_id(estate: AzureEstate) -> str:
    """Return the id under which the workspace is queried: that to which the Container Apps environment logs.

    One that logs nowhere has no workspace, and no id is its.
    """
    environment = next(iter(estate.of_type("Microsoft.App/managedEnvironments")))  # the application's own
    logging = environment["properties"]["appLogsConfiguration"]["logAnalyticsConfiguration"]
    return str(logging["customerId"]) if logging is not None else ""


RESOURCE_ID = "_ResourceId"
TIME = "TimeGenerated"
WEIGHT = "ItemCount"


@dataclass(frozen=True, slots=True)
class Field:
    """A column under both names.

    Attributes:
        workspace: Its name in a workspace.
        component: Its name in a component; empty where a component has none.
        kind: The kind of its values in a workspace.
        words: What a component calls true and false; None where the kinds agree.
    """

    workspace: str
    component: str
    kind: Kind
    words: tuple[str, str] | None = None


_COMMON = (
    Field(TIME, "timestamp", "datetime"),
    Field(WEIGHT, "itemCount", "int"),
    Field("OperationId", "operation_Id", "string"),
    Field("OperationName", "operation_Name", "string"),
    Field("ParentId", "operation_ParentId", "string"),
    Field("AppRoleName", "cloud_RoleName", "string"),
    Field(RESOURCE_ID, "", "string"),
)
_CALL = (
    Field("Id", "id", "string"),
    Field("Name", "name", "string"),
    Field("Success", "success", "bool", ("True", "False")),
    Field("ResultCode", "resultCode", "string"),
    Field("DurationMs", "duration", "real"),
)

TABLES: Mapping[str, tuple[Field, ...]] = {
    "AppRequests": (*_COMMON, *_CALL, Field("Url", "url", "string")),
    "AppDependencies": (
        *_COMMON,
        *_CALL,
        Field("Target", "target", "string"),
        Field("DependencyType", "type", "string"),
        Field("Data", "data", "string"),
    ),
    "AppExceptions": (
        *_COMMON,
        Field("ExceptionType", "type", "string"),
        Field("OuterMessage", "outerMessage", "string"),
    ),
    "AppAvailabilityResults": (
        *_COMMON,
        Field("Id", "id", "string"),
        Field("Name", "name", "string"),
        Field("Location", "location", "string"),
        Field("Success", "success", "bool", ("1", "0")),
        Field("DurationMs", "duration", "real"),
        Field("Message", "message", "string"),
    ),
}
COMPONENT_NAMES: Mapping[str, str] = {
    "AppRequests": "requests",
    "AppDependencies": "dependencies",
    "AppExceptions": "exceptions",
    "AppAvailabilityResults": "availabilityResults",
}

Values = Mapping[str, Value]


def checked(table: str, values: Values) -> Values:
    """Return the values of a row, with the weight 1 where none is given.

    Raises:
        ValueError: There is no such table or column, or the time is missing or has no zone.
    """
    if table not in TABLES:
        raise ValueError(f"there is no table {table!r}; one of {', '.join(TABLES)} was expected")
    unknown = set(values) - {field.workspace for field in TABLES[table]}
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    time = values.get(TIME)
    if getattr(time, "tzinfo", None) is None:
        raise ValueError(f"{table}.{TIME}: a datetime with its zone was expected, found {time!r}")
    return {WEIGHT: 1, **values}


def workspace_columns(table: str) -> tuple[Column, ...]:
    """Return the columns of a table as a workspace has them."""
    return tuple(Column(field.workspace, field.kind) for field in TABLES[table])


def workspace_rows(table: str, rows: list[Values]) -> list[Row]:
    """Return rows as a workspace has them."""
    fields = TABLES[table]
    return [tuple(_value(field, row) for field in fields) for row in rows]


def component_columns(table: str) -> tuple[Column, ...]:
    """Return the columns of a table as a component has them; `table` is the workspace's name of it."""
    return tuple(Column(field.component, "string" if field.words else field.kind) for field in _component_fields(table))


def component_rows(table: str, rows: list[Values]) -> list[Row]:
    """Return rows as a component has them."""
    fields = _component_fields(table)
    return [tuple(_worded(field, _value(field, row)) for field in fields) for row in rows]


def _component_fields(table: str) -> tuple[Field, ...]:
    return tuple(field for field in TABLES[table] if field.component)


def _value(field: Field, row: Values) -> Value:
    return row.get(field.workspace, "" if field.kind == "string" else None)


def _worded(field: Field, value: Value) -> Value:
    if field.words is None:
        return value
    return "" if value is None else field.words[0] if value else field.words[1]
