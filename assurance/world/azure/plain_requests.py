"""Requests to Resource Manager that name their address and api-version, through the official client for resources.

They ask what one or two operations of a whole SDK package would: seven such packages bring others and much code with
them. Paging, sign-in and errors are those of the generated clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from azure.core.paging import ItemPaged
from azure.core.rest import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class PlainOperation:
    """One operation.

    Attributes:
        shape: Whether it gets one resource or lists several.
        path: The address below the subscription, with `{}` for each argument.
        api_version: The version of the service's API, as its SDK asks for it.
        options: The query parameter for each option that the operation takes.
    """

    shape: Literal["get", "list"]
    path: str
    api_version: str
    options: tuple[tuple[str, str], ...] = ()

    def address(self, subscription: str, arguments: tuple[object, ...], given: Mapping[str, object]) -> str:
        """Return the address, relative to Resource Manager."""
        query = "".join(f"{parameter}={given[name]}&" for name, parameter in self.options if name in given)
        return f"/subscriptions/{subscription}{self.path.format(*arguments)}?{query}api-version={self.api_version}"


GROUP = "/resourceGroups/{}/providers/"
OPERATIONS: Mapping[tuple[str, str, str], PlainOperation] = {
    ("cognitive_services", "accounts", "list_by_resource_group"): PlainOperation(
        "list", f"{GROUP}Microsoft.CognitiveServices/accounts", "2025-09-01"
    ),
    ("managed_identity", "user_assigned_identities", "get"): PlainOperation(
        "get", f"{GROUP}Microsoft.ManagedIdentity/userAssignedIdentities/{{}}", "2024-11-30"
    ),
    ("managed_identity", "user_assigned_identities", "list_by_resource_group"): PlainOperation(
        "list", f"{GROUP}Microsoft.ManagedIdentity/userAssignedIdentities", "2024-11-30"
    ),
    ("managed_identity", "federated_identity_credentials", "list"): PlainOperation(
        "list",
        f"{GROUP}Microsoft.ManagedIdentity/userAssignedIdentities/{{}}/federatedIdentityCredentials",
        "2024-11-30",
    ),
    ("application_insights", "components", "get"): PlainOperation(
        "get", f"{GROUP}Microsoft.Insights/components/{{}}", "2020-02-02"
    ),
    ("application_insights", "components", "list_by_resource_group"): PlainOperation(
        "list", f"{GROUP}Microsoft.Insights/components", "2020-02-02"
    ),
    ("log_analytics", "workspaces", "list_by_resource_group"): PlainOperation(
        "list", f"{GROUP}Microsoft.OperationalInsights/workspaces", "2025-07-01"
    ),
    ("log_analytics", "workspaces", "get"): PlainOperation(
        "get", f"{GROUP}Microsoft.OperationalInsights/workspaces/{{}}", "2025-07-01"
    ),
    ("registries", "registries", "list"): PlainOperation(
        "list", "/providers/Microsoft.ContainerRegistry/registries", "2025-11-01"
    ),
    ("registries", "registries", "list_by_resource_group"): PlainOperation(
        "list", f"{GROUP}Microsoft.ContainerRegistry/registries", "2025-11-01"
    ),
    ("registries", "registries", "get"): PlainOperation(
        "get", f"{GROUP}Microsoft.ContainerRegistry/registries/{{}}", "2025-11-01"
    ),
    ("portal", "dashboards", "get"): PlainOperation(
        "get", f"{GROUP}Microsoft.Portal/dashboards/{{}}", "2020-09-01-preview"
    ),
    ("alerts", "alerts", "get_all"): PlainOperation(
        "list", "/providers/Microsoft.AlertsManagement/alerts", "2019-05-05-preview", (("time_range", "timeRange"),)
    ),
}


def bound(client: Any, subscription: str, operation: PlainOperation) -> Callable[..., Any]:  # noqa: ANN401  (as below)
    """Return what a generated client's method of this operation would be; Any: see `AzureClients`."""
    parameters = {name for name, _ in operation.options}

    def method(*arguments: object, **options: object) -> object:
        address = operation.address(subscription, arguments, options)
        rest = {name: value for name, value in options.items() if name not in parameters}
        return (listing if operation.shape == "list" else getting)(client, address)(**rest)

    return method


def getting(client: Any, url: str) -> Callable[..., HttpResponse]:  # noqa: ANN401  (see AzureClients)
    """Return the operation that gets what is at an address."""

    def operation(**options: object) -> HttpResponse:
        response: HttpResponse = client.send_request(HttpRequest("GET", url), **options)
        response.raise_for_status()
        return response

    return operation


def listing(client: Any, url: str) -> Callable[..., ItemPaged[object]]:  # noqa: ANN401  (see AzureClients)
    """Return the operation that lists, page by page, as those of the generated clients do."""

    def operation(**options: object) -> ItemPaged[object]:
        def get_next(link: str | None) -> HttpResponse:
            return getting(client, link or url)(**options)

        def extract(response: HttpResponse) -> tuple[str | None, Iterator[object]]:
            body = response.json()
            if not isinstance(body, Mapping) or not isinstance(body.get("value"), list):
                return None, iter(())  # the reader says what is wrong with such a body
            return body.get("nextLink") or None, iter(body["value"])

        return ItemPaged(get_next, extract)

    return operation
