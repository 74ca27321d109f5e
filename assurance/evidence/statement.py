"""The signed statement: an in-toto Statement about a pack in a DSSE envelope, which any DSSE verifier reads.

Statement v1 and test-result predicate v0.1 of the in-toto Attestation Framework; envelope: DSSE v1.0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.evidence import pack
from assurance.evidence.pack import ENVELOPE, ENVIRONMENT, MANIFEST, RESULTS, PackError
from assurance.evidence.signing import PublicKey, Signing, SigningError

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
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise SigningError(f"the pack could not be signed: {told[0]}") from error
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
        told = json.loads(payload)
        expected = statement(directory, results)
    except (ValueError, KeyError, TypeError, OSError):
        return "is genuine, but what it signs is no statement about this pack"
    if payload_type != PAYLOAD_TYPE or told != expected:
        return "is genuine, but of another pack or of another state of this one"
    return ""
