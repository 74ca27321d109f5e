"""Documents: upload, and what is asked of an uploaded file; validation, deletion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, UploadFile
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, Response

from sandbox.apex.bodies import Identifier
from sandbox.apex.caller import TheService, TheUser, TheWorker
from sandbox.apex.cost_model import DOCUMENT_TYPES
from sandbox.apex.errors import ApexError, CrashError, now_text
from sandbox.apex.front import settled
from sandbox.apex.inspection import SIGNATURES
from sandbox.apex.permissions import Operation
from sandbox.apex.quirks import Observed, Quirk
from sandbox.apex.service import MEBIBYTE, Service
from sandbox.apex.store import Row
from sandbox.apex.switches import Switch
from sandbox.apex.views import DocumentView, JobView, document_view, job_view, shown
from sandbox.apex.work import DOCUMENT_VALIDATION

router = APIRouter(prefix="/documents", tags=["documents"])

_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The type, the MIME type or the name is not taken"},
    413: {"description": "Too large"},
}

# Separators of either kind of system, a drive, and whatever does not print.
_NOT_A_NAME = re.compile(r"[/\\:\x00-\x1f\x7f]|^\.\.?$")
MAXIMUM_NAME_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came.

    Attributes:
        document_type: What kind of document it is said to be.
        name: Its name.
        mime_type: Its MIME type, without parameters, in lower case.
        content: Its bytes; one more than is taken where it is too large.
    """

    document_type: str
    name: str
    mime_type: str
    content: bytes


def examine(service: Service, file: UploadedFile) -> None:
    """Ask whether a file can be taken.

    Raises:
        ApexError: 400 for its type, MIME type or name, 413 for its size.
        RequestValidationError: It is empty.
    """
    if file.document_type not in DOCUMENT_TYPES and not service.is_broken(Switch.DOCUMENT_TYPE_ACCEPTED):
        raise ApexError(
            HTTPStatus.BAD_REQUEST,
            "INVALID_DOCUMENT_TYPE",
            "The document type is not known",
            accepted=list(DOCUMENT_TYPES),
        )
    if file.mime_type not in SIGNATURES and not service.is_broken(Switch.FILE_MIME_ACCEPTED):
        raise ApexError(
            HTTPStatus.BAD_REQUEST, "INVALID_MIME_TYPE", "The file's MIME type is not taken", accepted=list(SIGNATURES)
        )
    _examine_name(service, file.name)
    limit = service.settings.maximum_upload_bytes
    if len(file.content) > limit and not service.is_broken(Switch.FILE_OVERSIZE_ACCEPTED):
        raise ApexError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "FILE_TOO_LARGE",
            f"A file has at most {limit / MEBIBYTE:g} MiB",
            maximum_bytes=limit,
        )
    if not file.content:
        if not service.is_broken(Switch.FILE_EMPTY_ACCEPTED):
            message = {"type": "file_empty", "loc": ("body", "file"), "msg": "The file is empty", "input": file.name}
            raise RequestValidationError([message])
        return
    signature = SIGNATURES.get(file.mime_type, b"")
    if not file.content.startswith(signature) and not service.is_broken(Switch.FILE_CONTENT_UNCHECKED):
        raise ApexError(HTTPStatus.BAD_REQUEST, "CONTENT_MISMATCH", f"The file is no {file.mime_type}")


def _examine_name(service: Service, name: str) -> None:
    if not _NOT_A_NAME.search(name) and 0 < len(name) <= MAXIMUM_NAME_CHARACTERS:
        return
    if service.is_broken(Switch.FILE_PATH_CRASHES):
        raise CrashError("file name")
    if not service.is_broken(Switch.FILE_PATH_KEPT):
        raise ApexError(
            HTTPStatus.BAD_REQUEST, "INVALID_FILE_NAME", "A file's name has no path and at most 255 characters"
        )


@router.post(
    "/upload", status_code=HTTPStatus.CREATED, responses={HTTPStatus.CREATED: {"model": DocumentView}, **_REFUSALS}
)
async def upload(
    project_id: Annotated[Identifier, Form()],
    document_type: Annotated[str, Form()],
    file: UploadFile,
    service: TheService,
    user: TheUser,
) -> JSONResponse:
    """Upload a document to a project."""
    project = service.find("projects", project_id)
    with service.permission(user, project_id, Operation.UPLOAD):
        demand_active(service, project)
        uploaded = await _read(service, document_type, file)
        row = _row(service, project_id, uploaded)
        try:
            examine(service, uploaded)
        except (ApexError, RequestValidationError):
            if service.is_broken(Switch.REFUSED_FILE_STORED):
                _store(service, row, uploaded)
            raise
        if not service.is_broken(Switch.UPLOAD_LOST):
            _store(service, row, uploaded)
    status = HTTPStatus.OK if service.is_broken(Switch.UPLOAD_ANSWERS_200) else HTTPStatus.CREATED
    answer = shown(service, "uploaded", document_view(row))
    return JSONResponse(shown(service, "document", answer), status)


