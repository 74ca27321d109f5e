"""The Azure services that APEX calls, as far as they are simulated; what Document Intelligence finds in a file."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from sandbox.apex.switches import Switch
from sandbox.apex.telemetry import Telemetry

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The MIME types that are taken, and how a file of each begins.
SIGNATURES = {PDF: b"%PDF-", WORD: b"PK\x03\x04", SHEET: b"PK\x03\x04"}

# An unpacked part larger than this is not read on.
MAXIMUM_PART_BYTES = 16 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)\s*(?:Tj|'|\")|\[((?:[^\]\\]|\\.)*)\]\s*TJ", re.DOTALL)
_PART = re.compile(rb"\(((?:[^()\\]|\\.)*)\)", re.DOTALL)
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_TAG = re.compile(rb"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a document.

    Attributes:
        pages: How many pages it has; 0 where it could not be read.
        text: Its text.
    """

    pages: int
    text: str

    @property
    def words(self) -> int:
        """How many words the text has."""
        return len(self.text.split())


def inspect(content: bytes) -> Inspection:
    """Read a PDF, or a Word or Excel file; what is none of them has no page."""
    if content.startswith(SIGNATURES[PDF]) and b"%%EOF" in content[-1024:]:
        return _pdf(content)
    if content.startswith(SIGNATURES[WORD]):
        return _office(content)
    return Inspection(0, "")


def _pdf(content: bytes) -> Inspection:
    shown = [_shown_text(_unpacked(match[1])) for match in _STREAM.finditer(content)]
    return Inspection(len(_PAGE.findall(content)), " ".join(text for text in shown if text))


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, MAXIMUM_PART_BYTES)
    except zlib.error:
        return stream


def _shown_text(stream: bytes) -> str:
    parts = []
    for match in _SHOWN.finditer(stream):
        pieces = _PART.findall(match[2]) if match[2] else [match[1]]
        parts.append(b"".join(pieces).decode("latin-1"))
    return " ".join(parts)


def _office(content: bytes) -> Inspection:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.endswith(("document.xml", "sharedStrings.xml"))]
            parts = [archive.open(name).read(MAXIMUM_PART_BYTES) for name in names]
    except (zipfile.BadZipFile, zlib.error, OSError):
        return Inspection(0, "")
    text = b" ".join(_TAG.sub(b" ", part) for part in parts).decode("utf-8", "replace")
    return Inspection(1 if parts else 0, " ".join(text.split()))


class Dependency(StrEnum):
    """A service that APEX depends on."""

    SQL = "sql"
    BLOB = "storage"
    DOCUMENT_INTELLIGENCE = "document_intelligence"
    OPENAI = "openai"
    KEY_VAULT = "key_vault"


NOT_CALLED: Mapping[Dependency, Switch] = {
    Dependency.SQL: Switch.SQL_NOT_CALLED,
    Dependency.BLOB: Switch.BLOB_NOT_CALLED,
    Dependency.DOCUMENT_INTELLIGENCE: Switch.DOCUMENT_INTELLIGENCE_NOT_CALLED,
    Dependency.OPENAI: Switch.OPENAI_NOT_CALLED,
    Dependency.KEY_VAULT: Switch.KEY_VAULT_NOT_CALLED,
}
CALLS_FAIL: Mapping[Dependency, Switch] = {
    Dependency.SQL: Switch.SQL_CALLS_FAIL,
    Dependency.BLOB: Switch.BLOB_CALLS_FAIL,
    Dependency.DOCUMENT_INTELLIGENCE: Switch.DOCUMENT_INTELLIGENCE_CALLS_FAIL,
    Dependency.OPENAI: Switch.OPENAI_CALLS_FAIL,
    Dependency.KEY_VAULT: Switch.KEY_VAULT_CALLS_FAIL,
}


@dataclass(frozen=True, slots=True)
class Targets:
    """The host names of the services, and the names of the database, the container and the model deployment."""

    sql: str = "sql-apex-sandbox.database.windows.net"
    storage: str = "stapexsandbox4k7x.blob.core.windows.net"
    document_intelligence: str = "di-apex-sandbox.cognitiveservices.azure.com"
    openai: str = "openai-apex-sandbox.openai.azure.com"
    key_vault: str = "kv-apex-sandbox-4k7x.vault.azure.net"
    database: str = "db-apex-sandbox"
    container: str = "uploads"
    deployment: str = "gpt-4"


class AzureServices:
    """Calls to Azure SQL, Blob Storage, Document Intelligence, Azure OpenAI and Key Vault.

    Attributes:
        blobs: What Blob Storage holds, by path.
    """

    def __init__(self, targets: Targets, telemetry: Telemetry, switches: Set[Switch]) -> None:
        self.blobs: dict[str, bytes] = {}
        self._targets = targets
        self._telemetry = telemetry
        self._switches = switches

    @contextmanager
    def sql(self, statement: str) -> Iterator[None]:
        """Report the SQL statement that is executed within."""
        target = f"{self._targets.sql}|{self._targets.database}"
        with self._call(Dependency.SQL, "SQL", target, " ".join(statement.split()[:3]), statement):
            yield

    def put_blob(self, path: str, content: bytes) -> None:
        """Store a blob."""
        with self._http(Dependency.BLOB, "PUT", self._targets.storage, f"/{path}", f"/{self._targets.container}"):
            self.blobs[path] = content

    def get_blob(self, path: str) -> bytes:
        """Read a blob; what is not there is empty."""
        with self._http(Dependency.BLOB, "GET", self._targets.storage, f"/{path}", f"/{self._targets.container}"):
            return self.blobs.get(path, b"")

    def delete_blob(self, path: str) -> None:
        """Delete a blob."""
        with self._http(Dependency.BLOB, "DELETE", self._targets.storage, f"/{path}", f"/{self._targets.container}"):
            self.blobs.pop(path, None)

    def ping_storage(self) -> None:
        """Ask whether the container is there."""
        with self._http(Dependency.BLOB, "GET", self._targets.storage, f"/{self._targets.container}"):
            pass

    def secret(self, name: str) -> str:
        """Read a secret; its value is of no use to anyone."""
        with self._http(Dependency.KEY_VAULT, "GET", self._targets.key_vault, f"/secrets/{name}/", f"/secrets/{name}"):
            return f"value of {name}"

    def analyze(self, content: bytes) -> Inspection:
        """Have a document read: its pages and words."""
        path = "/documentintelligence/documentModels/prebuilt-layout:analyze"
        with self._http(Dependency.DOCUMENT_INTELLIGENCE, "POST", self._targets.document_intelligence, path):
            return inspect(content)

    def complete(self, facts: str) -> str:
        """Have a text written about these facts; this model repeats them."""
        path = f"/openai/deployments/{self._targets.deployment}/chat/completions"
        with self._http(Dependency.OPENAI, "POST", self._targets.openai, path):
            return facts

    @contextmanager
    def _http(
        self, dependency: Dependency, method: str, host: str, path: str, named_path: str | None = None
    ) -> Iterator[None]:
        name = f"{method} {named_path or path}"
        with self._call(dependency, "HTTP", host, name, f"https://{host}{path}"):
            yield

    @contextmanager
    def _call(self, dependency: Dependency, kind: str, target: str, name: str, data: str) -> Iterator[None]:
        if NOT_CALLED[dependency] in self._switches:
            yield
            return
        with self._telemetry.dependency(kind, target, name, data) as outcome:
            if CALLS_FAIL[dependency] in self._switches:
                outcome.success, outcome.result_code = False, "503"
            elif kind == "SQL":
                outcome.result_code = "0"
            yield
