"""The stand-in for a container registry's data plane: tags and manifests, behind the registry's own tokens."""

from __future__ import annotations

import base64
import json
import re
import secrets
import ssl
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from sandbox.azure.azure_estate import AzureEstate
from sandbox.network.http_server import Answer, Request
from sandbox.network.http_stand_in import ServedStandIn

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
        images = [one for one in self.estate.images if one["repository"] == question["name"]]
        if not images:
            return _refusal(
                HTTPStatus.NOT_FOUND, "NAME_UNKNOWN", f"repository name not known to registry: {question['name']}"
            )
        find = self._tag if question["kind"] == "tags" else self._manifest
        return find(images, question["name"], question["reference"])

    def _tag(self, images: list[dict[str, Any]], name: str, tag: str) -> Answer:
        found = next((one for one in images if one["tag"] == tag), None)
        if found is None:
            return _refusal(HTTPStatus.NOT_FOUND, "TAG_UNKNOWN", f"the specified tag does not exist: {tag}")
        described = {"name": tag, "digest": found["digest"], **_times(found), "signed": False}
        return _json({"registry": HOST, "imageName": name, "tag": {**described, "changeableAttributes": _ATTRIBUTES}})

    def _manifest(self, images: list[dict[str, Any]], name: str, digest: str) -> Answer:
        mine = [one for one in images if one["digest"] == digest]
        if not mine:
            return _refusal(HTTPStatus.NOT_FOUND, "MANIFEST_UNKNOWN", f"manifest {digest} is not found")
        described = {
            "digest": digest,
            "imageSize": mine[0]["size"],
            **_times(mine[0]),
            "architecture": "amd64",
            "os": "linux",
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "configMediaType": "application/vnd.oci.image.config.v1+json",
            "tags": [one["tag"] for one in mine if one["tag"]],
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
