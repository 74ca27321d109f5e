"""What is asked of an uploaded file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError

from sandbox.apex.cost_model import DOCUMENT_TYPES
from sandbox.apex.errors import ApexError, CrashError
from sandbox.apex.inspection import SIGNATURES
from sandbox.apex.service import MEBIBYTE, Service
from sandbox.apex.switches import Switch

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
