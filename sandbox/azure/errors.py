"""The errors of Azure Resource Manager that the stand-in answers, with the codes and the words of the real one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from sandbox.azure.resource_ids import ResourcePath
from sandbox.network.http_server import Answer


class ArmError(Exception):
    """A request that Azure Resource Manager refuses.

    Attributes:
        answer: What it answers.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.answer = Answer.of_json(status, {"error": {"code": code, "message": message}}, headers)


def missing_api_version() -> ArmError:
    """A request without api-version."""
    return ArmError(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )


def invalid_api_version(version: str) -> ArmError:
    """An api-version that is no date."""
    return ArmError(
        400,
        "InvalidApiVersionParameter",
        f"The api-version '{version}' is invalid. The supported versions are '2025-04-01,2024-11-01,2024-03-01'.",
    )


def missing_token(tenant_id: str) -> ArmError:
    """A request without a bearer token."""
    return ArmError(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        _challenge(tenant_id),
    )


def invalid_token(tenant_id: str) -> ArmError:
    """A request with a token that is not the sandbox's."""
    return ArmError(
        HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken", "The access token is invalid.", _challenge(tenant_id)
    )


def method_not_allowed(method: str) -> ArmError:
    """Anything but reading: the suite reads, and a stand-in that could be changed would hide that it does not."""
    return ArmError(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        f"The sandbox answers GET only, and got {method}.",
        {"Allow": "GET, HEAD"},
    )


def subscription_not_found(subscription_id: str) -> ArmError:
    """An id in a subscription that is not the estate's."""
    return ArmError(
        HTTPStatus.NOT_FOUND, "SubscriptionNotFound", f"The subscription '{subscription_id}' could not be found."
    )


def resource_group_not_found(name: str) -> ArmError:
    """An id in a resource group that the subscription does not have."""
    return ArmError(HTTPStatus.NOT_FOUND, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def resource_not_found(path: ResourcePath) -> ArmError:
    """A well-formed id of nothing."""
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(path.types, path.names, strict=False))
    message = f"The Resource '{path.namespace}/{pairs}' under resource group '{path.resource_group}' was not found."
    return ArmError(
        404,
        "ResourceNotFound",
        f"{message} For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        {"x-ms-failure-cause": "gateway"},
    )


def parent_not_found(parent: str) -> ArmError:
    """A nested id whose parent does not exist."""
    return ArmError(
        404,
        "ParentResourceNotFound",
        f"Failed to perform 'read' on resource(s) because the parent resource '{parent}' could not be found.",
    )


def invalid_namespace(namespace: str) -> ArmError:
    """A resource provider that does not exist."""
    return ArmError(
        HTTPStatus.NOT_FOUND, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
    )


def invalid_type(path: ResourcePath, version: str) -> ArmError:
    """A type that its resource provider does not have."""
    return ArmError(
        404,
        "InvalidResourceType",
        f"The resource type '{'/'.join(path.types)}' could not be found in the namespace '{path.namespace}' "
        f"for api version '{version}'.",
    )


def invalid_filter(text: str) -> ArmError:
    """A `$filter` that cannot be read."""
    return ArmError(HTTPStatus.BAD_REQUEST, "InvalidFilter", f"The filter '{text}' is not valid or not supported.")


def invalid_page_token() -> ArmError:
    """A `$skiptoken` or `$top` that the stand-in has not issued or cannot read."""
    return ArmError(HTTPStatus.BAD_REQUEST, "InvalidSkipToken", "The $skiptoken or $top of the request is not valid.")


def _challenge(tenant_id: str) -> dict[str, str]:
    return {
        "WWW-Authenticate": f'Bearer authorization_uri="https://login.microsoftonline.com/{tenant_id}", '
        'error="invalid_token", error_description="The access token is missing or invalid."'
    }
