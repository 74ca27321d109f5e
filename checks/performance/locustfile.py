"""The guide's load test (Step 17): people who read, upload, validate and estimate, fifty at a time.

It needs Locust alone, and is used by `pytest checks/performance -m load`, by hand, by several workers, and on Azure
Load Testing (`apex-assurance load-config`):

    locust -f checks/performance/locustfile.py --host https://apex.example.com --headless -u 50 -r 5 -t 5m

What it needs to know stands in environment variables: the bearer tokens of the roles in APEX_LOAD_TOKEN_ESTIMATOR and
APEX_LOAD_TOKEN_MANAGER, or APEX_LOAD_SCOPE to obtain one by azure-identity; APEX_LOAD_PREFIX (/api/v1), APEX_LOAD_CA (a
CA bundle), APEX_LOAD_RUN_ID (in the names of all that is made), APEX_LOAD_THINK (seconds, least and most), and
APEX_LOAD_SAMPLES, a directory that each process writes its raw samples to. Workers on other machines need the tokens
alone, and perhaps APEX_LOAD_CA: the master tells them the rest, and they send it their samples.

Each user has a timetable: the time from one request to the next is drawn, not the pause after an answer. A request
that could not be sent when it was due, since the one before was still waited for, says by how much it was late. Without
that a stalled application would be asked less, and would look better than it is ("coordinated omission").
"""

from __future__ import annotations

import json
import os
import random
import ssl
import time
from typing import Any
from uuid import uuid4

import gevent
from load_records import WORK
from locust import FastHttpUser, task
from locust.exception import StopUser

LOWEST_ERROR = 400
# Requests of these names prepare and tidy up: they are no part of the load.
ASIDE = "aside: "
PROJECT = {"voltage_level": 345, "line_miles": 12.5, "terrain_type": "rolling"}
RISK = {"name": "weather", "distribution": "triangular", "min_value": 0.9, "most_likely": 1.0, "max_value": 1.3}
ESTIMATE = {"risk_factors": [RISK], "confidence_level": 0.8, "monte_carlo_iterations": 1000}


class Tokens:
    """Bearer tokens by role: from a variable, or from azure-identity, which renews them."""

    def __init__(self) -> None:
        self._credential: Any = None  # azure-identity need not be installed

    def header(self, role: str) -> dict[str, str]:
        """Return the header that signs a role in.

        Raises:
            StopUser: There is neither a token nor a scope to obtain one for.
        """
        token = os.environ.get(f"APEX_LOAD_TOKEN_{role.upper()}", "")
        scope = os.environ.get("APEX_LOAD_SCOPE", "")
        if not token and scope:
            token = self._obtained(scope)
        if not token:
            raise StopUser(f"no token of the role {role}: set APEX_LOAD_TOKEN_{role.upper()} or APEX_LOAD_SCOPE")
        return {"Authorization": f"Bearer {token}"}

    def _obtained(self, scope: str) -> str:
        if self._credential is None:
            from azure.identity import DefaultAzureCredential

            self._credential = DefaultAzureCredential()
        return str(self._credential.get_token(scope).token)


TOKENS = Tokens()


def trust() -> ssl.SSLContext:
    """Return one TLS context for all users: certificates are verified, against APEX_LOAD_CA where it is set."""
    return CONTEXT


CONTEXT = ssl.create_default_context(cafile=os.environ.get("APEX_LOAD_CA") or None)


