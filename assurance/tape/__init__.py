"""The tape: readings on disk, redacted before they get there, and what keys and digests were made of."""

from assurance.tape.moments import utc_now
from assurance.tape.reading import FORMAT, Call, Reading, TapeHeader, key_of, sha256
from assurance.tape.tape import Tape

__all__ = [
    "FORMAT",
    "Call",
    "Reading",
    "Tape",
    "TapeHeader",
    "bundle",
    "key_of",
    "moments",
    "provenance",
    "reading",
    "redaction",
    "secret_forms",
    "sha256",
    "strict_json",
    "utc_now",
]
