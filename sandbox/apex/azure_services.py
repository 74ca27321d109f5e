"""The Azure services that APEX calls, as far as they are simulated inside it; each call shows in telemetry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from sandbox.apex.inspection import Inspection, inspect
from sandbox.apex.switches import Switch
from sandbox.apex.telemetry import Telemetry


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