async def _read(service: Service, document_type: str, file: UploadFile) -> UploadedFile:
    accepts_all = service.is_broken(Switch.FILE_OVERSIZE_ACCEPTED)
    content = await file.read(-1 if accepts_all else service.settings.maximum_upload_bytes + 1)
    mime_type = (file.content_type or "").partition(";")[0].strip().lower()
    name = file.filename or ""
    if service.does(Observed.FILE_PATH_MENDED):
        name = re.split(r"[/\\]", name)[-1]
    return UploadedFile(document_type, name, mime_type, content)


def _row(service: Service, project_id: str, file: UploadedFile) -> Row:
    document_id = str(uuid4())
    return {
        "id": document_id,
        "project_id": project_id,
        "document_type": file.document_type,
        "blob_path": f"{service.settings.targets.container}/{project_id}/{document_id}/{file.name}",
        "validation_status": "pending",
        "completeness_score": None,
        "validation_result": None,
        "created_at": now_text(),
    }


def _store(service: Service, row: Row, file: UploadedFile) -> None:
    service.azure.put_blob(row["blob_path"], file.content)
    service.store.insert("documents", row)
    service.created(row["id"])


@router.get("/projects/{project_id}/documents", responses={HTTPStatus.OK: {"model": list[DocumentView]}})
async def list_documents(project_id: Identifier, service: TheService, user: TheUser) -> JSONResponse:
    """The documents of a project, the newest first."""
    service.find("projects", project_id)
    service.require(user, project_id, Operation.LIST_DOCUMENTS)
    rows = (
        [] if service.is_broken(Switch.DOCUMENT_NOT_LISTED) else service.store.rows("documents", project_id=project_id)
    )
    ordered = rows if service.has_quirk(Quirk.LIST_OLDEST_FIRST) else rows[::-1]
    return JSONResponse([shown(service, "document", document_view(row)) for row in ordered])


@router.get("/{document_id}", responses={HTTPStatus.OK: {"model": DocumentView}})
async def read_document(document_id: Identifier, service: TheService, user: TheUser) -> JSONResponse:
    """One document."""
    settled(service, document_id)
    row = service.find("documents", document_id)
    service.require(user, row["project_id"], Operation.READ_DOCUMENT)
    return JSONResponse(shown(service, "document", document_view(row)))


@router.delete("/{document_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete_document(document_id: Identifier, service: TheService, user: TheUser) -> Response:
    """Delete a document and its blob."""
    row = service.find("documents", document_id)
    with service.permission(user, row["project_id"], Operation.DELETE_DOCUMENT):
        if not service.is_broken(Switch.DELETE_DOES_NOTHING):
            service.azure.delete_blob(row["blob_path"])
            if row["validation_status"] != "pending" and service.does(Observed.VALIDATED_DELETE_CRASHES):
                raise CrashError("the document has a validation")
            service.store.delete("documents", id=document_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post(
    "/{document_id}/validate", status_code=HTTPStatus.ACCEPTED, responses={HTTPStatus.ACCEPTED: {"model": JobView}}
)
async def validate(document_id: Identifier, service: TheService, worker: TheWorker, user: TheUser) -> JSONResponse:
    """Start a job that validates a document."""
    row = service.find("documents", document_id)
    with service.permission(user, row["project_id"], Operation.VALIDATE):
        job = worker.submit(DOCUMENT_VALIDATION, {"document_id": document_id}, user)
    return announced(service, job)


def demand_active(service: Service, project: Row) -> None:
    """Ask whether work may be added to a project.

    Raises:
        ApexError: 409, for it is archived.
    """
    if project["status"] == "archived" and not service.does(Observed.ARCHIVED_TAKES_WORK):
        raise ApexError(HTTPStatus.CONFLICT, "PROJECT_ARCHIVED", "The project is archived")


def announced(service: Service, job: Row) -> JSONResponse:
    """The answer that announces a job."""
    view = job_view(job)
    if service.has_quirk(Quirk.JOB_STARTS_AT_ONCE):
        view |= {"status": "running", "started_at": view["created_at"]}
    return JSONResponse(
        shown(service, "job", view),
        HTTPStatus.OK if service.is_broken(Switch.JOB_STARTS_WITH_200) else HTTPStatus.ACCEPTED,
    )
