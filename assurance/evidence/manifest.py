"""`manifest.json`, every file of a pack with its SHA-256 and size.

The signed statement about it, an in-toto Statement in a DSSE envelope.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assurance.evidence import pack
from assurance.evidence.pack import ENVELOPE, ENVIRONMENT, INCOMPLETE, MANIFEST, RESULTS, PackError
from assurance.evidence.signing import PublicKey, Signing, SigningError

SCHEMA = "1.0"
OUTSIDE = frozenset({MANIFEST, ENVELOPE})
MAX_NAMED = 10
MAX_MANIFEST_BYTES = 400 * pack.MAX_FILES
"""Longer than that of as many files as a pack may hold."""


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
    document = pack.read_json(path, "the manifest", MAX_MANIFEST_BYTES)
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
    sentences: list[str] = []
    for name, entry in manifest.files.items():
        difference = _difference(directory, name, entry)
        if difference:
            sentences.append(f"{name}: {difference}")
    sentences += [
        f"{name}: was added, the manifest does not list it"
        for name in present
        if name not in manifest.files and name != INCOMPLETE
    ]
    return _shortened(sentences)


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


STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
# The predicate knows three results. What could not be judged has not passed, so INCONCLUSIVE is no warning.
RESULT_OF = {"GO": "PASSED", "NO-GO": "FAILED", "INCONCLUSIVE": "FAILED"}
LISTS = {"passedTests": ("pass",), "warnedTests": ("waived",), "failedTests": ("fail", "not_evaluated")}


@dataclass(frozen=True, slots=True)
class Signature:
    """What was found of a pack's signature.

    Attributes:
        fingerprint: The key that the envelope names; empty where there is no envelope.
        problem: What is wrong with it, in one sentence; empty if it verifies.
    """

    fingerprint: str
    problem: str = ""


def statement(directory: Path, results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statement about a pack whose manifest is written."""
    verdicts: Sequence[Mapping[str, str]] = results["verdicts"]
    lists = {
        name: sorted(verdict["check"] for verdict in verdicts if verdict["verdict"] in which)
        for name, which in LISTS.items()
    }
    return {
        "_type": STATEMENT,
        "subject": [_descriptor(directory, name) for name in (MANIFEST, RESULTS)],
        "predicateType": TEST_RESULT,
        "predicate": {
            "result": RESULT_OF[results["run"]["decision"]],
            "configuration": [_descriptor(directory, ENVIRONMENT)],
            **lists,
        },
    }


def _descriptor(directory: Path, name: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": pack.sha256_of(directory / name)}}


def sign(directory: Path, results: Mapping[str, Any], signing: Signing) -> None:
    """Write the envelope; without a signer there is none.

    Raises:
        SigningError: The signer failed, in one line.
    """
    if signing.signer is None:
        return
    from securesystemslib.dsse import Envelope

    payload = json.dumps(statement(directory, results), separators=(",", ":"), ensure_ascii=False).encode()
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    try:
        envelope.sign(signing.signer)
    # securesystemslib promises no family of errors here: a key service fails in its own ways.
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise SigningError(f"the pack could not be signed: {reason[0]}") from error
    pack.write_whole(directory / ENVELOPE, json.dumps(envelope.to_dict(), indent=1) + "\n")


def check(directory: Path, results: Mapping[str, Any], public_key: PublicKey) -> Signature:
    """Check a pack's envelope with a public key: who signed, and whether it is about this pack.

    Raises:
        PackError: There is no envelope, or it is none.
    """
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError

    path = directory / ENVELOPE
    document = pack.read_json(path, "the signature")
    try:
        envelope = Envelope.from_dict(document)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise PackError(f"{path}: the signature is edited, this is no DSSE envelope") from error
    signers = sorted(envelope.signatures)
    named = ", ".join(signers) or "nobody"
    if public_key.fingerprint not in signers:
        return Signature(named, f"is by key {named[:16]}…, not by the expected key {public_key.fingerprint[:16]}…")
    try:
        envelope.verify([public_key.key], 1)
    except VerificationError:
        return Signature(public_key.fingerprint, "is not that of the key that it names: the envelope was edited")
    return Signature(public_key.fingerprint, _about(envelope.payload, envelope.payload_type, directory, results))


def _about(payload: bytes, payload_type: str, directory: Path, results: Mapping[str, Any]) -> str:
    """Return how a signed statement differs from the pack that it lies in; empty if it is about it."""
    try:
        about = json.loads(payload)
        expected = statement(directory, results)
    except (ValueError, KeyError, TypeError, OSError):
        return "is genuine, but what it signs is no statement about this pack"
    if payload_type != PAYLOAD_TYPE or about != expected:
        return "is genuine, but of another pack or of another state of this one"
    return ""
