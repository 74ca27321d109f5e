"""The stand-in for a key vault's data plane: the list of its secrets' names, and never a value."""

from __future__ import annotations

import json
from http import HTTPStatus
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

from sandbox.azure.azure_estate import AzureEstate
from sandbox.network.http_server import Answer, Request
from sandbox.network.http_stand_in import HttpStandIn

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
