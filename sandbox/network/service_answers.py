"""What each platform service answers over HTTPS to somebody who has no business there."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from uuid import uuid4

from sandbox.network.http_server import Answer
from sandbox.network.services import KEY_VAULT, SERVICE_BUS, STORAGE, PlatformService

PUBLIC_ACCESS_DISABLED = (
    "Public network access is disabled and request is not from a trusted service nor via an approved private link."
)


def anonymous(service: PlatformService, tenant_id: str) -> Answer:
    """The answer to a request without credentials that arrives through the private endpoint."""
    if service.key.startswith(STORAGE):
        authority = f"https://login.microsoftonline.com/{tenant_id}/oauth2/authorize"
        challenge = f"Bearer authorization_uri={authority} resource_id=https://storage.azure.com"
        message = (
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
        )
        return _storage_error(
            HTTPStatus.UNAUTHORIZED, "NoAuthenticationInformation", message, {"WWW-Authenticate": challenge}
        )
    return Answer.of_json(
        HTTPStatus.NOT_FOUND, {"error": {"code": "404", "message": "Resource not found"}}, _apim_headers()
    )


def from_the_internet(service: PlatformService) -> Answer:
    """The answer to any request from the Internet while public network access is disabled."""
    if service.key == KEY_VAULT:
        error = {
            "code": "Forbidden",
            "message": PUBLIC_ACCESS_DISABLED,
            "innererror": {"code": "ForbiddenByConnection"},
        }
        return Answer.of_json(HTTPStatus.FORBIDDEN, {"error": error}, {"x-ms-request-id": str(uuid4())})
    if service.key == SERVICE_BUS:
        detail = f"Ip has been prevented to connect to the endpoint. TrackingId:{uuid4()}_G1"
        return Answer(
            HTTPStatus.UNAUTHORIZED,
            f"<Error><Code>401</Code><Detail>{detail}</Detail></Error>".encode(),
            {"Server": "Microsoft-HTTPAPI/2.0"},
            "application/xml; charset=utf-8",
        )
    if service.key.startswith(STORAGE):
        return _storage_error(
            HTTPStatus.FORBIDDEN, "AuthorizationFailure", "This request is not authorized to perform this operation."
        )
    message = "Public access is disabled. Please configure private endpoint."
    return Answer.of_json(
        HTTPStatus.FORBIDDEN, {"error": {"code": "AccessDenied", "message": message}}, _apim_headers()
    )


def _storage_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    request_id = str(uuid4())
    # The mark in front of the declaration is the service's own.
    body = (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}\n'
        f"RequestId:{request_id}\nTime:2026-03-12T08:15:30.0000000Z</Message></Error>"
    )
    own = {"x-ms-error-code": code, "x-ms-request-id": request_id, "Server": "Microsoft-HTTPAPI/2.0", **(headers or {})}
    return Answer(status, body.encode(), own, "application/xml")


def _apim_headers() -> dict[str, str]:
    return {"apim-request-id": str(uuid4()), "x-content-type-options": "nosniff"}
