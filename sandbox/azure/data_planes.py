"""The stand-ins for two data planes: a key vault's list of secrets, and a container registry's tags and manifests."""

from __future__ import annotations

import base64
import json
import re
import secrets
import ssl
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import uuid4

from sandbox.azure.azure_estate import AzureEstate
from sandbox.network.http_server import Answer, Request
from sandbox.network.http_stand_in import HttpStandIn, ServedStandIn

RESOURCE = "https://vault.azure.net"
PAGE_SIZE = 25


class KeyVaultDataPlane(HttpStandIn):
    """Lists the estate's secrets to whom the sandbox's token belongs, after the challenge that the service starts with.

    Attributes:
        estate: Where the secrets are; a change shows in the next answer.
        token: The only bearer token it accepts.
    """

    def __init__(self, estate: AzureEstate, token: str, *, latency_seconds: float = 0.0) -> None:
        super().__init__(latency_seconds=latency_seconds)
        self.estate = estate
        self.token = token

    def answer(self, request: Request) -> Answer:
        """The true answer to one request."""
        given = request.headers.get("Authorization", "")
        if not given:
            return self._challenge("AKV10000: Request is missing a Bearer or PoP token.")
        if given != f"Bearer {self.token}":
            return self._challenge("AKV10032: Invalid issuer. The token was not issued for this vault's tenant.")
        if "api-version" not in request.query:
            return self._refusal(HTTPStatus.BAD_REQUEST, "BadParameter", "The request URI must contain an api-version.")
        if request.path.rstrip("/") == "/secrets" and request.method == "GET":
            return self._secrets(request)
        # Key Vault Reader, which the suite's identity has, sees names only.
        message = "Caller is not authorized to perform action on resource."
        return self._refusal(HTTPStatus.FORBIDDEN, "Forbidden", message, inner="ForbiddenByRbac")

    def _secrets(self, request: Request) -> Answer:
        items = self.estate.secrets
        size = min(PAGE_SIZE, int(request.query.get("maxresults", PAGE_SIZE)))
        start = int(request.query.get("$skiptoken", "0"))
        # The service names the port that HTTPS has anyway in every link.
        host = f"{urlsplit(items[0]['id']).hostname}:443" if items else ""
        query = {**request.query, "$skiptoken": str(start + size)}
        # A list ends with a page that holds nothing: the service only then knows that there is no more.
        more = f"https://{host}{quote(request.path)}?{urlencode(query)}" if start < len(items) else None
        page = json.loads(json.dumps(items[start : start + size]))
        return Answer.of_json(HTTPStatus.OK, {"value": page, "nextLink": more}, self._headers())

    def _challenge(self, message: str) -> Answer:
        tenant_id = self.estate.parameters["tenant_id"]
        authority = f"https://login.microsoftonline.com/{tenant_id}"
        challenge = f'Bearer authorization="{authority}", resource="{RESOURCE}"'
        return self._refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized", message, headers={"WWW-Authenticate": challenge})

    def _refusal(
        self, status: int, code: str, message: str, *, inner: str = "", headers: dict[str, str] | None = None
    ) -> Answer:
        error: dict[str, object] = {"code": code, "message": message}
        if inner:
            error["innererror"] = {"code": inner}
        return Answer.of_json(status, {"error": error}, {**self._headers(), **(headers or {})})

    def _headers(self) -> dict[str, str]:
        return {
            "x-ms-keyvault-region": self.estate.parameters["location"],
            "x-ms-keyvault-service-version": "1.9.2150.1",
            "x-ms-request-id": str(uuid4()),
            "Cache-Control": "no-cache",
        }


HOST = "apexacr.azurecr.io"
REFRESH_SECONDS = 3 * 3600
_QUESTION = re.compile(r"/acr/v1/(?P<name>.+)/_(?P<kind>tags|manifests)/(?P<reference>[^/]+)")
_ATTRIBUTES = {"deleteEnabled": True, "writeEnabled": True, "readEnabled": True, "listEnabled": True}


