"""Packs for tests: kept ones, whole ones, and those that somebody else made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.storage.blob import ExponentialRetry

from assurance.evidence import ledger, manifest, pack
from assurance.evidence.blobs import container_client
from assurance.evidence.container import EvidenceContainer
from assurance.evidence.findings import Finding, Request
from assurance.evidence.pack import LEDGER
from assurance.evidence.verification import verify
from assurance.reporting.json_report import schema_problem
from assurance.world.azure.credential import StaticToken
from sandbox.azure.blob_service import BlobService
from sandbox.network.http_stand_in import CertificateAuthority
from tests.suite.warm import warm_process

TOKEN = "token-of-the-writer"
AT_ONCE = ExponentialRetry(initial_backoff=0, increment_base=0, retry_total=3, random_jitter_range=0)
NAME = f"prod/{LEDGER}"


@dataclass(frozen=True, slots=True)
class Storage:
    """The service, and the file of the certificate to trust it by."""

    blobs: BlobService
    authority: Path

    def container(self, token: str = TOKEN) -> EvidenceContainer:
        """Return what one machine reaches of it."""
        client = container_client(self.blobs.url, StaticToken(token), self.authority, AT_ONCE)
        return EvidenceContainer(client, "prod")

    def lines(self) -> list[bytes]:
        """Return the lines of the ledger that it keeps."""
        return self.blobs.blobs[NAME].content.splitlines()


@contextmanager
def storage(folder: Path) -> Iterator[Storage]:
    """Run a service that keeps its certificate in a folder."""
    authority = CertificateAuthority(folder)
    with BlobService(TOKEN, authority.server_context("127.0.0.1")) as blobs:
        yield Storage(blobs, authority.path)


ROOT = Path(__file__).parents[3]
CHECKS = ("checks/security/test_sec_06_public_access.py", "checks/security/test_sec_10_defender_for_cloud.py")


@dataclass(frozen=True, slots=True)
class Packs:
    """Packs of one environment beside their ledger.

    Attributes:
        reports: Where they are, in the folder of the environment.
        key: The private key that signed them; the public half is beside it.
    """

    reports: Path
    key: Path

    @property
    def public_key(self) -> Path:
        """The file of the public half."""
        return self.key.with_name(f"{self.key.name}.pub.pem")

    @property
    def ledger(self) -> Path:
        """The chain of their runs."""
        [found] = self.reports.glob("*/ledger.jsonl")
        return found

    def all(self) -> list[Path]:
        """Their directories, the oldest first, as the ledger has them."""
        entries = (entry for entry in ledger.read(self.ledger) if entry.kind == ledger.RUN)
        return [self.ledger.parent / str(entry.facts["run"]) for entry in entries]

    def copy_to(self, target: Path) -> Packs:
        """Return a copy that a test may tamper with."""
        shutil.copytree(self.reports, target)
        return Packs(target, self.key)


def run_pytest(arguments: Sequence[str], variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the suite in a process of its own."""
    hidden = ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return warm_process().run("pytest", ("-p", "no:cacheprovider", *arguments), ROOT, {**environment, **variables})


def command(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `apex-assurance` in a process of its own."""
    return warm_process().run("assurance", [*map(str, arguments)], ROOT, {**os.environ, **(variables or {})})


def wrong(
    directory: Path, *, public_key: Path | None = None, ledger: Path | None = None, derive: bool = False
) -> list[Finding]:
    """Verify a pack, and return what is wrong with it; without a ledger named, that beside the pack.

    The schema is looked at only where verdicts are derived too: it takes longer than all other steps together.
    """
    beside = directory.parent / pack.LEDGER
    schema = schema_problem if derive else _no_problem
    findings = verify(Request(directory, public_key, ledger or beside, schema, derive))
    return [finding for finding in findings if finding.outcome == "BAD"]


def _no_problem(_: Mapping[str, Any]) -> str:
    return ""


def edit(path: Path, change: Callable[[Any], None]) -> None:  # Any: JSON
    """Change the JSON document in a file, and keep its form."""
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def list_anew(directory: Path) -> None:
    """Make the manifest's list of files fit again, as a forger would."""

    def change(document: Any) -> None:  # noqa: ANN401  (JSON)
        entries = manifest.list_files(directory, complete=True)
        document["files"] = {name: {"sha256": entry.sha256, "size": entry.size} for name, entry in entries.items()}

    edit(directory / pack.MANIFEST, change)


# Names that something imports, collects or obeys: pytest, Python's start, the suite itself.
CODE = (
    "conftest.py",
    "evil.py",
    "test_evil.py",
    "setup.py",
    "sitecustomize.py",
    "usercustomize.py",
    "__init__.py",
    "json.py",
    "tomllib.py",
    "pytest.py",
    "pytest_html.py",
    "assurance/__init__.py",
    "assurance/suite/plugin.py",
    "checks/__init__.py",
    "checks/conftest.py",
    "fixtures/__init__.py",
    "tests/conftest.py",
    "tests/test_evil.py",
)
SETTINGS = {
    "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p evil\n",
    "tox.ini": "[pytest]\npythonpath = .\naddopts = -p evil\n",
    "setup.cfg": "[tool:pytest]\npythonpath = .\naddopts = -p evil\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = "."\naddopts = "-p evil"\n',
    "evil.pth": "import evil\n",
}


def plant(folder: Path, marks: Path, settings: bool = True) -> None:
    """Put code into a folder that leaves a file in `marks`, named for the file that was run."""
    marks.mkdir(exist_ok=True)
    for name in CODE:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        code = f"""
            from pathlib import Path
            Path({str(marks)!r}, {name.replace("/", "-")!r}).touch()
            def test_evil():
                pass
        """
        path.write_text(textwrap.dedent(code), encoding="utf-8")
    for name, text in SETTINGS.items() if settings else ():
        (folder / name).write_text(text, encoding="utf-8")


def plant_in_pack(directory: Path, marks: Path, settings: bool = True) -> None:
    """Put code into a pack, and list it in the manifest as a forger would."""
    plant(directory, marks, settings)
    list_anew(directory)


def run_from(marks: Path) -> list[str]:
    """Return the names of the planted files that were run."""
    return sorted(path.name for path in marks.iterdir())
