"""The API of APEX: every route that the suite knows, and a method for each that it calls.

No other module spells a path of the API. The load test's script does, since it must run without the suite; a test
holds its paths to these routes.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from assurance.apex.client.exchange import Exchange
from assurance.apex.client.question import Upload

JsonObject = Mapping[str, object]
Until = Callable[[Exchange], bool]
"""Tells of an answer whether it shows what is waited for."""

# How a server may answer that a row is there which it has announced, and which is not visible yet.
NOT_YET: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR})


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API.

    Attributes:
        method: The HTTP method.
        template: The path below the API's prefix; `{...}` stands for one segment.
        query: What the suite always asks with it.
    """

    method: str
    template: str
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    def path(self, **ids: str) -> str:
        """Return the path with ids in their places, and the query."""
        return self.template.format(**ids) + (f"?{self.query}" if self.query else "")

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is one of this route; `path` may begin with any prefix."""
        segments = (re.escape(part) for part in re.split(r"\{[^}]*\}", self.template))
        return method == self.method and re.search("[^/]+".join(segments) + r"/?(?:\?.*)?$", path) is not None


LIST_PROJECTS: Final = Route("GET", "/projects")
CREATE_PROJECT: Final = Route("POST", "/projects")
READ_PROJECT: Final = Route("GET", "/projects/{project_id}")
UPDATE_PROJECT: Final = Route("PATCH", "/projects/{project_id}")
ARCHIVE_PROJECT: Final = Route("DELETE", "/projects/{project_id}")
GRANT_ACCESS: Final = Route("POST", "/projects/{project_id}/access")
REVOKE_ACCESS: Final = Route("DELETE", "/projects/{project_id}/access")
UPLOAD_DOCUMENT: Final = Route("POST", "/documents/upload")
LIST_DOCUMENTS: Final = Route("GET", "/documents/projects/{project_id}/documents")
READ_DOCUMENT: Final = Route("GET", "/documents/{document_id}")
VALIDATE_DOCUMENT: Final = Route("POST", "/documents/{document_id}/validate")
DELETE_DOCUMENT: Final = Route("DELETE", "/documents/{document_id}")
GENERATE_ESTIMATE: Final = Route("POST", "/estimates/generate")
LIST_ESTIMATES: Final = Route("GET", "/estimates/projects/{project_id}/estimates")
READ_ESTIMATE: Final = Route("GET", "/estimates/{estimate_id}")
EXPORT_ESTIMATE: Final = Route("GET", "/estimates/{estimate_id}/export", "format=json")
READ_JOB: Final = Route("GET", "/jobs/{job_id}")
READ_LIVENESS: Final = Route("GET", "/health/live")
READ_READINESS: Final = Route("GET", "/health/ready")

ONE_PROJECT: Final = f"{LIST_PROJECTS.path()}?page=1&page_size=1"
"""What everybody may ask who is signed in: one of the projects that they have access to."""


def is_shown(answer: Exchange) -> bool:
    """Tell whether an answer shows what was announced, or will never show it."""
    return answer.status not in NOT_YET


class Api(ABC):
    """The API, a method a route; each returns the exchange, whatever its status.

    Who reads may say what to wait for: `until` repeats the read until its answer shows that, or the environment's bound
    for settling is reached, and the last answer is returned.
    """

    @abstractmethod
    def call(
        self,
        method: str,
        path: str,
        caller: str = ...,
        *,
        json: object = None,
        text: str = "",
        data: Mapping[str, str] | None = None,
        files: Mapping[str, Upload] | None = None,
        pause_seconds: float = 0.0,
    ) -> Exchange:
        """Call the API once."""

    @abstractmethod
    def settle(self, path: str, caller: str, until: Until, *, seconds: float | None = None) -> tuple[Exchange, ...]:
        """Read until what was announced is shown, or the bound for that is reached."""

    @abstractmethod
    def poll(self, path: str, caller: str, until: Until, *, seconds: float = 0.0) -> tuple[Exchange, ...]:
        """Read until it is as wanted, or the bound for jobs is reached."""

    def list_projects(self, caller: str, *, page: int, page_size: int) -> Exchange:
        """Read a page of the projects that the caller has access to."""
        return self.call("GET", f"{LIST_PROJECTS.path()}?page={page}&page_size={page_size}", caller)

    def create_project(self, body: JsonObject, caller: str, *, pause_seconds: float = 0.0) -> Exchange:
        """Create a project."""
        return self._write(CREATE_PROJECT, {}, caller, body, pause_seconds)

    def read_project(
        self, project_id: str, caller: str, *, until: Until | None = None, pause_seconds: float = 0.0
    ) -> Exchange:
        """Read a project."""
        return self._read(READ_PROJECT.path(project_id=project_id), caller, until, pause_seconds)

    def update_project(self, project_id: str, body: JsonObject, caller: str, *, pause_seconds: float = 0.0) -> Exchange:
        """Change values of a project."""
        return self._write(UPDATE_PROJECT, {"project_id": project_id}, caller, body, pause_seconds)

    def archive_project(self, project_id: str, caller: str) -> Exchange:
        """Archive a project."""
        return self._write(ARCHIVE_PROJECT, {"project_id": project_id}, caller)

    def grant_access(self, project_id: str, body: JsonObject, caller: str) -> Exchange:
        """Grant somebody (`user_id`) a role (`role_id`) on a project."""
        return self._write(GRANT_ACCESS, {"project_id": project_id}, caller, body)

    def revoke_access(self, project_id: str, body: JsonObject, caller: str) -> Exchange:
        """Revoke what was granted to somebody (`user_id`)."""
        return self._write(REVOKE_ACCESS, {"project_id": project_id}, caller, body)

    def upload_document(self, project_id: str, document_type: str, file: Upload, caller: str) -> Exchange:
        """Upload a file as a document of a project."""
        form = {"project_id": project_id, "document_type": document_type}
        return self.call("POST", UPLOAD_DOCUMENT.path(), caller, data=form, files={"file": file})

    def list_documents(
        self, project_id: str, caller: str, *, until: Until | None = None, pause_seconds: float = 0.0
    ) -> Exchange:
        """Read the list of a project's documents."""
        return self._read(LIST_DOCUMENTS.path(project_id=project_id), caller, until, pause_seconds)

    def read_document(
        self, document_id: str, caller: str, *, until: Until | None = None, pause_seconds: float = 0.0
    ) -> Exchange:
        """Read a document's row."""
        return self._read(READ_DOCUMENT.path(document_id=document_id), caller, until, pause_seconds)

    def validate_document(self, document_id: str, caller: str) -> Exchange:
        """Ask for the validation of a document: a job."""
        return self._write(VALIDATE_DOCUMENT, {"document_id": document_id}, caller)

    def delete_document(self, document_id: str, caller: str) -> Exchange:
        """Delete a document."""
        return self._write(DELETE_DOCUMENT, {"document_id": document_id}, caller)

    def generate_estimate(self, body: JsonObject, caller: str) -> Exchange:
        """Ask for an estimate: a job."""
        return self._write(GENERATE_ESTIMATE, {}, caller, body)

    def list_estimates(
        self, project_id: str, caller: str, *, until: Until | None = None, pause_seconds: float = 0.0
    ) -> Exchange:
        """Read the list of a project's estimates."""
        return self._read(LIST_ESTIMATES.path(project_id=project_id), caller, until, pause_seconds)

    def read_estimate(
        self, estimate_id: str, caller: str, *, until: Until | None = None, pause_seconds: float = 0.0
    ) -> Exchange:
        """Read an estimate."""
        return self._read(READ_ESTIMATE.path(estimate_id=estimate_id), caller, until, pause_seconds)

    def export_estimate(self, estimate_id: str, caller: str) -> Exchange:
        """Export an estimate as JSON."""
        return self._read(EXPORT_ESTIMATE.path(estimate_id=estimate_id), caller)

    def read_job(self, job_id: str, caller: str) -> Exchange:
        """Read the state of a job."""
        return self._read(READ_JOB.path(job_id=job_id), caller)

    def poll_job(self, job_id: str, caller: str, until: Until) -> tuple[Exchange, ...]:
        """Read the state of a job again and again, and return all answers."""
        return self.poll(READ_JOB.path(job_id=job_id), caller, until)

    def _read(self, path: str, caller: str, until: Until | None = None, pause_seconds: float = 0.0) -> Exchange:
        if until is not None:
            return self.settle(path, caller, until)[-1]
        return self.call("GET", path, caller, pause_seconds=pause_seconds)

    def _write(
        self,
        route: Route,
        ids: Mapping[str, str],
        caller: str,
        body: JsonObject | None = None,
        pause_seconds: float = 0.0,
    ) -> Exchange:
        return self.call(route.method, route.path(**ids), caller, json=body, pause_seconds=pause_seconds)