class ContainerRegistry(ServedStandIn):
    """Describes the estate's images to whom holds the sandbox's token, after the exchange that the service asks for.

    A Microsoft Entra token is exchanged for a refresh token of the registry, and that for an access token for one
    repository, as Azure Container Registry documents it ("Authentication options", "Token authentication").

    Attributes:
        estate: Where the images are; a change shows in the next answer.
        token: The only Microsoft Entra token it accepts.
        access_token: The access token that it hands out.
    """

    def __init__(
        self, estate: AzureEstate, token: str, context: ssl.SSLContext, *, latency_seconds: float = 0.0
    ) -> None:
        super().__init__(context, "sandbox-container-registry", latency_seconds=latency_seconds)
        self.estate = estate
        self.token = token
        self.access_token = secrets.token_urlsafe(32)
        self._refresh_token = _web_token({"exp": int(time.time()) + REFRESH_SECONDS, "aud": HOST})

    def answer(self, request: Request) -> Answer:
        """The true answer to one request."""
        if request.path in ("/oauth2/exchange", "/oauth2/token"):
            return self._signed_in(request)
        question = _QUESTION.fullmatch(request.path)
        if request.headers.get("Authorization", "") != f"Bearer {self.access_token}":
            return self._challenge(question["name"] if question is not None else "")
        if question is None or request.method != "GET":
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported.")
        images = [image for image in self.estate.images if image["repository"] == question["name"]]
        if not images:
            return _refusal(
                HTTPStatus.NOT_FOUND, "NAME_UNKNOWN", f"repository name not known to registry: {question['name']}"
            )
        find = self._tag if question["kind"] == "tags" else self._manifest
        return find(images, question["name"], question["reference"])

    def _tag(self, images: list[dict[str, Any]], name: str, tag: str) -> Answer:
        tagged = next((image for image in images if image["tag"] == tag), None)
        if tagged is None:
            return _refusal(HTTPStatus.NOT_FOUND, "TAG_UNKNOWN", f"the specified tag does not exist: {tag}")
        described = {"name": tag, "digest": tagged["digest"], **_times(tagged), "signed": False}
        return _json({"registry": HOST, "imageName": name, "tag": {**described, "changeableAttributes": _ATTRIBUTES}})

    def _manifest(self, images: list[dict[str, Any]], name: str, digest: str) -> Answer:
        tagged = [image for image in images if image["digest"] == digest]
        if not tagged:
            return _refusal(HTTPStatus.NOT_FOUND, "MANIFEST_UNKNOWN", f"manifest {digest} is not found")
        described = {
            "digest": digest,
            "imageSize": tagged[0]["size"],
            **_times(tagged[0]),
            "architecture": "amd64",
            "os": "linux",
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "configMediaType": "application/vnd.oci.image.config.v1+json",
            "tags": [image["tag"] for image in tagged if image["tag"]],
            "changeableAttributes": _ATTRIBUTES,
        }
        return _json({"registry": HOST, "imageName": name, "manifest": described})

    def _signed_in(self, request: Request) -> Answer:
        form = {key: values[-1] for key, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if request.method != "POST" or form.get("service") != HOST:
            return _refusal(HTTPStatus.BAD_REQUEST, "UNSUPPORTED", "service is not this registry's")
        if request.path == "/oauth2/exchange":
            right = form.get("grant_type") == "access_token" and form.get("access_token") == self.token
            handed_out = {"refresh_token": self._refresh_token}
        else:
            right = form.get("grant_type") == "refresh_token" and form.get("refresh_token") == self._refresh_token
            right = right and form.get("scope", "").startswith("repository:")
            handed_out = {"access_token": self.access_token}
        return (
            _json(handed_out) if right else _refusal(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", "authentication required")
        )

    def _challenge(self, name: str) -> Answer:
        scope = f"repository:{name}:metadata_read"
        challenge = f'Bearer realm="https://{HOST}/oauth2/token",service="{HOST}",scope="{scope}"'
        refused = _refusal(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", "authentication required")
        return Answer(HTTPStatus.UNAUTHORIZED, refused.body, {**refused.headers, "WWW-Authenticate": challenge})


def _times(image: dict[str, Any]) -> dict[str, Any]:
    return {"createdTime": image["created"], "lastUpdateTime": image["updated"]}


def _json(document: object) -> Answer:
    return Answer.of_json(HTTPStatus.OK, document, {"x-ms-correlation-request-id": str(uuid4())})


def _refusal(status: int, code: str, message: str) -> Answer:
    error = {"code": code, "message": message, "detail": None}
    return Answer.of_json(status, {"errors": [error]}, {"x-ms-correlation-request-id": str(uuid4())})


def _web_token(claims: dict[str, object]) -> str:
    """A token in the form of RFC 7519; its signature is none, for nobody checks it."""
    parts = [base64.b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, claims)]
    return ".".join([*parts, secrets.token_urlsafe(16)])