class ApexUser(FastHttpUser):
    """Somebody who works on a project of their own."""

    insecure = False
    ssl_context_factory = staticmethod(trust)
    network_timeout = 60.0
    connection_timeout = 30.0

    def on_start(self) -> None:
        """Make the project, and begin the timetable at a moment of its own."""
        self._documents: list[str] = []
        self._jobs: list[str] = []
        self._due = time.perf_counter()
        number = f"E2E-{WORK.run_id}-LOAD-{uuid4().hex[:12]}"
        made = self._send(
            "POST",
            "/projects",
            f"{ASIDE}make a project",
            json={"project_number": number, "project_name": number, **PROJECT},
        )
        if made is None:
            raise StopUser("no project could be made")
        self._project = str(made["id"])
        self._due = time.perf_counter() + random.uniform(0, WORK.think_seconds[-1])  # noqa: S311  (no secret)
        gevent.sleep(max(0.0, self._due - time.perf_counter()))

    def on_stop(self) -> None:
        """Archive the project."""
        if hasattr(self, "_project"):
            self._send("DELETE", f"/projects/{self._project}", f"{ASIDE}archive a project", role="manager")

    def wait_time(self) -> float:
        """Return how long until the next request is due: none where that is past."""
        self._due += random.uniform(WORK.think_seconds[0], WORK.think_seconds[-1])  # noqa: S311  (no secret)
        return max(0.0, self._due - time.perf_counter())

    @task(8)
    def list_projects(self) -> None:
        """Look at the list."""
        self._send("GET", "/projects", "GET /projects")

    @task(6)
    def read_project(self) -> None:
        """Look at the project."""
        self._send("GET", f"/projects/{self._project}", "GET /projects/{id}")

    @task(3)
    def list_documents(self) -> None:
        """Look at the project's documents."""
        self._send("GET", f"/documents/projects/{self._project}/documents", "GET /documents/projects/{id}/documents")

    @task(3)
    def read_job(self) -> None:
        """Look at the latest job; at the project where there is none yet."""
        if self._jobs:
            self._send("GET", f"/jobs/{self._jobs[-1]}", "GET /jobs/{id}")
        else:
            self.read_project()

    @task(2)
    def upload(self) -> None:
        """Upload a scope document."""
        boundary = uuid4().hex
        content, headers = form(boundary, self._project), {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        made = self._send("POST", "/documents/upload", "POST /documents/upload", data=content, headers=headers)
        if made is not None:
            self._documents.append(str(made["id"]))

    @task(1)
    def validate(self) -> None:
        """Have the latest document validated; upload one where there is none yet."""
        if not self._documents:
            self.upload()
            return
        path = f"/documents/{self._documents[-1]}/validate"
        self._remember(self._send("POST", path, "POST /documents/{id}/validate"))

    @task(1)
    def estimate(self) -> None:
        """Have an estimate made."""
        asked = {"project_id": self._project, **ESTIMATE}
        self._remember(self._send("POST", "/estimates/generate", "POST /estimates/generate", json=asked))

    def _remember(self, job: dict[str, Any] | None) -> None:
        if job is not None and "id" in job:
            self._jobs.append(str(job["id"]))

    def _send(
        self,
        method: str,
        path: str,
        name: str,
        role: str = "estimator",
        headers: dict[str, str] | None = None,
        **content: Any,  # noqa: ANN401  (Locust's own)
    ) -> dict[str, Any] | None:
        """Send a request and return the object that it was answered with; None if it failed or has none."""
        late = max(0.0, time.perf_counter() - self._due)
        signed = {**TOKENS.header(role), **(headers or {})}
        answer = self.client.request(
            method, f"{WORK.prefix}{path}", name=name, headers=signed, context={"late": late}, **content
        )
        try:
            body = json.loads(answer.text or "null") if 0 < answer.status_code < LOWEST_ERROR else None
        except ValueError:
            return None
        return body if isinstance(body, dict) else None


def form(boundary: str, project_id: str) -> bytes:
    """Return a form with a small PDF, unlike any other, as `multipart/form-data`."""
    fields = {"project_id": project_id, "document_type": "scope"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="scope.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return "".join(parts).encode() + pdf(f"Scope {uuid4()}") + f"\r\n--{boundary}--\r\n".encode()


def pdf(text: str) -> bytes:
    """Return a PDF of one page with one line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()
