"""Responses as azure-core's pipeline wants them.

Requests that name their address and api-version, through its client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from azure.core.exceptions import HttpResponseError
from azure.core.paging import ItemPaged
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict

from assurance.environment.suite_tables import Limits
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
    # Their SDKs have these, and make an object of each row that nobody looks at: of ten thousand that takes seconds.
    ("security", "alerts", "list"): PlainOperation("list", "/providers/Microsoft.Security/alerts", "2022-01-01"),
    ("private_dns", "record_sets", "list"): PlainOperation(
        "list", f"{GROUP}Microsoft.Network/privateDnsZones/{{}}/aLL", "2024-06-01"
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
