"""Sealed packs for the tests of evidence: made by whole runs of the sandbox, and copied to be tampered with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.evidence import ledger, manifest, pack
from assurance.evidence.findings import Finding, Request
from assurance.evidence.verification import verify
from assurance.reporting.json_report import schema_problem

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
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def command(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `apex-assurance` in a process of its own."""
    return subprocess.run(
        [Path(sys.executable).with_name("apex-assurance"), *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


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
