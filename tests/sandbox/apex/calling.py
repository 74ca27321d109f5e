"""Calls of the APEX stand-in in process, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from assurance.apex.estimation.sample_documents import paper
from assurance.environment.application_tables import DocumentType
from sandbox.apex import ApexStandIn
from sandbox.apex.stand_in import refused_tokens

BASE = "https://apex.invalid"
PREFIX = "/api/v1"
PDF = "application/pdf"
RISKS = [
    {"name": "Terrain", "distribution": "pert", "min_value": -0.05, "most_likely": 0.05, "max_value": 0.4},
    {"name": "Labour", "distribution": "normal", "mean": 0.05, "std_dev": 0.05},
]


KINDS: tuple[DocumentType, ...] = ("scope", "engineering", "bid")
PAPERS: dict[str, bytes] = {kind: paper(kind, "T-1").content for kind in KINDS}


class Caller:
    """Calls one stand-in as its people.

    Attributes:
        stand_in: Whom it calls.
        bad_tokens: Tokens that must be refused, by what is wrong with them.
    """

    def __init__(self, stand_in: ApexStandIn) -> None:
        self.stand_in = stand_in
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(stand_in.app)
        self._client = httpx.AsyncClient(transport=transport, base_url=BASE)
        self.bad_tokens = {
            "garbage": "garbage",
            "half": f"{stand_in.issuer.token('manager').rpartition('.')[0]}.AAAA",
            "stranger": stand_in.issuer.token("manager", key=stand_in.issuer.stranger_key()),
            **refused_tokens(stand_in.issuer),
        }
        self._tokens = {name: stand_in.issuer.token(name) for name in stand_in.issuer.people}

    def close(self) -> None:
        """Release what it holds."""
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()

    def send(self, method: str, path: str, token: str | None = None, **options: Any) -> httpx.Response:  # noqa: ANN401  (values of any kind)
        """Send one request; `options` are those of httpx."""
        headers = {**({} if token is None else {"Authorization": f"Bearer {token}"}), **options.pop("headers", {})}
        return self._loop.run_until_complete(self._client.request(method, path, headers=headers, **options))

    def call(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send one request to the API as one of the people."""
        return self.send(method, f"{PREFIX}{path}", self._tokens[who], **options)

    def user_id(self, who: str) -> str:
        """The user id of one of the people."""
        return self.stand_in.issuer.people[who].object_id

    def create(self, number: str, who: str = "estimator", **fields: object) -> httpx.Response:
        """Create a project."""
        body = {"project_number": number, "project_name": f"Project {number}", "voltage_level": 345, "line_miles": 15}
        return self.call(who, "POST", "/projects", json={**body, "terrain_type": "rolling", **fields})

    def upload(
        self,
        project_id: str,
        document_type: str = "scope",
        who: str = "estimator",
        *,
        name: str | None = None,
        content: bytes | None = None,
        mime_type: str = PDF,
    ) -> httpx.Response:
        """Upload a document, a real PDF unless another content is given."""
        made = PAPERS.get(document_type, PAPERS["scope"]) if content is None else content
        return self.call(
            who,
            "POST",
            "/documents/upload",
            data={"project_id": project_id, "document_type": document_type},
            files={"file": (name or f"{document_type}.pdf", made, mime_type)},
        )

    def generate(self, project_id: str, caller: str = "estimator", **fields: object) -> httpx.Response:
        """Ask for an estimate."""
        body = {"project_id": project_id, "risk_factors": RISKS, "monte_carlo_iterations": 1000, **fields}
        return self.call(caller, "POST", "/estimates/generate", json=body)

    def finished(self, announced: httpx.Response, who: str = "estimator") -> httpx.Response:
        """What is told of a job when the worker has nothing left to do."""
        self.stand_in.worker.drain()
        return self.call(who, "GET", f"/jobs/{announced.json()['id']}")
