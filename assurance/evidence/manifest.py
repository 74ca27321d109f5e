"""`manifest.json`: every file of a pack with its SHA-256 and size, and which run in which chain they belong to.

The form lets an auditor check it with `jq` and `sha256sum` alone (docs/auditor.md).
"""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from assurance.evidence import pack
from assurance.evidence.pack import ENVELOPE, INCOMPLETE, MANIFEST, PackError

SCHEMA = "1.0"
OUTSIDE = frozenset({MANIFEST, ENVELOPE})
MAX_NAMED = 10


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file: its SHA-256 in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack holds.

    Attributes:
        run: The run's id.
        environment: The environment's name.
        source: LIVE, RECORDED or SANDBOX.
        decision: GO, NO-GO or INCONCLUSIVE.
        started: UTC, ISO 8601.
        finished: UTC, ISO 8601.
        complete: False for a run that was interrupted.
        suite: The version of the suite.
        previous: The digest of the ledger's last entry when this was sealed; empty for a first run.
        pseudonym_of: The SHA-256 of the manifest of the pack that this one shows under pseudonyms; empty otherwise.
        files: All other files, by name.
    """

    schema: str
    run: str
    environment: str
    source: str
    decision: str
    started: str
    finished: str
    complete: bool
    suite: str
    previous: str
    pseudonym_of: str
    files: Mapping[str, FileEntry]


_FORM = TypeAdapter(Manifest)


def list_files(directory: Path, *, complete: bool) -> dict[str, FileEntry]:
    """Return the entries for all files of a pack that a manifest lists; of a complete run the mark is none of them."""
    left_out = OUTSIDE | {INCOMPLETE} if complete else OUTSIDE
    names = [name for name in pack.files_of(directory) if name not in left_out]
    return {name: FileEntry(pack.sha256_of(directory / name), (directory / name).stat().st_size) for name in names}


def write(manifest: Manifest, directory: Path) -> str:
    """Write the manifest and return its SHA-256."""
    content = json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n"
    pack.write_whole(directory / MANIFEST, content)
    return pack.sha256_of(directory / MANIFEST)


def read(directory: Path) -> Manifest:
    """Return a pack's manifest.

    Raises:
        PackError: There is none, or it is not one.
    """
    path = directory / MANIFEST
    document = pack.read_json(path, "the manifest")
    try:
        manifest = _FORM.validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in detail["loc"])
        raise PackError(f"{path}: the manifest is edited: {place}: {detail['msg']}") from error
    if manifest.schema != SCHEMA:
        raise PackError(
            f"{path}: schema {manifest.schema!r} is not {SCHEMA!r}; use the version of the suite that made it"
        )
    return manifest


def differences(manifest: Manifest, directory: Path) -> list[str]:
    """Return, one sentence each, how the files of a pack differ from what its manifest lists."""
    present = [name for name in pack.files_of(directory) if name not in OUTSIDE]
    told: list[str] = []
    for name, entry in manifest.files.items():
        found = _difference(directory, name, entry)
        if found:
            told.append(f"{name}: {found}")
    told += [
        f"{name}: was added, the manifest does not list it"
        for name in present
        if name not in manifest.files and name != INCOMPLETE
    ]
    return _shortened(told)


def _difference(directory: Path, name: str, entry: FileEntry) -> str:
    """Return how one file differs; empty if it does not."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name:
        return "the manifest names a file outside the pack"
    path = directory / name
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return "is a link or no plain file; the bytes themselves were expected"
        if status.st_size != entry.size:
            return f"was altered: {status.st_size} bytes, the manifest has {entry.size}"
        digest = pack.sha256_of(path)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror or type(error).__name__}"
    if digest == entry.sha256:
        return ""
    return f"was altered: its SHA-256 is {digest[:16]}…, the manifest has {entry.sha256[:16]}…"


def _shortened(told: list[str]) -> list[str]:
    if len(told) <= MAX_NAMED + 1:
        return told
    return [*told[:MAX_NAMED], f"and {len(told) - MAX_NAMED} more files differ"]
